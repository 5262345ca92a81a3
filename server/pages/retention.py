"""How long each campaign's conversations are kept, and purging what is over: only when told."""

from dataclasses import dataclass
from datetime import date

from starlette.responses import Response
from starlette.routing import Route

from server.access import purging
from server.pages import told
from server.pages.desk import Desk, desk_page
from server.pages.erase import is_typed, leave_no_byte
from server.pages.seen_in import seen_in
from server.problems import Problem
from server.reports import names, retention
from server.reports.heads import heads_of
from server.schema import Connection
from sync.save import Change, Value

RETENTION = "/desk/privacy/retention"
PAGE = 50


@dataclass(frozen=True)
class Gathered:
    """One campaign's clock, what its purge takes, and the names of one page of the people."""

    clock: retention.Clock
    goes: retention.Goes
    people: list[str]
    names: names.Names


@desk_page
async def every(desk: Desk) -> Response:
    """Every campaign: how long its conversations are kept, and whether that is over."""
    _of_the_whole_union(desk)
    found, saw = await desk.read(gather_all)
    campaigns = [{**_clock(desk, clock), "saw": saw[clock.id]} for clock in found]
    return await desk.page("retention.html", "privacy", campaigns=campaigns)


@desk_page
async def keep(desk: Desk) -> Response:
    """Say until when a campaign's conversations are kept."""
    _of_the_whole_union(desk)
    form, id = await desk.form(), desk.request.path_params["campaign"]
    if await desk.read(retention.clock, id) is None:
        raise Problem("not_found")
    day = _day(str(form.get("keep_until", "")))
    said: dict[str, Value] = {"keep_until": day}
    receipt = await desk.save([Change("campaign", id, said, seen_in(form, said))])
    flash = "keep_until" if receipt.verdict == "taken" else "kept_held"
    return desk.back(RETENTION, flash, receipt.save)


@desk_page
async def preview(desk: Desk) -> Response:
    """What purging a campaign would take, person by person."""
    return await _preview(desk, is_wrong=False)


@desk_page
async def purge(desk: Desk) -> Response:
    """Purge a campaign once its name was typed."""
    _of_the_whole_union(desk)
    desk.must_be_fresh()
    id = desk.request.path_params["campaign"]
    found = await desk.read(gather, desk, id)
    name = _name(desk, found.clock)
    typed = str((await desk.form()).get("typed", ""))
    if not found.clock.is_due(desk.today) or not is_typed(typed, name):
        return await _preview(desk, is_wrong=True)
    for piece in purging.pieces(found.goes.records):

        def erase(db: Connection, piece: purging.Records = piece) -> None:
            purging.purge_piece(db, desk.kinds, desk.who, id, piece, desk.now)

        await desk.state.writer.run(erase)
    day, people = desk.today.isoformat(), len(found.goes.people)
    await desk.state.writer.run(
        lambda db: purging.note_purge(db, desk.kinds, id, day, found.goes.talks, people, desk.now)
    )
    return desk.back(RETENTION, await leave_no_byte(desk))


def gather_all(db: Connection) -> tuple[list[retention.Clock], dict[str, list[str]]]:
    """Read every campaign's clock, and the heads of what a form here sets."""
    found = retention.clocks(db)
    heads = (heads_of(db, "campaign", clock.id, ["keep_until"]) for clock in found)
    return found, {
        clock.id: saw.get("keep_until", []) for clock, saw in zip(found, heads, strict=True)
    }


def gather(db: Connection, desk: Desk, campaign: str) -> Gathered:
    """Read what purging a campaign would take. Raises Problem not_found."""
    clock = retention.clock(db, campaign)
    if clock is None:
        raise Problem("not_found")
    goes = retention.goes(db, campaign)
    start = (desk.page_number - 1) * PAGE
    people = goes.people[start : start + PAGE]
    named = names.names_of(db, {("person", id) for id in people}, desk.words.language)
    return Gathered(clock, goes, people, named)


async def _preview(desk: Desk, *, is_wrong: bool) -> Response:
    _of_the_whole_union(desk)
    desk.must_be_fresh()
    t, id = desk.words, desk.request.path_params["campaign"]
    found = await desk.read(gather, desk, id)
    desk.note("people.listed", found.people, len(found.goes.people))
    goes = found.goes
    path = f"{RETENTION}/{id}"
    return await desk.page(
        "purge.html",
        "privacy",
        name=_name(desk, found.clock),
        clock=_clock(desk, found.clock),
        goes=[
            t("retention.talks", n=goes.talks),
            t("retention.with", n=len(goes.people)),
            *([t("retention.promises", n=goes.promises)] if goes.promises else []),
        ],
        stays=[
            t("retention.stays.people"),
            t("retention.stays.no"),
            *([t("retention.stays.promises", n=goes.open_promises)] if goes.open_promises else []),
            t("retention.stays.figures"),
        ],
        people=[(found.names.get(("person", one), one), one) for one in found.people],
        pages=told.pages(path, {}, desk.page_number, len(goes.people), PAGE),
        is_wrong=is_wrong,
    )


def _clock(desk: Desk, clock: retention.Clock) -> told.Shown:
    t = desk.words
    kept = ""
    if clock.purged:
        kept = t(
            "retention.purged",
            day=t.day(clock.purged),
            n=clock.purged_talks,
            people=clock.purged_people,
        )
    return {
        "id": clock.id,
        "name": _name(desk, clock),
        "ends": t.day(clock.ends) if clock.ends else t("value.none"),
        "keep_until": clock.keep_until or "",
        "keep_until_shown": t.day(clock.keep_until) if clock.keep_until else "",
        "talks": t("retention.talks", n=clock.talks),
        "people": t("retention.people", n=clock.people),
        "is_due": clock.is_due(desk.today),
        "purged": kept,
        "link": f"{RETENTION}/{clock.id}",
    }


def _name(desk: Desk, clock: retention.Clock) -> str:
    return clock.names.get(desk.words.language) or next(iter(clock.names.values()), clock.id)


def _day(text: str) -> str | None:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return None


def _of_the_whole_union(desk: Desk) -> None:
    """Raise Problem not_found for a coordinator who is bound to locals: campaigns are in none."""
    if desk.session.locals:
        raise Problem("not_found")


ROUTES = [
    Route(RETENTION, every, methods=["GET"]),
    Route(f"{RETENTION}/{{campaign}}", preview, methods=["GET"]),
    Route(f"{RETENTION}/{{campaign}}", purge, methods=["POST"]),
    Route(f"{RETENTION}/{{campaign}}/keep", keep, methods=["POST"]),
]
