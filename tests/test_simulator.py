"""The simulator, in short: `make simulate` and `make soak` run it for longer.

Each run is a process of its own, as for a person: a world brings an event loop, time and dice.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.simulator.traces import Trace, read

HOUSE = Path(__file__).parent.parent
COMMAND = (sys.executable, "-W", "error", "-m", "tests.simulator")
TRACES = sorted((HOUSE / "tests" / "simulator" / "traces").glob("*.json"))
PLANTED = [path for path in TRACES if read(path).plant]
ALL_HELD = {"lost": 0, "diverged": 0, "leaked": 0, "violations": 0}


class Said(NamedTuple):
    """What the command printed: its last line of JSON, and what it said beside."""

    code: int
    line: dict[str, Any]
    beside: str


def simulate(*given: object) -> Said:
    command = [*COMMAND, *map(str, given)]
    found = subprocess.run(command, cwd=HOUSE, capture_output=True, text=True, check=False)
    lines = found.stdout.splitlines()
    return Said(found.returncode, json.loads(lines[-1]) if lines else {}, found.stderr)


def sums(said: Said) -> dict[str, int]:
    return {name: said.line[name] for name in ALL_HELD}


def test_all_holds_for_phones_in_python_and_in_javascript() -> None:
    said = simulate("--seeds", "1-4", "--phones", 12, "--steps", 1600, "--node", 3)
    assert (said.code, said.beside, sums(said)) == (0, "", ALL_HELD)
    assert said.line["languages"].keys() == {"Python", "JavaScript"}


@pytest.mark.parametrize("node", [0, 1], ids=["python", "javascript"])
def test_what_failed_once_holds(node: int) -> None:
    said = simulate("--trace", *TRACES, "--node", node)
    assert (said.code, said.beside, sums(said)) == (0, "", ALL_HELD)
    assert said.line["languages"].keys() == {"JavaScript" if node else "Python"}


@pytest.mark.parametrize("path", PLANTED, ids=lambda path: path.stem)
def test_a_kept_run_shows_the_fault_that_was_planted(path: Path) -> None:
    trace = read(path)
    said = simulate("--trace", path, "--plant", trace.plant)
    assert said.code == 1
    assert invariant_of(trace) in said.beside


def test_a_failing_run_is_made_small_and_can_be_had_again(tmp_path: Path) -> None:
    plant = ("--plant", "stops_at_the_first_bad_save")
    size = ("--seed", 1, "--phones", 8, "--steps", 400, "--node", 2)
    said = simulate(*size, *plant, "--keep", tmp_path)
    path = tmp_path / "seed-1.json"
    small = read(path)
    assert (said.code, said.line["seed"], said.line["violations"]) == (1, 1, 1)
    assert said.beside.endswith(f"--trace {path}\n")
    assert len(small.acts) <= 6
    again = simulate("--trace", path, *plant)
    assert (again.code, again.line["lost"]) == (1, 1)
    assert small.about in again.beside
    assert simulate("--trace", path).line["violations"] == 0


def invariant_of(trace: Trace) -> str:
    return trace.about.partition(":")[0]
