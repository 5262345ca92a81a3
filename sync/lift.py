"""Saves of an older app, as today's app would have written them. Twin: pwa/sync/lift.js.

What is stored stays as it came; it is lifted whenever it is read. Steps are in sync/lifts.json.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from sync.save import Change, Save, Value

FILE = Path(__file__).parent / "lifts.json"


class Lift(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What changed with schema `to`: old name -> new name, all said in the names of before.

    registers: kind -> register -> register. values: kind -> register -> value as text -> value.
    """

    to: int
    kinds: dict[str, str]
    registers: dict[str, dict[str, str]]
    values: dict[str, dict[str, dict[str, str | int | bool]]]


def lift(save: Save, lifts: tuple[Lift, ...] | None = None) -> Save:
    """Return a save in the names of the newest schema; one that has them is returned as it is."""
    for step in load_lifts() if lifts is None else lifts:
        if step.to > save.schema:
            changes = [_lifted(change, step) for change in save.changes]
            save = msgspec.structs.replace(save, schema=step.to, changes=changes)
    return save


def as_json() -> bytes:
    """Return every step, as phones load them."""
    return FILE.read_bytes()


@cache
def load_lifts() -> tuple[Lift, ...]:
    """Return every step, oldest first. Raises msgspec.ValidationError."""
    steps = msgspec.json.decode(as_json(), type=list[Lift])
    return tuple(sorted(steps, key=lambda step: step.to))


def _lifted(change: Change, step: Lift) -> Change:
    names = step.registers.get(change.kind, {})
    values = step.values.get(change.kind, {})
    return Change(
        step.kinds.get(change.kind, change.kind),
        change.record,
        {names.get(r, r): _meant(values.get(r, {}), value) for r, value in change.set.items()},
        {names.get(r, r): seen for r, seen in change.saw.items()},
    )


def _meant(values: dict[str, Any], value: Value) -> Value:
    # JSON names are text: true is found as "true", as in JavaScript.
    found: Value = values.get(value if isinstance(value, str) else json.dumps(value), value)
    return found
