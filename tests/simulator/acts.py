"""What can happen in a world, by name: each act draws from its own chance and can be left out."""

import random
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tests.simulator.world import World

Do = Callable[["World", random.Random], object]


class Act(NamedTuple):
    """One kind of thing that happens; `weight` is how often, `is_fault` whether it is counted.

    What `do` returns says whether anything came of it; `is_there` whether the server can do it yet.
    """

    name: str
    weight: float
    do: Do
    is_fault: bool
    is_there: Callable[[], bool]


ACTS: dict[str, Act] = {}


def act(
    weight: float, *, fault: bool = False, is_there: Callable[[], bool] = lambda: True
) -> Callable[[Do], Do]:
    """Register an act under its function's name."""

    def register(do: Do) -> Do:
        ACTS[do.__name__] = Act(do.__name__, weight, do, fault, is_there)
        return do

    return register


def plan(seed: int, quiet_every: int) -> Iterator[tuple[int, str]]:
    """Yield acts for ever, each with the number its chance comes from; by the seed alone."""
    chance = random.Random(f"plan {seed}")
    names = sorted(name for name, each in ACTS.items() if each.is_there())
    weights = [ACTS[name].weight * chance.choice((0.5, 1, 1, 2)) for name in names]
    index = 0
    while True:
        index += 1
        is_quiet = index % quiet_every == 0
        yield index, "quiet" if is_quiet else chance.choices(names, weights)[0]
