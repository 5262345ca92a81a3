"""Rooms for a training night: one code on the wall, and who waits to be let in.

What waits was written by strangers: names are shown as text, are kept nowhere, and nobody sees a
list before somebody at the desk has let them in.
"""

from dataclasses import dataclass
from typing import Any

from starlette.datastructures import FormData
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from server.access.rooms import LONGEST_H, Accepted, Guest, close_room, open_room, token_of
from server.ids import new_id
from server.pages import told
from server.pages.desk import Desk, desk_page
from server.pages.qr import qr
from server.pages.volunteers import role_name
from server.problems import Problem
from server.reports import volunteers
from server.reports.alike import Called, likeliest
from server.schema import Connection, Row
from sync.save import Change, Value
from sync.volunteers import DESK_ROLES, FIELD_ROLES

ROOMS = "/desk/rooms"
HOURS = (1, 2, 3, 4, 5, 6)
USUAL_H = 3
SHOWN = 50
DAY_MS = 24 * 3600 * 1000


@dataclass(frozen=True)
class Gathered:
    """A room, who waits in it, and which volunteers they may be."""

    room: Row
    guests: list[Guest]
    alike: dict[str, list[volunteers.Line]]
    locals: dict[str, str]


@desk_page
async def every(desk: Desk) -> Response:
    """The coordinator's rooms, and a form to open one."""
    rows, locals_ = await desk.read(_rooms, desk)
    t = desk.words
    return await desk.page(
        "rooms.html",
        "volunteers",
        rooms=[
            {
                "link": f"{ROOMS}/{row['id']}",
                "opened": t.moment(row["made_at"]),
                "until": t.moment(row["expires_at"]),
                "is_open": _is_open(row, desk.now),
                "joined": row["joined"],
                "waiting": len(desk.state.rooms.waiting(row["id"], desk.now)),
            }
            for row in rows
        ],
        hours=[(hours, hours == USUAL_H) for hours in HOURS],
        locals=[one for one in locals_ if not desk.session.locals or one[0] in desk.session.locals],
        is_bound=bool(desk.session.locals),
    )


@desk_page
async def begin(desk: Desk) -> Response:
    """Open a room."""
    form = await desk.form()
    said = str(form.get("hours", ""))
    hours = int(said) if said in {str(one) for one in HOURS} else USUAL_H
    local = str(form.get("local", "")) or None
    if desk.session.locals and local not in desk.session.locals:
        raise Problem("not_found")
    id = await desk.state.writer.run(
        lambda db: open_room(
            *(db, desk.state.secret, desk.session.volunteer, local, desk.now),
            hours=min(hours, LONGEST_H),
        )
    )
    desk.note("room.opened", [id])
    return desk.back(f"{ROOMS}/{id}", "")


@desk_page
async def one(desk: Desk) -> Response:
    """One room: who waits, and whom they may be."""
    found = await desk.read(_gather, desk, desk.request.path_params["room"])
    t, id = desk.words, found.room["id"]
    if proposed := [line.id for lines in found.alike.values() for line in lines]:
        desk.note("volunteers.listed", proposed)
    return await desk.page(
        "room.html",
        "volunteers",
        room=id,
        is_open=_is_open(found.room, desk.now),
        until=t.moment(found.room["expires_at"]),
        joined=found.room["joined"],
        count=len(found.guests),
        guests=[_guest(desk, found, guest) for guest in found.guests[:SHOWN]],
        roles=[(role, role_name(desk, role)) for role in FIELD_ROLES],
        watch=f"{ROOMS}/{id}/waiting",
        state=_state(found.guests),
    )


@desk_page
async def screen(desk: Desk) -> Response:
    """The code for the wall: nothing on it but how to join."""
    row = await desk.read(_room, desk, desk.request.path_params["room"])
    if not _is_open(row, desk.now):
        return desk.back(f"{ROOMS}/{row['id']}", "")
    address = f"{desk.state.settings.url}/join#{token_of(desk.state.secret, row['id'])}"
    return await desk.page(
        "room_screen.html",
        "volunteers",
        room=row["id"],
        qr=qr(address),
        by=desk.session.name,
        until=desk.words.moment(row["expires_at"]),
    )


@desk_page
async def waiting(desk: Desk) -> Response:
    """Which guests wait, so that the page knows when to load itself again."""
    row = await desk.read(_room, desk, desk.request.path_params["room"])
    guests = desk.state.rooms.waiting(row["id"], desk.now)
    return JSONResponse({"state": _state(guests)}, headers={"Cache-Control": "no-store"})


@desk_page
async def decide(desk: Desk) -> Response:
    """Let one in as somebody known, as somebody new, or not at all."""
    form, room = await desk.form(), desk.request.path_params["room"]
    row = await desk.read(_room, desk, room)
    back = f"{ROOMS}/{row['id']}"
    guest = desk.state.rooms.guest(row["id"], str(form.get("guest", "")), desk.now)
    if guest is None or not _is_open(row, desk.now):
        return desk.back(back, "gone_meanwhile")
    if form.get("what") == "decline":
        guest.declined = True
        return desk.back(back, "declined")
    guest.is_deciding = True  # tapping twice makes no second volunteer
    try:
        volunteer = await _volunteer(desk, row, guest.name, form)
    finally:
        guest.is_deciding = False
    guest.accepted = Accepted(row["id"], volunteer, desk.session.volunteer)
    return desk.back(back, "let_in")


