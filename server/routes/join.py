"""POST /join and POST /desk/join: an invitation becomes a device with a cookie."""

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from server.access.devices import Joined, credential_in, set_cookie
from server.access.invitations import redeem
from server.access.keys import in_base64
from server.access.sessions import begun, name_of
from server.ids import now_ms
from server.ledger.facts import roles_of
from server.problems import language_of
from server.routes.body import read_body, read_json
from server.schema import Connection

MAX_BODY = 10_000


class Asked(msgspec.Struct, frozen=True):
    """What a link's page posts."""

    token: str


async def join_phone(request: Request) -> Response:
    """Join a phone."""
    return await _join(request, "phone")


async def join_desk(request: Request) -> Response:
    """Sign in at the desk."""
    return await _join(request, "desk")


async def _join(request: Request, kind: str) -> Response:
    state = request.app.state
    asked = read_json(await read_body(request, MAX_BODY), Asked)
    now = now_ms()
    before = credential_in(request, state.settings, "desk") if kind == "desk" else None
    browser = name_of(request.headers.get("user-agent", "")) if kind == "desk" else ""

    def job(db: Connection) -> Joined:
        joined = redeem(db, state.secret, asked.token, kind, now)
        if kind == "desk":
            begun(db, joined, now, browser, before)
        return joined

    joined: Joined = await state.writer.run(job)
    me = await state.reader.run(_me, joined.device["volunteer"])
    me["language"] = me["language"] or language_of(request)
    me["device"] = joined.device["id"]
    if joined.device["seal"] is not None:
        me["seal"] = in_base64(joined.device["seal"])
        me["key"] = state.keys.current.on_the_wire
    response = JSONResponse({**me, "now": now_ms()}, headers={"Cache-Control": "no-store"})
    set_cookie(response, state.settings, kind, joined.credential)
    return response


def _me(db: Connection, volunteer: str) -> dict[str, object]:
    row = db.execute("SELECT name, language FROM volunteer WHERE id = ?", (volunteer,)).fetchone()
    return {
        "volunteer": volunteer,
        "name": row["name"] if row else "",
        "language": row["language"] if row else None,
        "roles": sorted(roles_of(db, volunteer)),
    }


ROUTES = [
    Route("/join", join_phone, methods=["POST"]),
    Route("/desk/join", join_desk, methods=["POST"]),
]
