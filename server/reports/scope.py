"""Whom a coordinator may see: joined into every query of the desk, default deny.

A coordinator bound to locals sees the people of these locals and what is about them; one who
is bound to none sees the whole union. Queries name the table `person`, use IN_REACH and are run
by `select`; of what is about nobody in particular, a page offers what is IN_REACH_OF its kind.
"""

import json
from collections.abc import Collection, Iterable
from typing import Any

from server.access.desk import Session
from server.reports.joined import standing
from server.schema import Connection, Cursor
from sync.kinds import Kinds, load_kinds
from sync.save import Change
from sync.scope import EVERYONE, people_named, subject_of

Names = dict[str, Any]  # what a query's :names stand for
LOCALS = "(SELECT value FROM json_each(:locals))"
IN_LOCALS = f"person.local IN {LOCALS}"
IN_REACH = f"(:whole OR {IN_LOCALS})"
# What is about a volunteer or a line may bear the id of a person, and is out of a local's reach.
ABOUT_PEOPLE = ", ".join(f"'{kind.kind}'" for kind in load_kinds().values() if kind.is_about_people)
# Whom a volunteer added is in no number of the unit's until a coordinator says how they belong.
IN_UNIT = """(person.relation = 'in_unit' OR (person.relation IS NULL AND NOT EXISTS (
    SELECT 1 FROM assignment AS added WHERE added.id = person.id AND added.picked = 1)))"""
LINE_IN_REACH = f"""(:whole OR EXISTS (
    SELECT 1 FROM picket_line_expects AS expected
    JOIN worksite ON worksite.id = expected.element
    WHERE expected.picket_line = picket_line.id AND expected.value = 1
    AND worksite.local IN {LOCALS}))"""
# The volunteers that a local has: who belongs to it, coordinates it or, where nobody said where
# they belong, has people there and nowhere else. An invitation opens all that its volunteer may
# see, so a local invites only these, and sees only their phones. Whom they picked themselves says
# nothing of that: nobody moves out of a coordinator's reach by adding somebody.
VOLUNTEER_OF_LOCALS = f"""(volunteer.local IN {LOCALS}
    OR EXISTS (SELECT 1 FROM volunteer_locals AS there WHERE there.volunteer = volunteer.id
        AND there.value = 1 AND there.element IN {LOCALS})
    OR (volunteer.local IS NULL AND EXISTS (
        SELECT 1 FROM assignment JOIN person ON person.id = assignment.id
        WHERE assignment.volunteer = volunteer.id AND assignment.picked IS NOT 1 AND {IN_LOCALS})
        AND NOT EXISTS (
        SELECT 1 FROM assignment JOIN person ON person.id = assignment.id
        WHERE assignment.volunteer = volunteer.id AND assignment.picked IS NOT 1
        AND (person.local IS NULL OR NOT {IN_LOCALS}))))"""
# Kind -> what of it a local has to do with: where its people work, who is its volunteer, has or had
# one of its people on a list, or leads a line of its. Names, and no more than that.
IN_REACH_OF = {
    "local": f"(:whole OR local.id IN {LOCALS})",
    "unit": "TRUE",  # an agreement is no secret
    "worksite": f"""(:whole OR worksite.local IN {LOCALS} OR worksite.id IN (
        SELECT person.worksite FROM person WHERE {IN_LOCALS}))""",
    "volunteer": f"""(:whole OR {VOLUNTEER_OF_LOCALS} OR volunteer.id IN (
        SELECT grant.volunteer FROM person CROSS JOIN grant
        ON grant.subject = person.id AND grant.view = 'list' WHERE {IN_LOCALS}
        UNION
        SELECT captain.element FROM worksite
        JOIN picket_line_expects AS expected ON expected.element = worksite.id
        JOIN picket_line_captains AS captain ON captain.picket_line = expected.picket_line
        WHERE worksite.local IN {LOCALS} AND expected.value = 1 AND captain.value = 1))""",
}


def reach(locals_: frozenset[str]) -> Names:
    """Return what IN_REACH needs to know; no locals is the whole union."""
    return {"whole": int(not locals_), "locals": json.dumps(sorted(locals_))}


def select(db: Connection, reach: Names, query: str, names: Names | None = None) -> Cursor:
    """Run a query that says IN_REACH; a coordinator of some locals finds people by their index."""
    narrowed = query if reach["whole"] else query.replace(IN_REACH, IN_LOCALS)
    return db.execute(narrowed, {**reach, **(names or {})})


def offered(db: Connection, reach: Names, kind: str) -> list[tuple[str, str]]:
    """Return (id, name) of what a filter offers of a kind: what is in reach, by name."""
    query = f'SELECT id, name FROM "{kind}" WHERE name IS NOT NULL AND {IN_REACH_OF[kind]}'
    return [(row["id"], row["name"]) for row in db.execute(f"{query} ORDER BY name, id", reach)]


def volunteers_in_reach(db: Connection, reach: Names, ids: Iterable[str]) -> set[str]:
    """Return which of these volunteers work with people in reach."""
    query = f"""SELECT id FROM volunteer
        WHERE id IN (SELECT value FROM json_each(:ids)) AND {IN_REACH_OF["volunteer"]}"""
    rows = db.execute(query, {**reach, "ids": json.dumps(sorted(ids))})
    return {row["id"] for row in rows}


def may_see_person(db: Connection, locals_: frozenset[str], person: str) -> bool:
    """Return whether a person exists and is in reach."""
    query = f"SELECT 1 FROM person WHERE id = :person AND {IN_REACH}"
    return select(db, reach(locals_), query, {"person": person}).fetchone() is not None


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
        found |= people_named(kind, change.set)
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
