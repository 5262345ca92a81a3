"""People: search and filters."""

from dataclasses import asdict

from starlette.responses import Response
from starlette.routing import Route

from server.pages import told
from server.pages.desk import Desk, desk_page
from server.pages.frame import link
from server.reports import campaigns, names, people, scope
from server.reports.search import index_of
from server.schema import Connection

FILTERS = {
    "talked": ("no", "yes"),
    "go_to": ("no", "left", "yes"),
    "do_not_contact": ("yes",),
    "promise": ("overdue",),
}
SEARCHES = ("q", "worksite", "local", "volunteer", *FILTERS)


def gather_list(db: Connection, desk: Desk) -> dict[str, object]:
    """Read one page of the people who match, and what the filters offer."""
    filters = filters_of(db, desk, asked_for(desk))
    page = desk.page_number
    found = people.find(db, desk.reach, filters, index_of(desk.state.reader), page)
    wanted = {("worksite", line.worksite) for line in found.lines if line.worksite}
    wanted |= {("volunteer", line.go_to) for line in found.lines if line.go_to}
    if filters.volunteer:
        asked = scope.volunteers_in_reach(db, desk.reach, [filters.volunteer])
        wanted |= {("volunteer", id) for id in asked}
    return {
        "found": found,
        "names": names.names_of(db, wanted, desk.words.language),
        "worksites": desk.offered(db, "worksite"),
        "locals": desk.offered(db, "local"),
    }


def filters_of(db: Connection, desk: Desk, asked: dict[str, str]) -> people.Filters:
    """Return what narrows the list; talked is within the campaign that runs."""
    campaign = campaigns.current(campaigns.campaigns(db, desk.zone), desk.today)
    return people.Filters(
        since=campaign.since if campaign else 0,
        until=campaign.until if campaign else desk.tomorrow,
        tomorrow=desk.tomorrow,
        today=desk.today.isoformat(),
        **asked,
    )


@desk_page
async def find(desk: Desk) -> Response:
    """The list of people."""
    gathered = await desk.read(gather_list, desk)
    found, named = gathered["found"], gathered["names"]
    assert isinstance(found, people.Found)
    assert isinstance(named, dict)
    asked = asked_for(desk)
    desk.note("people.listed", [line.id for line in found.lines], found.count)
    return await desk.page(
        "people.html",
        "people",
        asked=asked,
        filters=FILTERS,
        count=found.count,
        lines=[_line(desk, line, named) for line in found.lines],
        list_of=named.get(("volunteer", asked["volunteer"]), ""),
        pages=told.pages("/desk/people", asked, desk.page_number, found.count, people.PAGE),
        is_narrowed=any(asked.values()),
        csv=link("/desk/people.csv", asked),
        worksites=gathered["worksites"],
        locals=gathered["locals"],
    )


def asked_for(desk: Desk) -> dict[str, str]:
    """Return what the query string asks for; a filter that is not known is none."""
    asked = {name: desk.asked(name) for name in SEARCHES}
    return {n: v if v in FILTERS.get(n, (v,)) else "" for n, v in asked.items()}


def _line(desk: Desk, line: people.Line, named: names.Names) -> dict[str, object]:
    t = desk.words
    go_to = named.get(("volunteer", line.go_to or ""), "")
    return {
        **asdict(line),
        "name": line.name or t("value.no_name"),
        "worksite": named.get(("worksite", line.worksite or ""), ""),
        "go_to": go_to,
        "talked": t.ago(line.last_talk, desk.now, line.last_talk_error_ms)
        if line.last_talk
        else "",
        "link": f"/desk/people/{line.id}",
    }


ROUTES = [Route("/desk/people", find)]
