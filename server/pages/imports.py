"""Imports: what each list wrote, what rolling it back would change, and one click to do it."""

from dataclasses import dataclass

from starlette.responses import Response
from starlette.routing import Route

from server.pages.desk import Desk, desk_page
from server.pages.overview import COMMANDS
from server.pages.told import Shown
from server.problems import Problem
from server.reports import imports, names, rolling_back, rulings
from server.schema import Connection
from sync.save import Change

IMPORTS = "/desk/imports"
EFFECTS = ("people_left", "fields", "lists", "corrected", "replaced", "talks")


@dataclass(frozen=True)
class Gathered:
    """One import, what ruling on it would change, and the names of who ruled."""

    found: imports.Import
    effect: rolling_back.Effect
    names: names.Names


def gather_all(db: Connection, desk: Desk) -> tuple[list[imports.Import], names.Names]:
    """Read every import in reach, and the names of who ruled on them."""
    found = desk.remembered(
        db,
        ("imports", desk.session.volunteer),
        lambda: imports.imports(db, desk.session, desk.kinds),
    )
    return found, _names(db, desk, found)


def gather_one(db: Connection, desk: Desk, id: str) -> Gathered:
    """Read one import and its effect. Raises Problem not_found."""
    found = _in_reach(db, desk, id)
    effect = desk.remembered(db, ("effect", id), lambda: rolling_back.effect(db, desk.kinds, id))
    return Gathered(found, effect, _names(db, desk, [found]))


@desk_page
async def every(desk: Desk) -> Response:
    """The list of imports."""
    found, by = await desk.read(gather_all, desk)
    return await desk.page(
        "imports.html",
        "imports",
        imports=[_import(desk, one, by) for one in found],
        command=COMMANDS["list"],
    )


@desk_page
async def one(desk: Desk) -> Response:
    """One import, before somebody decides on it."""
    found = await desk.read(gather_one, desk, desk.request.path_params["id"])
    shown = _import(desk, found.found, found.names)
    effect = _gone(desk, found.effect) if found.found.stands else _back(desk, found.effect)
    return await desk.page("import.html", "imports", import_=shown, effect=effect)


@desk_page
async def decide(desk: Desk) -> Response:
    """Roll an import back, or bring it back: one ruling."""
    form = await desk.form()
    id, counts = desk.request.path_params["id"], form.get("counts") == "yes"
    saw = sorted(str(one) for one in form.getlist("saw"))

    def prepare(db: Connection) -> list[Change] | None:
        found = _in_reach(db, desk, id)
        heads = rulings.standing_on(db, [id])
        if found.stands is counts or saw != rulings.seen(heads, [id]):
            return None
        return [rulings.ruling(id, None if counts else False, heads)]

    receipt = await desk.save_unless_changed(prepare)
    if receipt is None:
        return desk.back(f"{IMPORTS}/{id}", "changed_meanwhile")
    if receipt.verdict != "taken":
        return desk.back(IMPORTS, "kept_held")
    return desk.back(IMPORTS, "brought_back" if counts else "rolled_back", receipt.save)


def _in_reach(db: Connection, desk: Desk, id: str) -> imports.Import:
    found = imports.one(db, id)
    if found is None or not imports.may_decide_on(db, desk.session, desk.kinds, found):
        raise Problem("not_found")
    return found


def _names(db: Connection, desk: Desk, found: list[imports.Import]) -> names.Names:
    wanted = {("volunteer", one.by) for one in found if one.by}
    return names.names_of(db, wanted, desk.words.language)


def _import(desk: Desk, one: imports.Import, by: names.Names) -> Shown:
    t = desk.words
    who = by.get(("volunteer", one.by or ""), t("by.server"))
    wrote = [t("imports.new", n=one.people_new), t("imports.changed", n=one.people_changed)]
    if one.places:
        wrote.append(t("imports.places", n=one.places))
    return {
        "id": one.id,
        "link": f"{IMPORTS}/{one.id}",
        "file": one.file or t("value.unknown"),
        "source": one.source or t("value.unknown"),
        "when": t.moment(one.when),
        "wrote": wrote,
        "stands": one.stands,
        "ruled": ""
        if one.stands
        else t("imports.rolled_back_by", name=who, when=t.moment(one.at or 0)),
        "cut_short": t("imports.cut_short", n=one.saves, of=one.saves_to_come)
        if one.is_cut_short
        else "",
        "saw": one.saw,
    }


def _gone(desk: Desk, effect: rolling_back.Effect) -> list[str]:
    """Return what rolling back would do, in sentences; what would not happen is left out."""
    t = desk.words
    counted = [(name, getattr(effect, name)) for name in EFFECTS]
    gone = t("imports.effect.gone", n=effect.people_gone, people=effect.people)
    return [
        gone if effect.people_gone else t("imports.effect.nobody_gone", n=effect.people),
        *(t(f"imports.effect.{name}", n=n) for name, n in counted if n),
    ]


def _back(desk: Desk, effect: rolling_back.Effect) -> list[str]:
    t = desk.words
    return [t("imports.effect.back", n=effect.people_back), t("imports.effect.stays")]


ROUTES = [
    Route(IMPORTS, every),
    Route(f"{IMPORTS}/{{id}}", one, methods=["GET"]),
    Route(f"{IMPORTS}/{{id}}", decide, methods=["POST"]),
]
