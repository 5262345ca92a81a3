"""The simulator sees what is wrong: `make simulate-mutants` plants many faults, here are two."""

import pytest

from tests.simulator.mutants.__main__ import MUTANTS
from tests.simulator.mutants.hunt import hunt

SIXTEEN = set(range(1, 17))


@pytest.mark.parametrize("name", ["cursor_skips_one_save", "stops_at_the_first_bad_save"])
def test_a_planted_fault_is_caught_by_the_invariant_it_breaks(name: str) -> None:
    found = hunt(MUTANTS[name])

    assert found.is_right, str(found)


def test_a_fault_is_planted_for_each_of_the_sixteen() -> None:
    assert {mutant.number for mutant in MUTANTS.values()} == SIXTEEN
