"""What go-to people leave to a coordinator: who asks for another, and whom they added."""

from dataclasses import dataclass

from server.reports.scope import IN_REACH, Names, select
from server.reports.talks import noted
from server.schema import Connection

LOOK_BACK_MS = 90 * 24 * 3600 * 1000
LIMIT = 50


@dataclass(frozen=True)
class Asking:
    """Somebody who asked for another go-to person; `at` in ms, `by` noted it."""

    person: str
    at: int
    at_error_ms: int
    by: str


@dataclass(frozen=True)
class Added:
    """Somebody on no list whom a volunteer put on their own, and of whom no more is said yet."""

    person: str
    volunteer: str | None
    since: str | None


def for_another(db: Connection, reach: Names, now: int) -> list[Asking]:
    """Return who asked since three months, has whom they had, and no talk since; newest first."""
    rows = select(
        db,
        reach,
        'SELECT conversation.id, conversation.person, conversation."when" AS at, '
        "assignment.volunteer FROM conversation "
        "JOIN person ON person.id = conversation.person "
        "LEFT JOIN assignment ON assignment.id = person.id "
        "WHERE conversation.result = 'another_go_to' AND conversation.\"when\" > :since "
        "AND NOT EXISTS (SELECT 1 FROM conversation AS later WHERE later.person = person.id "
        "AND later.result IN ('talked', 'another_go_to') "
        'AND (later."when", later.id) > (conversation."when", conversation.id)) '
        f'AND {IN_REACH} ORDER BY conversation."when" DESC LIMIT :limit',
        {"since": now - LOOK_BACK_MS, "limit": LIMIT},
    ).fetchall()
    by = noted(db, [row["id"] for row in rows])
    return [
        Asking(row["person"], row["at"], one.at_error_ms, one.by)
        for row in rows
        if (one := by.get(row["id"])) and row["volunteer"] in (None, one.by)
    ]


def added(db: Connection, reach: Names) -> list[Added]:
    """Return whom volunteers added, the newest first, as long as no coordinator places them."""
    rows = select(
        db,
        reach,
        "SELECT person.id AS person, assignment.volunteer, assignment.since "
        "FROM assignment JOIN person ON person.id = assignment.id "
        f"WHERE assignment.picked = 1 AND person.relation IS NULL AND {IN_REACH} "
        "ORDER BY assignment.since DESC, person.id LIMIT :limit",
        {"limit": LIMIT},
    )
    return [Added(**dict(row)) for row in rows]
