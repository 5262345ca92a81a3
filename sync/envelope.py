"""An envelope carries one save: a clear header and the save itself. Twin: pwa/sync/envelope.js.

The only place that knows how a save is wrapped.
"""

from typing import Annotated, NamedTuple

import msgspec

from sync.save import BadSave, Count, Id, Save, read_save

MAX_PLAIN = 100_000


class Header(msgspec.Struct, frozen=True):
    """What can be read without opening: whose counter this is, and which save."""

    id: Id
    device: Id
    n: Count


class Envelope(msgspec.Struct, frozen=True):
    """header and the save's JSON text."""

    header: Header
    plain: Annotated[str, msgspec.Meta(max_length=MAX_PLAIN)]


class Opened(NamedTuple):
    """A save, or the problem code why the envelope did not give one."""

    save: Save | None
    reason: str | None


def open_envelope(envelope: Envelope) -> Opened:
    """Return the save inside, if it is one and is what the header says."""
    try:
        save = read_save(envelope.plain)
    except BadSave:
        return Opened(None, "unreadable")
    header = envelope.header
    if (save.id, save.device, save.n) != (header.id, header.device, header.n):
        return Opened(None, "header_differs")
    return Opened(save, None)
