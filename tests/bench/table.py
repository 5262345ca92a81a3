"""The table: printed row by row, written into the README, and kept as JSON."""

import json
from collections.abc import Sequence
from pathlib import Path

from tests.bench.figures import Json, Row

MARK = "<!-- bench -->"
HEAD = ("what", "Rounds", "beside it, in the same run", "ratio", "goal", "")


def line(row: Row) -> str:
    """Return a row for the terminal."""
    what, ours, theirs, ratio, goal, met = row.cells()
    parts = [ours, theirs, ratio, goal and f"goal {goal}", met]
    return f"{what}: " + " · ".join(part for part in parts if part)


def says(facts: Json) -> str:
    """Say in a sentence on what it was measured."""
    return (
        "{cores} cores shared by server, load and peer, {memory_gb} GB, {system}, "
        "Python {python}, SQLite {sqlite}, Node {node}, {filesystem} whose fdatasync of 4 kB takes "
        "{fdatasync_4kB_ms_median} ms (p99 {fdatasync_4kB_ms_p99} ms), load {load_at_start} "
        "at the start; ours syncs every commit (synchronous=FULL), PouchDB's leveldb none"
    ).format(**facts)


def markdown(facts: Json, rows: Sequence[Row]) -> str:
    """Return what stands in the README between the marks."""
    lines = [_cells(HEAD), _cells(["---"] * len(HEAD)), *(_cells(row.cells()) for row in rows)]
    return "\n".join([f"Measured on {says(facts)}.", "", *lines])


def write_down(house: Path, facts: Json, rows: Sequence[Row]) -> None:
    """Write bench/results.json and the README's table. Raises ValueError without marks."""
    kept = {"machine": facts, "rows": [row.as_json() for row in rows]}
    (house / "bench").mkdir(exist_ok=True)
    results = house / "bench" / "results.json"
    results.write_text(json.dumps(kept, ensure_ascii=False, indent=2) + "\n")
    readme = house / "README.md"
    readme.write_text(between_marks(readme.read_text(), markdown(facts, rows)))


def between_marks(text: str, new: str) -> str:
    """Return a text with what stands between the two marks replaced. Raises ValueError."""
    before, _, after = text.split(MARK)
    return f"{before}{MARK}\n\n{new}\n\n{MARK}{after}"


def _cells(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
