"""What coordinators settled lately at the desk, and whether it still stands."""

from dataclasses import dataclass

from server.access.desk import Session
from server.ledger.log import stamped
from server.reports import imports, rulings
from server.reports.scope import may_rule_on
from server.schema import Connection, Row
from sync.kinds import Kinds
from sync.save import Change, Save

DAYS_MS = 30 * 24 * 3600 * 1000
LOOKED_AT = 300
SHOWN = 20
# Joining six records is five changes, telling them apart fifteen.
MOST_CHANGES = 15


@dataclass(frozen=True)
class Settled:
    """One decision; `what` is one of WHAT, `at` in ms.

    file: of an import that was rolled back. saw: what a form that takes it back has seen.
    """

    id: str
    what: str
    author: str
    at: int
    changes: tuple[Change, ...]
    stands: bool
    file: str
    saw: tuple[str, ...]


WHAT = ("used", "asked", "admitted", "set_aside", "joined", "apart", "rolled_back")
LATELY = f"""
SELECT save.*, ruling.counts AS counts FROM device
CROSS JOIN save ON save.device = device.id
LEFT JOIN ruling ON ruling.id = save.id
WHERE device.kind = 'desk' AND save.received_at > :since AND save.verdict = 'taken'
AND json_array_length(save.body, '$.changes') BETWEEN 1 AND {MOST_CHANGES}
ORDER BY save.seq DESC LIMIT :limit
"""


def settled(db: Connection, reader: Session, kinds: Kinds, now: int) -> list[Settled]:
    """Return the latest decisions in reach, newest first. Taking one back is not one."""
    rows = db.execute(LATELY, {"since": now - DAYS_MS, "limit": LOOKED_AT}).fetchall()
    own = {row["id"] for row in rows}
    found: list[Settled] = []
    for row in rows:
        decision = _decision(db, row, own)
        if decision and may_rule_on(db, reader, kinds, decision.author, decision.changes):
            found.append(decision)
        if len(found) == SHOWN:
            break
    return found


def _decision(db: Connection, row: Row, own: set[str]) -> Settled | None:
    save = stamped(row).save
    rolled_back = _rolled_back(db, save)
    what = "rolled_back" if rolled_back else _what(save, own)
    if what is None:
        return None
    targets = rulings.ruled_by_undo(save, ())
    saw = rulings.seen(rulings.standing_on(db, targets), targets)
    return Settled(
        id=save.id,
        what=what,
        author=row["author"],
        at=save.at,
        changes=tuple(save.changes),
        stands=_stands(db, row, save),
        file=rolled_back.file if rolled_back else "",
        saw=tuple(saw),
    )


def _rolled_back(db: Connection, save: Save) -> imports.Import | None:
    change = save.changes[0]
    is_one = len(save.changes) == 1 and change.kind == "ruling"
    return imports.one(db, change.record) if is_one and change.set.get("counts") is False else None


def _what(save: Save, own: set[str]) -> str | None:
    kinds = {change.kind for change in save.changes}
    if kinds in ({"alias"}, {"apart"}):
        return "joined" if kinds == {"alias"} else "apart"
    if len(save.changes) != 1:
        return None
    (change,) = save.changes
    if change.kind == "ruling":
        if change.record in own or change.set.get("counts") is None:
            return None
        return "admitted" if change.set["counts"] is True else "set_aside"
    if change.kind == "follow_up" and "asks" in change.set:
        return "asked"
    settles = any(len(seen) > 1 for seen in change.saw.values())
    return "used" if settles else None


def _stands(db: Connection, row: Row, save: Save) -> bool:
    if save.changes[0].kind != "ruling":
        return row["counts"] is None or bool(row["counts"])
    shown = db.execute(
        "SELECT shown FROM register WHERE kind = 'ruling' AND record = ? AND field = 'counts'",
        (save.changes[0].record,),
    ).fetchone()
    return shown is not None and shown["shown"] == f"{save.id}:0"
