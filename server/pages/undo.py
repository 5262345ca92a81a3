"""Rulings: admit a held save or set it aside, take any save back, bring it back again."""

from starlette.responses import Response
from starlette.routing import Route

from server.pages.desk import Desk, desk_page
from server.problems import Problem
from server.reports import history, rulings, scope
from server.schema import Connection
from sync.save import Change

REVIEW = "/desk/review"


@desk_page
async def rule(desk: Desk) -> Response:
    """Admit a held save, or set it aside."""
    form = await desk.form()
    counts = form.get("counts") == "yes"
    source = await desk.read(_source, desk, str(form.get("save", "")))
    receipt = await desk.save([await desk.read(rulings.ruling, source.stamped.save.id, counts)])
    if receipt.verdict != "taken":
        return desk.back(REVIEW, "kept_held")
    return desk.back(REVIEW, "admitted" if counts else "set_aside", receipt.save)


@desk_page
async def undo(desk: Desk) -> Response:
    """Take a save back, or bring it back; `way` is back or again."""
    form = await desk.form()
    is_back = form.get("way") != "again"
    person = str(form.get("person", ""))
    source = await desk.read(_source, desk, str(form.get("save", "")), person)
    changes = await desk.read(_changes, source, is_back, person)
    receipt = await desk.save(changes)
    flash = "taken_back" if is_back else "brought_back"
    flash = flash if receipt.verdict == "taken" else "kept_held"
    return desk.back(str(form.get("back", REVIEW)), flash)


def _source(db: Connection, desk: Desk, save: str, person: str = "") -> history.Source:
    """Return a save of which all that is to be ruled on is in reach. Raises Problem not_found."""
    source = history.source_of(db, save)
    if source is None:
        raise Problem("not_found")
    ruled_on = [*history.about_person(db, source, person).values()]
    ruled_on = ruled_on if person else source.stamped.save.changes
    if person and not ruled_on:
        raise Problem("not_found")
    if not scope.may_see_changes(db, desk.session.locals, desk.kinds, ruled_on):
        raise Problem("not_found")
    return source


def _changes(db: Connection, source: history.Source, is_back: bool, person: str) -> list[Change]:
    """Return the rulings that take a save back, or bring it back.

    From a person's page only what is about this person: an import writes about fifty at once.
    A ruling is not ruled on: what was ruled before it is ruled again.
    """
    save = source.stamped.save
    theirs = history.about_person(db, source, person) if person else {}
    if 0 < len(theirs) < len(save.changes):
        # Where the whole save is set aside, these alone come back.
        again = True if source.counts is False else None
        return [rulings.ruling(db, target, False if is_back else again) for target in theirs]
    ruled = [change for change in save.changes if change.kind == "ruling"]
    if not ruled:
        return [rulings.ruling(db, save.id, False if is_back else None)]
    return [
        rulings.ruling(
            db,
            change.record,
            rulings.without(db, change.record, save.id) if is_back else change.set.get("counts"),
        )
        for change in ruled
    ]


ROUTES = [
    Route("/desk/review/rule", rule, methods=["POST"]),
    Route("/desk/undo", undo, methods=["POST"]),
]
