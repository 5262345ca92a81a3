"""Opening an envelope with what the database knows of the device it names."""

import json
from collections.abc import Iterable
from typing import NamedTuple

from server.schema import Connection, Row
from sync.envelope import Envelope, Opener, open_envelope
from sync.save import Save


class Opened(NamedTuple):
    """The save, its text, what is wrong as a problem code, and the device the header names.

    Without a text there is nothing to store but the envelope: see sealed.py.
    """

    save: Save | None
    text: str | None
    reason: str | None
    device: Row | None
    is_scrubbed: bool = False


def open_all(
    db: Connection, opener: Opener, envelopes: Iterable[Envelope]
) -> list[tuple[Envelope, Opened]]:
    """Return what each envelope holds, in the order of the log.

    Each device's stand in the order of its counter, and before those of a device that joined
    later: whoever joined again goes on from what they did before. A plain one proves nothing of
    who made it: the caller looks at who carried it.
    """
    envelopes = list(envelopes)
    names = json.dumps(sorted({envelope.header.device for envelope in envelopes}))
    query = "SELECT * FROM device WHERE id IN (SELECT value FROM json_each(?))"
    devices: dict[str, Row] = {row["id"]: row for row in db.execute(query, (names,))}

    def place(envelope: Envelope) -> tuple[int, str, int]:
        device = devices.get(envelope.header.device)
        return (device["made_at"] if device else 0, envelope.header.device, envelope.header.n)

    ordered = sorted(envelopes, key=place)
    return [(each, _opened(opener, each, devices.get(each.header.device))) for each in ordered]


def _opened(opener: Opener, envelope: Envelope, device: Row | None) -> Opened:
    is_sealed = envelope.sealed is not None
    if is_sealed and device is not None and device["seal"] is None:
        # Whoever may guess that a key is empty must not be able to write in its name.
        return Opened(None, None, "bad_seal", device)
    found = open_envelope(envelope, opener, device["seal"] if device else None)
    reason = found.reason
    if reason is None and device is not None and device["revoked_at"] is not None:
        reason = "device_revoked"
    return Opened(found.save, found.text, reason, device)
