"""The desk and the phones of the sample: they save as real ones do and send through the exchange.

A phone holds the heads that came down, so that what it says it saw is true.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

import msgspec

from server.ledger import Receipt, receive
from server.ledger.opening import open_all
from server.ledger.pull import pull
from server.ledger.receive import Taking
from server.routes.body import read_json
from server.routes.sync import write_down
from server.routes.turn import Up, push
from server.sample.chance import Chance
from server.schema import Connection, Row
from server.seen import having_seen
from server.writer import Writer
from sync.envelope import KEYLESS, Envelope, Header
from sync.exchange import MAX_ENVELOPES, PROTOCOL
from sync.kinds import Kinds
from sync.save import MAX_CHANGES, SCHEMA, Change, Save, change_id, write_save

T = TypeVar("T")
LONG_AGO_MS = 400 * 24 * 3600 * 1000
Register = tuple[str, str, str]


class Office:
    """The server as the sample's devices meet it; everything arrives at `now`."""

    def __init__(self, writer: Writer, kinds: Kinds, chance: Chance, now: int) -> None:
        self.writer, self.kinds, self.chance, self.now = writer, kinds, chance, now

    def run(self, job: Callable[[Connection], T]) -> T:
        """Run a job on the writer and wait until it is on disk."""
        return self.writer.soon(job).result()

    def new_device(self, volunteer: str, kind: str) -> Row:
        """Return a device that nobody can sign in with: it has no credential."""
        row = (self.chance.id(self.now), volunteer, kind, self.now - LONG_AGO_MS)

        def make(db: Connection) -> Row:
            db.execute("INSERT INTO device (id, volunteer, kind, made_at) VALUES (?, ?, ?, ?)", row)
            return device_row(db, row[0])

        return self.run(make)


class Desk:
    """What a coordinator, or the server itself, saves at the desk."""

    def __init__(self, office: Office, device: Row) -> None:
        self._office, self._device, self._n = office, device, device["n"]

    def save(self, at: int, *changes: Change) -> list[Receipt]:
        """Save changes, 50 at a time, with what the desk showed as seen; return the receipts."""
        return [self._office.run(self._job(chunk, at)) for chunk in chunks(changes, MAX_CHANGES)]

    def _job(self, changes: Sequence[Change], at: int) -> Callable[[Connection], Receipt]:
        office, device = self._office, self._device
        self._n += 1
        id, n = office.chance.id(at), self._n

        def job(db: Connection) -> Receipt:
            db.execute("UPDATE device SET n = ? WHERE id = ?", (n, device["id"]))
            seen = [having_seen(db, change) for change in changes]
            save = Save(id, device["id"], n, at, 0, SCHEMA, seen)
            receipt = receive(db, office.kinds, _wrap(save), device, office.now)
            assert receipt is not None  # only what is sealed can be turned away
            return receipt

        return job


class Phone:
    """A phone: it pulls, saves without signal, and sends later."""

    def __init__(self, office: Office, volunteer: str) -> None:
        self._office = office
        self._device = office.new_device(volunteer, "phone")
        self._n = 0
        self._cursor: dict[str, Any] | None = None
        self._base: dict[tuple[str, str], dict[str, list[dict[str, Any]]]] = {}
        self._own: dict[Register, list[str]] = {}
        self._waiting: list[Save] = []

    def save(self, at: int, *changes: Change) -> str:
        """Keep a save until the next exchange, and return its id."""
        chance = self._office.chance
        self._n += 1
        id = chance.id(at)
        seen = [msgspec.structs.replace(change, saw=self._seen(change)) for change in changes]
        for position, change in enumerate(seen):
            for register in change.set:
                # What an own unsent change saw belongs to what the next one saw.
                saw = change.saw.get(register, [])
                self._own[change.kind, change.record, register] = [change_id(id, position), *saw]
        error_ms = chance.randrange(40, 2500)
        self._waiting.append(Save(id, self._device["id"], self._n, at, error_ms, SCHEMA, seen))
        return id

    def exchange(self) -> list[dict[str, Any]]:
        """Send what waits, take what comes down until there is no more, return all receipts."""
        receipts = []
        more = True
        while more or self._waiting:
            batch = self._waiting[:MAX_ENVELOPES]
            down = msgspec.json.decode(self._office.run(self._exchange_of(batch)))
            receipts += down["receipts"]
            told = {receipt["save"] for receipt in down["receipts"]}
            self._waiting = [save for save in self._waiting if save.id not in told]
            self._take(down)
            more = down["more"]
        self._own.clear()
        return receipts

    def _exchange_of(self, batch: list[Save]) -> Callable[[Connection], bytes]:
        office = self._office
        up = {
            "protocol": PROTOCOL,
            "cursor": self._cursor,
            "sent_at": office.now,
            "envelopes": [_wrap(save) for save in batch],
        }
        body = msgspec.json.encode(up)

        def job(db: Connection) -> bytes:
            asked = read_json(body, Up)
            found = open_all(db, KEYLESS, asked.envelopes)
            taking = Taking(db, office.kinds)
            pushed = push(taking, self._device, asked, found, office.now)
            taking.settle()
            page = pull(db, office.kinds, self._device, asked.cursor)
            return write_down(pushed, page, office.now)

        return job

    def _take(self, down: dict[str, Any]) -> None:
        self._cursor = down["cursor"]
        if down["fresh"]:
            self._base.clear()
        for record in down["records"]:
            held = {} if record["whole"] else self._base.get((record["kind"], record["id"]), {})
            said = {register: [record["write"]] for register in record.get("said", ())}
            self._base[record["kind"], record["id"]] = {**held, **record["fields"], **said}

    def _seen(self, change: Change) -> dict[str, list[str]]:
        base = self._base.get((change.kind, change.record), {})
        seen = {
            register: self._own.get((change.kind, change.record, register))
            or [head["id"] for head in base.get(register, [])]
            for register in change.set
        }
        return {register: heads for register, heads in seen.items() if heads}


def device_row(db: Connection, id: str) -> Row:
    """Return a device as it is stored."""
    row: Row = db.execute("SELECT * FROM device WHERE id = ?", (id,)).fetchone()
    return row


def chunks(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Yield the items in runs of at most `size`."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _wrap(save: Save) -> Envelope:
    return Envelope(Header(save.id, save.device, save.n), write_save(save))
