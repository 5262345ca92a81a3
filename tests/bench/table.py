"""The table: printed row by row, written into the README, and kept as JSON."""

import json
from collections.abc import Sequence
from pathlib import Path

from tests.bench.figures import Json, Row

MARK = "<!-- bench -->"
PHONE_MARK = "<!-- bench-phone -->"
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


def says_of_phone(facts: Json) -> str:
    """Say in a sentence on what a phone was measured."""
    return (
        "{cores} cores shared by browser and server, {memory_gb} GB, {system}, Chromium with the "
        "page's thread made six times slower, {filesystem}, load {load_at_start} at the start"
    ).format(**facts)


def markdown(said: str, rows: Sequence[Row]) -> str:
    """Return what stands in the README between the marks."""
    lines = [_cells(HEAD), _cells(["---"] * len(HEAD)), *(_cells(row.cells()) for row in rows)]
    return "\n".join([f"Measured on {said}.", "", *lines])


def write_down(house: Path, facts: Json, rows: Sequence[Row]) -> None:
    """Write bench/results.json and the README's table. Raises ValueError without marks."""
    _write(house, "results.json", MARK, says(facts), facts, rows)


def write_down_phone(house: Path, facts: Json, rows: Sequence[Row]) -> None:
    """Write bench/phone.json and the README's table of it. Raises ValueError without marks."""
    _write(house, "phone.json", PHONE_MARK, says_of_phone(facts), facts, rows)


def _write(house: Path, name: str, mark: str, said: str, facts: Json, rows: Sequence[Row]) -> None:
    kept = {"machine": facts, "rows": [row.as_json() for row in rows]}
    (house / "bench").mkdir(exist_ok=True)
    results = house / "bench" / name
    results.write_text(json.dumps(kept, ensure_ascii=False, indent=2) + "\n")
    readme = house / "README.md"
    readme.write_text(between_marks(readme.read_text(), markdown(said, rows), mark))


def between_marks(text: str, new: str, mark: str = MARK) -> str:
    """Return a text with what stands between the two marks replaced. Raises ValueError."""
    before, _, after = text.split(mark)
    return f"{before}{mark}\n\n{new}\n\n{mark}{after}"


def _cells(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
