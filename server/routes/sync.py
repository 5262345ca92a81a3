"""POST /sync: saves up, records down."""

from typing import Annotated, Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.access.devices import credential_in, device_of, set_cookie
from server.access.keys import Key
from server.ids import now_ms
from server.ledger import Receipt, receive
from server.ledger.pull import Cursor, Page, pull
from server.problems import Problem
from server.routes.body import read_body, read_json
from server.schema import Connection, Row
from sync.envelope import KEYLESS, Envelope, Opener
from sync.exchange import MAX_ENVELOPES, PROTOCOL
from sync.kinds import Kinds
from sync.save import Id

MAX_BODY = 1_000_000


class Up(msgspec.Struct, frozen=True):
    """What a phone sends."""

    protocol: Annotated[int, msgspec.Meta(ge=1, le=PROTOCOL)]
    cursor: Cursor | None
    envelopes: Annotated[list[Envelope], msgspec.Meta(max_length=MAX_ENVELOPES)]
    key: Id | None = None


async def sync(request: Request) -> Response:
    """Take what came, then answer from one moment of the database."""
    state = request.app.state
    credential = credential_in(request, state.settings, "phone")
    device = await state.reader.run(device_of, credential, "phone") if credential else None
    if device is None:
        raise Problem("not_joined")
    up = read_up(await read_body(request, MAX_BODY))
    opener = await state.unsealer.open_many(up.envelopes)
    now = now_ms()
    receipts = await state.writer.run(lambda db: push(db, state.kinds, device, up, now, opener))
    page = await state.reader.run(pull, state.kinds, device, up.cursor)
    key = state.keys.current
    down = write_down(receipts, page, now_ms(), key if key.id != up.key else None)
    answer = Response(down, media_type="application/json", headers={"Cache-Control": "no-store"})
    # Thirty days from the last contact, not from the first.
    set_cookie(answer, state.settings, "phone", credential or "")
    return answer


def read_up(body: bytes) -> Up:
    """Return what a phone sent. Raises Problem."""
    return read_json(body, Up)


def push(
    db: Connection, kinds: Kinds, device: Row, up: Up, now: int, opener: Opener = KEYLESS
) -> list[Receipt]:
    """Store every envelope; the order of the phone's counter is the order of the log."""
    db.execute("UPDATE device SET seen_at = ? WHERE id = ?", (now, device["id"]))
    envelopes = sorted(up.envelopes, key=lambda envelope: envelope.header.n)
    receipts = [receive(db, kinds, envelope, device, now, opener) for envelope in envelopes]
    return [receipt for receipt in receipts if receipt is not None]


def write_down(receipts: list[Receipt], page: Page, now: int, key: Key | None = None) -> bytes:
    """Return the answer as JSON: receipts of this request, then of what else was stored.

    `key` is the server's, for a phone that knows another or none.
    """
    told = {receipt.save: receipt for receipt in (*receipts, *page.receipts)}
    down: dict[str, Any] = {
        "protocol": PROTOCOL,
        "receipts": [receipt._asdict() for receipt in told.values()],
        "records": page.records,
        "forget": page.forget,
        "cursor": page.cursor,
        "fresh": page.fresh,
        "more": page.more,
        "now": now,
        "backed_up_to": 0,
    }
    if key is not None:
        down["key"] = key.on_the_wire
    return msgspec.json.encode(down)


ROUTES = [Route("/sync", sync, methods=["POST"])]
