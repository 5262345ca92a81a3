"""What phones push and pull in their turns: many turns in one transaction."""

from typing import Annotated, Any, NamedTuple

import msgspec

from server.access.devices import (
    Joined,
    copy_of,
    device_of,
    is_first_token,
    may_read,
    seen,
    take_token,
    told,
)
from server.ledger.opening import Opened, open_all
from server.ledger.pull import PAGE, Cursor, Page, pull, receipts_only
from server.ledger.receipts import Receipt
from server.ledger.receive import Carried, Taking
from server.ledger.records import Records
from server.problems import Problem
from server.schema import Connection, Row
from sync.envelope import Envelope, Opener
from sync.exchange import MAX_ENVELOPES, PROTOCOL
from sync.kinds import Kinds
from sync.rules import UNCERTAIN_MS
from sync.save import Id

# A turn that brings work is answered from its own transaction, so its page is kept short.
SHORT_PAGE = 200
# Three thousand years; a clock may say more than a database holds.
MOST_MS = 10**14
Opening = list[tuple[Envelope, Opened]]


class Up(msgspec.Struct, frozen=True):
    """What a phone sends; `sent_at` is its best estimate of the time, in ms since 1970, UTC.

    device: the name it goes by, as it believes. app, unsent: the version it runs, and how many
    saves wait on it beside these; of any type, because no work is refused for what they say.
    """

    protocol: Annotated[int, msgspec.Meta(ge=1, le=PROTOCOL)]
    cursor: Cursor | None
    envelopes: Annotated[list[Envelope], msgspec.Meta(max_length=MAX_ENVELOPES)]
    key: Id | None = None
    sent_at: int | None = None
    device: Id | None = None
    app: Any = None
    unsent: Any = None


class Pushed(NamedTuple):
    """The receipts, and what a phone that is a copy of another goes on as."""

    receipts: list[Receipt]
    renamed: Joined | None


class Asked(NamedTuple):
    """One phone's turn as it came; `opener` has opened what is sealed.

    read: the token without which no record goes down; empty when none was shown.
    """

    credential: str
    read: str
    up: Up
    opener: Opener


class Turn(NamedTuple):
    """What a turn came to. is_locked: for want of the read token there are no records in it."""

    device: Row
    pushed: Pushed
    page: Page
    is_locked: bool = False

    @property
    def is_revoked(self) -> bool:
        """Whether the device was signed out."""
        return self.device["revoked_at"] is not None


def take_turns(db: Connection, kinds: Kinds, asked: list[Asked], now: int) -> list[Turn | Problem]:
    """Take in what many phones brought, then read what goes down to each, in one transaction."""
    devices = [_device(db, one) for one in asked]
    openings = [open_all(db, one.opener, one.up.envelopes) for one in asked]
    taking = Taking(db, kinds)
    taking.look_ahead(
        (device["volunteer"], [inside.save for _, inside in found if inside.save])
        for device, found in zip(devices, openings, strict=True)
        if device is not None
    )
    pushed = [
        None if device is None else push(taking, device, one.up, found, now)
        for device, one, found in zip(devices, asked, openings, strict=True)
    ]
    taking.settle()
    return [
        Problem("not_joined")
        if device is None or done is None
        else _turn(taking, kinds, device, done, one)
        for device, one, done in zip(devices, asked, pushed, strict=True)
    ]


def _device(db: Connection, asked: Asked) -> Row | None:
    device = device_of(db, asked.credential, "phone", also_revoked=True)
    if device is not None and is_first_token(device, asked.read):
        return take_token(db, device, asked.read)
    return device


def _turn(taking: Taking, kinds: Kinds, device: Row, done: Pushed, asked: Asked) -> Turn:
    """Return a turn that brought work; others may have brought work of this device's, too."""
    told = {receipt.save: receipt for receipt in (*done.receipts, *taking.told(device["id"]))}
    page = page_for(
        taking.db,
        kinds,
        device,
        asked,
        SHORT_PAGE,
        told_after=taking.before,
        records=taking.work.records,
    )
    done = done._replace(receipts=[*told.values()])
    return Turn(device, done, page, is_locked(device, asked))


def look(db: Connection, kinds: Kinds, asked: Asked) -> Turn:
    """Return the turn of a phone that brings nothing. Raises Problem."""
    device = device_of(db, asked.credential, "phone", also_revoked=True)
    if device is None:
        raise Problem("not_joined")
    page = page_for(db, kinds, device, asked)
    return Turn(device, Pushed([], None), page, is_locked(device, asked))


def is_locked(device: Row, asked: Asked) -> bool:
    """Return whether a phone is signed in and shows no right to read."""
    return device["revoked_at"] is None and not may_read(device, asked.read)


def page_for(
    db: Connection,
    kinds: Kinds,
    device: Row,
    asked: Asked,
    size: int = PAGE,
    *,
    told_after: int | None = None,
    records: Records | None = None,
) -> Page:
    """Return what goes down to a device; signed out or locked, it hears of its work only."""
    cursor = asked.up.cursor
    if device["revoked_at"] is not None or not may_read(device, asked.read):
        return receipts_only(db, device, cursor, told_after=told_after)
    return pull(db, kinds, device, cursor, size, told_after=told_after, records=records)


def push(taking: Taking, device: Row, up: Up, found: Opening, now: int) -> Pushed:
    """Store what was opened; a phone that counts on as another's copy gets a name of its own."""
    highest = max((e.header.n for e, _ in found if e.header.device == device["id"]), default=0)
    before = seen(taking.db, device["id"], highest, now)
    told(taking.db, before, up.app, up.unsent)
    off_ms = 0 if up.sent_at is None else min(abs(now - up.sent_at), MOST_MS)
    carried = Carried(before, now, off_ms if off_ms > UNCERTAIN_MS else 0)
    taken = taking.take_all(found, carried)
    is_copy = taken.is_copy and before["revoked_at"] is None
    return Pushed(taken.receipts, copy_of(taking.db, before, now) if is_copy else None)
