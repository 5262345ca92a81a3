"""Erasing a person or a volunteer at the desk: what goes, what stays, and the name typed."""

from asyncio import wrap_future

from starlette.responses import Response
from starlette.routing import Route

from server.access import erasing
from server.ledger.facts import roles_of
from server.ledger.joins import members_with
from server.ledger.scrub import StillRead, scrub, standing_aside
from server.pages.desk import Desk, desk_page
from server.problems import Problem
from server.reports import scope
from server.reports.search import folded
from server.schema import Connection

STAYS = {
    "person": ("that", "others", "audit", "backups"),
    "volunteer": ("saves", "co_worker", "audit", "backups"),
}


@desk_page
async def person(desk: Desk) -> Response:
    """What erasing a person would take, and what it would leave."""
    desk.must_be_fresh()
    return await _person(desk, is_wrong=False)


@desk_page
async def erase_person(desk: Desk) -> Response:
    """Erase a person once their name was typed."""
    desk.must_be_fresh()
    id = desk.request.path_params["person"]
    name, _ = await desk.read(_of_person, desk, id)
    if not is_typed(str((await desk.form()).get("typed", "")), name):
        return await _person(desk, is_wrong=True)

    def job(db: Connection) -> None:
        _of_person(db, desk, id)
        erasing.erase_person(db, desk.kinds, desk.who, id, desk.now)

    await desk.state.writer.run(job)
    return desk.back("/desk/people", await leave_no_byte(desk))


@desk_page
async def volunteer(desk: Desk) -> Response:
    """What erasing a volunteer would take, and what it would leave."""
    desk.must_be_fresh()
    return await _volunteer(desk, is_wrong=False)


@desk_page
async def erase_volunteer(desk: Desk) -> Response:
    """Erase a volunteer once their name was typed."""
    desk.must_be_fresh()
    id = desk.request.path_params["volunteer"]
    name, cannot = await desk.read(_of_volunteer, desk, id)
    if cannot or not is_typed(str((await desk.form()).get("typed", "")), name):
        return await _volunteer(desk, is_wrong=not cannot)

    def job(db: Connection) -> None:
        _, cannot = _of_volunteer(db, desk, id)
        if cannot:
            raise Problem("not_found")
        erasing.erase_volunteer(db, desk.kinds, desk.who, id, desk.now)

    await desk.state.writer.run(job)
    return desk.back("/desk", await leave_no_byte(desk))


async def leave_no_byte(desk: Desk) -> str:
    """Write the file anew, so that nothing erased can be read in it; return what to say."""
    try:
        await wrap_future(desk.state.writer.alone(scrub))
    except StillRead:
        return "erased_still_read"
    return "erased_aside" if standing_aside(desk.state.settings.db) else "erased"


async def _person(desk: Desk, *, is_wrong: bool) -> Response:
    t, id = desk.words, desk.request.path_params["person"]
    name, goes = await desk.read(_of_person, desk, id)
    desk.note("person.read", [id])
    return await desk.page(
        "erase.html",
        "people",
        title=t("erase.person", name=name),
        name=name,
        goes=[t("erase.everything"), *goes],
        stays=[t(f"erase.stays.{key}") for key in STAYS["person"]],
        button=t("erase.person", name=name),
        back=f"/desk/people/{id}",
        cannot="",
        is_wrong=is_wrong,
    )


async def _volunteer(desk: Desk, *, is_wrong: bool) -> Response:
    t, id = desk.words, desk.request.path_params["volunteer"]
    name, cannot = await desk.read(_of_volunteer, desk, id)
    return await desk.page(
        "erase.html",
        "overview",
        title=t("erase.person", name=name),
        name=name,
        goes=[t("erase.access"), t("erase.list")],
        stays=[t(f"erase.stays.{key}") for key in STAYS["volunteer"]],
        button=t("erase.person", name=name),
        back="/desk",
        cannot=t(f"erase.cannot.{cannot}") if cannot else "",
        is_wrong=is_wrong,
    )


def _of_person(db: Connection, desk: Desk, id: str) -> tuple[str, list[str]]:
    """Return a person's name and how much of each kind goes. Raises Problem not_found."""
    if not scope.may_see_person(db, desk.session.locals, id):
        raise Problem("not_found")
    row = db.execute("SELECT name FROM person WHERE id = ?", (id,)).fetchone()
    goes = erasing.goes_with_person(db, desk.kinds, id)
    counted = [
        desk.words("value.pair", label=desk.words.kind(kind), value=n)
        for kind, n in sorted(goes.items())
        if desk.kinds[kind].about != "id"
    ]
    records = len(members_with(db, id))
    joined = [desk.words("person.joined", n=records)] if records > 1 else []
    return row["name"] or id, [*counted, *joined]


def _of_volunteer(db: Connection, desk: Desk, id: str) -> tuple[str, str]:
    """Return a volunteer's name and why they cannot be erased here; empty when they can.

    Raises Problem not_found, also for a coordinator bound to locals: what a volunteer noted may be
    about people of others.
    """
    row = db.execute("SELECT name FROM volunteer WHERE id = ?", (id,)).fetchone()
    if row is None or desk.session.locals:
        raise Problem("not_found")
    cannot = ""
    if id == desk.session.volunteer:
        cannot = "yourself"
    elif "administrator" in roles_of(db, id) - desk.session.roles:
        cannot = "administrator"
    elif erasing.is_last_administrator(db, id):
        cannot = "last"
    return row["name"] or id, cannot


def is_typed(typed: str, name: str) -> bool:
    """Return whether a name was typed that is this one; accents and capitals do not matter."""
    return folded(typed.strip()) == folded(name.strip())


ROUTES = [
    Route("/desk/people/{person}/erase", person, methods=["GET"]),
    Route("/desk/people/{person}/erase", erase_person, methods=["POST"]),
    Route("/desk/volunteers/{volunteer}/erase", volunteer, methods=["GET"]),
    Route("/desk/volunteers/{volunteer}/erase", erase_volunteer, methods=["POST"]),
]
