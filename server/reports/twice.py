"""Two one-on-ones with one person in one week: both are kept, coordinators are told."""

from dataclasses import dataclass

from server.reports.scope import IN_REACH, Names, select
from server.schema import Connection

WEEK_MS = 7 * 24 * 3600 * 1000
LOOK_BACK_MS = 30 * 24 * 3600 * 1000
LIMIT = 50


@dataclass(frozen=True)
class TwoTalks:
    """Two conversations with one person, times in ms."""

    person: str
    first: str
    first_at: int
    second: str
    second_at: int


def two_talks_in_a_week(db: Connection, reach: Names, now: int) -> list[TwoTalks]:
    """Return pairs of talks at most a week apart in the last thirty days, newest first."""
    rows = select(
        db,
        reach,
        'SELECT conversation.person, earlier.id AS first, earlier."when" AS first_at, '
        'conversation.id AS second, conversation."when" AS second_at '
        "FROM conversation JOIN person ON person.id = conversation.person "
        "JOIN conversation AS earlier ON earlier.person = conversation.person "
        "AND earlier.result = 'talked' AND earlier.meeting IS NULL "
        "AND earlier.id != conversation.id "
        'AND earlier."when" > conversation."when" - :week '
        'AND (earlier."when", earlier.id) < (conversation."when", conversation.id) '
        "WHERE conversation.result = 'talked' AND conversation.meeting IS NULL "
        'AND conversation."when" > :since '
        f'AND {IN_REACH} ORDER BY conversation."when" DESC LIMIT :limit',
        {"week": WEEK_MS, "since": now - LOOK_BACK_MS, "limit": LIMIT},
    )
    return [TwoTalks(**dict(row)) for row in rows]
