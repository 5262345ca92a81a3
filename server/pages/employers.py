"""Whose e-mail addresses are the employer's: whoever types one in is told, on phones and here."""

from dataclasses import dataclass

from starlette.responses import Response
from starlette.routing import Route

from server.ids import new_id
from server.pages.desk import Desk, desk_page
from server.pages.seen_in import seen_in
from server.problems import Problem
from server.reports import reachable
from server.reports.heads import heads_of
from server.schema import Connection
from sync.save import Change, Value

EMPLOYERS = "/desk/privacy/employers"
FIELDS = {"name": 120, "local": 64, "domains": 2000}


@desk_page
async def every(desk: Desk) -> Response:
    """Every employer, and a form for one more."""
    _of_the_whole_union(desk)
    found = await desk.read(gather, desk)
    another: dict[str, object] = {"id": "", "name": "", "local": "", "domains": "", "saw": {}}
    shown: list[dict[str, object]] = [
        {
            "id": one.id,
            "name": one.name,
            "local": one.local or "",
            "domains": " ".join(one.domains),
            "saw": found.saw[one.id],
        }
        for one in found.employers
    ]
    return await desk.page(
        "employers.html", "privacy", employers=[*shown, another], locals=found.locals
    )


@desk_page
async def save(desk: Desk) -> Response:
    """Save an employer, or one more."""
    _of_the_whole_union(desk)
    form = await desk.form()
    said: dict[str, Value] = {
        name: str(form.get(name, "")).strip()[:most] or None for name, most in FIELDS.items()
    }
    said["domains"] = " ".join(reachable.domains_in(str(said["domains"] or ""))) or None
    id = str(form.get("id", ""))
    known = {employer.id for employer in (await desk.read(gather, desk)).employers}
    if id and id not in known:
        raise Problem("not_found")
    if not id and not said["domains"]:
        return desk.back(EMPLOYERS, "nothing_entered")

    change = Change("employer", id or new_id(desk.now), said, seen_in(form, said))
    receipt = await desk.save([change])
    flash = "corrected" if receipt.verdict == "taken" else "kept_held"
    return desk.back(EMPLOYERS, flash, receipt.save)


@dataclass(frozen=True)
class Gathered:
    """Every employer, what a form for each has seen, and the locals there are."""

    employers: list[reachable.Employer]
    saw: dict[str, dict[str, list[str]]]
    locals: list[tuple[str, str]]


def gather(db: Connection, desk: Desk) -> Gathered:
    """Read every employer."""
    found = reachable.employers(db)
    saw = {one.id: heads_of(db, "employer", one.id, FIELDS) for one in found}
    return Gathered(found, saw, desk.offered(db, "local"))


def _of_the_whole_union(desk: Desk) -> None:
    if desk.session.locals:
        raise Problem("not_found")


ROUTES = [
    Route(EMPLOYERS, every, methods=["GET"]),
    Route(EMPLOYERS, save, methods=["POST"]),
]
