"""Whom a volunteer puts on their own list: somebody nobody knew, made by the same save. Pure.

Nobody gains sight of anybody that way. The id is a phone's, made at random: one that follows from
a member number, as an import's does, could be taken before the person it stands for comes.
"""

import re
from typing import TYPE_CHECKING

from sync.kinds import COORDINATOR, Kind
from sync.save import Change, Save

if TYPE_CHECKING:
    from sync.exchange import Facts

MADE_AT_RANDOM = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def picked(save: Save, facts: "Facts") -> frozenset[str]:
    """Return the persons whom a save makes and puts on the list of its author."""
    if facts.rank >= COORDINATOR:
        return frozenset()  # what they write is a coordinator's word, and needs no picking
    wanted = {change.record for change in save.changes if _picks(change, facts)}
    return frozenset(person for person in wanted if _may_make(person, save, facts))


def may_make(kind: Kind, register: str, facts: "Facts") -> bool:
    """Return whether the author may write a register of somebody whom the same save makes."""
    field = kind.field_of(register)
    return field is not None and not facts.may_as.isdisjoint(field.make)


def _may_make(person: str, save: Save, facts: "Facts") -> bool:
    changes = [change for change in save.changes if change.record == person]
    made = [change for change in changes if change.kind == "person"]
    lists = [change for change in changes if change.kind == "assignment"]
    return (
        MADE_AT_RANDOM.fullmatch(person) is not None
        and any(change.set.get("name") for change in made)
        and all(_is_here(change, facts) for change in made)
        and all(_picks(change, facts) for change in lists)
        and facts.is_new(person)
    )


def _picks(change: Change, facts: "Facts") -> bool:
    """Return whether a change puts somebody on the list of whoever makes it, and on no other."""
    said = change.set
    is_own = said.get("picked") is True and said.get("volunteer") == facts.author
    return change.kind == "assignment" and is_own


def _is_here(change: Change, facts: "Facts") -> bool:
    """Return whether a person is made where their author belongs, else where the worksite does."""
    own = facts.stands("volunteer", facts.author, "local")
    site = change.set.get("worksite")
    there = facts.stands("worksite", site, "local") if isinstance(site, str) else None
    return change.set.get("local") == (own or there)
