"""Invariant 14: hours."""

import random
from typing import TYPE_CHECKING

from sync.hours import Event, pair
from tests.simulator.talks import MOMENT
from tests.simulator.violation import demand

if TYPE_CHECKING:
    from tests.simulator.world import World

HOUR_MS = 3_600_000


def no_minute_counts_twice(world: "World", chance: random.Random) -> None:
    """Invariant 14: any order and any repeats give the same stays, and stays do not overlap."""
    events = events_here(world)
    now = world.virtual.now
    right = pair(events, now)
    again = [*events, *chance.choices(events, k=len(events))] if events else []
    chance.shuffle(again)
    demand(pair(again, now) == right, 14, "Another order gives other hours.")
    for person, paired in right.items():
        mine = [event for event in events if event.person == person]
        counted = sum(stay.ends - stay.starts for stay in paired.sessions)
        demand(counted <= _covered(mine, now), 14, f"{person} is counted {counted} ms.")
        for one, other in zip(paired.sessions, paired.sessions[1:], strict=False):
            demand(one.ends <= other.starts, 14, f"{person}: {one} overlaps {other}.")


def events_here(world: "World") -> list[Event]:
    """Return every check-in and check-out that counts, read from the server's table."""
    column = MOMENT
    rows = world.rows(
        f'SELECT id, person, way, "{column}" AS moment, line FROM check_event '
        f'WHERE way IS NOT NULL AND person IS NOT NULL AND "{column}" IS NOT NULL'
    )
    return [Event(r["id"], r["person"], r["way"], r["moment"], r["line"] or "") for r in rows]


def _covered(events: list[Event], now: int) -> int:
    """Return the most that can be true: the time within 12 hours after any check-in."""
    covered, reached = 0, 0
    for event in sorted(events, key=lambda event: event.at):
        if event.way == "in":
            ends = event.at + 12 * HOUR_MS
            covered += max(0, ends - max(event.at, reached))
            reached = max(reached, ends)
    return covered
