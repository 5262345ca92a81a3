"""Rulings on a save: what one that follows has seen, and what was ruled before."""

import json

from server.ledger.log import stamped
from server.schema import Connection
from sync.merge import fold_rulings
from sync.save import Change, Value


def ruling(db: Connection, target: str, counts: Value) -> Change:
    """Return the change that rules on a save or change; None takes every ruling back."""
    row = db.execute(
        "SELECT heads FROM register WHERE kind = 'ruling' AND record = ? AND field = 'counts'",
        (target,),
    ).fetchone()
    saw = [head["id"] for head in json.loads(row["heads"])] if row else []
    return Change("ruling", target, {"counts": counts}, {"counts": saw})


def without(db: Connection, target: str, save: str) -> bool | None:
    """Return what the other rulings on a target add up to, were it not for one save."""
    rows = db.execute(
        "SELECT save.* FROM change JOIN save ON save.seq = change.save_seq "
        "WHERE change.kind = 'ruling' AND change.record = ? AND save.id != ?",
        (target, save),
    )
    return fold_rulings(stamped(row) for row in rows).get(target)
