"""The bench runs whole, in small; what it measures is looked at by people, not by a test."""

import subprocess
import sys
from pathlib import Path

from tests.bench.__main__ import STEPS
from tests.bench.figures import Figure, Goal, Row
from tests.bench.table import between_marks

HOUSE = Path(__file__).parents[1]
FIRST_WORDS = {
    "limits": "limit: bare SQLite",
    "push": "push sealed, 4 clients",
    "pull": "pull of 200 conversations",
    "talk": "one saved talk",
    "delta": "delta of 10 changed records",
    "absent": "back after 30 days",
    "reassigned": "200 people reassigned",
    "herd": "30 phones × 3 sealed saves",
    "rebuild": "rebuild of all tables",
}


def test_every_step_runs_from_end_to_end_in_small():
    command = [sys.executable, "-m", "tests.bench", "--quick", "--without-peer"]
    said = subprocess.run(command, cwd=HOUSE, capture_output=True, text=True, check=True).stdout
    lines = said.splitlines()
    assert FIRST_WORDS.keys() == STEPS.keys()
    assert [w for w in FIRST_WORDS.values() if not any(line.startswith(w) for line in lines)] == []
    assert "herd: saves not in the file afterwards, or in it twice: 0 saves" in said


def test_a_ratio_says_how_many_times_better_ours_is():
    faster = Row("push", Figure([6000, 5000, 7000], "/s"), "peer", Figure([3000], "/s"))
    quicker = Row("delta", Figure([2], "ms"), "peer", Figure([20], "ms"))
    assert (faster.ratio, quicker.ratio) == (2, 10)


def test_a_ratio_compares_what_was_measured_in_the_same_turn():
    ours, theirs = Figure([6000, 1000, 6000], "/s"), Figure([3000, 500, 2000], "/s")
    assert ours.over(theirs) == 2


def test_a_goal_is_met_by_its_ratio_or_its_figure():
    ours, theirs = Figure([2], "ms"), Figure([3], "ms")
    asked = [Goal(ratio=1.5), Goal(ratio=1.6), Goal(most=2), Goal(most=1.9), Goal()]
    rows = [Row("delta", ours, "peer", theirs, goal) for goal in asked]
    assert [row.is_met for row in rows] == [True, False, True, False, None]


def test_only_what_stands_between_the_marks_of_a_page_is_written():
    page = "# A\n<!-- bench -->\nold\n<!-- bench -->\n# B\n"
    assert between_marks(page, "new") == "# A\n<!-- bench -->\n\nnew\n\n<!-- bench -->\n# B\n"
