"""What the writes to one register add up to, worked out a second time from docs/PROTOCOL.md.

Nothing of the fold in sync/ is used here; only the kinds' JSON files are shared.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import sync

Key = tuple[str, str]  # kind, record
Json = dict[str, Any]
KINDS: dict[str, Json] = {
    path.stem: json.loads(path.read_text())
    for path in (Path(sync.__file__).parent / "kinds").glob("*.json")
}
NOTHING: Json = {}
UNCERTAIN_MS = 300_000
COORDINATOR = 3


class Entry(NamedTuple):
    """One stored save with its stamps; changes are [] where it could not be read."""

    seq: int
    id: str
    device: str
    n: int
    author: str
    rank: int
    verdict: str
    reason: str | None
    early: frozenset[int]
    at: int
    at_error_ms: int
    changes: list[Json]

    @property
    def batch(self) -> str | None:
        """The id of the import this came with."""
        return next((c["record"] for c in self.changes if c["kind"] == "import"), None)

    def change_id(self, position: int) -> str:
        """Return the id of one of its changes."""
        return f"{self.id}:{position}"


class Written(NamedTuple):
    """One change's value for one register."""

    id: str
    value: Any
    at: int
    at_error_ms: int
    rank: int
    by: str
    saw: tuple[str, ...]

    def on_the_wire(self) -> Json:
        """Return it as a head travels."""
        return {name: value for name, value in self._asdict().items() if name != "saw"}


class Fold(NamedTuple):
    """What one register holds and shows; heads in order of id."""

    heads: tuple[Written, ...]
    value: Any
    id: str | None
    conflict: bool
    proposals: frozenset[str]


def rule_of(kind: str, register: str) -> str:
    """Return the rule of a register; `latest` for what the kinds do not know."""
    field = field_of(kind, register)
    return field["rule"] if field else "latest"


def field_of(kind: str, register: str) -> Json | None:
    """Return the field behind a register, if the kinds know it."""
    name, slash, element = register.partition("/")
    field: Json | None = KINDS.get(kind, {}).get("fields", {}).get(name)
    if field is None or bool(slash) != field.get("each", False):
        return None
    known = field.get("elements", [element])
    starts = tuple(one[:-1] for one in known if one.endswith("*"))
    return field if element in known or element.startswith(starts) else None


def is_person(kind: str, register: str) -> bool:
    """Return whether a register refers to a person."""
    field = field_of(kind, register)
    return field is not None and field["type"] == "ref" and field.get("to") == "person"


def shows(kind: str, view: str, register: str) -> bool:
    """Return whether a view lets a register of a kind through."""
    fields = KINDS[kind]["views"].get(view, [])
    return fields == "*" or register.partition("/")[0] in fields


def is_private(kind: str, register: str) -> bool:
    """Return whether a register travels only to whoever wrote it."""
    field = field_of(kind, register)
    return field is not None and field.get("private", False)


def own(kind: str, register: str, found: Fold, volunteer: str) -> Fold:
    """Return what a register holds for somebody who may see it: of private words their own."""
    if not is_private(kind, register):
        return found
    heads = tuple(head for head in found.heads if head.by == volunteer)
    return Fold(heads, *_shown(rule_of(kind, register), heads))


def fold(rule: str, writes: dict[str, Written], counting: set[str]) -> Fold:
    """Return what the writes to one register add up to."""
    removed = {
        seen
        for id in counting
        for seen in _closure(writes[id].saw, writes, counting)
        if seen != id and seen in counting and _may_remove(rule, writes[id], writes[seen])
    }
    heads = tuple(writes[id] for id in sorted(counting - removed))
    return Fold(heads, *_shown(rule, heads))


def _closure(saw: Iterable[str], writes: dict[str, Written], counting: set[str]) -> set[str]:
    """Return what was seen; what does not count passes on what it saw itself."""
    found = set(saw)
    passing = [id for id in found if id in writes and id not in counting]
    while passing:
        more = set(writes[passing.pop()].saw) - found
        found |= more
        passing += [id for id in more if id in writes and id not in counting]
    return found


def _may_remove(rule: str, later: Written, earlier: Written) -> bool:
    if rule == "sticky" and earlier.value is True and later.value is not True:
        return later.rank >= COORDINATOR
    return rule != "authority" or later.rank >= earlier.rank


def _shown(rule: str, heads: tuple[Written, ...]) -> tuple[Any, str | None, bool, frozenset[str]]:
    if not heads:
        return None, None, False, frozenset()
    by_time = sorted(heads, key=lambda head: (head.at, head.id))
    if rule in ("sticky", "set"):
        on = [head for head in by_time if head.value is True]
        return bool(on), (on or by_time)[-1].id, False, frozenset()
    if rule == "consent":
        no = [head for head in by_time if head.value is False]
        pick = (no or [head for head in by_time if head.value is not True] or by_time)[-1]
        return pick.value, pick.id, False, frozenset()
    rivals = by_time
    if rule == "authority":
        highest = max(head.rank for head in heads)
        rivals = [head for head in by_time if head.rank == highest]
    pick = rivals[0] if rule == "once" else rivals[-1]
    differ = any(_text(head.value) != _text(pick.value) for head in rivals)
    if rule == "latest":
        differ = differ and any(head.at_error_ms > UNCERTAIN_MS for head in rivals)
    lower = [
        head for head in heads if head not in rivals and _text(head.value) != _text(pick.value)
    ]
    return pick.value, pick.id, differ, frozenset(head.id for head in lower)


def _text(value: Any) -> str:
    return json.dumps(value)
