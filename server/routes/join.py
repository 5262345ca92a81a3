"""POST /join and what stands around it: an invitation becomes a device with a cookie.

A link, a short code and a place in a waiting room are redeemed alike, and answered alike.
"""

from typing import TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from server.access import invitations
from server.access.codes import in_groups
from server.access.desk import DESK_ROLES
from server.access.devices import Joined, credential_in, set_cookie
from server.access.invitations import IN_PERSON_MS, key_of, redeem, redeem_code
from server.access.keys import in_base64
from server.access.limits import address_of
from server.access.rooms import is_place, open_room_of
from server.access.sessions import begun, name_of
from server.ids import now_ms
from server.ledger.facts import roles_of
from server.problems import Problem, language_of
from server.routes.body import read_body, read_json
from server.schema import Connection

T = TypeVar("T")
MAX_BODY = 10_000


class Asked(msgspec.Struct, frozen=True):
    """What is redeemed: a link's token (or a place in a waiting room), or a short code."""

    token: str | None = None
    code: str | None = None


class WithToken(msgspec.Struct, frozen=True):
    """A link's token, for something else than joining."""

    token: str


class Entering(msgspec.Struct, frozen=True):
    """A room's token, and the name somebody writes."""

    token: str
    name: str


async def join_phone(request: Request) -> Response:
    """Join a phone."""
    return await _join(request, "phone")


async def join_desk(request: Request) -> Response:
    """Sign in at the desk."""
    return await _join(request, "desk")


async def new_code(request: Request) -> Response:
    """Give the holder of an open link a code to type, where the link itself cannot go."""
    state, now = request.app.state, now_ms()
    asked = await _asked(request, WithToken)
    state.pace.keep("join", key_of(state.secret, asked.token), now)
    code = await state.writer.run(
        lambda db: invitations.code_for(db, state.secret, asked.token, now)
    )
    return _answer({"code": in_groups(code)})


async def again(request: Request) -> Response:
    """The holder of a link that opens nothing more asks for a new one; they learn nothing."""
    state, now = request.app.state, now_ms()
    asked = await _asked(request, WithToken)
    state.pace.keep("join", key_of(state.secret, asked.token), now)
    await state.writer.run(lambda db: invitations.ask_again(db, state.secret, asked.token, now))
    return _answer({"asked": True})


async def enter_room(request: Request) -> Response:
    """Somebody scanned a room's code and wrote their name: they wait to be let in."""
    state, now = request.app.state, now_ms()
    asked = await _asked(request, Entering)
    room = await state.reader.run(open_room_of, state.secret, asked.token, now)
    guest = state.rooms.enter(room, asked.name, address_of(request), now)
    return _answer({"place": guest.place, "sign": guest.sign, "from": room.by})


async def _join(request: Request, kind: str) -> Response:
    state, now = request.app.state, now_ms()
    asked = await _asked(request, Asked)
    joined = await _redeemed(request, asked, kind, now)
    me = await state.reader.run(_me, joined.device["volunteer"])
    me["language"] = me["language"] or language_of(request)
    me["device"] = joined.device["id"]
    if joined.device["seal"] is not None:
        me["seal"] = in_base64(joined.device["seal"])
        me["key"] = state.keys.current.on_the_wire
        me["read"] = joined.read
    response = _answer({**me, "now": now_ms()})
    set_cookie(response, state.settings, kind, joined.credential)
    return response


async def _redeemed(request: Request, asked: Asked, kind: str, now: int) -> Joined:
    """Return the device that a token, a code or a place in a room becomes. Raises Problem."""
    if (asked.token is None) == (asked.code is None):
        raise Problem("not_understood")
    if asked.token is None:
        return await _by_code(request, str(asked.code), kind, now)
    if kind == "phone" and is_place(asked.token):
        return await _from_room(request, asked.token, now)
    state, token, label = request.app.state, asked.token, _browser(request)
    state.pace.keep("join", key_of(state.secret, token), now)
    before = credential_in(request, state.settings, "desk") if kind == "desk" else None

    def job(db: Connection) -> Joined:
        joined = redeem(db, state.secret, token, kind, now, label)
        return _begun(db, joined, label, before, now)

    joined: Joined = await state.writer.run(job)
    return joined


async def _by_code(request: Request, code: str, kind: str, now: int) -> Joined:
    state, label, address = request.app.state, _browser(request), address_of(request)
    if wait_s := state.guesses.wait_s(address, now):
        raise Problem("too_often", retry_after_s=wait_s)
    before = credential_in(request, state.settings, "desk") if kind == "desk" else None

    def job(db: Connection) -> Joined | Problem:
        found = redeem_code(db, state.secret, code, kind, now, label)
        return found if isinstance(found, Problem) else _begun(db, found, label, before, now)

    outcome: Joined | Problem = await state.writer.run(job)
    if isinstance(outcome, Problem):
        state.guesses.count(address, now)
        raise outcome
    return outcome


async def _from_room(request: Request, place: str, now: int) -> Joined:
    """Whoever was let in gets an invitation of their own, used up at once."""
    state, label = request.app.state, _browser(request)
    guest, accepted = state.rooms.take(place, now)

    def job(db: Connection) -> Joined:
        token = invitations.invite(
            *(db, state.secret, accepted.volunteer, "phone", now, IN_PERSON_MS),
            by=accepted.by,
        )
        joined = redeem(db, state.secret, token, "phone", now, label)
        db.execute("UPDATE room SET joined = joined + 1 WHERE id = ?", (accepted.room,))
        return joined

    try:
        joined: Joined = await state.writer.run(job)
    except BaseException:
        state.rooms.put_back(guest, accepted)
        raise
    return joined


def _me(db: Connection, volunteer: str) -> dict[str, object]:
    row = db.execute("SELECT name, language FROM volunteer WHERE id = ?", (volunteer,)).fetchone()
    return {
        "volunteer": volunteer,
        "name": row["name"] if row else "",
        "language": row["language"] if row else None,
        "roles": sorted(roles_of(db, volunteer)),
    }


async def _asked(request: Request, shape: type[T]) -> T:
    return read_json(await read_body(request, MAX_BODY), shape)


def _begun(db: Connection, joined: Joined, browser: str, before: str | None, now: int) -> Joined:
    """Begin a desk's session; a phone has none."""
    if joined.device["kind"] == "desk":
        if not roles_of(db, joined.device["volunteer"]) & DESK_ROLES:
            raise Problem("no_desk")  # and the link is not used up
        begun(db, joined, now, browser, before)
    return joined


def _browser(request: Request) -> str:
    return name_of(request.headers.get("user-agent", ""))


def _answer(said: dict[str, object]) -> JSONResponse:
    return JSONResponse(said, headers={"Cache-Control": "no-store"})


ROUTES = [
    Route("/join", join_phone, methods=["POST"]),
    Route("/join/code", new_code, methods=["POST"]),
    Route("/join/again", again, methods=["POST"]),
    Route("/join/room", enter_room, methods=["POST"]),
    Route("/desk/join", join_desk, methods=["POST"]),
]
