"""What befalls a phone's storage, and its process in the middle of what it does there."""

import random
from typing import TYPE_CHECKING

from tests.simulator.acts import act
from tests.simulator.acts_phones import some_phone
from tests.simulator.node_phone import NodePhone
from tests.simulator.virtual import MINUTE_MS

if TYPE_CHECKING:
    from tests.simulator.world import World

MOST_STEPS = 80  # of the app's event loop; a save takes about half as many


@act(1, fault=True)
def fill_storage(world: "World", chance: random.Random) -> object:
    """A phone has no room left for a while: what cannot be kept is not called saved."""
    holder = some_phone(world, chance)
    if holder is None:
        return False
    holder.phone.fill(True)
    world.later(chance.randrange(10 * MINUTE_MS), lambda: holder.phone.fill(False))
    return True


@act(2, fault=True)
def drop_database(world: "World", chance: random.Random) -> object:
    """A browser closes an app's database under it."""
    phone = some_app(world, chance)
    if phone is None:
        return False
    phone.drop()
    return True


@act(4, fault=True)
def kill_amid_steps(world: "World", chance: random.Random) -> object:
    """An app dies between two steps of what it will do next."""
    phone = some_app(world, chance)
    if phone is None:
        return False
    phone.kill_after(chance.randrange(MOST_STEPS))
    return True


def some_app(world: "World", chance: random.Random) -> NodePhone | None:
    """Return a running phone of the app's own JavaScript: models have no steps and no browser."""
    holder = some_phone(world, chance)
    return holder.phone if holder and isinstance(holder.phone, NodePhone) else None
