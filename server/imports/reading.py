"""Reads a membership list from CSV: good lines, and what is wrong with the others."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from server.imports.columns import COLUMNS, REQUIRED, BadCell, column_called, value_in
from sync.kinds import Kind
from sync.save import Value


class BadFile(ValueError):
    """The file as a whole cannot be read; the message says why and what helps."""


class Fault(NamedTuple):
    """What is wrong with one cell, or with one whole line (no column)."""

    line: int
    column: str | None
    what: str


class Line(NamedTuple):
    """One person's line: its number in the file, and column -> value."""

    line: int
    said: dict[str, Value]

    @property
    def number(self) -> str:
        """The person's member number."""
        return str(self.said["number"])


@dataclass
class Listed:
    """What a file holds. `numbers` are those of bad lines too: they are not gone from the file."""

    lines: list[Line] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    numbers: set[str] = field(default_factory=set)
    unused: list[str] = field(default_factory=list)


def read_list(data: bytes, person: Kind) -> Listed:
    """Return what a CSV file holds: UTF-8, comma or semicolon. Raises BadFile."""
    rows = _rows(_text(data))
    header = next(rows, (1, []))[1]
    columns = _columns(header)
    found = Listed(unused=[name for name, key in zip(header, columns, strict=True) if not key])
    for line, cells in rows:
        if any(cell.strip() for cell in cells):
            full = cells + [""] * (len(columns) - len(cells))
            _take(found, line, dict(zip(columns, full, strict=False)), person)
            if len(cells) > len(columns):
                found.faults.append(Fault(line, None, "has more cells than there are columns"))
    bad = {fault.line for fault in found.faults}
    found.lines = [line for line in found.lines if line.line not in bad]
    return found


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = data.count(b"\n", 0, problem.start) + 1
        raise BadFile(
            f"line {line} is not UTF-8. In the spreadsheet choose “CSV UTF-8” when saving."
        ) from None


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the number of each row's first line, and its cells."""
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            yield line, cells
            line = reader.line_num + 1
    except csv.Error as problem:
        raise BadFile(f"line {line} is no CSV: {problem}.") from None


def _columns(header: list[str]) -> list[str | None]:
    columns = [column_called(name) for name in header]
    for key in COLUMNS:
        if columns.count(key) > 1:
            raise BadFile(f"two columns are “{COLUMNS[key].en}”. Keep one of them.")
    for key in REQUIRED:
        if key not in columns:
            names = f"“{COLUMNS[key].en}” or “{COLUMNS[key].fr}”"
            raise BadFile(f"no column is called {names}. The first line names the columns.")
    return columns


def _take(found: Listed, line: int, cells: dict[str | None, str], person: Kind) -> None:
    said: dict[str, Value] = {}
    for column, cell in cells.items():
        if column is None:
            continue
        try:
            said[column] = value_in(column, cell, person)
        except BadCell as problem:
            found.faults.append(Fault(line, COLUMNS[column].en, str(problem)))
    number = said.get("number")
    if not isinstance(number, str):
        return
    if number in found.numbers:
        found.faults.append(Fault(line, COLUMNS["number"].en, f"“{number}” stands twice"))
    found.numbers.add(number)
    found.lines.append(Line(line, said))
