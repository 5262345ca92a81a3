"""Invariants 10 and 11: nothing that lost is gone, and taking back gives back."""

import random
from functools import partial
from typing import TYPE_CHECKING, Any

from tests.simulator.acts_desk import undo_at
from tests.simulator.fold import Key
from tests.simulator.invariants_log import standing
from tests.simulator.violation import demand

if TYPE_CHECKING:
    from tests.simulator.world import World

MOST_PEOPLE = 4
MOST_RULINGS = 3


def what_lost_is_in_the_history(world: "World", chance: random.Random) -> None:
    """Invariant 10: every text ever written about somebody is to be read on their page."""
    reference = world.watcher.oracle.reference
    desk = world.desk(world.union.coordinators[0])
    people = [key[1] for key in reference.folds if key[0] == "person"]
    for person in chance.sample(sorted(people), min(MOST_PEOPLE, len(people))):
        reply = desk.get(f"/desk/people/{person}")
        if reply is None or reply.status != 200:
            continue
        said = world.words.found_in(reply.body)
        for word in _texts(world, ("person", person)):
            demand(word in said, 10, f"{word.decode()} of {person} is nowhere on their page.")


def taking_back_gives_back(world: "World", chance: random.Random) -> None:
    """Invariant 11: a save is ruled out and the ruling taken back; all is as before."""
    saves = sorted(filter(partial(_may_be_ruled, world), world.watcher.oracle.reference.entries))
    desk = world.desk(world.union.coordinators[0])
    for save in chance.sample(saves, min(MOST_RULINGS, len(saves))):
        before = _shown(world)
        if undo_at(desk, save, "back"):
            undo_at(desk, save, "again")
        after = _shown(world)
        for table, rows in before.items():
            gone, come = sorted(rows - after[table], key=str), sorted(after[table] - rows, key=str)
            differs = f"{table} {gone[:1]} became {come[:1]}"
            demand(not gone and not come, 11, f"{save} taken back and brought back: {differs}")


def _may_be_ruled(world: "World", save: str) -> bool:
    reference = world.watcher.oracle.reference
    changes = reference.entries[save].changes
    is_new = world.may_be_undone(save) and save not in reference.rulings
    return is_new and all(change["kind"] != "ruling" for change in changes)


def _texts(world: "World", key: Key) -> set[bytes]:
    """Return every word that any save ever wrote to a record."""
    writes = world.watcher.oracle.reference.writes(key).values()
    values = [write.value for written, _ in writes for write in written.values()]
    return world.words.found_in(repr(values).encode())


def _shown(world: "World") -> dict[str, set[Any]]:
    """Return what every table shows, but for the rulings themselves."""
    found = standing(world.server.open_beside())
    found = {table: rows for table, rows in found.items() if table not in ("change", "ruling")}
    return {table: {row for row in rows if row[0] != "ruling"} for table, rows in found.items()}
