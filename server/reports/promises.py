"""Promises: what is open about people, and what is overdue."""

from dataclasses import dataclass

from server.reports.scope import IN_REACH, Names, select
from server.schema import Connection

OVERDUE = """EXISTS (SELECT 1 FROM follow_up WHERE follow_up.person = person.id
    AND follow_up.state = 'open' AND follow_up.due < :today)"""


@dataclass(frozen=True)
class Promise:
    """One follow-up; `due` is an ISO day."""

    id: str
    text: str | None
    due: str | None
    owner: str | None
    state: str | None
    asks: str | None
    is_overdue: bool


def count_overdue(db: Connection, reach: Names, today: str) -> int:
    """Return how many open promises are past their day; `today` is an ISO day."""
    row = select(
        db,
        reach,
        "SELECT count(*) AS n FROM follow_up JOIN person ON person.id = follow_up.person "
        f"WHERE follow_up.state = 'open' AND follow_up.due < :today AND {IN_REACH}",
        {"today": today},
    ).fetchone()
    return int(row["n"])


def to_person(db: Connection, person: str, today: str) -> list[Promise]:
    """Return what was promised to one person: open ones first, by their day."""
    rows = db.execute(
        "SELECT id, text, due, owner, state, asks, (state = 'open' AND due < :today) AS is_overdue "
        "FROM follow_up WHERE person = :person "
        "ORDER BY state = 'open' DESC, due IS NULL, due, id",
        {"person": person, "today": today},
    )
    return [Promise(**{**dict(r), "is_overdue": bool(r["is_overdue"])}) for r in rows]
