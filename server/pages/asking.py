"""What go-to people leave to a coordinator, as the review page says it."""

from dataclasses import dataclass

from server.pages import told
from server.pages.desk import Desk
from server.reports import asking
from server.schema import Connection


@dataclass(frozen=True)
class Gathered:
    """Who asks for another go-to person, and whom go-to people added."""

    another: list[asking.Asking]
    added: list[asking.Added]
    tell: told.Teller

    @property
    def people(self) -> list[str]:
        """Everybody the page names."""
        return [*(one.person for one in self.another), *(one.person for one in self.added)]


def gather(db: Connection, desk: Desk) -> Gathered:
    """Read both."""
    another = asking.for_another(db, desk.reach, desk.now)
    added = asking.added(db, desk.reach)
    wanted = {("person", one.person) for one in another}
    wanted |= {("person", one.person) for one in added}
    wanted |= {("volunteer", one.by) for one in another}
    wanted |= {("volunteer", one.volunteer) for one in added if one.volunteer}
    return Gathered(another, added, told.Teller(db, desk.words, desk.kinds, wanted))


def another_shown(desk: Desk, found: Gathered) -> list[told.Shown]:
    """Return who asks for another go-to person."""
    t = desk.words
    return [
        {
            "name": found.tell.name("person", one.person),
            "link": f"/desk/people/{one.person}",
            "by": found.tell.name("volunteer", one.by),
            "when": t.moment(one.at, one.at_error_ms),
        }
        for one in found.another
    ]


def added_shown(desk: Desk, found: Gathered) -> list[told.Shown]:
    """Return whom go-to people added, and where to say how they belong."""
    t = desk.words
    return [
        {
            "name": found.tell.name("person", one.person),
            "link": f"/desk/people/{one.person}",
            "by": found.tell.name("volunteer", one.volunteer),
            "when": t.value("assignment", "since", one.since),
        }
        for one in found.added
    ]
