"""Whom a coordinator may see: joined into every query of the desk, default deny.

A coordinator bound to locals sees the people of these locals and what is about them; one who
is bound to none sees the whole union. Queries name the table `person` and use IN_REACH.
"""

import json
from collections.abc import Collection, Iterable
from typing import Any

from server.access.desk import Session
from server.reports.joined import standing
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


def may_rule_on(
    db: Connection,
    reader: Session,
    kinds: Kinds,
    author: str,
    changes: Collection[Change],
) -> bool:
    """Return whether a coordinator may take a save back, or bring it back.

    Their own rulings always: what they set aside may be gone, and with it what put it in reach.
    """
    is_own = author == reader.volunteer and all(change.kind == "ruling" for change in changes)
    return is_own or may_see_changes(db, reader.locals, kinds, changes)


def subjects_of(db: Connection, kinds: Kinds, changes: Iterable[Change]) -> set[str | None]:
    """Return whom a save is about, by the ids that stand for them."""
    found = _named(db, kinds, changes)
    known = standing(db, [id for id in found if id is not None])
    return {known.get(id or "", id) for id in found}


def _named(db: Connection, kinds: Kinds, changes: Iterable[Change]) -> set[str | None]:
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
        if not kind.is_about_people:
            found.add(EVERYONE)
            continue
        if kind.kind == "alias":
            found |= {said for said in change.set.values() if isinstance(said, str)}
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
    """Return whom the save, or every save of the import, that was ruled on is about."""
    rows = db.execute(
        "SELECT DISTINCT record.subject FROM save "
        "JOIN json_each(save.body, '$.changes') AS part "
        "JOIN record ON record.kind = part.value ->> 'kind' "
        "AND record.id = part.value ->> 'record' "
        "WHERE (save.id = :save OR save.seq IN "
        "(SELECT save_seq FROM change WHERE kind = 'import' AND record = :import)) "
        "AND json_valid(save.body) AND record.kind != 'import'",
        {"save": change.record.partition(":")[0], "import": change.record},
    )
    return {row["subject"] for row in rows} or {None}
