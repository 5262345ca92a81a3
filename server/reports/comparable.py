"""What of people is compared with others, read for those who moved."""

import json
import sys
from collections.abc import Iterable
from typing import NamedTuple

from server.reports.likeness import Facts, digits_of, words_of
from server.reports.search import folded
from server.schema import Connection, Row


class Moved(NamedTuple):
    """Whose records changed since a moment of the log; and of those who are there, the facts."""

    people: list[str]
    facts: dict[str, Facts]


def moved(db: Connection, since: int) -> Moved:
    """Return who moved after the save with this seq."""
    rows = db.execute(MOVED, (since,)).fetchall()
    by = _numbered_by(db, rows)
    facts = {row["id"]: _facts(row, by) for row in rows if row["stands"]}
    return Moved([row["id"] for row in rows], facts)


MOVED = """
SELECT record.id, person.id IS NOT NULL AS stands, name, preferred_name, member_number, phone,
    email, worksite, local, coalesce(record.registers ->> '$.m.member_number.shown',
        record.registers ->> '$.by[1]') AS numbered
FROM record LEFT JOIN person ON person.id = record.id
WHERE record.kind = 'person' AND record.seq > ?
"""


def _numbered_by(db: Connection, rows: Iterable[Row]) -> dict[str, str]:
    """Return change -> the device that made it, for the changes that gave member numbers."""
    changes = {row["numbered"] for row in rows if row["numbered"]}
    saves = json.dumps(sorted({change.partition(":")[0] for change in changes}))
    devices = {
        row["id"]: sys.intern(row["device"])
        for row in db.execute(
            "SELECT id, device FROM save WHERE id IN (SELECT value FROM json_each(?))", (saves,)
        )
    }
    return {change: devices.get(change.partition(":")[0], "") for change in changes}


def _facts(row: Row, numbered_by: dict[str, str]) -> Facts:
    name = words_of(folded(row["name"] or ""))
    preferred = words_of(folded(row["preferred_name"] or ""))
    names = {name, (*preferred, *name[1:])} if preferred else {name}
    return Facts(
        number=folded(row["member_number"] or "").strip(),
        phone=digits_of(row["phone"] or ""),
        email=(row["email"] or "").strip().casefold(),
        names=tuple(sorted(found for found in names if found)),
        worksite=sys.intern(row["worksite"] or ""),
        local=sys.intern(row["local"] or ""),
        numbered_by=numbered_by.get(row["numbered"] or "", ""),
    )
