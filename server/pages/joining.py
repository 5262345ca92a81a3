"""What a page that joins records shows: every field side by side, and what will happen."""

from collections.abc import Iterable
from dataclasses import dataclass

from server.pages import told
from server.pages.desk import Desk
from server.pages.likely import described, side_by_side_link
from server.pages.person import FIRST
from server.reports import side_by_side, who_sees
from server.reports.side_by_side import NOTHING, Compared, Field
from server.schema import Connection

KINDS = ("assignment", "person")
GO_TO, WORKSITE = ("assignment", "volunteer"), ("person", "worksite")
COUNTS = ("talks", "promises", "check_ins")
TO_FIELDS, TO_PHONES = ("both", "one_shows"), ("off_lists", "cards", "off_cards")


@dataclass(frozen=True)
class Joining:
    """People side by side, whose phones show them, and the names of what all that refers to."""

    compared: Compared
    sees: who_sees.WhoSees
    heads: dict[str, told.Shown]
    tell: told.Teller


def gather(db: Connection, desk: Desk, ids: list[str]) -> Joining:
    """Read people side by side."""
    compared = side_by_side.compare(db, desk.kinds, ids)
    then = compared.then
    sees = who_sees.who_sees(
        db,
        [id for side in compared.sides for id in side.ids],
        then.get(GO_TO, NOTHING).value,
        then.get(WORKSITE, NOTHING).value,
    )
    wanted = {("volunteer", id) for id in sees.everybody}
    for kind, register in compared.written:
        values = [side.values.get((kind, register)) for side in compared.sides]
        for value in [*values, then.get((kind, register), NOTHING).value]:
            wanted.update(told.refs_in(desk.kinds, kind, register, value))
    tell = told.Teller(db, desk.words, desk.kinds, wanted)
    return Joining(compared, sees, described(db, desk, ids), tell)


def heads(found: Joining) -> list[told.Shown]:
    """Return the people as heads of columns; of more than two each can be left out."""
    sides = [side.id for side in found.compared.sides]
    return [
        {
            **found.heads[id],
            "without": side_by_side_link(other for other in sides if other != id)
            if len(sides) > 2
            else "",
        }
        for id in sides
    ]


def rows(desk: Desk, found: Joining) -> list[told.Shown]:
    """Return every field that anybody wrote, in the order people read, then the counts."""
    return [
        *(_row(found, field) for field in _sorted(desk, found.compared.written)),
        *(_counted(desk, found.compared, name) for name in COUNTS),
    ]


def sentences(desk: Desk, found: Joining) -> list[str]:
    """Return what will happen, in plain words."""
    t, tell, compared, sees = desk.words, found.tell, found.compared, found.sees
    both = [field for field in compared.written if compared.then.get(field, NOTHING).conflict]
    one = [field for field in compared.written if compared.differ(field) and field not in both]
    said = [t("same.will.one", n=len(compared.sides))]
    for key, fields in zip(TO_FIELDS, (both, one), strict=True):
        labels = [tell.label(*field) for field in _sorted(desk, fields)]
        said += [t(f"same.will.{key}", n=len(labels), fields=", ".join(labels))] if labels else []
    go_to = sees.go_to
    said.append(
        t("same.will.list", name=tell.name("volunteer", go_to)) if go_to else t("same.will.no_list")
    )
    for key in TO_PHONES:
        names = [tell.name("volunteer", id) for id in getattr(sees, key)]
        said += [t(f"same.will.{key}", n=len(names), names=", ".join(names))] if names else []
    return [*said, t("same.will.split")]


def _row(found: Joining, field: Field) -> told.Shown:
    compared, then = found.compared, found.compared.then.get(field, NOTHING)
    value = found.tell.value(*field, then.value)
    return {
        "label": found.tell.label(*field),
        "differ": compared.differ(field),
        "cells": [
            {
                "value": found.tell.value(*field, side.values.get(field)),
                "is_empty": side.values.get(field) in (None, ""),
                "conflict": field in side.conflicts,
            }
            for side in compared.sides
        ],
        "then": {
            "value": value,
            "is_empty": then.value in (None, ""),
            "conflict": then.conflict,
        },
    }


def _counted(desk: Desk, compared: Compared, name: str) -> told.Shown:
    numbers = [getattr(side, name) for side in compared.sides]

    def cell(n: int) -> told.Shown:
        return {"value": desk.words.number(n), "is_empty": not n, "conflict": False}

    return {
        "label": desk.words(f"same.{name}"),
        "differ": False,
        "cells": [cell(n) for n in numbers],
        "then": cell(sum(numbers)),
    }


def _sorted(desk: Desk, fields: Iterable[Field]) -> list[Field]:
    """Return fields in the order people read: who has them, the first ones, the others."""

    def place(field: Field) -> tuple[int, int, str]:
        kind, name = field[0], field[1].partition("/")[0]
        known = [*FIRST, *desk.kinds[kind].fields]
        at = known.index(name) if name in known else len(known)
        return KINDS.index(kind) if kind in KINDS else len(KINDS), at, field[1]

    return sorted(fields, key=place)
