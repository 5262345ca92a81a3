"""The six rules: which writes to a register are its heads, what it shows, what is a conflict."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

UNCERTAIN_MS = 300_000


@dataclass(frozen=True)
class Write:
    """One change's value for one register; `id` is the change's."""

    id: str
    value: Any
    at: int
    at_error_ms: int = 0
    rank: int = 1
    by: str = ""
    saw: frozenset[str] = frozenset()
    counts: bool = True


def heads(rule: str, writes: Iterable[Write]) -> list[Write]:
    """Return the counting writes that no other counting write removed, by id."""
    known = {write.id: write for write in writes}
    counting = {id for id, write in known.items() if write.counts}
    seen = {id: seen_by(known[id], known) & counting - {id} for id in counting}
    lies = in_circles(seen)
    removed = {
        old
        for new, olds in seen.items()
        for old in olds
        if not {new, old} <= lies and may_remove(rule, known[new], known[old])
    }
    return [known[id] for id in sorted(counting - removed)]


def may_remove(rule: str, new: Write, old: Write) -> bool:
    if rule == "sticky" and old.value is True and new.value is not True:
        return new.rank >= 3
    return rule != "authority" or new.rank >= old.rank


def seen_by(write: Write, known: dict[str, Write]) -> set[str]:
    """Return what a write saw; what does not count passes on what it saw itself."""
    found, todo = set(), list(write.saw)
    while todo:
        id = todo.pop()
        if id in known and id not in found:
            found.add(id)
            if not known[id].counts:
                todo.extend(known[id].saw)
    return found


def in_circles(seen: dict[str, set[str]]) -> set[str]:
    """Return the writes of circles, and those between two: what has no end in either direction."""
    left, before = set(seen), -1
    while len(left) != before:
        before = len(left)
        named = {id for by in left for id in seen[by]}
        left = {id for id in left & named if seen[id] & left}
    return left


def shown(rule: str, heads: list[Write]) -> Any:
    if not heads:
        return None
    if rule in {"sticky", "set"}:
        return any(head.value is True for head in heads)
    if rule == "consent":
        no = [head for head in heads if head.value is False]
        yet = [head for head in heads if head.value is None]
        return max(no or yet or heads, key=time_then_id).value
    if rule == "once":
        return min(heads, key=time_then_id).value
    return max(highest(heads) if rule == "authority" else heads, key=time_then_id).value


def is_conflict(rule: str, heads: list[Write]) -> bool:
    if rule in {"sticky", "set", "consent"}:
        return False
    if rule == "authority":
        heads = highest(heads)
    if rule == "latest" and all(head.at_error_ms <= UNCERTAIN_MS for head in heads):
        return False
    return len({same(head.value) for head in heads}) > 1


def proposals(heads: list[Write]) -> list[Write]:
    """Return the heads of `authority` that only propose another value."""
    top = shown("authority", heads)
    best = highest(heads)
    return [head for head in heads if head not in best and same(head.value) != same(top)]


def highest(heads: list[Write]) -> list[Write]:
    return [head for head in heads if head.rank == max(other.rank for other in heads)]


def time_then_id(write: Write) -> tuple[int, str]:
    return (write.at, write.id)


def same(value: Any) -> str:
    # JSON text, because in Python 1 == True.
    return json.dumps(value)
