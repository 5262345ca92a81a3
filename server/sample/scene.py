"""Everything the stories of a sample need at hand."""

from dataclasses import dataclass, field

from server.sample.calendar import Calendar
from server.sample.chance import Chance
from server.sample.devices import Desk, Office, Phone
from server.sample.talks import Talks
from server.sample.union import GoTo, Union


@dataclass
class Scene:
    """The union as it was made so far, with the desk of its coordinator and everybody's phone.

    told: ids of people who have a story of their own.
    """

    union: Union
    calendar: Calendar
    chance: Chance
    office: Office
    desk: Desk
    talks: Talks
    phones: dict[str, Phone] = field(default_factory=dict)
    told: set[str] = field(default_factory=set)

    def phone_of(self, volunteer: str) -> Phone:
        """Return a volunteer's phone, joined when first asked for."""
        if volunteer not in self.phones:
            self.phones[volunteer] = Phone(self.office, volunteer)
        return self.phones[volunteer]

    @property
    def hero(self) -> GoTo:
        """The go-to person whose link the demo shows."""
        return self.union.go_tos[0]
