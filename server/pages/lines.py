"""Picket lines: who is here, and hours per person and local day."""

from datetime import date, timedelta

from starlette.responses import Response
from starlette.routing import Route

from server.pages import told
from server.pages.desk import Desk, desk_page
from server.problems import Problem
from server.reports import hours
from server.reports.search import folded
from server.schema import Connection


def gather(db: Connection, desk: Desk, line: str, monday: date) -> tuple[hours.Week, told.Teller]:
    """Read one line's week. Raises Problem not_found."""
    week = hours.week(db, desk.reach, line, monday, desk.now, desk.zone)
    if week is None:
        raise Problem("not_found")
    wanted = {("person", found.person) for found in week.here}
    wanted |= {("person", found.person) for found in week.people}
    wanted |= {("person", found.person) for found in week.strays}
    wanted |= {("volunteer", id) for id in week.captains}
    wanted |= {("worksite", id) for id in week.expects}
    return week, told.Teller(db, desk.words, desk.kinds, wanted)


@desk_page
async def lines(desk: Desk) -> Response:
    """All lines as they stand today."""
    found = await desk.read(hours.lines, desk.reach, desk.now, desk.zone, desk.today)
    return await desk.page(
        "lines.html",
        "lines",
        day=desk.words.day(desk.today),
        lines=[
            {
                "name": line.name or line.id,
                "link": f"/desk/lines/{line.id}",
                "place": line.place or "",
                "shift": _shift(desk, line.shift),
                "here": line.here,
                "people": line.people,
                "hours": desk.words.hours(line.ms),
                "flagged": line.flagged,
            }
            for line in found
        ],
        present=sum(line.here for line in found),
        hours=desk.words.hours(sum(line.ms for line in found)),
    )


@desk_page
async def line(desk: Desk) -> Response:
    """One line, week by week."""
    id = desk.request.path_params["line"]
    monday = _monday(desk)
    week, tell = await desk.read(gather, desk, id, monday)
    t = desk.words
    people = {one.person for one in week.here} | {one.person for one in week.people}
    strays = {one.person for one in week.strays}
    desk.note("line.read", [id, *sorted(people | strays)])
    return await desk.page(
        "line.html",
        "lines",
        line=week.line["name"] or id,
        place=week.line["place"] or "",
        shift=_shift(desk, (week.line["shift_starts"], week.line["shift_ends"])),
        captains=[tell.name("volunteer", captain) for captain in week.captains],
        expects=[tell.name("worksite", worksite) for worksite in week.expects],
        is_this_week=week.days[0] <= desk.today <= week.days[-1],
        present=sorted(
            ((tell.name("person", h.person), t.clock(h.since, h.error_ms)) for h in week.here),
            key=lambda here: folded(here[0]),
        ),
        week=t("lines.week", starts=t.day(week.days[0]), ends=t.day(week.days[-1])),
        previous=f"/desk/lines/{id}?week={monday - timedelta(7)}",
        next=f"/desk/lines/{id}?week={monday + timedelta(7)}" if week.days[-1] < desk.today else "",
        days=[t.weekday(day) for day in week.days],
        people=sorted(
            (_presence(desk, tell, p) for p in week.people), key=lambda p: folded(p["name"])
        ),
        totals=[_hours(desk, ms) for ms in week.totals],
        total=t.hours(week.total),
        strays=[(tell.name("person", s.person), t.moment(s.at, s.error_ms)) for s in week.strays],
    )


def _monday(desk: Desk) -> date:
    """Return the Monday of the week asked for, else of this one."""
    try:
        asked = date.fromisoformat(desk.asked("week"))
    except ValueError:
        asked = desk.today
    day = min(max(asked, date(2000, 1, 3)), desk.today)
    return day - timedelta(days=day.weekday())


def _shift(desk: Desk, shift: tuple[int | None, int | None]) -> str:
    t, (starts, ends) = desk.words, shift
    if starts is None or ends is None:
        return ""
    return t("lines.shift", starts=t.moment(starts), ends=t.clock(ends))


def _presence(desk: Desk, tell: told.Teller, presence: hours.Presence) -> told.Shown:
    return {
        "name": tell.name("person", presence.person),
        "link": f"/desk/people/{presence.person}",
        "days": [_hours(desk, ms) for ms in presence.days],
        "total": desk.words.hours(presence.total),
        "flags": [(flag, desk.words(f"flag.{flag}")) for flag in presence.flags],
    }


def _hours(desk: Desk, ms: int) -> str:
    """Return hours, or nothing for none: an empty cell reads faster than 0 h 00."""
    return desk.words.hours(ms) if ms else ""


ROUTES = [Route("/desk/lines", lines), Route("/desk/lines/{line}", line)]
