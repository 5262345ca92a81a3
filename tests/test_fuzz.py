"""Every decoder meets what nobody meant: once more what was found, and a short search for more."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fuzz.seeds import seeds
from tests.fuzz.targets import TARGETS

FOUND = Path(__file__).parent / "fuzz" / "found"
HAS_ATHERIS = importlib.util.find_spec("atheris") is not None


def test_every_target_has_something_to_begin_with():
    assert seeds().keys() == TARGETS.keys()


@pytest.mark.parametrize("name", TARGETS)
def test_what_was_found_before_and_all_that_is_cut_short_is_survived(name):
    known = [path.read_bytes() for path in sorted((FOUND / name).glob("*"))]
    for data in (*seeds()[name], *known):
        for part in (data, data[: len(data) // 2], data[1:], data + data, data[::-1], b""):
            TARGETS[name](part)


# Where atheris has no wheel, what is above is what there is.
if HAS_ATHERIS:

    def test_a_short_search_finds_nothing(tmp_path):
        words = [sys.executable, "-m", "tests.fuzz", "--runs", "1000", "--found", str(tmp_path)]
        run = subprocess.run(words, capture_output=True, text=True)
        assert run.returncode == 0, run.stderr[-4000:]
