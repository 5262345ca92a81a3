"""What the server keeps of a save, against what was made: invariants 12 and 13."""

import json
from typing import TYPE_CHECKING, Any

from tests.simulator.fold import Entry, Json
from tests.simulator.holder import Made
from tests.simulator.violation import demand

if TYPE_CHECKING:
    from tests.simulator.world import World


def saves_say_what_was_made(world: "World") -> None:
    """Invariant 13: all of a save's changes are in the log as they were made, and no others."""
    entries = world.watcher.oracle.reference.entries
    for id, made in world.made.items():
        entry = entries.get(id)
        if entry is not None and made.changes:
            found = [_without_saw(change) for change in entry.changes]
            is_whole = _is_whole(world, entry, made, found)
            demand(is_whole, 13, f"{id} was made as {made.changes}, and is {found}.")


def _is_whole(world: "World", entry: Entry, made: Made, found: list[Json]) -> bool:
    if entry.reason == "erased":
        return all(any(_is_part(world, one, whole) for whole in made.changes) for one in found)
    if made.is_strange:
        # It may be unreadable, as a whole; a number of it may be written otherwise.
        return not found or [_names(one) for one in found] == [_names(one) for one in made.changes]
    return len(found) == len(made.changes) and all(
        one["set"].keys() == whole["set"].keys() and _is_part(world, one, whole)
        for one, whole in zip(found, made.changes, strict=True)
    )


def times_are_possible(world: "World") -> None:
    """Invariant 12 stands on stamps: a save is no older than its device, no younger than it came.

    What was outside is at the nearest moment that can be, and as wrong as it had to be moved;
    nobody else's clock had a say.
    """
    for row in world.rows(TIMES):
        said = _time_said(row["body"])
        if said is None:
            continue
        since, arrived = min(row["made_at"], row["received_at"]), row["received_at"]
        right = since if said["at"] < since else min(said["at"], arrived)
        moved = abs(right - said["at"])
        told = f"{row['id']} of {said['at']}, which came at {arrived} from a device of {since}"
        demand(row["at"] == right, 12, f"{told}, is taken to be of {row['at']}.")
        least = max(moved, said["at_error_ms"])
        demand(row["at_error_ms"] >= least, 12, f"{told}, is {row['at_error_ms']} ms wrong.")


# A save that nobody can be proven to have made (n is 0) is under its carrier's device.
TIMES = """
SELECT save.id, save.at, save.at_error_ms, save.received_at, save.body, device.made_at
FROM save JOIN device ON device.id = save.device
WHERE save.n > 0 AND save.reason IS NOT 'unreadable'
"""


def _time_said(body: str) -> Json | None:
    said: Any = json.loads(body) if body else None  # an erasure can leave nothing of it
    return said if isinstance(said, dict) and "at" in said and "at_error_ms" in said else None


def _without_saw(change: Json) -> Json:
    return {name: value for name, value in change.items() if name != "saw"}


def _names(change: Json) -> tuple[str, str, list[str]]:
    return change["kind"], change["record"], sorted(change["set"])


def _is_part(world: "World", part: Json, whole: Json) -> bool:
    """Return whether a change says nothing but what another says, erased persons left out."""
    erased = world.watcher.oracle.reference.erased
    said = {
        register: None if ("person", value) in erased else value
        for register, value in whole["set"].items()
        if not isinstance(value, list)
    }
    is_there = (part["kind"], part["record"]) == (whole["kind"], whole["record"])
    return is_there and all(
        value in (said.get(register), whole["set"].get(register))
        for register, value in part["set"].items()
    )
