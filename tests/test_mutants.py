"""The simulator sees what is wrong: `make simulate-mutants` plants many faults, here are three."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.simulator.mutants.__main__ import MUTANTS

HOUSE = Path(__file__).parent.parent
SIXTEEN = set(range(1, 17))
# A process of its own, as for a person: a world brings an event loop, time and dice along.
COMMAND = (sys.executable, "-W", "error", "-m", "tests.simulator.mutants")


# On the server, and in the app's JavaScript.
SHOWN = ("cursor_skips_one_save", "stops_at_the_first_bad_save", "app_forgets_nothing")


@pytest.mark.parametrize("name", SHOWN)
def test_a_planted_fault_is_caught_and_the_world_it_broke_is_closed(name: str) -> None:
    found = subprocess.run([*COMMAND, name], cwd=HOUSE, capture_output=True, text=True, check=False)

    assert f"{name} caught by invariant {MUTANTS[name].number} " in found.stdout
    assert found.stdout.endswith("1 of 1\n")
    assert (found.returncode, found.stderr) == (0, "")


def test_a_fault_is_planted_for_each_of_the_sixteen() -> None:
    assert {mutant.number for mutant in MUTANTS.values()} == SIXTEEN
