"""What the simulator says when something that must always hold did not."""

import traceback
from contextvars import ContextVar

SENTENCES = {
    0: "Neither the server nor a phone's code fails in a way that nobody catches.",
    1: "Every save with a receipt is there after any crash.",
    2: "Every save on a surviving phone reaches the server in the end.",
    3: "Replaying any prefix any number of times changes nothing.",
    4: "The tables equal the fold of the log, rebuilt, cell for cell.",
    5: "When all is quiet, each phone holds exactly its scope.",
    6: "No byte outside a volunteer's scope was ever sent to them.",
    7: "After revocation and one contact the data is gone from the phone and its work is here.",
    8: "No committed save is ever skipped by a cursor.",
    9: "A sticky flag never went off without an authorised clear.",
    10: "Every value that lost stands in a conflict or in the history.",
    11: "Ruling and taking the ruling back gives back what was.",
    12: "For given stamps, arrival order changes nothing.",
    13: "A save came whole or not at all (what asks to be left alone may act early).",
    14: "Hours are independent of order and never count a minute twice.",
    15: "One bad save delays no other.",
    16: "What was erased stays erased, through late envelopes and restores.",
}
LOST, LEAKED = {1, 2, 8, 15}, {6, 7, 16}
LAST = 6  # calls told of a failure
ALL = frozenset(SENTENCES)
# Which are looked at: all of them, but for who wants to know whether one alone notices a fault.
WATCHED: ContextVar[frozenset[int]] = ContextVar("watched", default=ALL)


class Violation(Exception):
    """One of the sixteen does not hold."""

    def __init__(self, number: int, detail: str) -> None:
        super().__init__(f"invariant {number}: {SENTENCES[number]} {detail}")
        self.number = number
        self.detail = detail

    def is_like(self, other: "Violation") -> bool:
        """Return whether another says the same of something else; of a failure, what failed."""
        what = [each.detail.partition(":")[0] if each.number == 0 else "" for each in (self, other)]
        return self.number == other.number and what[0] == what[1]


def stumble(problem: Exception) -> Violation:
    """Return what an exception that nobody caught says."""
    trace = traceback.format_exception(problem)
    return Violation(0, f"{type(problem).__name__}: {problem}\n{''.join(trace[-LAST:])}")


def demand(holds: object, number: int, detail: str) -> None:
    """Raise Violation unless something holds, or nobody looks."""
    if not holds and number in WATCHED.get():
        raise Violation(number, detail)
