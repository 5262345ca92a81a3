"""Whether a value fits its field."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any, TypeGuard

from sync.kinds import Field
from sync.question import are_questions
from sync.save import Value

MAX_MOMENT_MS = 4_102_444_800_000  # 2100-01-01
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
Fits = Callable[[Any], bool]


def flaw(field: Field, value: Value) -> str | None:
    """Return the problem code of a value that does not fit its field, or None."""
    if value is None or fitting(field)(value):
        return None
    if field.type == "questions":
        return "bad_questions"
    return "too_long" if isinstance(value, str) and len(value) > _most(field) else "bad_value"


def fitting(field: Field) -> Fits:
    """Return what tells whether a value, if there is one, fits a field: for who asks often."""
    return _FITTING[field.type](field)


def _most(field: Field) -> int:
    return field.max or 2000


def _text(field: Field) -> Fits:
    most = _most(field)
    return lambda value: isinstance(value, str) and len(value) <= most


def _questions(field: Field) -> Fits:
    is_text = _text(field)
    return lambda value: is_text(value) and are_questions(value)


def _flag(field: Field) -> Fits:
    return lambda value: isinstance(value, bool)


def _number(field: Field) -> Fits:
    return lambda value: _is_int(value) and _within(field, value)


def _moment(field: Field) -> Fits:
    return lambda value: _is_int(value) and 0 <= value <= MAX_MOMENT_MS


def _choice(field: Field) -> Fits:
    most = _most(field)
    return frozenset(key for key in field.choices if len(key) <= most).__contains__


def _day(field: Field) -> Fits:
    is_text = _text(field)
    return lambda value: is_text(value) and _is_day(value)


def _ref(field: Field) -> Fits:
    is_text = _text(field)
    return lambda value: is_text(value) and _ID.fullmatch(value) is not None


def _answer(field: Field) -> Fits:
    most = _most(field)  # any scalar; its question says what it means
    return lambda value: not isinstance(value, str) or len(value) <= most


_FITTING: dict[str, Callable[[Field], Fits]] = {
    "text": _text,
    "long_text": _text,
    "phone": _text,
    "email": _text,
    "questions": _questions,
    "flag": _flag,
    "number": _number,
    "moment": _moment,
    "choice": _choice,
    "day": _day,
    "ref": _ref,
    "answer": _answer,
}


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
