"""The audit log: who looked at whom, and who took what out of the union's hands.

It holds ids and never names, so that an erasure need not touch it. It stands in the database: a
note is on disk together with what it tells of, and a backup holds it as of the same moment. Each
entry carries a hash over itself and the hash before, so that none can be changed, taken out or
put between others unseen. That the end was cut off, only somebody tells who knows a later head:
every backup does.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import msgspec

from server.schema import Connection, Row

# What is noted, one fixed word each. Pages and commands name no other.
WORDS = (
    *("people.listed", "person.read", "person.compared", "conversations.read", "review.read"),
    *("line.read", "people.exported", "person.exported", "person.erased", "volunteer.erased"),
    *("campaign.purged", "audit.read", "signed_in", "signed_out", "role.changed", "restored"),
    *("confirmed", "passkey.added", "passkey.removed", "passkey.copied"),
    *("volunteers.listed", "volunteer.read", "volunteer.invited", "invitation.withdrawn"),
    *("room.opened", "room.closed"),
)
BEGINNING = "0" * 64
STAMPS = ("n", "at", "volunteer", "device", "what", "ids", "count")


class Who(NamedTuple):
    """A volunteer and the device they did it with; a command line is the server's own."""

    volunteer: str
    device: str


class Head(NamedTuple):
    """The last entry's number and hash; 0 and zeros when there is none."""

    n: int
    hash: str

    def __str__(self) -> str:
        """Return it as it is printed and typed: 12:9f0c…"""
        return f"{self.n}:{self.hash}"


class Entry(msgspec.Struct, frozen=True):
    """One entry. `at` in ms, `ids` of records, `count` of what they were among."""

    n: int
    at: int
    volunteer: str
    device: str
    what: str
    ids: tuple[str, ...]
    count: int


def note(
    db: Connection, who: Who, what: str, ids: Iterable[str], now: int, count: int | None = None
) -> None:
    """Add an entry, inside a write transaction: it stands if and only if that does.

    ids: of the people, or of what else it was about. count: how many there were, where the ids
    are only those of one page. Raises ValueError for a word that is not one of WORDS.
    """
    if what not in WORDS:
        raise ValueError(f"“{what}” is no word of the audit log")
    named = [*dict.fromkeys(ids)]
    before = head(db)
    entry = {
        **{"n": before.n + 1, "at": now, "volunteer": who.volunteer, "device": who.device},
        **{"what": what, "ids": json.dumps(named, separators=(",", ":"))},
        "count": len(named) if count is None else count,
    }
    _add(db, entry, _hash(before.hash, entry))


def head(db: Connection) -> Head:
    """Return the last entry's number and hash."""
    row = db.execute("SELECT n, hash FROM audit ORDER BY n DESC LIMIT 1").fetchone()
    return Head(row["n"], row["hash"]) if row else Head(0, BEGINNING)


def faults(db: Connection, known: Head | None = None) -> Iterator[str]:
    """Yield a sentence for the first broken link; nothing when all entries hold together.

    known: a head from before, which must still be there.
    """
    expected, before = 1, BEGINNING
    found = None
    for row in db.execute("SELECT * FROM audit ORDER BY n"):
        if row["n"] != expected:
            yield f"audit: entry {expected} is missing before entry {row['n']}"
            return
        if row["hash"] != _hash(before, row):
            yield f"audit: entry {row['n']} is not what it was when it was written"
            return
        expected, before = expected + 1, row["hash"]
        found = row["hash"] if known and row["n"] == known.n else found
    if known and known.n and found is None:
        yield f"audit: it ends with entry {expected - 1}, and had {known.n} once"
    elif known and known.n and found != known.hash:
        yield f"audit: entry {known.n} is another than it was: the log was written anew"


def entries(
    db: Connection, since: int = 0, about: Iterable[str] = (), most: int = -1
) -> Iterator[Entry]:
    """Yield entries from a moment (ms) on, the latest first; those that name one of some ids."""
    wanted = json.dumps([*about])
    query = """SELECT * FROM audit WHERE at >= :since AND (:wanted = '[]' OR EXISTS (
        SELECT 1 FROM json_each(audit.ids) AS named
        JOIN json_each(:wanted) AS wanted ON wanted.value = named.value)
        OR volunteer IN (SELECT value FROM json_each(:wanted))) ORDER BY n DESC LIMIT :most"""
    for row in db.execute(query, {"since": since, "wanted": wanted, "most": most}):
        said = {name: row[name] for name in STAMPS}
        yield Entry(**{**said, "ids": tuple(json.loads(row["ids"]))})


def rows_after(db: Connection, known: Head) -> list[Row] | None:
    """Return the entries that were added after a head; None when it is none of this log's."""
    if known.n:
        row = db.execute("SELECT hash FROM audit WHERE n = ?", (known.n,)).fetchone()
        if row is None or row["hash"] != known.hash:
            return None
    return db.execute("SELECT * FROM audit WHERE n > ? ORDER BY n", (known.n,)).fetchall()


def go_on_with(db: Connection, rows: Iterable[Row]) -> None:
    """Add entries as they were written elsewhere, which begin where this log ends.

    After one that does not follow nothing more is added.
    """
    for row in rows:
        before = head(db)
        if row["n"] != before.n + 1 or row["hash"] != _hash(before.hash, row):
            return
        _add(db, row, row["hash"])


def _add(db: Connection, entry: Row | dict[str, object], hash: str) -> None:
    columns = ", ".join((*STAMPS, "hash"))
    values = (*(entry[name] for name in STAMPS), hash)
    db.execute(f"INSERT INTO audit ({columns}) VALUES ({', '.join('?' * len(values))})", values)


def _hash(before: str, entry: Row | dict[str, object]) -> str:
    said = msgspec.json.encode([before, *(entry[name] for name in STAMPS)])
    return hashlib.sha256(said).hexdigest()
