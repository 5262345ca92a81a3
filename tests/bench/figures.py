"""Figures and rows: what was measured, beside what, how far from the goal."""

from dataclasses import dataclass
from statistics import median
from typing import NamedTuple

Json = dict[str, object]
FEWER_DIGITS_FROM = 100


class Figure(NamedTuple):
    """The median of some runs and their spread, in one unit: /s, ms, s or B."""

    median: float
    low: float
    high: float
    unit: str

    @property
    def is_better_high(self) -> bool:
        """Whether more is better: so for rates alone."""
        return self.unit == "/s"

    def __str__(self) -> str:
        """The median, and the spread where there is one."""
        shown = f"{number(self.median)} {self.unit}".replace(" /s", "/s")
        if self.low == self.high:
            return shown
        return f"{shown} ({number(self.low)}–{number(self.high)})"


class Goal(NamedTuple):
    """What section 12 asks: a ratio of at least so much, or a figure of at most so much."""

    ratio: float | None = None
    most: float | None = None

    def words(self, unit: str) -> str:
        """Say the goal."""
        if self.ratio is not None:
            return f"≥ {number(self.ratio)} ×"
        return "" if self.most is None else f"≤ {number(self.most)} {unit}"

    def is_met(self, ours: Figure, ratio: float | None) -> bool | None:
        """Return whether it is met; None where nothing was asked."""
        if self.ratio is not None and ratio is not None:
            return ratio >= self.ratio
        return None if self.most is None else ours.median <= self.most


NONE = Goal()


@dataclass(frozen=True)
class Row:
    """One line of the table. `said` is what one must know to read it."""

    what: str
    ours: Figure
    against: str = ""
    theirs: Figure | None = None
    goal: Goal = NONE
    said: str = ""
    load: float = 0

    @property
    def ratio(self) -> float | None:
        """How many times better ours is than theirs."""
        if self.theirs is None:
            return None
        ours, theirs = self.ours.median, self.theirs.median
        return ours / theirs if self.ours.is_better_high else theirs / ours

    @property
    def is_met(self) -> bool | None:
        """Whether the goal is met."""
        return self.goal.is_met(self.ours, self.ratio)

    def as_json(self) -> Json:
        """Return the row as bench/results.json keeps it."""
        return {
            "what": self.what,
            "ours": self.ours._asdict(),
            "against": self.against,
            "theirs": self.theirs._asdict() if self.theirs else None,
            "ratio": self.ratio,
            "goal": self.goal.words(self.ours.unit),
            "met": self.is_met,
            "said": self.said,
            "load": self.load,
        }

    def cells(self) -> list[str]:
        """Return the row as the table shows it."""
        ratio = "" if self.ratio is None else f"{number(self.ratio)} ×"
        met = {True: "met", False: "not met", None: ""}[self.is_met]
        theirs = f"{self.against}: {self.theirs}" if self.theirs else ""
        what = f"{self.what} ({self.said})" if self.said else self.what
        return [what, str(self.ours), theirs, ratio, self.goal.words(self.ours.unit), met]


def figure(values: list[float], unit: str) -> Figure:
    """Return the median of some runs with their spread."""
    return Figure(median(values), min(values), max(values), unit)


def number(value: float) -> str:
    """Return a number with as many digits as mean something."""
    if value >= FEWER_DIGITS_FROM:
        return f"{value:,.0f}"
    return f"{value:.2g}" if value < 1 else f"{value:.1f}".removesuffix(".0")
