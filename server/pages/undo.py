"""Rulings: admit a held save or set it aside, take any save back, bring it back again."""

import re
from collections.abc import Callable

from starlette.datastructures import FormData
from starlette.responses import Response
from starlette.routing import Route

from server.pages.desk import Desk, desk_page
from server.problems import Problem
from server.reports import history, rulings, scope
from server.schema import Connection
from sync.save import Change

REVIEW = "/desk/review"
PERSON = re.compile(r"/desk/people/([A-Za-z0-9_-]+)")


@desk_page
async def rule(desk: Desk) -> Response:
    """Admit a held save, or set it aside."""
    form = await desk.form()
    counts = form.get("counts") == "yes"
    save = (await desk.read(source_of, desk, str(form.get("save", "")))).stamped.save
    receipt = await desk.save_unless_changed(
        lambda db: _still(db, form, [save.id], lambda h: [rulings.ruling(save.id, counts, h)])
    )
    if receipt is None:
        return desk.back(REVIEW, "changed_meanwhile")
    if receipt.verdict != "taken":
        return desk.back(REVIEW, "kept_held")
    return desk.back(REVIEW, "admitted" if counts else "set_aside", receipt.save)


@desk_page
async def undo(desk: Desk) -> Response:
    """Take a save back, or bring it back; `way` is back or again."""
    form = await desk.form()
    is_back = form.get("way") != "again"
    person, back = str(form.get("person", "")), str(form.get("back", REVIEW))
    source = await desk.read(source_of, desk, str(form.get("save", "")), person)
    receipt = await desk.save_unless_changed(
        lambda db: _changes(db, desk, form, source, is_back, person)
    )
    if receipt is None:
        return desk.back(back, "changed_meanwhile")
    if receipt.verdict != "taken":
        return desk.back(back, "kept_held")
    back = await desk.read(_still_there, desk, back)
    return desk.back(back, _said(source, is_back), receipt.save)


def source_of(db: Connection, desk: Desk, save: str, person: str = "") -> history.Source:
    """Return a save of which all that is to be ruled on is in reach. Raises Problem not_found."""
    source = history.source_of(db, save)
    if source is None:
        raise Problem("not_found")
    ruled_on = [*history.about_person(db, desk.kinds, source, person).values()]
    ruled_on = ruled_on if person else source.stamped.save.changes
    if person and not ruled_on:
        raise Problem("not_found")
    if not scope.may_rule_on(db, desk.session, desk.kinds, source.stamped.author, ruled_on):
        raise Problem("not_found")
    return source


def _still(
    db: Connection,
    form: FormData,
    targets: list[str],
    changes: Callable[[rulings.Heads], list[Change]],
) -> list[Change] | None:
    """Return the changes, unless somebody has ruled on their targets since the form was shown."""
    heads = rulings.standing_on(db, targets)
    saw = sorted(str(id) for id in form.getlist("saw"))
    return changes(heads) if saw == rulings.seen(heads, targets) else None


def _changes(
    db: Connection, desk: Desk, form: FormData, source: history.Source, is_back: bool, person: str
) -> list[Change] | None:
    """Return the rulings that take a save back, or bring it back.

    From a person's page only what is about this person: an import writes about fifty at once.
    """
    save = source.stamped.save
    theirs = history.about_person(db, desk.kinds, source, person) if person else {}
    targets = rulings.ruled_by_undo(save, theirs)

    def changes(heads: rulings.Heads) -> list[Change]:
        if rulings.is_part(save, theirs):
            # Where the whole save is set aside, these alone come back.
            again = True if source.counts is False else None
            counts = False if is_back else again
            return [rulings.ruling(target, counts, heads) for target in theirs]
        ruled = [change for change in save.changes if change.kind == "ruling"]
        if not ruled:
            return [rulings.ruling(save.id, False if is_back else None, heads)]
        return [
            rulings.ruling(change.record, _before(db, change, save.id, is_back), heads)
            for change in ruled
        ]

    return _still(db, form, targets, changes)


def _before(db: Connection, change: Change, save: str, is_back: bool) -> bool | None:
    """Return what counts when a ruling is taken back, or brought back."""
    said = rulings.without(db, change.record, save) if is_back else change.set.get("counts")
    return said if isinstance(said, bool) else None


def _still_there(db: Connection, desk: Desk, back: str) -> str:
    """Return where to go: with the last that was known of somebody their page is gone, too."""
    person = PERSON.match(back)
    is_there = person is None or scope.may_see_person(db, desk.session.locals, person[1])
    return back if is_there else "/desk/people"


def _said(source: history.Source, is_back: bool) -> str:
    kinds = {change.kind for change in source.stamped.save.changes}
    if kinds == {"alias"}:
        return "split" if is_back else "joined_again"
    if kinds == {"ruling"} and is_back:
        return "undone"
    return "taken_back" if is_back else "brought_back"


ROUTES = [
    Route("/desk/review/rule", rule, methods=["POST"]),
    Route("/desk/undo", undo, methods=["POST"]),
]
