"""Whether a value fits its field."""

import json
import re
from datetime import date
from typing import TypeGuard

from sync.kinds import Field
from sync.save import Value

MAX_MOMENT_MS = 4_102_444_800_000  # 2100-01-01
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_TEXTS = ("text", "long_text", "phone", "email", "questions")


def flaw(field: Field, value: Value) -> str | None:
    """Return the problem code of a value that does not fit its field, or None."""
    if value is None:
        return None
    if isinstance(value, str) and len(value) > (field.max or 2000):
        return "too_long"
    return None if _fits(field, value) else "bad_value"


def _fits(field: Field, value: Value) -> bool:
    kind = field.type
    if kind in _TEXTS:
        return isinstance(value, str) and (kind != "questions" or _is_list(value))
    if kind == "flag":
        return isinstance(value, bool)
    if kind == "number":
        return _is_int(value) and _within(field, value)
    if kind == "moment":
        return _is_int(value) and 0 <= value <= MAX_MOMENT_MS
    if kind == "choice":
        return value in field.choices
    if kind == "day":
        return isinstance(value, str) and _is_day(value)
    if kind == "ref":
        return isinstance(value, str) and _ID.fullmatch(value) is not None
    return True  # an answer: any scalar; its question says what it means


def _is_int(value: Value) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _within(field: Field, number: int) -> bool:
    return (field.min is None or number >= field.min) and (field.max is None or number <= field.max)


def _is_day(text: str) -> bool:
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _is_list(text: str) -> bool:
    try:
        return isinstance(json.loads(text), list)
    except (ValueError, RecursionError):
        return False
