"""Runs kept as files: what it takes to have one again, and what was wrong with it."""

import json
from pathlib import Path
from typing import NamedTuple

from tests.simulator.run import Acts, Report

KEPT = Path(__file__).parents[2] / "var" / "simulator"
LINES_TOLD = 60
LETTERS_TOLD = 300


class Trace(NamedTuple):
    """A run by its acts.

    about: what was wrong; plant: the fault that was planted, if any; node: one phone in so many
    was JavaScript, none with 0.
    """

    about: str
    plant: str | None
    seed: int
    phones: int
    node: int
    acts: Acts


def read(path: Path) -> Trace:
    """Return a kept run."""
    kept = json.loads(path.read_text())
    acts = [(index, name) for index, name in kept.pop("acts")]
    return Trace(**kept, acts=acts)


def keep(trace: Trace, folder: Path = KEPT) -> Path:
    """Write a run to a file of the folder, one act a line; return which."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"seed-{trace.seed}.json"
    *head, acts = (
        f" {json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}"
        for name, value in trace._asdict().items()
    )
    acts = acts.replace("[[", "[\n  [").replace("], [", "],\n  [").replace("]]", "]\n ]")
    path.write_text("{\n" + ",\n".join([*head, acts]) + "\n}\n")
    return path


def told(report: Report, path: Path) -> str:
    """Return what happens in a small failing run, and how to have it again."""
    lines = [line[:LETTERS_TOLD] for line in report.story[-LINES_TOLD:]]
    count = f"{len(report.acts)} acts on {report.phones} phones are left. Again:"
    again = f"  .venv/bin/python -m tests.simulator --trace {path}"
    return "\n".join([*lines, str(report.violation), count, again])
