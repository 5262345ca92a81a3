"""What was erased stays erased: of a save that comes late only the rest is taken."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from server.ledger.opening import Opened
from sync.merge import JOINED
from sync.save import Change, Save, without, write_save

if TYPE_CHECKING:
    from server.ledger.work import Work


def scrubbed(work: "Work", found: Opened, lifted: Save) -> Opened:
    """Return what may be stored of a save: all of it, or without what is about the erased.

    Nothing of it is an empty text. `lifted` is the save in today's words.
    """
    if not work.has_erased or found.save is None:
        return found
    gone = positions(work, lifted)
    if not gone:
        return found
    kept = without(found.save, gone)
    says_more = any(change.set for change in kept.changes)
    return found._replace(save=kept, text=write_save(kept) if says_more else "", is_scrubbed=True)


def positions(work: "Work", save: Save) -> Collection[int]:
    """Return which changes of a save are about the erased."""
    return {p for p, change in enumerate(save.changes) if _is_erased(work, change)}


def _is_erased(work: "Work", change: Change) -> bool:
    kind = work.kinds.get(change.kind)
    if kind is None or kind.kind == "erasure":
        return False
    if work.is_erased(change.kind, change.record):
        return True
    named = (kind.field_of(register) for register in change.set)
    return any(
        field is not None
        and field.type == "ref"
        and field.to == JOINED
        and isinstance(value, str)
        and work.is_erased(JOINED, value)
        for field, value in zip(named, change.set.values(), strict=True)
    )
