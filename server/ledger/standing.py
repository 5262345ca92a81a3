"""What became of saves by what was ruled on them, on their changes and on their imports."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from server.ledger.log import stamped
from server.ledger.past import rulings_on
from server.schema import Connection, Row
from sync.kinds import COORDINATOR
from sync.rulings import Rulings, batch_of, counts
from sync.save import Stamped


class Standing(NamedTuple):
    """What the author is told: taken or held, and the reason's problem code."""

    verdict: str
    reason: str | None


def standings(db: Connection, rows: Iterable[Row | Mapping[str, Any]]) -> dict[str, Standing]:
    """Return save id -> Standing for those of these saves on which anything was ruled.

    rows: id and rank of each. Only coordinators make imports, so of others only those on whose
    own id or changes somebody ruled are read.
    """
    rows = list(rows)
    ids = json.dumps([row["id"] for row in rows])
    asked = {row["save"] for row in db.execute(RULED, (ids,))}
    asked |= {row["id"] for row in rows if row["rank"] >= COORDINATOR}
    found = db.execute(SAVES, (json.dumps(sorted(asked)),)).fetchall() if asked else []
    saves = [(stamped(row), row["reason"]) for row in found]
    past = [[(save, at) for at in range(len(save.save.changes))] for save, _ in saves]
    rulings = rulings_on(db, past)
    return {
        save.save.id: standing
        for save, reason in saves
        if (standing := _standing(save, reason, rulings)) is not None
    }


# A change's id begins with its save's and a colon, and the semicolon is what comes after that.
RULED = """
SELECT DISTINCT wanted.value AS save FROM json_each(?) AS wanted CROSS JOIN ruling
ON ruling.id >= wanted.value AND ruling.id < wanted.value || ';'
WHERE ruling.counts IS NOT NULL
"""
SAVES = "SELECT save.* FROM json_each(?) AS wanted CROSS JOIN save ON save.id = wanted.value"


def _standing(save: Stamped, reason: str | None, rulings: Rulings) -> Standing | None:
    count = [counts(save, at, False, rulings) for at in range(len(save.save.changes))]
    if any(count):
        was_held = save.verdict == "held"
        if all(count):
            return Standing("taken", None) if was_held else None
        return Standing("taken", "partly_set_aside")
    on_all = rulings.get(save.save.id, rulings.get(batch_of(save) or ""))
    is_ruled = on_all is False or save.verdict == "taken"
    return Standing(save.verdict, reason or "set_aside") if is_ruled and count else None
