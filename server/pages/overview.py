"""The overview: goals against dates, what waits, and where to go next."""

from dataclasses import dataclass

from starlette.responses import Response
from starlette.routing import Route

from server.pages import cases
from server.pages.desk import Desk, desk_page
from server.pages.frame import link
from server.reports import campaigns, closed, conflicts, coverage, held, mapped, promises, started
from server.schema import Connection

WORKSITES_SHOWN = 15
# What does a step, until it has a page of its own.
COMMANDS = {
    "list": "rounds import-people members.csv",
    "go_to": 'rounds invite --role go_to --name "Sam Olsen"',
    "invite": 'rounds invite --name "Sam Olsen"',
}
SINCE_EVER = (0, 4_102_444_800_000)


@dataclass(frozen=True)
class Gathered:
    """What the overview reads, at one moment."""

    every: list[campaigns.Campaign]
    campaign: campaigns.Campaign | None
    worksites: list[mapped.Worksite]
    lists: coverage.Lists
    steps: dict[str, int]
    waiting: dict[str, int]
    first: cases.Cases


def gather(db: Connection, desk: Desk) -> Gathered:
    """Read everything the overview shows."""
    every = campaigns.campaigns(db, desk.zone)
    chosen = campaigns.current(every, desk.today, desk.asked("campaign"))
    dates = (chosen.since, chosen.until) if chosen else SINCE_EVER
    return Gathered(
        every=every,
        campaign=chosen,
        worksites=desk.remembered(
            db,
            ("worksites", dates),
            lambda: mapped.by_worksite(db, desk.reach, *dates, desk.tomorrow),
        ),
        lists=desk.remembered(db, "lists", lambda: coverage.lists(db, desk.reach)),
        steps=started.steps(db, desk.reach),
        waiting={
            "conflicts": conflicts.count(db, desk.reach),
            "held": held.count(db, desk.session.locals, desk.kinds)
            + closed.count(db, desk.session.locals),
            "overdue": promises.count_overdue(db, desk.reach, desk.today.isoformat()),
        },
        first=cases.cases(db, desk, 1),
    )


@desk_page
async def overview(desk: Desk) -> Response:
    """The first page of the desk."""
    found = await desk.read(gather, desk)
    first = [conflict.subject for conflict in found.first.differing if conflict.subject]
    if first:
        desk.note("review.read", first)
    return await desk.page(
        "overview.html",
        "overview",
        campaign=_campaign(desk, found.campaign),
        others=_others(desk, found),
        steps=_steps(found.steps),
        figures=_figures(desk, found) if found.worksites else None,
        lists=found.lists,
        case=next(iter(cases.shown(desk, found.first)), None),
        rows=_rows(desk, found),
        hidden=max(0, len(found.worksites) - WORKSITES_SHOWN) if not _wants_all(desk) else 0,
    )


def _campaign(desk: Desk, campaign: campaigns.Campaign | None) -> dict[str, str] | None:
    if campaign is None:
        return None
    t, day = desk.words, campaign.day(desk.today)
    starts = t.short_day(campaign.starts)
    if campaign.starts.year != campaign.ends.year:
        starts = t.day(campaign.starts)
    if day < 1:
        progress = t("overview.starts_in", n=1 - day)
    elif day > campaign.days:
        progress = t("overview.over")
    else:
        progress = t("overview.day", day=day, days=campaign.days)
    dates = t("overview.dates", starts=starts, ends=t.day(campaign.ends))
    return {"name": name_of(desk, campaign), "dates": dates, "progress": progress}


def name_of(desk: Desk, campaign: campaigns.Campaign) -> str:
    """Return a campaign's name in the reader's language, else in any."""
    names = campaign.names
    return names.get(desk.words.language) or next(iter(names.values()), campaign.id)


def _others(desk: Desk, found: Gathered) -> list[tuple[str, str]]:
    here = found.campaign.id if found.campaign else ""
    others = [c for c in found.every if c.id != here]
    return [(name_of(desk, c), link("/desk", {"campaign": c.id})) for c in others]


def _steps(counts: dict[str, int]) -> list[tuple[str, int, str]]:
    """Return the five steps with their counts and commands, unless all are done."""
    if all(counts.values()):
        return []
    return [(step, n, COMMANDS.get(step, "")) for step, n in counts.items()]


def _figures(desk: Desk, found: Gathered) -> dict[str, object]:
    t, all_of_them = desk.words, mapped.total(found.worksites)
    goal = found.campaign.goal if found.campaign else campaigns.GOAL_PERCENT
    places = [worksite for worksite in found.worksites if worksite.id]
    reached = sum(1 for worksite in places if worksite.reached(goal))
    return {
        "goal": goal,
        "goal_text": t.percent(goal, 100),
        "people": all_of_them.people,
        "mapped": all_of_them.mapped,
        "mapped_share": t.percent(all_of_them.mapped, all_of_them.people),
        "mapped_width": width(all_of_them.mapped, all_of_them.people),
        "pace": _pace(desk, found.campaign, all_of_them),
        "reached": reached,
        "places": len(places),
        "reached_width": width(reached, len(places)),
        "covered": all_of_them.covered,
        "covered_share": t.percent(all_of_them.covered, all_of_them.people),
        "covered_width": width(all_of_them.covered, all_of_them.people),
        "vacant": len(found.lists.vacant),
        "long": len(found.lists.long),
        "list_size": mapped.LIST_SIZE,
        **found.waiting,
    }


def _pace(
    desk: Desk, campaign: campaigns.Campaign | None, total: mapped.Worksite
) -> tuple[str, str]:
    """Return how the mapped share stands against the dates: (done or due, words)."""
    if campaign is None or campaign.day(desk.today) < 1:
        return ("", "")
    if total.reached(campaign.goal):
        return ("done", desk.words("overview.goal_reached"))
    if campaign.day(desk.today) > campaign.days:
        return ("due", desk.words("overview.goal_missed"))
    behind = campaigns.days_behind(
        total.mapped, total.people, campaign.goal, campaign.day(desk.today), campaign.days
    )
    if behind > 0:
        return ("due", desk.words("overview.behind", n=behind))
    if behind < 0:
        return ("done", desk.words("overview.ahead", n=-behind))
    return ("done", desk.words("overview.on_pace"))


def _rows(desk: Desk, found: Gathered) -> list[dict[str, object]]:
    t = desk.words
    worksites = found.worksites if _wants_all(desk) else found.worksites[:WORKSITES_SHOWN]
    goal = found.campaign.goal if found.campaign else campaigns.GOAL_PERCENT
    return [
        {
            "name": worksite.name or t("overview.no_worksite"),
            "link": link("/desk/people", {"worksite": worksite.id or "none", "talked": "no"}),
            "people": worksite.people,
            "share": t.percent(worksite.mapped, worksite.people),
            "width": width(worksite.mapped, worksite.people),
            "goal": goal,
            "reached": worksite.reached(goal),
            "go_to": worksite.go_to,
            "needed": worksite.needed,
            "short": worksite.go_to < worksite.needed,
            "heard": t.ago(worksite.last_heard, desk.now),
        }
        for worksite in worksites
    ]


def _wants_all(desk: Desk) -> bool:
    return desk.asked("worksites") == "all"


def width(part: int, whole: int) -> str:
    """Return a share as the width of a bar, in percent with one decimal."""
    return f"{part * 100 / whole:.1f}" if whole else "0"


ROUTES = [Route("/desk", overview)]
