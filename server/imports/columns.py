"""The columns of a membership list: what they may be called, and what may stand in them."""

import re
import unicodedata
from collections.abc import Mapping
from typing import NamedTuple

from sync.kinds import Kind
from sync.save import Value


class Column(NamedTuple):
    """A column by the name the file gives it in English or French; others are also understood."""

    en: str
    fr: str
    others: tuple[str, ...] = ()
    says: str = ""


COLUMNS: Mapping[str, Column] = {
    "number": Column("number", "numéro", ("member number", "numéro de membre"), "stable; required"),
    "name": Column("name", "nom", ("full name", "nom complet"), "required"),
    "preferred_name": Column("preferred name", "prénom d’usage"),
    "phone": Column("phone", "téléphone", ("personal phone", "téléphone personnel")),
    "email": Column("email", "courriel", ("personal e-mail", "courriel personnel")),
    "language": Column("language", "langue", (), "en or fr"),
    "worksite": Column("worksite", "lieu de travail", (), "made when unknown"),
    "department": Column("department", "service"),
    "work_shift": Column(
        "work shift", "quart de travail", ("shift", "quart"), "days, evenings, nights, rotating"
    ),
    "job": Column("job", "poste"),
    "unit": Column("unit", "unité", (), "made when unknown"),
    "local": Column("local", "section locale", (), "made when unknown"),
    "relation": Column("relation", "lien", (), "in_unit, retiree, ally, other"),
    "go_to": Column("go to", "personne-ressource", ("go-to person",), "a volunteer’s name"),
}
REQUIRED = ("number", "name")
NAME_MAX = 120
PLACES = ("worksite", "unit", "local")
CHOICES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "language": {"en": ("en", "english", "anglais"), "fr": ("fr", "french", "français")},
    "work_shift": {
        "days": ("days", "day", "jour", "jours"),
        "evenings": ("evenings", "evening", "soir", "soirs"),
        "nights": ("nights", "night", "nuit", "nuits"),
        "rotating": ("rotating", "rotation", "rotatif"),
    },
    "relation": {
        "in_unit": ("in_unit", "in the unit", "dans l’unité"),
        "retiree": ("retiree", "retired", "à la retraite"),
        "ally": ("ally", "personne alliée"),
        "other": ("other", "autre"),
    },
}


class BadCell(ValueError):
    """A cell cannot be used; the message says why, after its column's name."""


def folded(text: str) -> str:
    """Return a text as it is compared: no case, accents, punctuation or spaces."""
    letters = unicodedata.normalize("NFKD", text).casefold()
    return "".join(letter for letter in letters if letter.isalnum())


def column_called(header: str) -> str | None:
    """Return which column a header names, None when none of ours."""
    known = {
        folded(name): key
        for key, column in COLUMNS.items()
        for name in (key, column.en, column.fr, *column.others)
    }
    return known.get(folded(header))


def value_in(column: str, cell: str, person: Kind) -> Value:
    """Return what a cell says, None when it is empty. Raises BadCell.

    A cell that looks like a formula is text like any other: nothing here computes.
    """
    text = cell.strip()
    if not text:
        if column in REQUIRED:
            raise BadCell("is empty")
        return None
    if re.search(r"[\x00-\x1f\x7f]", text):
        raise BadCell("holds a line break or another character that does not print")
    if column in CHOICES:
        return _choice(column, text)
    if column == "email" and not re.fullmatch(r"[^@\s]+@[^@\s]+", text):
        raise BadCell(f"“{text}” is no e-mail address")
    if len(text) > (most := _longest(column, person)):
        raise BadCell(f"is longer than {most} characters")
    return text


def _longest(column: str, person: Kind) -> int:
    field = person.fields.get("member_number" if column == "number" else column)
    return (field.max if field else None) or NAME_MAX


def _choice(column: str, text: str) -> str:
    for key, names in CHOICES[column].items():
        if folded(text) in map(folded, names):
            return key
    raise BadCell(f"“{text}” is none of {', '.join(CHOICES[column])}")
