"""Volunteers: who signs in, when their phones were last heard of, and who asks for a new link."""

from starlette.responses import Response
from starlette.routing import Route

from server.pages import told
from server.pages.desk import Desk, desk_page
from server.problems import Problem
from server.reports import volunteers
from server.schema import Connection, Row
from sync.volunteers import DESK_ROLES, FIELD_ROLES

VOLUNTEERS = "/desk/volunteers"
SEARCHES = ("q", "role", "show")
ROLES = FIELD_ROLES + DESK_ROLES


def gather(db: Connection, desk: Desk, asked: dict[str, str]) -> dict[str, object]:
    """Read who matches, the names of their locals, and who asks for a new link."""
    found = volunteers.lines(db, desk.session.locals, desk.now, asked["show"])
    return {
        "found": volunteers.matching(found, asked["q"], asked["role"]),
        "locals": dict(desk.offered(db, "local")),
        "asking": volunteers.asking(db, desk.session),
    }


@desk_page
async def find(desk: Desk) -> Response:
    """The list of volunteers."""
    asked = {name: desk.asked(name) for name in SEARCHES}
    asked["role"] = asked["role"] if asked["role"] in ROLES else ""
    asked["show"] = asked["show"] if asked["show"] in volunteers.SHOWS else ""
    gathered = await desk.read(gather, desk, asked)
    found, locals_, asking = gathered["found"], gathered["locals"], gathered["asking"]
    assert isinstance(found, list)
    assert isinstance(locals_, dict)
    assert isinstance(asking, list)
    size, page = volunteers.PAGE, desk.page_number
    lines = found[(page - 1) * size : page * size]
    desk.note("volunteers.listed", [line.id for line in lines], len(found))
    return await desk.page(
        "volunteers.html",
        "volunteers",
        asked=asked,
        count=len(found),
        lines=[_line(desk, line, locals_) for line in lines],
        asking=[_asking(desk, row) for row in asking],
        pages=told.pages(VOLUNTEERS, asked, page, len(found), size),
        is_narrowed=any(asked.values()),
        roles=[(role, role_name(desk, role)) for role in ROLES],
        shows=[(show, desk.words(f"volunteers.show.{show}")) for show in volunteers.SHOWS],
    )


@desk_page
async def dismiss(desk: Desk) -> Response:
    """Somebody who asked for a new link gets none; they are told nothing."""
    form = await desk.form()
    hash = str(form.get("hash", ""))

    def job(db: Connection) -> None:
        row = db.execute("SELECT volunteer FROM invitation WHERE hash = ?", (hash,)).fetchone()
        if row is None or not volunteers.may_act_on(db, desk.session, row["volunteer"]):
            raise Problem("not_found")
        db.execute("UPDATE invitation SET answered_at = ? WHERE hash = ?", (desk.now, hash))

    await desk.state.writer.run(job)
    return desk.back(VOLUNTEERS, "dismissed")


def role_name(desk: Desk, role: str) -> str:
    """Return what a role is called."""
    return desk.words.element("volunteer", f"roles/{role}")


def _line(desk: Desk, line: volunteers.Line, locals_: dict[str, str]) -> told.Shown:
    t = desk.words
    is_silent = bool(line.phones) and desk.now - (line.seen_at or 0) > volunteers.SILENT_MS
    return {
        "name": line.name or t("value.no_name"),
        "link": f"{VOLUNTEERS}/{line.id}",
        "roles": ", ".join(role_name(desk, role) for role in ROLES if role in line.roles),
        "local": locals_.get(line.local or "", ""),
        "people": line.people,
        "phones": line.phones,
        "seen": t.ago(line.seen_at, desk.now) if line.phones else "",
        "is_silent": is_silent,
        "unsent": line.unsent or 0,
        "is_active": line.is_active,
    }


def _asking(desk: Desk, row: Row) -> told.Shown:
    return {
        "hash": row["hash"],
        "name": row["name"] or desk.words("value.no_name"),
        "link": f"{VOLUNTEERS}/{row['volunteer']}#invite",
        "when": desk.words.moment(row["asked_at"]),
    }


ROUTES = [
    Route(VOLUNTEERS, find),
    Route(f"{VOLUNTEERS}/dismiss", dismiss, methods=["POST"]),
]
