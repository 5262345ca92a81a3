"""One run from a seed, or from a list of acts; its report is one line of JSON."""

import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.simulator import (
    acts_desk,
    acts_phones,
    acts_records,
    acts_server,
    acts_storage,
    quiet,
)
from tests.simulator.acts import ACTS, plan
from tests.simulator.network import TROUBLES
from tests.simulator.phone import Make
from tests.simulator.python_phone import PythonPhone
from tests.simulator.real_server import DEATHS
from tests.simulator.violation import LEAKED, LOST, Violation, stumble
from tests.simulator.world import World

MODULES = (
    acts_desk,
    acts_phones,
    acts_records,
    acts_server,
    acts_storage,
    quiet,
)  # each registers its acts
QUIET_EVERY = 1500
# Faults that are no acts: what befalls a request, a death that an act planned, an old app's save.
OTHERS = (*TROUBLES, *(f"kill_{how}" for how in DEATHS.values()), "save_on_old_app")
MEMORY = Path("/dev/shm")
Acts = list[tuple[int, str]]


@dataclass
class Report:
    """What became of a run; `acts` is what it takes to have it again."""

    seed: int
    phones: int
    acts: Acts
    story: list[str]
    violation: Violation | None
    line: dict[str, Any]

    def fails_like(self, other: "Report") -> bool:
        """Return whether both failed, and by the same."""
        mine, theirs = self.violation, other.violation
        return mine is not None and theirs is not None and mine.is_like(theirs)


def run(
    seed: int,
    phones: int,
    steps: int | None = None,
    acts: Iterable[tuple[int, str]] | None = None,
    make: Make = PythonPhone,
) -> Report:
    """Run until so many steps were made, or until the given acts are done."""
    began = time.perf_counter()
    folder = Path(tempfile.mkdtemp(prefix="rounds-", dir=MEMORY if MEMORY.is_dir() else None))
    done: Acts = []
    violation = None
    world = World(folder, seed, phones, make)
    try:
        with world:
            try:
                planned = plan(seed, QUIET_EVERY) if acts is None else acts
                _live(world, planned, steps, done)
            except Violation as found:
                violation = found
            except Exception as problem:
                violation = stumble(problem)
            saves = world.watcher.top
    finally:
        shutil.rmtree(folder)
    line = _line(world, violation, saves)
    line["seconds"] = round(time.perf_counter() - began, 1)
    return Report(seed, phones, done, world.story, violation, line)


def _live(world: World, acts: Iterable[tuple[int, str]], steps: int | None, done: Acts) -> None:
    for index, name in acts:
        if steps is not None and world.steps >= steps:
            break
        done.append((index, name))
        world.do(index, name)
    quiet.quiet(world, world.chance)


def _line(world: World, violation: Violation | None, saves: int) -> dict[str, Any]:
    number = violation.number if violation else 0
    faults = {name: 0 for name, act in sorted(ACTS.items()) if act.is_fault}
    return {
        "seed": world.seed,
        "phones": world.size,
        "languages": Counter(holder.phone.language for holder in world.holders),
        "steps": world.steps,
        "lost": int(number in LOST),
        "diverged": int(bool(number) and number not in LOST | LEAKED),
        "leaked": int(number in LEAKED),
        "violations": int(violation is not None),
        "faults": {**faults, **dict.fromkeys(OTHERS, 0), **world.network.counts, **world.faults},
        "saves": saves,
        "receipts": world.watcher.receipts,
    }
