"""The sixteen of DESIGN 7, as far as they are checked when all is quiet.

Those that can be seen at once are in watcher.py: 1, 6, 8, 9, 15, and parts of 4 and 7.
"""

import random
from typing import TYPE_CHECKING

from tests.simulator import (
    invariants_desk,
    invariants_erased,
    invariants_hours,
    invariants_log,
    invariants_phones,
    invariants_stamps,
)

if TYPE_CHECKING:
    from tests.simulator.world import World


def check_all(world: "World", chance: random.Random) -> None:
    """Raise Violation if one of them does not hold."""
    world.watcher.catch_up()
    world.watcher.check_receipted()
    invariants_phones.every_save_is_here(world)
    invariants_phones.copies_have_names_of_their_own(world)
    invariants_phones.each_phone_holds_its_scope(world)
    invariants_phones.revoked_phones_are_empty(world)
    invariants_erased.nothing_is_left(world)
    invariants_log.tables_equal_the_fold(world)
    invariants_log.arrival_order_changes_nothing(world, chance)
    invariants_log.saves_came_whole(world)
    invariants_stamps.saves_say_what_was_made(world)
    invariants_stamps.times_are_possible(world)
    invariants_desk.what_lost_is_in_the_history(world, chance)
    invariants_hours.no_minute_counts_twice(world, chance)
    invariants_log.replaying_changes_nothing(world, chance)
    invariants_desk.taking_back_gives_back(world, chance)
