"""Faults of the server that are known and not mended yet; each is described where it was reported.

When one is mended, what stands here about it goes.
"""

from tests.simulator.fold import KINDS, Key
from tests.simulator.holder import Holder
from tests.simulator.phone import Json
from tests.simulator.reference import Reference


def is_stranded(reference: Reference, key: Key, fields: dict[str, list[Json]]) -> bool:
    """Whether a phone cannot know that a record is no longer theirs."""
    about = KINDS[key[0]]["about"]
    says_about = about in ("id", "everyone") or about in fields
    return not says_about or key in reference.moved_elsewhere


def keeps_earlier_work(holder: Holder) -> bool:
    """Whether a phone keeps saves it made as another device, of which it hears no more."""
    storage = getattr(holder.phone, "storage", None)
    if storage is None or storage.me is None:
        return False
    return any(row.device != storage.me["device"] for row in storage.rows.values())
