"""Saves of an older schema in today's words; they are sent as they were written."""

from typing import Any


def lift(save: dict, lifts: list[dict]) -> dict:
    for step in lifts:
        # A schema to come has no step before it here and stays as it is.
        if step["to"] == save["schema"] + 1:
            changes = [lift_change(change, step) for change in save["changes"]]
            save = {**save, "schema": step["to"], "changes": changes}
    return save


def lift_change(change: dict, step: dict) -> dict:
    kind = change["kind"]
    names = step["registers"].get(kind, {})
    values = step["values"].get(kind, {})
    return {
        **change,
        "kind": step["kinds"].get(kind, kind),
        "set": {
            renamed(name, names): lift_value(value, values.get(name.split("/")[0], {}))
            for name, value in change["set"].items()
        },
        "saw": {renamed(name, names): ids for name, ids in change["saw"].items()},
    }


def renamed(register: str, names: dict[str, str]) -> str:
    field, slash, element = register.partition("/")
    return names.get(register) or names.get(field, field) + slash + element


def lift_value(value: Any, called: dict) -> Any:
    if value is None:
        return None
    # By its text: JSON has only text for names, so `true` and 3 are "true" and "3".
    text = value if isinstance(value, str) else str(value).lower()
    return called.get(text, value)
