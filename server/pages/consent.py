"""How a person may be reached: what they said, in which words they were asked, and since when."""

from collections.abc import Iterator
from dataclasses import dataclass

from starlette.datastructures import FormData
from starlette.responses import Response
from starlette.routing import Route

from server.pages import told
from server.pages.desk import Desk, desk_page
from server.pages.frame import link
from server.pages.seen_in import seen_in
from server.problems import Problem
from server.reports import reachable, scope
from server.reports.reachable import PURPOSES, WAYS
from server.schema import Connection
from sync.save import Change, Value

MOST = 500
ALONE = ("phone", "work", "all")


@dataclass(frozen=True)
class Gathered:
    """What somebody said to each way of being reached."""

    said: dict[str, reachable.Said]
    tell: told.Teller


def gather(db: Connection, desk: Desk, person: str) -> Gathered:
    """Read what somebody in reach said. Raises Problem not_found."""
    if not scope.may_see_person(db, desk.session.locals, person):
        raise Problem("not_found")
    said = reachable.said(db, person)
    wanted = {("person", person), *(("volunteer", one.by) for one in said.values() if one.by)}
    return Gathered(said, told.Teller(db, desk.words, desk.kinds, wanted))


@desk_page
async def consent(desk: Desk) -> Response:
    """Every way to reach a person, and what they said to it."""
    person = desk.request.path_params["person"]
    found = await desk.read(gather, desk, person)
    desk.note("person.read", [person])
    t, path = desk.words, f"/desk/people/{person}/correct"
    return await desk.page(
        "consent.html",
        "people",
        person=person,
        name=found.tell.name("person", person),
        purposes=[
            (t(f"consent.{purpose}"), [_way(desk, found, way) for way in ways])
            for purpose, ways in PURPOSES.items()
        ],
        alone=[
            (
                t.element("person", f"do_not_contact/{way}"),
                link(path, {"field": f"do_not_contact/{way}"}),
            )
            for way in ALONE
        ],
        most=MOST,
    )


@desk_page
async def say(desk: Desk) -> Response:
    """Save what somebody said, with the words they were asked in; what the form showed was seen."""
    person, form = desk.request.path_params["person"], await desk.form()
    await desk.read(gather, desk, person)
    said = dict(_said(form))
    back = f"/desk/people/{person}/consent"
    if not said:
        return desk.back(back, "nothing_entered")
    receipt = await desk.save([Change("person", person, said, seen_in(form, said))])
    flash = "consent_noted" if receipt.verdict == "taken" else "kept_held"
    return desk.back(back, flash, receipt.save)


def _said(form: FormData) -> Iterator[tuple[str, Value]]:
    for way in WAYS:
        answer = {"yes": True, "no": False}.get(str(form.get(f"may.{way}", "")))
        if answer is None:
            continue
        yield f"consent/{way}", answer
        yield f"consent_wording/{way}", str(form.get(f"wording.{way}", "")).strip()[:MOST] or None


def _way(desk: Desk, found: Gathered, way: str) -> told.Shown:
    t, said = desk.words, found.said[way]
    stands = ""
    if said.may is not None:
        stands = t(
            "consent.noted",
            name=found.tell.name("volunteer", said.by),
            when=t.moment(said.at, said.at_error_ms),
        )
    return {
        "way": way,
        "label": t.element("person", f"consent/{way}"),
        "may": said.may,
        "stands": stands,
        "asked": said.wording,
        "wording": t(f"consent.ask.{way}"),
        "saw": said.saw,
    }


ROUTES = [
    Route("/desk/people/{person}/consent", consent, methods=["GET"]),
    Route("/desk/people/{person}/consent", say, methods=["POST"]),
]
