"""Mapped: who had a one-on-one within the campaign's dates, and the worksites, weakest first."""

from collections.abc import Iterable
from dataclasses import dataclass

from server.reports.scope import IN_LOCALS, IN_REACH, IN_UNIT, Names, select
from server.schema import Connection

LIST_SIZE = 20  # about twenty people to a list is the rule of thumb, a warning and not a wall


@dataclass(frozen=True)
class Worksite:
    """One worksite's numbers, or their sum; `last_heard` is ms, None for never."""

    id: str | None
    name: str | None
    people: int
    mapped: int
    covered: int
    go_to: int
    last_heard: int | None

    @property
    def needed(self) -> int:
        """How many go-to people the rule of thumb asks for."""
        return -(-self.people // LIST_SIZE)

    def reached(self, goal: int) -> bool:
        """Whether its share of mapped people is at the goal, in percent."""
        return self.mapped * 100 >= goal * self.people


OF_ALL = "FROM conversation WHERE"
IN_REACH_ONLY = f"""FROM person CROSS JOIN conversation ON conversation.person = person.id
    WHERE {IN_LOCALS} AND"""
# `last` is of all talks; `mapped` only of those within the dates that were one-on-ones.
BY_WORKSITE = f"""
WITH talks AS MATERIALIZED (
    SELECT conversation.person, max("when") AS last,
        max(meeting IS NULL AND "when" >= :since AND "when" < :until) AS mapped
    {OF_ALL} result = 'talked' AND "when" < :tomorrow GROUP BY conversation.person)
SELECT person.worksite AS id, worksite.name AS name, count(*) AS people,
    coalesce(sum(talks.mapped), 0) AS mapped, count(volunteer.id) AS covered,
    count(DISTINCT volunteer.id) AS go_to, max(talks.last) AS last_heard
FROM person
LEFT JOIN talks ON talks.person = person.id
LEFT JOIN worksite ON worksite.id = person.worksite
LEFT JOIN assignment ON assignment.id = person.id
LEFT JOIN volunteer ON volunteer.id = assignment.volunteer AND volunteer.active = 1
WHERE {IN_UNIT} AND {IN_REACH}
GROUP BY person.worksite
"""


def by_worksite(
    db: Connection, reach: Names, since: int, until: int, tomorrow: int
) -> list[Worksite]:
    """Return the worksites of the people in reach, the weakest share first; times in ms."""
    names = {"since": since, "until": until, "tomorrow": tomorrow}
    talks = OF_ALL if reach["whole"] else IN_REACH_ONLY
    rows = select(db, reach, BY_WORKSITE.replace(OF_ALL, talks), names)
    found = [Worksite(**dict(row)) for row in rows]
    return sorted(found, key=lambda w: (w.mapped / w.people, -w.people, w.name or ""))


def total(worksites: Iterable[Worksite]) -> Worksite:
    """Return the sum over worksites; its go-to people may count one person twice."""
    rows = list(worksites)
    return Worksite(
        id=None,
        name=None,
        people=sum(w.people for w in rows),
        mapped=sum(w.mapped for w in rows),
        covered=sum(w.covered for w in rows),
        go_to=sum(w.go_to for w in rows),
        last_heard=max((w.last_heard for w in rows if w.last_heard), default=None),
    )
