"""Invariants 2 and 5: what phones hold, against the log and the oracle."""

from itertools import combinations
from typing import TYPE_CHECKING

from tests.simulator.brief import brief, dumped
from tests.simulator.holder import Holder
from tests.simulator.phone import Json, State
from tests.simulator.violation import demand
from tests.simulator.watcher import wire

if TYPE_CHECKING:
    from tests.simulator.world import World


def every_save_is_here(world: "World") -> None:
    """Invariant 2: whatever a phone that still is there called saved is in the log."""
    entries = world.watcher.oracle.reference.entries
    for holder in world.holders:
        state = holder.phone.state()
        # Nobody is at a phone that was told to wipe: what it carries for others waits, as at them.
        waiting = set(state.waiting) - set(state.carried if state.is_wiped else ())
        stuck = sorted(id for id in waiting if not world.is_too_large(id))
        demand(not stuck, 2, f"{holder.name} still waits with {stuck[:3]}.")
        for id in state.saved:
            if world.is_too_large(id) or id in world.excused:
                continue
            entry = entries.get(id)
            demand(entry or world.is_erased(id), 2, f"{holder.name} saved {id}, and it is nowhere.")
            made = world.made.get(id)
            if made is not None and entry is not None and entry.reason not in UNPROVEN:
                author = made.volunteer
                demand(entry.author == author, 2, f"{id} of {author} is under {entry.author}.")


# Whose these are nothing can tell; they are held under the name of who brought them.
UNPROVEN = ("carried_unsealed", "device_unknown")


def copies_have_names_of_their_own(world: "World") -> None:
    """Invariant 2 stands on names: two phones that count on as one take each other's for theirs."""
    entries = world.watcher.oracle.reference.entries
    # Whoever was signed out gets no name any more, but is wiped, whichever of them it is.
    out = world.revoked()
    states = [(holder, brief(holder)) for holder in world.holders]
    states = [(holder, state) for holder, state in states if state.device not in out]
    for (one, mine), (other, theirs) in combinations(states, 2):
        if one.storage == other.storage or not mine.device or mine.device != theirs.device:
            continue
        apart = [set(mine.saved) - set(theirs.saved), set(theirs.saved) - set(mine.saved)]
        here, there = (
            {entries[id].n for id in ids if id in entries and entries[id].device == mine.device}
            for ids in apart
        )
        twice = sorted(here & there)
        demand(not twice, 2, f"{one.name} and {other.name} both are {mine.device}: {twice[:3]}.")


def revoked_phones_are_empty(world: "World") -> None:
    """Invariant 7: who was signed out has been in contact since, and holds nothing readable."""
    revoked = world.revoked()
    for holder in world.holders:
        state = holder.phone.state()
        if state.device not in revoked and not state.is_wiped:
            continue  # the app forgets with its list which device it was
        demand(state.is_wiped and not state.records, 7, f"{holder.name} still has its list.")
        places = {
            p for word in world.words.found_in(dumped(holder)) for p in world.words.places[word]
        }
        # Whose phone it was may stand there.
        left = {place for place in places if place.subject != holder.volunteer}
        demand(not left, 7, f"{holder.name} still holds {sorted(left)[:3]}.")


def each_phone_holds_its_scope(world: "World") -> None:
    """Invariant 5: records and what they show are the full fold, cut to the scope."""
    for holder in world.holders:
        state = holder.phone.state()
        if state.volunteer is not None and not state.is_wiped:
            demand(state.volunteer == holder.volunteer, 5, f"{holder.name} is somebody else's.")
            _holds_its_scope(world, holder, state)


def _of(world: "World", key: str) -> str | None:
    kind, _, record = key.partition("/")
    return world.watcher.oracle.reference.subject((kind, record))


def _holds_its_scope(world: "World", holder: Holder, state: State) -> None:
    scope = world.watcher.oracle.scope(holder.volunteer)
    right = {f"{kind}/{id}": folds for (kind, id), folds in scope.items()}
    held = {key: {r: heads for r, heads in f.items() if heads} for key, f in state.records.items()}
    held = {key: fields for key, fields in held.items() if fields}
    # Whom work is about that can never be sent is not forgotten.
    kept = {c["record"] for id in state.waiting for c in world.made[id].changes}
    held = {
        key: fields for key, fields in held.items() if key in right or _of(world, key) not in kept
    }
    strange, missing = held.keys() - right.keys(), right.keys() - held.keys()
    demand(not strange, 5, f"{holder.name} holds {sorted(strange)[:3]}, not theirs.")
    demand(not missing, 5, f"{holder.name} lacks {sorted(missing)[:3]}.")
    for key, folds in right.items():
        wanted = {register: wire(fold) for register, fold in folds.items()}
        found = held.get(key)
        demand(found == wanted, 5, f"{holder.name} holds {key} as {found}, not {wanted}.")
        if not state.waiting:
            shown: dict[str, Json] = {
                register: {"value": fold.value, "id": fold.id, "conflict": fold.conflict}
                for register, fold in folds.items()
            }
            on_screen = state.shown.get(key)
            demand(on_screen == shown, 5, f"{holder.name} shows {key} as {on_screen}, not {shown}.")
