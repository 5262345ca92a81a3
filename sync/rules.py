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
CONSENT = "consent"


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
    seen = _seen(writes, {*counted})
    tied = knot(seen)
    gone = {
        earlier
        for later, ids in seen.items()
        for earlier in (ids - tied if later in tied else ids)
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
    if rule == CONSENT:
        no = [head for head in standing if head.value is False]
        pick = _latest(no or [head for head in standing if head.value is not True] or standing)
        return Shown(pick.value, pick.id)
    top = max(head.rank for head in standing) if rule == "authority" else 0
    rivals = [head for head in standing if rule != "authority" or head.rank == top]
    pick = min(rivals, key=_when) if rule == "once" else _latest(rivals)
    proposals = tuple(h for h in standing if h not in rivals and not same(h.value, pick.value))
    differ = any(not same(head.value, pick.value) for head in rivals)
    unsure = rule != "latest" or any(head.at_error_ms > UNCERTAIN_MS for head in rivals)
    return Shown(pick.value, pick.id, differ and unsure, proposals)


def protects(rule: str, value: Value) -> bool:
    """Return whether a value asks to be left alone: it acts also in a save that is held."""
    return (rule == "sticky" and value is True) or (rule == CONSENT and value is False)


def same(one: Value, other: Value) -> bool:
    """Return whether two values are the same value; `True` is not `1`."""
    return json.dumps(one) == json.dumps(other)


def _removes(rule: str, later: Write, earlier: Write) -> bool:
    if rule == "sticky" and earlier.value is True and later.value is not True:
        return later.rank >= COORDINATOR
    if rule == "authority":
        return later.rank >= earlier.rank
    return True


def _seen(writes: Mapping[str, Write], counted: set[str]) -> dict[str, set[str]]:
    """Return which counted writes each of them saw, also through those that do not count."""
    saw = {id: {seen for seen in write.saw if seen in writes} for id, write in writes.items()}
    if between := writes.keys() - counted:
        saw = _through(saw, between)
    return {id: (saw[id] & counted) - {id} for id in counted}


def _through(saw: Mapping[str, set[str]], between: Collection[str]) -> dict[str, set[str]]:
    """Return what each saw, with what was seen by those of `between` that it saw."""
    # Sets as the bits of one number: a phone may claim to have seen a lot.
    bits = {id: 1 << n for n, id in enumerate(saw)}
    found = {id: sum(bits[one] for one in seen) for id, seen in saw.items()}
    # Warshall's closure: once through each of them, in whatever order.
    for passing in between:
        for id, seen in found.items():
            if seen & bits[passing]:
                found[id] = seen | found[passing]
    return {id: {one for one in saw if seen & bits[one]} for id, seen in found.items()}


def knot(seen: Mapping[str, Collection[str]]) -> set[str]:
    """Return the writes that claim to have seen each other in a circle, and those between two.

    Only a lie does. The time it takes grows with what was seen, and no faster: a phone may claim
    a lot.
    """
    return {*_endless(_endless(seen))}


def _endless(edges: Mapping[str, Collection[str]]) -> dict[str, list[str]]:
    """Return, turned round, the edges between those from where one can go on for ever."""
    turned: dict[str, list[str]] = {id: [] for id in edges}
    for id, others in edges.items():
        for other in others:
            turned[other].append(id)
    left = {id: len(others) for id, others in edges.items()}
    ends = [id for id, count in left.items() if not count]
    for end in ends:  # grows while it is walked
        for id in turned.pop(end):
            left[id] -= 1
            if not left[id]:
                ends.append(id)
    return turned


def _id(write: Write) -> str:
    return write.id


def _when(write: Write) -> tuple[int, str]:
    # Ids break ties: two phones can save in the same millisecond.
    return (write.at, write.id)


def _latest(standing: list[Write]) -> Write:
    return max(standing, key=_when)
