"""Faults of what saves add up to: of verdicts, heads, rulings and hours."""

from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import server.reports.history
from server.ledger.records import Records
from server.ledger.work import Work
from sync import exchange, hours, merge, rules
from sync.rules import Write
from tests.simulator.mutants.mutant import mutant

# What the fold gets wrong shows in the tables before any of these says so.
MANY_SAVES = {"save": 200, "exchange": 60, "join_duplicates": 0, "split": 0}
RULING_ACTS = ("take_back", "split", "roll_back_import", "undo", "rule_on_held")


@mutant(9, steps=600, often=MANY_SAVES)
def anybody_clears_a_flag() -> Iterator[None]:
    """A go-to person's "no" undoes what only coordinators may undo."""
    real = rules._removes

    def removes(rule: str, later: Write, earlier: Write) -> bool:
        return rule == "sticky" or real(rule, later, earlier)

    with patch.object(rules, "_removes", removes):
        yield


@mutant(10, often={"join_duplicates": 12, "split": 0})
def joined_lose_their_history() -> Iterator[None]:
    """Of two records that became one, only what stood under the id that stays is told."""
    with patch.object(server.reports.history, "members_with", lambda db, id: [id]):
        yield


@mutant(11, often=dict.fromkeys(RULING_ACTS, 0))
def ruled_out_for_ever() -> Iterator[None]:
    """A ruling that was taken back leaves the tables as it had made them."""
    real = Work._ruled_on

    def ruled_on(work: Work, targets: Any) -> Any:
        found = {target: work.records.get(("ruling", target)) for target in targets}
        return real(work, [t for t, one in found.items() if one and _counts(one) is not None])

    with patch.object(Work, "_ruled_on", ruled_on):
        yield


def _counts(ruling: Any) -> Any:
    register = ruling.registers.get("counts")
    return register.value if register else None


@mutant(12)
def what_is_seen_later_stays() -> Iterator[None]:
    """A write that saw one which comes after it does not remove it."""
    real = Records.fold_on

    def fold_on(records: Any, kind: Any, key: Any, register: str, write: Write, seq: int) -> bool:
        record = records.get(key)
        known = record.registers.get(register) if record else None
        here = tuple(head.id for head in known.heads) if known else ()
        saw = tuple(id for id in write.saw if id in here)
        return real(records, kind, key, register, write._replace(saw=saw), seq)

    with patch.object(Records, "fold_on", fold_on):
        yield


@mutant(13, seed=2, alone=True)
def half_of_a_held_save_counts() -> Iterator[None]:
    """Where one change of a save is held, the others act."""

    def counts(stamped: Any, position: int, sticky_on: bool, rulings: Any) -> bool:
        return merge_counts(stamped, position, True, rulings)

    def protects(change: Any, facts: Any, kinds: Any, said: Any) -> bool:
        return not exchange._problem(change, facts, kinds, said, frozenset())

    merge_counts = merge.counts
    with patch.object(merge, "counts", counts), patch.object(exchange, "_protects", protects):
        yield


@mutant(14, steps=600, often=MANY_SAVES)
def each_line_counts_for_itself() -> Iterator[None]:
    """Somebody who was checked in on two lines is paid for both at once."""
    real = hours._pair_one

    def pair_one(events: Any, now: int) -> hours.Paired:
        lines = sorted({event.line for event in events})
        each = [real([event for event in events if event.line == line], now) for line in lines]
        sessions = sorted((stay for found in each for stay in found.sessions), key=_starts)
        return hours.Paired(sessions, [event for found in each for event in found.strays])

    with patch.object(hours, "_pair_one", pair_one):
        yield


def _starts(stay: hours.Session) -> int:
    return stay.starts
