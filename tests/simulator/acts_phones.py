"""What people do with their phones, and what happens to phones."""

import random
from typing import TYPE_CHECKING, Any

from tests.simulator.acts import act
from tests.simulator.brief import brief
from tests.simulator.holder import Holder
from tests.simulator.talks import (
    a_check_in,
    a_note,
    a_talk,
    an_assessment,
    by_a_coordinator,
    fresh_id,
    somebody,
    somebody_new,
    something_strange,
)
from tests.simulator.virtual import DAY_MS, HOUR_MS

if TYPE_CHECKING:
    from tests.simulator.world import World

MOST_PEOPLE = 1.5  # times those at the start
MOST_STORAGES = 1.3  # times the phones at the start
YEAR_MS = 365 * DAY_MS


def some_phone(world: "World", chance: random.Random) -> Holder | None:
    """Return a running phone that has joined."""
    running = [h for h in world.holders if h.phone.is_alive() and not h.needs_link]
    return chance.choice(running) if running else None


@act(30)
def save(world: "World", chance: random.Random) -> object:
    """Somebody notes something."""
    holder = some_phone(world, chance)
    if holder is None:
        return False
    make = chance.choice((a_talk, a_talk, a_note, a_note, a_check_in))
    changes = make(world, holder.volunteer, chance)
    return save_on(world, holder, changes) and maybe_send(world, holder, chance)


@act(2)
def meet_somebody(world: "World", chance: random.Random) -> object:
    """Somebody meets a person who is on no list, and puts them on their own."""
    holder = some_phone(world, chance)
    if holder is None or len(world.union.people) >= MOST_PEOPLE * world.founding_people:
        return False
    person = fresh_id(world, chance)
    world.union.people.append(person)
    changes = somebody_new(world, holder.volunteer, person, chance)
    return save_on(world, holder, changes) and maybe_send(world, holder, chance)


@act(1.5, fault=True)
def claim_somebody(world: "World", chance: random.Random) -> object:
    """Somebody claims to have met a person who is another's, or gives one to somebody else."""
    holder = some_phone(world, chance)
    if holder is None:
        return False
    person = chance.choice((chance.choice(world.union.people), fresh_id(world, chance)))
    volunteer = chance.choice((holder.volunteer, chance.choice(world.union.volunteers)))
    changes = somebody_new(world, volunteer, person, chance)
    return save_on(world, holder, changes[chance.randrange(2) :])


@act(3)
def assess(world: "World", chance: random.Random) -> object:
    """Somebody says, after parting, how strong another's support is."""
    holder = some_phone(world, chance)
    if holder is None:
        return False
    changes = an_assessment(world, holder.volunteer, chance)
    return save_on(world, holder, changes) and maybe_send(world, holder, chance)


@act(6)
def coordinate_on_a_phone(world: "World", chance: random.Random) -> object:
    """A coordinator, or somebody who is none, writes what only coordinators may."""
    holder = some_phone(world, chance)
    if holder is None:
        return False
    return save_on(world, holder, by_a_coordinator(world, chance))


@act(3, fault=True)
def save_something_strange(world: "World", chance: random.Random) -> object:
    """An app with a bug saves what the server does not understand."""
    holder = some_phone(world, chance)
    if holder is None:
        return False
    changes = something_strange(world, chance)
    return world.note(holder, holder.phone.save(changes), changes, is_strange=True)


@act(0.4, fault=True)
def save_too_large(world: "World", chance: random.Random) -> object:
    """A save that no request can carry: it stays on the phone, visibly, and delays no other."""
    holder = some_phone(world, chance)
    if holder is None or brief(holder).set_aside:
        return False
    person = somebody(world, holder.volunteer, chance)
    changes = [{"kind": "person", "record": person, "set": {"note": "x" * 1_200_000}}]
    return world.note(holder, holder.phone.save(changes), changes, is_too_large=True)


@act(3)
def undo(world: "World", chance: random.Random) -> object:
    """Somebody takes a save of theirs back."""
    holder = some_phone(world, chance)
    mine = [id for id, made in world.made.items() if holder and made.storage == holder.storage]
    if holder is None or not mine:
        return False
    target = chance.choice(mine[-20:])
    return world.note(holder, holder.phone.withdraw(target), [])


@act(25)
def exchange(world: "World", chance: random.Random) -> object:
    """A phone is looked at where there is signal."""
    holder = some_phone(world, chance)
    return holder is not None and begin(world, holder)


