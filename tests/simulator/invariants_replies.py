"""Of one reply: a phone that is to be wiped gets nothing, and a copy gets a name."""

import hashlib
from typing import TYPE_CHECKING

from tests.simulator.phone import Asked, Json
from tests.simulator.violation import demand

if TYPE_CHECKING:
    from tests.simulator.world import World


def wipe_comes_alone(volunteer: str, down: Json) -> None:
    """Invariant 7: whoever was signed out is sent no record beside being told so."""
    sent = down["records"] if down.get("wipe") else []
    demand(not sent, 7, f"{volunteer} was told to wipe, and sent {sent[:3]}.")


def copies_are_renamed(world: "World", asked: Asked, down: Json) -> None:
    """Invariant 2 stands on names: who brings a second save under a number is told a name.

    Two phones that count on as one would each take the other's saves for their own.
    """
    up = asked.up() or {}
    device = _device(world, asked)
    if device is None or down.get("wipe"):
        return
    sent = [envelope["header"] for envelope in up["envelopes"]]
    taken = {header["id"]: header["n"] for header in sent if header["device"] == device}
    for id, n in taken.items():
        first = world.rows(FIRST, device, n)
        if first and first[0]["id"] != id and _is_there(world, id, device):
            demand("device" in down, 2, f"{id} is {device}'s second {n}, which nobody told it.")
            world.renamed[id] = device


FIRST = "SELECT id FROM save WHERE device = ? AND n = ? ORDER BY seq LIMIT 1"


def _is_there(world: "World", id: str, device: str) -> bool:
    return bool(world.rows("SELECT 1 FROM save WHERE id = ? AND device = ?", id, device))


def _device(world: "World", asked: Asked) -> str | None:
    """Return the device that a request's cookie belongs to."""
    credential = asked.headers.get("cookie", "").rpartition("=")[2]
    digest = hashlib.sha256(credential.encode()).hexdigest()
    rows = world.rows("SELECT id FROM device WHERE hash = ?", digest)
    return rows[0]["id"] if rows else None
