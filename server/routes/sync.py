"""POST /sync: saves up, records down."""

from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.access.devices import credential_in, is_known, read_token_in, set_cookie
from server.access.keys import Key, in_base64
from server.ids import now_ms
from server.ledger.pull import Page
from server.problems import Problem
from server.routes.body import read_json, received, unpacked
from server.routes.turn import Asked, Pushed, Turn, Up
from server.schema import Row
from sync.exchange import PROTOCOL

MAX_BODY = 1_000_000


async def sync(request: Request) -> Response:
    """Take what came, then answer from one moment of the database."""
    state = request.app.state
    credential = credential_in(request, state.settings, "phone")
    if credential is None:
        raise Problem("not_joined")
    body = await received(request, MAX_BODY)
    # A stranger's is not unpacked, and none of its envelopes opened.
    if not state.reader.glance(is_known, credential, "phone"):
        raise Problem("not_joined")
    state.pace.keep("sync", credential, now_ms())
    up = read_up(unpacked(request, body))
    opener = await state.unsealer.open_many(up.envelopes)
    turn: Turn = await state.turns.take(Asked(credential, read_token_in(request), up, opener))
    key = state.keys.current
    down = write_down(
        turn.pushed,
        turn.page,
        now_ms(),
        protocol=up.protocol,
        key=key if key.id != up.key else None,
        name=name_for(turn, up),
        wipe=turn.is_revoked,
        locked=turn.is_locked,
    )
    answer = Response(down, media_type="application/json", headers={"Cache-Control": "no-store"})
    # Thirty days from the last contact, not from the first.
    renamed = turn.pushed.renamed
    set_cookie(answer, state.settings, "phone", renamed.credential if renamed else credential)
    return answer


def read_up(body: bytes) -> Up:
    """Return what a phone sent. Raises Problem."""
    return read_json(body, Up)


def name_for(turn: Turn, up: Up) -> Row | None:
    """Return the device a phone goes on as, if it believes to be another: a copy was told before,
    and its cookie came through where the answer was cut.
    """
    if turn.pushed.renamed is not None:
        return turn.pushed.renamed.device
    believes = up.device or turn.device["id"]
    return turn.device if believes != turn.device["id"] and turn.device["seal"] else None


def write_down(
    pushed: Pushed,
    page: Page,
    now: int,
    *,
    protocol: int = PROTOCOL,
    key: Key | None = None,
    name: Row | None = None,
    wipe: bool = False,
    locked: bool = False,
) -> bytes:
    """Return the answer as JSON: receipts of this request, then of what else was stored.

    protocol: what the phone speaks. `key` is the server's, for a phone that knows another or
    none; `name` what a copy goes on as; `wipe` for a revoked phone, `locked` for one that did not
    show its read token.
    """
    told = {receipt.save: receipt for receipt in (*pushed.receipts, *page.receipts)}
    down: dict[str, Any] = {
        "protocol": protocol,
        "receipts": [*told.values()],
        "records": page.records if protocol > 1 else [one.in_full() for one in page.records],
        "forget": page.forget,
        "cursor": page.cursor,
        "fresh": page.fresh,
        "more": page.more,
        "now": now,
        "backed_up_to": page.backed_up_to,
    }
    if page.moved:
        down["moved"] = page.moved
    if key is not None:
        down["key"] = key.on_the_wire
    if name is not None:
        down["device"] = {"id": name["id"], "seal": in_base64(name["seal"])}
    if wipe:
        down["wipe"] = True
    if locked:
        down["locked"] = True
    return msgspec.json.encode(down)


ROUTES = [Route("/sync", sync, methods=["POST"])]
