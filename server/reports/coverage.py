"""Coverage: lists that are too long, and lists whose go-to person is no longer there."""

from dataclasses import dataclass

from server.reports.mapped import LIST_SIZE
from server.reports.scope import IN_REACH, IN_UNIT, Names, select
from server.schema import Connection


@dataclass(frozen=True)
class MyList:
    """One go-to person's list: how many people are on it."""

    volunteer: str
    name: str
    people: int


@dataclass(frozen=True)
class Lists:
    """vacant: the go-to person is no longer active; long: more than LIST_SIZE people."""

    vacant: list[MyList]
    long: list[MyList]


def lists(db: Connection, reach: Names) -> Lists:
    """Return the lists that need somebody's attention, the longest first."""
    rows = select(
        db,
        reach,
        "SELECT assignment.volunteer, volunteer.name, volunteer.active, count(*) AS people "
        "FROM assignment JOIN person ON person.id = assignment.id "
        "LEFT JOIN volunteer ON volunteer.id = assignment.volunteer "
        f"WHERE assignment.volunteer IS NOT NULL AND {IN_UNIT} AND {IN_REACH} "
        "GROUP BY assignment.volunteer ORDER BY people DESC, volunteer.name",
    ).fetchall()
    made = [(MyList(r["volunteer"], r["name"] or "", r["people"]), r["active"] == 1) for r in rows]
    return Lists(
        vacant=[found for found, is_active in made if not is_active],
        long=[found for found, is_active in made if is_active and found.people > LIST_SIZE],
    )
