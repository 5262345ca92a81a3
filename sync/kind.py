"""One kind of record, and one field of it, as a file of sync/kinds/ says it."""

from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from sync.shape import Shape

COORDINATOR = 3
RANKS = {
    "go_to": 1,
    "steward": 1,
    "picket_captain": 1,
    "organiser": 2,
    "coordinator": COORDINATOR,
    "administrator": COORDINATOR,
}
# Who runs the machine: its commands, and what it does by itself. No volunteer is called so.
SERVER = "server"
PERSON = "person"
MAX_KNOWN = 10_000
ANY = "*"


class Field(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One field: its type and bounds, its rule, and who may write it (absent: as the kind).

    make: who else may write it, in the save that makes a person and puts them on its author's list.
    fixed: once something stands there, nothing else is taken.
    private: it travels only to whoever wrote it; coordinators read it at the desk.
    elements: what one of a field with each may be called, absent is anything; `by_*` is by_ and
    whatever follows, as the id of a volunteer.
    """

    type: str
    rule: str
    label: dict[str, str]
    max: int | None = None
    min: int | None = None
    choices: tuple[str, ...] = ()
    to: str | None = None
    each: bool = False
    elements: tuple[str, ...] = ()
    write: tuple[str, ...] = ()
    make: tuple[str, ...] = ()
    fixed: bool = False
    private: bool = False

    def has(self, element: str) -> bool:
        """Return whether an element may be called like that."""
        starts = tuple(known[:-1] for known in self.elements if known.endswith(ANY))
        return not self.elements or element in self.elements or element.startswith(starts)


class Kind(msgspec.Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """One kind of record.

    about: "id" (a record is about itself), "everyone", or the field that names its subject.
    ids: the kind whose ids this kind's records bear, so that they are joined with them.
    views: the view a volunteer was granted on the subject -> the fields it shows, "*" for all.
    It travels to the phones of those who have such a view, and to no other.
    optional: held until the union turns it on, by a record of `in_use` that bears its name.
    """

    kind: str
    label: dict[str, str]
    about: str
    write: tuple[str, ...]
    views: dict[str, str | tuple[str, ...]]
    fields: dict[str, Field]
    ids: str = ""
    comment: str = ""
    optional: bool = False

    def field_of(self, register: str) -> Field | None:
        """Return the field behind a register's name: `phone`, or `answers/platform`."""
        known = self._known
        if register not in known:
            if len(known) >= MAX_KNOWN:
                known.clear()  # names come from outside: no phone may fill the memory with them
            known[register] = self._field(register)
        return known[register]

    @cached_property
    def _known(self) -> "dict[str, Field | None]":
        return {}

    @cached_property
    def has_fixed(self) -> bool:
        """Whether it has fields that never change."""
        return any(field.fixed for field in self.fields.values())

    @cached_property
    def private(self) -> frozenset[str]:
        """The fields that travel only to whoever wrote them."""
        return frozenset(name for name, field in self.fields.items() if field.private)

    @cached_property
    def is_private(self) -> bool:
        """Whether all of it travels only to whoever wrote it: to others there is no such record."""
        return len(self.private) == len(self.fields)

    @cached_property
    def shapes(self) -> "dict[tuple[str, ...], Shape]":
        """What sync/shape.py has worked out for this kind."""
        return {}

    def _field(self, register: str) -> Field | None:
        name, slash, element = register.partition("/")
        field = self.fields.get(name)
        if field is None or bool(slash) != field.each:
            return None
        return field if field.has(element) else None

    @cached_property
    def is_about_people(self) -> bool:
        """Whether the subject of its records is a person."""
        about = self.fields.get(self.about)
        return PERSON in (self.ids, about.to if about else None)

    @cached_property
    def people(self) -> frozenset[str]:
        """The fields that refer to a person; a kind checked has none of them with each."""
        return frozenset(name for name, field in self.fields.items() if field.to == PERSON)

    def element_of(self, register: str) -> tuple[str, str] | None:
        """Return field and element of a register that is one of a field's many, else None."""
        known = self._elements
        if register not in known:
            if len(known) >= MAX_KNOWN:
                known.clear()
            name, slash, element = register.partition("/")
            is_known = bool(slash) and self.field_of(register) is not None
            known[register] = (name, element) if is_known else None
        return known[register]

    @cached_property
    def _elements(self) -> "dict[str, tuple[str, str] | None]":
        return {}

    def rule_of(self, register: str) -> str:
        """Return the rule a register folds by; what this server does not know is `latest`."""
        field = self.field_of(register)
        return field.rule if field else "latest"

    def shows_all(self, views: Iterable[str]) -> bool:
        """Return whether one of these views lets every register through."""
        return "*" in map(self.views.get, views)

    def is_shown_by(self, views: Iterable[str]) -> bool:
        """Return whether one of these views lets anything of the kind through."""
        return not self.views.keys().isdisjoint(views)

    def shows(self, view: str, register: str) -> bool:
        """Return whether a view lets this register through."""
        fields = self.views.get(view, ())
        return fields == "*" or register.partition("/")[0] in fields
