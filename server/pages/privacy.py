"""What is kept, who sees it and for how long, in short; and where a coordinator sees to it."""

from starlette.responses import Response
from starlette.routing import Route

from server.access import audit
from server.pages.desk import Desk, desk_page
from server.problems import Problem
from server.reports import names, retention
from server.schema import Connection

PARTS = ("kept", "seen", "phone", "long", "rights", "limits")
ENTRIES = 100


@desk_page
async def privacy(desk: Desk) -> Response:
    """The short version of docs/PRIVACY.md, with what is due."""
    is_whole = not desk.session.locals
    clocks = await desk.read(gather, desk) if is_whole else []
    return await desk.page(
        "privacy.html",
        "privacy",
        parts=[
            (desk.words(f"privacy.{part}.title"), desk.words(f"privacy.{part}")) for part in PARTS
        ],
        is_whole=is_whole,
        due=sum(clock.is_due(desk.today) for clock in clocks),
    )


@desk_page
async def log(desk: Desk) -> Response:
    """The latest of the audit log: by coordinators of the whole union, and itself noted."""
    if desk.session.locals:
        raise Problem("not_found")  # it tells of people in every local
    entries, named = await desk.read(gather_log, desk)
    desk.note("audit.read", [])
    t = desk.words
    return await desk.page(
        "audit.html",
        "privacy",
        entries=[
            {
                "when": t.moment(entry.at),
                "who": named.get(("volunteer", entry.volunteer), t("value.unknown")),
                "what": t(f"audit.{entry.what}"),
                "count": entry.count,
                "people": [
                    (named["person", id], id) for id in entry.ids if ("person", id) in named
                ][:5],
            }
            for entry in entries
        ],
    )


def gather(db: Connection, desk: Desk) -> list[retention.Clock]:
    """Read every campaign's clock."""
    return desk.remembered(db, "clocks", lambda: retention.clocks(db))


def gather_log(db: Connection, desk: Desk) -> tuple[list[audit.Entry], names.Names]:
    """Read the latest entries, and the names of whom they are by and about."""
    entries = [*audit.entries(db, most=ENTRIES)]
    wanted = {("volunteer", entry.volunteer) for entry in entries}
    wanted |= {("person", id) for entry in entries for id in entry.ids[:5]}
    named = names.names_of(db, wanted, desk.words.language)
    named["volunteer", "server"] = desk.words("by.server")
    return entries, named


ROUTES = [Route("/desk/privacy", privacy), Route("/desk/privacy/audit", log)]
