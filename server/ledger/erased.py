"""What was erased stays erased: of a save that comes late only the rest is taken."""

import re
from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING, Protocol

from server.ledger.opening import Opened
from sync.kinds import Kinds
from sync.lift import lift
from sync.merge import JOINED, Key
from sync.save import Change, Save, without, write_save

if TYPE_CHECKING:
    from server.ledger.work import Work

# These hold ids and nothing else. Without the joins of before, what was written to others while
# they were joined would add up to something else; they join nobody any more.
NOTHING_SAID = ("erasure", "alias")
_WORD = re.compile(r"[A-Za-z0-9_-]+")
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})")


class Gone(Protocol):
    """Tells what is erased, or about to be."""

    def is_erased(self, kind: str, record: str) -> bool:
        """Return whether a record is."""

    def is_any_erased(self, ids: Iterable[str]) -> bool:
        """Return whether a record of any kind is that bears one of these ids."""


class Leaving:
    """What is about to be erased."""

    def __init__(self, keys: Collection[Key]) -> None:
        self._keys = set(keys)
        self._ids = {id for _, id in keys}

    def is_erased(self, kind: str, record: str) -> bool:
        """Return whether a record is."""
        return (kind, record) in self._keys

    def is_any_erased(self, ids: Iterable[str]) -> bool:
        """Return whether a record of any kind is that bears one of these ids."""
        return not self._ids.isdisjoint(ids)


def scrubbed(work: "Work", found: Opened) -> Opened:
    """Return what may be stored of a save: all of it, or without what is about the erased.

    Nothing of it is an empty text.
    """
    if not work.has_erased:
        return found
    if found.save is None or found.reason == "header_differs":
        # Nobody reads what it says: it goes whole.
        is_gone = mentions(found.text or "", work)
        return found._replace(text="", is_scrubbed=True) if is_gone else found
    lifted = lift(found.save)
    gone = positions(work.kinds, work, lifted)
    if not gone:
        return found
    changes = [lifted.changes[position] for position in gone]
    work.came_late |= {
        (change.kind, change.record)
        for change in changes
        if change.kind in work.kinds and is_about(work.kinds, work, change)
    }
    kept = without(found.save, gone)
    says_more = any(change.set for change in kept.changes)
    return found._replace(save=kept, text=write_save(kept) if says_more else "", is_scrubbed=True)


def mentions(text: str, gone: Gone) -> bool:
    """Return whether a text that is no save names the erased, however it spells them."""
    plain = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)
    return gone.is_any_erased(set(_WORD.findall(plain)))


def positions(kinds: Kinds, gone: Gone, save: Save) -> Collection[int]:
    """Return which changes of a save are about the erased, or name them."""
    return {
        position
        for position, change in enumerate(save.changes)
        if is_about(kinds, gone, change) or named_in(kinds, gone, change)
    }


def is_about(kinds: Kinds, gone: Gone, change: Change) -> bool:
    """Return whether all that a change says is about the erased."""
    if change.kind in NOTHING_SAID:
        return False
    kind = kinds.get(change.kind)
    if kind is None:
        # Which of its fields says whom it is about, nobody here knows.
        return gone.is_any_erased(_ids_in(change))
    return gone.is_erased(change.kind, change.record) or kind.about in named_in(kinds, gone, change)


def named_in(kinds: Kinds, gone: Gone, change: Change) -> Collection[str]:
    """Return the registers in which a change names a person who was erased."""
    kind = kinds.get(change.kind)
    if kind is None or kind.kind in NOTHING_SAID:
        return ()
    return {
        register
        for register, value in change.set.items()
        if isinstance(value, str)
        and ((field := kind.field_of(register)) is None or field.to == JOINED)
        and gone.is_erased(JOINED, value)
    }


def _ids_in(change: Change) -> Iterator[str]:
    yield change.record
    for register, value in change.set.items():
        yield register.partition("/")[2]
        if isinstance(value, str):
            yield value
