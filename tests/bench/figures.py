"""Figures and rows: what was measured, beside what, how far from the goal."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import NamedTuple

Json = dict[str, object]
FEWER_DIGITS_FROM = 100


class Figure(NamedTuple):
    """What some turns gave, one value each, in one unit: /s, ms, s, B."""

    values: Sequence[float]
    unit: str

    @property
    def median(self) -> float:
        """The value that stands for all of them."""
        return median(self.values)

    def over(self, theirs: "Figure") -> float:
        """Return how many times better than theirs, turn by turn where the turns are the same.

        More is better for rates alone. A machine that others use is slow for both sides of a turn.
        """
        if len(self.values) == len(theirs.values):
            pairs = [*zip(self.values, theirs.values, strict=True)]
        else:
            pairs = [(self.median, theirs.median)]
        found = median(ours / other for ours, other in pairs)
        return found if self.unit == "/s" else 1 / found

    def __str__(self) -> str:
        """The median, and the spread where there is one."""
        shown = f"{number(self.median)} {self.unit}".replace(" /s", "/s")
        low, high = min(self.values), max(self.values)
        return shown if low == high else f"{shown} ({number(low)}–{number(high)})"

    def as_json(self) -> Json:
        """Return it as bench/results.json keeps it."""
        return {"median": self.median, "unit": self.unit, "turns": [*self.values]}


class Goal(NamedTuple):
    """What section 12 asks: a ratio, or a figure, of at least or at most so much."""

    ratio: float | None = None
    most: float | None = None
    least: float | None = None

    def words(self, unit: str) -> str:
        """Say the goal."""
        if self.ratio is not None:
            return f"≥ {number(self.ratio)} ×"
        if self.least is not None:
            return f"≥ {number(self.least)} {unit}"
        return "" if self.most is None else f"≤ {number(self.most)} {unit}"

    def is_met(self, ours: Figure, ratio: float | None) -> bool | None:
        """Return whether it is met; None where nothing was asked."""
        if self.ratio is not None and ratio is not None:
            return ratio >= self.ratio
        if self.least is not None:
            return ours.median >= self.least
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
        return self.ours.over(self.theirs) if self.theirs else None

    @property
    def is_met(self) -> bool | None:
        """Whether the goal is met."""
        return self.goal.is_met(self.ours, self.ratio)

    def as_json(self) -> Json:
        """Return the row as bench/results.json keeps it."""
        return {
            "what": self.what,
            "ours": self.ours.as_json(),
            "against": self.against,
            "theirs": self.theirs.as_json() if self.theirs else None,
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


def number(value: float) -> str:
    """Return a number with as many digits as mean something."""
    if value >= FEWER_DIGITS_FROM:
        return f"{value:,.0f}"
    return f"{value:.2g}" if value < 1 else f"{value:.1f}".removesuffix(".0")
