"""The head function: which writes to one register stand, and what they show.

Judged by sync/cases/; twin: pwa/sync/rules.js.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from sync.kinds import COORDINATOR
from sync.save import Value

UNCERTAIN_MS = 5 * 60 * 1000
ON_WINS = ("sticky", "set")


class Write(NamedTuple):
    """One change's value for one register. `at` and `at_error_ms` are ms; `saw` change ids."""

    id: str
    value: Value
    at: int
    at_error_ms: int
    rank: int
    by: str
    saw: tuple[str, ...] = ()


class Shown(NamedTuple):
    """What a register shows: the value, the write it is from (None for none), what else stands."""

    value: Value
    id: str | None = None
    conflict: bool = False
    proposals: tuple[Write, ...] = ()


def heads(rule: str, writes: Mapping[str, Write], counted: Collection[str]) -> list[Write]:
    """Return the counted writes that no other counted write removed, in order of id.

    A write removes what it saw, if the rule lets it; a write that does not count passes on
    what it saw.
    """
    seen = {id: _expand(writes[id].saw, writes, counted) & {*counted} - {id} for id in counted}
    knot = _knot(seen)
    gone = {
        earlier
        for later, ids in seen.items()
        for earlier in (ids - knot if later in knot else ids)
        if _removes(rule, writes[later], writes[earlier])
    }
    return [writes[id] for id in sorted(counted) if id not in gone]


def heads_with(rule: str, standing: Iterable[Write], write: Write) -> list[Write]:
    """Return the heads after one more counted write, when all it saw is among `standing`.

    The same as `heads` over everything ever written, if every earlier write counts and nobody
    has seen this one before it came.
    """
    seen = {*write.saw}
    left = [head for head in standing if head.id not in seen or not _removes(rule, write, head)]
    return sorted((*left, write), key=_id)


def shown(rule: str, standing: Iterable[Write]) -> Shown:
    """Return what the heads of one register show by its rule."""
    standing = list(standing)
    if not standing:
        return Shown(None)
    if len(standing) == 1:
        (head,) = standing
        return Shown(head.value is True if rule in ON_WINS else head.value, head.id)
    if rule in ON_WINS:
        on = [head for head in standing if head.value is True]
        return Shown(bool(on), _latest(on or standing).id)
    top = max(head.rank for head in standing) if rule == "authority" else 0
    rivals = [head for head in standing if rule != "authority" or head.rank == top]
    pick = min(rivals, key=_when) if rule == "once" else _latest(rivals)
    proposals = tuple(h for h in standing if h not in rivals and not same(h.value, pick.value))
    differ = any(not same(head.value, pick.value) for head in rivals)
    unsure = rule != "latest" or any(head.at_error_ms > UNCERTAIN_MS for head in rivals)
    return Shown(pick.value, pick.id, differ and unsure, proposals)


def same(one: Value, other: Value) -> bool:
    """Return whether two values are the same value; `True` is not `1`."""
    return json.dumps(one) == json.dumps(other)


def _removes(rule: str, later: Write, earlier: Write) -> bool:
    if rule == "sticky" and earlier.value is True and later.value is not True:
        return later.rank >= COORDINATOR
    if rule == "authority":
        return later.rank >= earlier.rank
    return True


def _expand(saw: Iterable[str], writes: Mapping[str, Write], counted: Collection[str]) -> set[str]:
    seen: set[str] = set()
    todo = list(saw)
    while todo:
        id = todo.pop()
        if id in seen:
            continue
        seen.add(id)
        if id in writes and id not in counted:
            todo += writes[id].saw
    return seen


def _knot(seen: Mapping[str, set[str]]) -> set[str]:
    """Return the writes that claim to have seen each other, in a circle: only a lie does."""
    left = set(seen)
    while True:
        named = {id for later in left for id in seen[later] & left}
        kept = {id for id in left & named if seen[id] & left}
        if kept == left:
            return left
        left = kept


def _id(write: Write) -> str:
    return write.id


def _when(write: Write) -> tuple[int, str]:
    # Ids break ties: two phones can save in the same millisecond.
    return (write.at, write.id)


def _latest(standing: list[Write]) -> Write:
    return max(standing, key=_when)
