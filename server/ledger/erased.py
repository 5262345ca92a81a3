"""What was erased stays erased: of a save that comes late only the rest is taken."""

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from server.ledger.opening import Opened
from sync.kinds import Kinds
from sync.merge import JOINED
from sync.save import Change, Save, without, write_save

if TYPE_CHECKING:
    from server.ledger.work import Work

# These hold ids and nothing else. Without the joins of before, what was written to others while
# they were joined would add up to something else; they join nobody any more.
NOTHING_SAID = ("erasure", "alias")
IsErased = Callable[[str, str], bool]  # kind, record


def scrubbed(work: "Work", found: Opened, lifted: Save) -> Opened:
    """Return what may be stored of a save: all of it, or without what is about the erased.

    Nothing of it is an empty text. `lifted` is the save in today's words.
    """
    if found.save is None:
        return found
    gone = positions(work.kinds, work.is_erased, lifted)
    if not gone:
        return found
    changes = [lifted.changes[position] for position in gone]
    work.came_late |= {
        (change.kind, change.record)
        for change in changes
        if is_about(work.kinds, work.is_erased, change)
    }
    kept = without(found.save, gone)
    says_more = any(change.set for change in kept.changes)
    return found._replace(save=kept, text=write_save(kept) if says_more else "", is_scrubbed=True)


def positions(kinds: Kinds, is_erased: IsErased, save: Save) -> Collection[int]:
    """Return which changes of a save are about the erased, or name them."""
    return {
        position
        for position, change in enumerate(save.changes)
        if is_about(kinds, is_erased, change) or named_in(kinds, is_erased, change)
    }


def is_about(kinds: Kinds, is_erased: IsErased, change: Change) -> bool:
    """Return whether all that a change says is about the erased."""
    kind = kinds.get(change.kind)
    if kind is None or kind.kind in NOTHING_SAID:
        return False
    return is_erased(change.kind, change.record) or kind.about in named_in(kinds, is_erased, change)


def named_in(kinds: Kinds, is_erased: IsErased, change: Change) -> Collection[str]:
    """Return the registers in which a change names a person who was erased."""
    kind = kinds.get(change.kind)
    if kind is None or kind.kind in NOTHING_SAID:
        return ()
    return {
        register
        for register, value in change.set.items()
        if isinstance(value, str)
        and (field := kind.field_of(register)) is not None
        and field.type == "ref"
        and field.to == JOINED
        and is_erased(JOINED, value)
    }
