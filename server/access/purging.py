"""Purging a campaign: its conversations are erased as a person's would be, in pieces."""

from collections.abc import Iterator

from server.access import audit
from server.ledger import save_from_desk
from server.ledger.erase import erase
from server.ledger.facts import SERVER
from server.reports.heads import heads_of
from server.schema import Connection, Row
from sync.kinds import Kinds
from sync.merge import Key
from sync.save import Change, Value

# So many records go in one transaction: phones only wait their turn.
AT_ONCE = 500
Records = list[tuple[Key, str | None]]


def pieces(records: Records) -> Iterator[Records]:
    """Yield what goes in one transaction each."""
    for start in range(0, len(records), AT_ONCE):
        yield records[start : start + AT_ONCE]


def purge_piece(
    db: Connection, kinds: Kinds, who: audit.Who, campaign: str, piece: Records, now: int
) -> None:
    """Erase some of a campaign's records, and note it."""
    erase(db, kinds, _server(db), piece, now)
    audit.note(db, who, "campaign.purged", [campaign], now, len(piece))


def note_purge(
    db: Connection, kinds: Kinds, campaign: str, day: str, talks: int, people: int, now: int
) -> None:
    """Keep with the campaign how much of it there was: nothing else could tell any more."""
    row = db.execute("SELECT * FROM campaign WHERE id = ?", (campaign,)).fetchone()
    said: dict[str, Value] = {
        "purged": day,
        "purged_talks": (row["purged_talks"] or 0) + talks,
        "purged_people": max(row["purged_people"] or 0, people),
    }
    change = Change("campaign", campaign, said, heads_of(db, "campaign", campaign, said))
    save_from_desk(db, kinds, _server(db), [change], now)


def _server(db: Connection) -> Row:
    row: Row = db.execute("SELECT * FROM device WHERE id = ?", (SERVER,)).fetchone()
    return row
