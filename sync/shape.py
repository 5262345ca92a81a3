"""What can be said beforehand of every change that sets the same registers of one kind."""

from collections.abc import Mapping
from typing import NamedTuple

from sync.kinds import Kind
from sync.rules import ON_WINS
from sync.save import Value
from sync.values import Fits, fitting

MOST_KNOWN = 1_000


class Shape(NamedTuple):
    """Who may write such a change, what its values must fit, and where on wins.

    writers: sets of roles; its author must have one of each.
    """

    writers: tuple[frozenset[str], ...]
    fits: tuple[tuple[str, Fits], ...]
    on_wins: tuple[str, ...]

    def is_fine(self, values: Mapping[str, Value], roles: frozenset[str]) -> bool:
        """Return whether somebody with these roles may write these values."""
        if any(map(roles.isdisjoint, self.writers)):
            return False
        for register, fits in self.fits:
            value = values[register]
            if value is not None and not fits(value):
                return False
        return True

    def shows_itself(self, values: Mapping[str, Value]) -> bool:
        """Return whether each register, written for the first time, shows just what is written."""
        return all(isinstance(values[register], bool) for register in self.on_wins)


def shape_of(kind: Kind, values: Mapping[str, Value]) -> Shape:
    """Return the shape of changes that set these registers."""
    registers = tuple(values)
    known = kind.shapes
    if registers not in known:
        if len(known) >= MOST_KNOWN:
            known.clear()  # names come from outside: no phone may fill the memory with them
        known[registers] = _shape(kind, registers)
    return known[registers]


def _shape(kind: Kind, registers: tuple[str, ...]) -> Shape:
    fields = [(register, kind.field_of(register)) for register in registers]
    writers = {frozenset((field.write if field else ()) or kind.write) for _, field in fields}
    return Shape(
        tuple(writers),
        tuple((register, fitting(field)) for register, field in fields if field),
        tuple(register for register in registers if kind.rule_of(register) in ON_WINS),
    )
