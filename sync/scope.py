"""Who may see and write what: entitlements become grants with sequence numbers.

A grant is (volunteer, subject, view). Nothing here asks a database; server/ledger.py gathers.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sync.kinds import Kind
from sync.save import Value

EVERYONE = "*"


class Grant(NamedTuple):
    """A volunteer may see a subject (a record's id, or EVERYONE) through a view."""

    volunteer: str
    subject: str
    view: str


class Turn(NamedTuple):
    """What changes between the grants that stand and those that should."""

    given: set[Grant]
    ended: set[Grant]


def turn(standing: Iterable[Grant], entitled: Iterable[Grant]) -> Turn:
    """Return which grants to give and which to end."""
    now, wanted = set(standing), set(entitled)
    return Turn(wanted - now, now - wanted)


def subject_of(kind: Kind, record: str, about: str | None) -> str | None:
    """Return the subject of a record; `about` is the value of the field its kind is about."""
    if kind.about == "id":
        return record
    return EVERYONE if kind.about == "everyone" else about


def people_named(kind: Kind, values: Mapping[str, Value]) -> set[str]:
    """Return the persons that a change names: whom it is about, whom it joins or tells apart."""
    refs = kind.people
    return {
        value for register in refs & values.keys() if isinstance(value := values[register], str)
    }


def reached_by(kind: Kind, subject: str) -> str:
    """Return whom a coordinator must reach for what is about a subject.

    Those bound to locals reach people; a volunteer or a line may bear the id of one.
    """
    return subject if kind.is_about_people else EVERYONE


def may_write_about(kind: Kind, register: str, views: Iterable[str]) -> bool:
    """Return whether one of the views a volunteer holds or ever held reaches this register."""
    return any(kind.shows(view, register) for view in views)
