"""POST /sync: saves up, records down."""

from typing import Annotated, Any, NamedTuple

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.access.devices import Joined, copy_of, credential_in, device_of, seen, set_cookie
from server.access.keys import Key, in_base64
from server.ids import now_ms
from server.ledger.opening import Opened, open_all
from server.ledger.pull import Cursor, Page, pull, receipts_only
from server.ledger.receive import Carried, Receipt, receive_all
from server.problems import Problem
from server.routes.body import read_body, read_json
from server.schema import Connection, DatabaseError, Row
from sync.envelope import Envelope, Opener
from sync.exchange import MAX_ENVELOPES, PROTOCOL
from sync.kinds import Kinds
from sync.rules import UNCERTAIN_MS
from sync.save import Id, Moment

MAX_BODY = 1_000_000
Opening = list[tuple[Envelope, Opened]]


class Up(msgspec.Struct, frozen=True):
    """What a phone sends; `sent_at` is its best estimate of the time, in ms since 1970, UTC."""

    protocol: Annotated[int, msgspec.Meta(ge=1, le=PROTOCOL)]
    cursor: Cursor | None
    envelopes: Annotated[list[Envelope], msgspec.Meta(max_length=MAX_ENVELOPES)]
    key: Id | None = None
    sent_at: Moment | None = None


class Pushed(NamedTuple):
    """The receipts, and what a phone that is a copy of another goes on as."""

    receipts: list[Receipt]
    renamed: Joined | None


async def sync(request: Request) -> Response:
    """Take what came, then answer from one moment of the database."""
    state = request.app.state
    credential = credential_in(request, state.settings, "phone")
    if credential is None:
        raise Problem("not_joined")
    up = read_up(await read_body(request, MAX_BODY))
    opener = await state.unsealer.open_many(up.envelopes)
    device, found = await state.reader.run(look, credential, up, opener)
    now = now_ms()
    try:
        pushed = await state.writer.run(lambda db: push(db, state.kinds, device, up, found, now))
    except DatabaseError:
        if up.envelopes:
            raise
        pushed = Pushed([], None)  # a full disk cannot even note the contact; reading goes on
    is_revoked = device["revoked_at"] is not None
    page = await state.reader.run(
        receipts_only if is_revoked else pull, state.kinds, device, up.cursor
    )
    key = state.keys.current
    down = write_down(
        pushed,
        page,
        now_ms(),
        key=key if key.id != up.key else None,
        wipe=is_revoked,
    )
    answer = Response(down, media_type="application/json", headers={"Cache-Control": "no-store"})
    # Thirty days from the last contact, not from the first.
    credential = pushed.renamed.credential if pushed.renamed else credential
    set_cookie(answer, state.settings, "phone", credential)
    return answer


def read_up(body: bytes) -> Up:
    """Return what a phone sent. Raises Problem."""
    return read_json(body, Up)


def look(db: Connection, credential: str, up: Up, opener: Opener) -> tuple[Row, Opening]:
    """Return who asks, and every envelope opened in the order of the counter. Raises Problem."""
    device = device_of(db, credential, "phone", also_revoked=True)
    if device is None:
        raise Problem("not_joined")
    return device, open_all(db, opener, up.envelopes)


def push(db: Connection, kinds: Kinds, device: Row, up: Up, found: Opening, now: int) -> Pushed:
    """Store what was opened; a phone that counts on as another's copy gets a name of its own."""
    highest = max((e.header.n for e, _ in found if e.header.device == device["id"]), default=0)
    before = seen(db, device["id"], highest, now)
    off_ms = 0 if up.sent_at is None else abs(now - up.sent_at)
    carried = Carried(before, now, off_ms if off_ms > UNCERTAIN_MS else 0)
    pushed = receive_all(db, kinds, found, carried)
    is_copy = pushed.is_copy and before["revoked_at"] is None
    return Pushed(pushed.receipts, copy_of(db, before, now) if is_copy else None)


def write_down(
    pushed: Pushed, page: Page, now: int, *, key: Key | None = None, wipe: bool = False
) -> bytes:
    """Return the answer as JSON: receipts of this request, then of what else was stored.

    `key` is the server's, for a phone that knows another or none; `wipe` for a revoked one.
    """
    told = {receipt.save: receipt for receipt in (*pushed.receipts, *page.receipts)}
    down: dict[str, Any] = {
        "protocol": PROTOCOL,
        "receipts": [*told.values()],
        "records": page.records,
        "forget": page.forget,
        "cursor": page.cursor,
        "fresh": page.fresh,
        "more": page.more,
        "now": now,
        "backed_up_to": page.backed_up_to,
    }
    if key is not None:
        down["key"] = key.on_the_wire
    if pushed.renamed is not None:
        device = pushed.renamed.device
        down["device"] = {"id": device["id"], "seal": in_base64(device["seal"])}
    if wipe:
        down["wipe"] = True
    return msgspec.json.encode(down)


ROUTES = [Route("/sync", sync, methods=["POST"])]
