"""The bench of the phone runs, in small; what it measures is looked at by people, not by a test."""

import subprocess
import sys
from pathlib import Path

from tests.bench.figures import Figure, Goal, Row

HOUSE = Path(__file__).parents[1]


def test_saving_is_measured_from_end_to_end_in_small() -> None:
    command = [sys.executable, "-m", "tests.bench.phone", "--quick", "--only", "size,save"]
    said = subprocess.run(command, cwd=HOUSE, capture_output=True, text=True, check=True).stdout
    assert "all JavaScript a steward's phone loads" in said
    assert "of 5 talks" in said


def test_a_score_has_to_reach_its_goal() -> None:
    scores = [Row("Lighthouse", Figure([of], "of 100"), goal=Goal(least=98)) for of in (98, 97)]
    assert [row.is_met for row in scores] == [True, False]
    assert scores[0].cells()[4] == "≥ 98 of 100"