@desk_page
async def decline_all(desk: Desk) -> Response:
    """Send everybody away who waits, when somebody floods the room."""
    row = await desk.read(_room, desk, desk.request.path_params["room"])
    for guest in desk.state.rooms.waiting(row["id"], desk.now):
        guest.declined = True
    return desk.back(f"{ROOMS}/{row['id']}", "all_declined")


@desk_page
async def close(desk: Desk) -> Response:
    """Close a room at once: its code opens nothing more, and its names are forgotten."""
    row = await desk.read(_room, desk, desk.request.path_params["room"])
    await desk.state.writer.run(lambda db: close_room(db, row["id"], desk.now))
    desk.state.rooms.close(row["id"])
    desk.note("room.closed", [row["id"]])
    return desk.back(ROOMS, "room_closed")


def _rooms(db: Connection, desk: Desk) -> tuple[list[Row], list[tuple[str, str]]]:
    rows = db.execute(
        "SELECT * FROM room WHERE made_by = ? AND made_at > ? ORDER BY made_at DESC",
        (desk.session.volunteer, desk.now - 7 * DAY_MS),
    ).fetchall()
    return rows, desk.offered(db, "local")


def _room(db: Connection, desk: Desk, id: str) -> Row:
    """Return a room of this coordinator's own. Raises Problem not_found."""
    row: Row | None = db.execute(
        "SELECT * FROM room WHERE id = ? AND made_by = ?", (id, desk.session.volunteer)
    ).fetchone()
    if row is None:
        raise Problem("not_found")
    return row


def _gather(db: Connection, desk: Desk, id: str) -> Gathered:
    room = _room(db, desk, id)
    guests = desk.state.rooms.waiting(id, desk.now)
    known = [one for one in volunteers.lines(db, desk.session.locals, desk.now) if _may_join(one)]
    by_id = {one.id: one for one in known}
    called = [Called.of(one.id, one.name) for one in known]
    alike = {
        guest.id: [by_id[one.id] for one in likeliest(guest.name, called)]
        for guest in guests[:SHOWN]
    }
    return Gathered(room, guests, alike, dict(desk.offered(db, "local")))


def _may_join(line: volunteers.Line) -> bool:
    """Whether somebody can join in a room: who sits at a desk gets an invitation of their own.

    Whoever writes a coordinator's name on the wall's code would get all a coordinator sees.
    """
    return line.roles.isdisjoint(DESK_ROLES)


def _may_become(db: Connection, desk: Desk, volunteer: str) -> None:
    known = volunteers.lines(db, desk.session.locals, desk.now)
    if not any(one.id == volunteer and _may_join(one) for one in known):
        raise Problem("not_found")


async def _volunteer(desk: Desk, room: Row, name: str, form: FormData) -> str:
    """Return the volunteer that somebody is let in as: one who is known, or a new one."""
    if known := str(form.get("volunteer", "")):
        await desk.read(_may_become, desk, known)
        return known
    return await _made(desk, room, name, str(form.get("role", "")))


async def _made(desk: Desk, room: Row, name: str, role: str) -> str:
    """Make a new volunteer of the name somebody wrote, and return their id."""
    id = new_id(desk.now)
    said: dict[str, Value] = {"name": name, "active": True}
    said[f"roles/{role if role in FIELD_ROLES else 'go_to'}"] = True
    if room["local"]:
        said["local"] = room["local"]
    receipt = await desk.save([Change("volunteer", id, said)])
    if receipt.verdict != "taken":
        raise Problem("not_found")
    desk.note("role.changed", [id])
    return id


def _guest(desk: Desk, found: Gathered, guest: Guest) -> dict[str, Any]:
    return {
        "id": guest.id,
        "name": guest.name,
        "sign": guest.sign,
        "since": desk.words.clock(guest.since),
        "alike": [_proposed(desk, found, line) for line in found.alike[guest.id]],
    }


def _proposed(desk: Desk, found: Gathered, line: volunteers.Line) -> told.Shown:
    t = desk.words
    roles = ", ".join(role_name(desk, role) for role in FIELD_ROLES if role in line.roles)
    phones = t("rooms.has_phones", n=line.phones) if line.phones else ""
    return {
        "id": line.id,
        "name": line.name,
        "details": [text for text in (roles, found.locals.get(line.local or ""), phones) if text],
    }


def _is_open(room: Row, now: int) -> bool:
    return room["closed_at"] is None and room["expires_at"] > now


def _state(guests: list[Guest]) -> str:
    """Return what changes when somebody comes or goes."""
    return " ".join(guest.id for guest in guests)


ROUTES = [
    Route(ROOMS, every, methods=["GET"]),
    Route(ROOMS, begin, methods=["POST"]),
    Route(f"{ROOMS}/{{room}}", one, methods=["GET"]),
    Route(f"{ROOMS}/{{room}}", decide, methods=["POST"]),
    Route(f"{ROOMS}/{{room}}/screen", screen, methods=["GET"]),
    Route(f"{ROOMS}/{{room}}/waiting", waiting, methods=["GET"]),
    Route(f"{ROOMS}/{{room}}/decline", decline_all, methods=["POST"]),
    Route(f"{ROOMS}/{{room}}/close", close, methods=["POST"]),
]
