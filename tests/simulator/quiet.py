"""Quiet points: all faults stop, all is delivered, phones exchange until nothing moves."""

import random
from typing import TYPE_CHECKING

from tests.simulator.acts import act
from tests.simulator.brief import brief
from tests.simulator.holder import Holder
from tests.simulator.invariants import check_all
from tests.simulator.violation import demand

if TYPE_CHECKING:
    from tests.simulator.world import World

MOST_ROUNDS = 60


@act(0)
def quiet(world: "World", chance: random.Random) -> object:
    """Settle, and check everything that must hold when all is quiet."""
    world.is_settling = True
    settle_down(world)
    check_all(world, chance)
    world.is_settling = False
    return True


def settle_down(world: "World") -> None:
    """Stop every fault, and let phones exchange until none of them has anything to say."""
    weather, world.network.weather = world.network.weather, 0
    server = world.server
    page, room = server.page, server.room
    server.page, server.room = None, 2000
    server.spare()
    world.down_until = world.virtual.now
    for holder in world.holders:
        holder.phone.fill(False)
    world.drain()
    before = None
    for _ in range(MOST_ROUNDS):
        a_round(world)
        after = world.standing()
        if after == before:
            break
        before = after
    else:
        demand(False, 2, f"Phones still move after {MOST_ROUNDS} rounds: {before}")
    world.network.weather, server.page, server.room = weather, page, room


def left_over(world: "World", holder: Holder) -> bool:
    """Return whether a wiped phone says there is work left on it, and to ask for a new link."""
    state = brief(holder)
    own = set(state.waiting) - set(state.carried)
    return state.is_wiped and not state.device and not all(map(world.is_too_large, own))


def a_round(world: "World") -> None:
    """Open every app anew that needs it, let all of them exchange, and wait."""
    for holder in world.holders:
        phone = holder.phone
        state = brief(holder)
        if not phone.is_alive() or state.set_aside or state.carried:
            phone.kill()
            holder.life += 1
            phone.start()
        if holder.needs_link or left_over(world, holder):
            world.join(holder)
    world.drain()
    for holder in world.holders:
        world.hear(holder, holder.phone.exchange())
        world.drain()
