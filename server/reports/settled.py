"""What coordinators settled lately at the desk, and whether it still stands."""

from dataclasses import dataclass

from server.ledger.log import stamped
from server.reports.scope import may_see_changes
from server.schema import Connection, Row
from sync.kinds import Kinds
from sync.save import Change

DAYS_MS = 30 * 24 * 3600 * 1000
LOOKED_AT = 300
SHOWN = 20


@dataclass(frozen=True)
class Settled:
    """One decision; `what` is used, asked, admitted or set_aside."""

    id: str
    what: str
    author: str
    at: int
    change: Change
    stands: bool


LATELY = """
SELECT save.*, ruling.counts AS counts FROM device
CROSS JOIN save ON save.device = device.id
LEFT JOIN ruling ON ruling.id = save.id
WHERE device.kind = 'desk' AND save.received_at > :since AND save.verdict = 'taken'
AND json_array_length(save.body, '$.changes') = 1
ORDER BY save.seq DESC LIMIT :limit
"""


def settled(db: Connection, locals_: frozenset[str], kinds: Kinds, now: int) -> list[Settled]:
    """Return the latest decisions in reach, newest first. Taking one back is not one."""
    rows = db.execute(LATELY, {"since": now - DAYS_MS, "limit": LOOKED_AT}).fetchall()
    own = {row["id"] for row in rows}
    found: list[Settled] = []
    for row in rows:
        decision = _decision(db, row, own)
        if decision and may_see_changes(db, locals_, kinds, [decision.change]):
            found.append(decision)
        if len(found) == SHOWN:
            break
    return found


def _decision(db: Connection, row: Row, own: set[str]) -> Settled | None:
    save = stamped(row).save
    if len(save.changes) != 1:
        return None
    change = save.changes[0]
    what = _what(change, own)
    if what is None:
        return None
    stands = row["counts"] is None or bool(row["counts"])
    if change.kind == "ruling":
        shown = db.execute(
            "SELECT shown FROM register WHERE kind = 'ruling' AND record = ? AND field = 'counts'",
            (change.record,),
        ).fetchone()
        stands = shown is not None and shown["shown"] == f"{save.id}:0"
    return Settled(save.id, what, row["author"], save.at, change, stands)


def _what(change: Change, own: set[str]) -> str | None:
    if change.kind == "ruling":
        if change.record in own or change.set.get("counts") is None:
            return None
        return "admitted" if change.set["counts"] is True else "set_aside"
    if change.kind == "follow_up" and "asks" in change.set:
        return "asked"
    settles = any(len(seen) > 1 for seen in change.saw.values())
    return "used" if settles else None