@act(1, fault=True)
def come_back_together(world: "World", chance: random.Random) -> object:
    """Every phone exchanges in the same moment."""
    weather, world.network.weather = world.network.weather, 0
    for holder in world.holders:
        if holder.phone.is_alive() and not holder.needs_link:
            begin(world, holder)
    world.network.weather = weather
    return True


@act(4)
def join(world: "World", chance: random.Random) -> object:
    """Somebody whose phone is not known here opens a link."""
    waiting = [h for h in world.holders if h.needs_link and h.phone.is_alive()]
    return bool(waiting) and world.join(chance.choice(waiting))


@act(4, fault=True)
def kill_phone(world: "World", chance: random.Random) -> object:
    """A phone's app dies: now, or between one transaction and what should follow it."""
    holder = some_phone(world, chance)
    if holder is None:
        return False
    holder.phone.kill(chance.choice((0, 1, 1, 2, 3)))
    return True


@act(12)
def start_phones(world: "World", chance: random.Random) -> object:
    """Dead apps are opened again."""
    for holder in world.holders:
        if not holder.phone.is_alive() and chance.random() < 0.7:
            start(world, holder)
    return True


@act(0.7, fault=True)
def evict_phone(world: "World", chance: random.Random) -> object:
    """A browser drops a storage; what had no receipt yet is gone with it."""
    holder = some_phone(world, chance)
    if holder is None:
        return False
    for one in world.holders:
        if one.storage == holder.storage:
            one.life += 1
            one.needs_link = True
            one.phone.kill()
            one.phone.start()
    holder.phone.evict()
    return True


@act(0.6, fault=True)
def copy_phone(world: "World", chance: random.Random) -> object:
    """A phone is set up from another one's backup, and both are used."""
    holder = some_phone(world, chance)
    storages = {one.storage for one in world.holders}
    if holder is None or len(storages) > world.size * MOST_STORAGES:
        return False
    copy = holder.phone.copy(world.new_name())
    other = Holder(holder.volunteer, copy, world.names_given)
    other.needs_link, other.is_old = False, holder.is_old
    world.holders.append(other)
    return True


@act(1, fault=True)
def open_second_tab(world: "World", chance: random.Random) -> object:
    """The app is opened twice on one phone."""
    holder = some_phone(world, chance)
    if holder is None or sum(one.storage == holder.storage for one in world.holders) > 1:
        return False
    tab = holder.phone.tab(world.new_name())
    other = Holder(holder.volunteer, tab, holder.storage, needs_link=False, is_old=holder.is_old)
    world.holders.append(other)
    return True


@act(1.5, fault=True)
def relay(world: "World", chance: random.Random) -> object:
    """A phone without signal hands its envelopes to another one."""
    sender, carrier = some_phone(world, chance), some_phone(world, chance)
    if sender is None or carrier is None or sender.storage == carrier.storage:
        return False
    if not brief(sender).waiting:
        return False
    carrier.phone.carry(sender.phone.export())
    return begin(world, carrier)


@act(1.5, fault=True)
def turn_clock(world: "World", chance: random.Random) -> object:
    """A device's clock is set wrong, by minutes or by decades."""
    holder = some_phone(world, chance)
    if holder is None:
        return False
    wrong = (0, 0, HOUR_MS, -HOUR_MS, 73 * YEAR_MS, -55 * YEAR_MS, 400_000)
    holder.phone.clock(chance.choice(wrong))
    return True


@act(1)
def let_time_pass(world: "World", chance: random.Random) -> object:
    """Nobody does anything for hours, or for days."""
    world.pass_time(int(chance.choice((HOUR_MS, 10 * HOUR_MS, 2 * DAY_MS)) * chance.random()))
    return True


def begin(world: "World", holder: Holder) -> bool:
    """Let a phone exchange, if it did not just die."""
    if holder.phone.is_alive():
        world.hear(holder, holder.phone.exchange())
    return True


def start(world: "World", holder: Holder) -> None:
    """Open a phone's app again."""
    holder.life += 1
    holder.phone.start()


def save_on(world: "World", holder: Holder, changes: list[dict[str, Any]]) -> bool:
    """Save on a phone."""
    return bool(changes) and world.note(holder, holder.phone.save(changes), changes)


def maybe_send(world: "World", holder: Holder, chance: random.Random) -> bool:
    """After a save, a phone tries at once if it thinks there is signal."""
    return begin(world, holder) if chance.random() < 0.4 else True
