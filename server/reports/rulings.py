"""Rulings: what stands on a save, a change or an import, and what taking something back rules."""

import json
from collections.abc import Collection, Iterable

from server.ledger.ahead import named_by
from server.ledger.log import stamped
from server.schema import Connection
from sync.merge import fold_rulings
from sync.save import Change, Save, Value

Heads = dict[str, list[str]]  # what is ruled on -> the rulings on it that stand, as change ids


def standing_on(db: Connection, targets: Iterable[str]) -> Heads:
    """Return what stands on saves, changes or imports, for those that somebody ruled on."""
    rows = db.execute(
        "SELECT register.record, register.heads FROM json_each(?) AS wanted "
        "CROSS JOIN register ON register.kind = 'ruling' AND register.record = wanted.value "
        "AND register.field = 'counts'",
        (json.dumps(sorted(set(targets))),),
    )
    found = {row["record"]: [head["id"] for head in json.loads(row["heads"])] for row in rows}
    return {target: heads for target, heads in found.items() if heads}


def seen(heads: Heads, targets: Iterable[str]) -> list[str]:
    """Return what a form about these targets has seen: every ruling on them that stands."""
    return sorted(id for target in set(targets) for id in heads.get(target, ()))


def ruling(target: str, counts: Value, heads: Heads) -> Change:
    """Return the change that rules on a target; None takes every ruling back."""
    return Change("ruling", target, {"counts": counts}, {"counts": heads.get(target, [])})


def ruled_by_undo(save: Save, theirs: Collection[str]) -> list[str]:
    """Return what taking a save back rules on, or bringing it back; `theirs` narrows it.

    A ruling is not ruled on: what was ruled before it is ruled again.
    """
    if is_part(save, theirs):
        return [*theirs, save.id]
    return [change.record for change in save.changes if change.kind == "ruling"] or [save.id]


def is_part(save: Save, theirs: Collection[str]) -> bool:
    """Return whether these are some of a save's changes, and not all."""
    return 0 < len(theirs) < len(save.changes)


def without(db: Connection, target: str, save: str) -> bool | None:
    """Return what the other rulings on a target add up to, were it not for one save."""
    rows = db.execute(
        "SELECT save.* FROM change JOIN save ON save.seq = change.save_seq "
        "WHERE change.kind = 'ruling' AND change.record = ? AND save.id != ?",
        (target, save),
    )
    named = named_by(db, target)
    return fold_rulings((stamped(row) for row in rows), lambda _: named).get(target)
