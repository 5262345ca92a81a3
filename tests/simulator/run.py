"""One run from a seed, or from a list of acts; its report is one line of JSON."""

import shutil
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.simulator import acts_desk, acts_phones, acts_records, acts_server, quiet
from tests.simulator.acts import ACTS, plan
from tests.simulator.phone import Make
from tests.simulator.python_phone import PythonPhone
from tests.simulator.violation import LEAKED, LOST, Violation
from tests.simulator.world import World

MODULES = (acts_desk, acts_phones, acts_records, acts_server, quiet)  # each registers its acts
QUIET_EVERY = 1500
MEMORY = Path("/dev/shm")
Acts = list[tuple[int, str]]


@dataclass
class Report:
    """What became of a run; `acts` is what it takes to have it again."""

    seed: int
    phones: int
    acts: Acts
    violation: Violation | None
    line: dict[str, Any]


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
                _live(world, acts or plan(seed, QUIET_EVERY), steps, done)
            except Violation as found:
                violation = found
            saves = world.watcher.top
    finally:
        shutil.rmtree(folder)
    line = _line(world, violation, saves)
    return Report(seed, phones, done, violation, {**line, "seconds": _since(began)})


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
        "steps": world.steps,
        "lost": int(number in LOST),
        "diverged": int(bool(number) and number not in LOST | LEAKED),
        "leaked": int(number in LEAKED),
        "violations": int(bool(number)),
        "faults": {**faults, **world.network.counts, **world.faults},
        "saves": saves,
        "receipts": world.watcher.receipts,
    }


def _since(began: float) -> float:
    return round(time.perf_counter() - began, 1)
