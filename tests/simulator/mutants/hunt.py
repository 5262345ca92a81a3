"""Looks for what a planted fault breaks: seed after seed, each time for longer."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import NamedTuple
from unittest.mock import patch

from tests.simulator.acts import ACTS, plan
from tests.simulator.makers import maker
from tests.simulator.mutants.mutant import Mutant
from tests.simulator.run import run
from tests.simulator.violation import SENTENCES, WATCHED

PHONES = 8
QUIET_EVERY = 100
GROWTH = (1, 2, 4)
SEEDS = 4  # at each length
ALL_HELD = "all held"


class Catch(NamedTuple):
    """What caught a fault, or what was found in its place.

    number: of the invariant, None when none saw anything; steps: until it did.
    """

    mutant: Mutant
    number: int | None
    seed: int
    steps: int
    seconds: float
    detail: str

    @property
    def is_right(self) -> bool:
        """Whether the invariant that the fault breaks is the one that said so."""
        return self.number == self.mutant.number

    def __str__(self) -> str:
        name = self.mutant.name
        if self.number is None:
            return f"{name} was not caught: {self.detail}"
        said = f"invariant {self.number} ({SENTENCES[self.number]})"
        line = f"{name} caught by {said} with seed {self.seed} after {self.steps} steps"
        return (
            line if self.is_right else f"{line}, but it breaks {self.mutant.number}: {self.detail}"
        )


def hunt(mutant: Mutant) -> Catch:
    """Run until the invariant that a fault breaks has seen it; what came last when it never did."""
    tries = [
        (mutant.seed + more, mutant.steps * factor) for factor in GROWTH for more in range(SEEDS)
    ]
    for seed, steps in tries:
        found = attempt(mutant, seed, steps)
        if not found.is_right:
            continue
        also = attempt(healthy(mutant), seed, found.steps)
        if also.detail == ALL_HELD:
            return found
        found = found._replace(number=None, detail=f"with nothing planted: {also}")
    return found


def healthy(mutant: Mutant) -> Mutant:
    """Return nothing planted, run the same way: what that shows too proves nothing."""
    edits = dict.fromkeys(mutant.edits and ["/no such module"], "")
    return mutant._replace(name="nothing", plant=nullcontext, edits=edits)


def attempt(mutant: Mutant, seed: int, steps: int) -> Catch:
    """Run one seed with a fault planted."""
    with planted(mutant), maker(1 if mutant.edits else 0, mutant.edits) as make:
        report = run(seed, PHONES, steps, acts=plan(seed, QUIET_EVERY), make=make)
    violation = report.violation
    number = violation.number if violation else None
    detail = violation.detail if violation else ALL_HELD
    return Catch(mutant, number, seed, report.line["steps"], report.line["seconds"], detail[:200])


@contextmanager
def planted(mutant: Mutant) -> Iterator[None]:
    """Plant a fault, and let happen often what shows it."""
    weights = {name: ACTS[name]._replace(weight=weight) for name, weight in mutant.often.items()}
    silence = only(mutant.number) if mutant.is_alone else nullcontext()
    with patch.dict(ACTS, weights), silence, mutant.plant():
        yield


@contextmanager
def only(number: int) -> Iterator[None]:
    """Let every invariant but one be silent."""
    before = WATCHED.set(frozenset({number}))
    try:
        yield
    finally:
        WATCHED.reset(before)
