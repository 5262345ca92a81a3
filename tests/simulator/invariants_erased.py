"""Invariant 16: what was erased is gone from the server's files and from phones, and stays gone."""

from typing import TYPE_CHECKING

from tests.simulator.brief import dumped
from tests.simulator.violation import demand

if TYPE_CHECKING:
    from tests.simulator.world import World


def nothing_is_left(world: "World") -> None:
    """Search every file and every phone for words about those who were erased."""
    erased = {word for word in world.words.places if world.watcher.is_erased(word)}
    gone = world.erased - world.watcher.oracle.reference.erased
    demand(not gone, 16, f"Not erased any more: {sorted(gone)[:3]}")
    if not erased:
        return
    for path in world.server.files():
        left = world.words.found_in(path.read_bytes()) & erased
        demand(not left, 16, f"{path.name} still holds {sorted(left)[:3]}.")
    for holder in world.holders:
        left = world.words.found_in(dumped(holder)) & erased
        demand(not left, 16, f"{holder.name} still holds {sorted(left)[:3]}.")
