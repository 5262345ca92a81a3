"""People in reach: who matches a search and filters, one page of them at a time."""

import json
from collections.abc import Collection
from dataclasses import dataclass

from server.reports.promises import OVERDUE
from server.reports.scope import IN_REACH, IN_UNIT, Names, select
from server.reports.search import Names as Index
from server.reports.talks import Noted, noted
from server.schema import Connection, Row

PAGE = 50


@dataclass(frozen=True)
class Filters:
    """What narrows the list; empty is no matter. Times in ms, `today` an ISO day."""

    since: int
    until: int
    tomorrow: int
    today: str
    q: str = ""
    worksite: str = ""
    local: str = ""
    volunteer: str = ""
    talked: str = ""
    go_to: str = ""
    do_not_contact: str = ""
    promise: str = ""


@dataclass(frozen=True)
class Line:
    """One person in the list; `go_to` a volunteer's id, `last_talk` and its error in ms."""

    id: str
    name: str | None
    member_number: str | None
    worksite: str | None
    department: str | None
    phone: str | None
    email: str | None
    local: str | None
    go_to: str | None
    go_to_is_active: bool
    last_talk: int | None
    last_talk_error_ms: int
    mapped: bool
    do_not_contact: bool


@dataclass(frozen=True)
class Found:
    """How many match, and one page of them."""

    count: int
    lines: list[Line]


TALKED = """EXISTS (SELECT 1 FROM conversation WHERE conversation.person = person.id
    AND conversation.result = 'talked' AND conversation.meeting IS NULL
    AND conversation."when" >= :since
    AND conversation."when" < :until AND conversation."when" < :tomorrow)"""
HAS_GO_TO = """EXISTS (SELECT 1 FROM assignment JOIN volunteer ON volunteer.active = 1
    AND volunteer.id = assignment.volunteer WHERE assignment.id = person.id)"""
LEFT_BEHIND = f"""EXISTS (SELECT 1 FROM assignment WHERE assignment.id = person.id
    AND assignment.volunteer IS NOT NULL) AND NOT {HAS_GO_TO}"""
NOT_CONTACTED = """EXISTS (SELECT 1 FROM person_do_not_contact AS flag
    WHERE flag.person = person.id AND flag.value = 1)"""

LAST_TALK = """(SELECT id FROM conversation WHERE conversation.person = person.id
    AND conversation.result = 'talked' ORDER BY "when" DESC LIMIT 1)"""

CONDITIONS = {
    ("talked", "yes"): f"{TALKED} AND {IN_UNIT}",
    ("talked", "no"): f"NOT {TALKED} AND {IN_UNIT}",
    ("go_to", "yes"): f"{HAS_GO_TO} AND {IN_UNIT}",
    ("go_to", "no"): f"NOT {HAS_GO_TO} AND {IN_UNIT}",
    ("go_to", "left"): f"{LEFT_BEHIND} AND {IN_UNIT}",
    ("do_not_contact", "yes"): NOT_CONTACTED,
    ("promise", "overdue"): OVERDUE,
}


def find(db: Connection, reach: Names, filters: Filters, index: Index, page: int) -> Found:
    """Return page 1, 2, 3 … of the people who match, by name."""
    ids = matching(db, reach, filters, index)
    wanted = ids[(page - 1) * PAGE : page * PAGE]
    return Found(len(ids), lines(db, filters, wanted))


def matching(db: Connection, reach: Names, filters: Filters, index: Index) -> list[str]:
    """Return the ids of everybody who matches, by name."""
    return index.find(db, filters.q, _among(db, reach, filters))


def _among(db: Connection, reach: Names, filters: Filters) -> Collection[str] | None:
    where = [sql for (name, value), sql in CONDITIONS.items() if getattr(filters, name) == value]
    if filters.worksite:
        where.append("coalesce(person.worksite, 'none') = :worksite")
    if filters.local:
        where.append("person.local = :local")
    if filters.volunteer:
        where.append("person.id IN (SELECT id FROM assignment WHERE volunteer = :volunteer)")
    if not where and reach["whole"]:
        return None
    query = f"SELECT id FROM person WHERE {' AND '.join([IN_REACH, *where])}"
    rows = select(db, reach, query, vars(filters))
    return {row["id"] for row in rows}


def lines(db: Connection, filters: Filters, ids: list[str]) -> list[Line]:
    """Return these people, in this order; who is not there is left out."""
    rows = db.execute(
        "SELECT person.id, person.name, member_number, worksite, department, phone, email, "
        "person.local, "
        "assignment.volunteer AS go_to, coalesce(volunteer.active, 0) AS go_to_is_active, "
        'talk.id AS talk, talk."when" AS last_talk, '
        f"{TALKED} AS mapped, {NOT_CONTACTED} AS do_not_contact "
        "FROM json_each(:ids) AS wanted CROSS JOIN person ON person.id = wanted.value "
        "LEFT JOIN assignment ON assignment.id = person.id "
        "LEFT JOIN volunteer ON volunteer.id = assignment.volunteer "
        f"LEFT JOIN conversation AS talk ON talk.id = {LAST_TALK} ORDER BY wanted.key",
        {**vars(filters), "ids": json.dumps(ids)},
    ).fetchall()
    by = noted(db, [row["talk"] for row in rows if row["talk"]])
    return [_line(row, by.get(row["talk"] or "")) for row in rows]


def _line(row: Row, by: Noted | None) -> Line:
    flags = ("go_to_is_active", "mapped", "do_not_contact")
    said = {name: row[name] for name in row.keys() if name != "talk"}  # noqa: SIM118
    said |= {flag: bool(row[flag]) for flag in flags}
    return Line(last_talk_error_ms=by.at_error_ms if by else 0, **said)
