"""Whom a coordinator may see: joined into every query of the desk, default deny.

A coordinator bound to locals sees the people of these locals and what is about them; one who
is bound to none sees the whole union. Queries name the table `person` and use IN_REACH.
"""

import json
from collections.abc import Iterable
from typing import Any

from server.schema import Connection
from sync.kinds import Kinds
from sync.save import Change
from sync.scope import EVERYONE, subject_of

Names = dict[str, Any]  # what a query's :names stand for
IN_REACH = "(:whole OR person.local IN (SELECT value FROM json_each(:locals)))"
IN_UNIT = "coalesce(person.relation, 'in_unit') = 'in_unit'"
LINE_IN_REACH = """(:whole OR EXISTS (
    SELECT 1 FROM picket_line_expects AS expected
    JOIN worksite ON worksite.id = expected.element
    WHERE expected.picket_line = picket_line.id AND expected.value = 1
    AND worksite.local IN (SELECT value FROM json_each(:locals))))"""


def reach(locals_: frozenset[str]) -> Names:
    """Return what IN_REACH needs to know; no locals is the whole union."""
    return {"whole": int(not locals_), "locals": json.dumps(sorted(locals_))}


def may_see_person(db: Connection, locals_: frozenset[str], person: str) -> bool:
    """Return whether a person exists and is in reach."""
    query = f"SELECT 1 FROM person WHERE id = :person AND {IN_REACH}"
    return db.execute(query, {**reach(locals_), "person": person}).fetchone() is not None


def may_see_subject(db: Connection, locals_: frozenset[str], subject: str | None) -> bool:
    """Return whether what is about a subject is in reach; bound coordinators reach people."""
    if not locals_:
        return True
    return subject not in (None, EVERYONE) and may_see_person(db, locals_, str(subject))


def may_see_changes(
    db: Connection, locals_: frozenset[str], kinds: Kinds, changes: Iterable[Change]
) -> bool:
    """Return whether all that a save is about is in reach; an empty one only to the union."""
    if not locals_:
        return True
    subjects = subjects_of(db, kinds, changes)
    return bool(subjects) and all(may_see_subject(db, locals_, s) for s in subjects)


def subjects_of(db: Connection, kinds: Kinds, changes: Iterable[Change]) -> set[str | None]:
    """Return whom a save is about: what its records say, and what it says itself."""
    found: set[str | None] = set()
    for change in changes:
        kind = kinds.get(change.kind)
        if kind is None:
            found.add(None)
            continue
        if kind.kind == "ruling":
            found |= _subjects_of_ruling(db, change)
            continue
        said = change.set.get(kind.about)
        if isinstance(said, str):
            found.add(said)
        row = db.execute(
            "SELECT subject FROM record WHERE kind = ? AND id = ?", (change.kind, change.record)
        ).fetchone()
        if row is not None:
            found.add(row["subject"])
        elif not isinstance(said, str):
            found.add(subject_of(kind, change.record, None))
    return found


def _subjects_of_ruling(db: Connection, change: Change) -> set[str | None]:
    rows = db.execute(
        "SELECT DISTINCT record.subject FROM save "
        "JOIN json_each(save.body, '$.changes') AS part "
        "JOIN record ON record.kind = json_extract(part.value, '$.kind') "
        "AND record.id = json_extract(part.value, '$.record') "
        "WHERE save.id = ? AND json_valid(save.body)",
        (change.record.partition(":")[0],),
    )
    return {row["subject"] for row in rows} or {None}
