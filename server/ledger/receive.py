"""Takes saves in: each is stored once, stamped, judged, and what it touches follows.

Everything here runs inside the one write transaction.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from operator import itemgetter
from typing import Any

import msgspec

from server.ids import new_id
from server.ledger.erase import erase_late
from server.ledger.erased import scrubbed
from server.ledger.facts import Known
from server.ledger.gather import gather
from server.ledger.log import COLUMNS, NEVER_READ, digest_of, stamp
from server.ledger.opening import Opened, open_all
from server.ledger.receipts import Receipt, as_ruled, receipt_of
from server.ledger.sealed import has_kept, keep_sealed, no_longer_kept
from server.ledger.standing import Standing, standings
from server.ledger.work import Work
from server.schema import Connection, Row
from sync.clock import reckon
from sync.envelope import KEYLESS, Envelope, Header, Opener
from sync.exchange import Verdict, judge
from sync.kinds import Kinds
from sync.lift import lift
from sync.save import SCHEMA, Change, Save, write_save

IN_ORDER = itemgetter(*COLUMNS)
UNPROVEN = ("carried_unsealed", "device_unknown")


class Carried(msgspec.Struct, frozen=True):
    """Who brought envelopes, and when; `off_ms` is how wrong its estimate of the time was."""

    device: Row
    now: int
    off_ms: int = 0


class Pushed(msgspec.Struct):
    """What became of some envelopes; `is_copy` when two phones count on under one name."""

    receipts: list[Receipt]
    is_copy: bool = False


def receive_all(
    db: Connection, kinds: Kinds, found: Iterable[tuple[Envelope, Opened]], carried: Carried
) -> Pushed:
    """Store opened envelopes unless they are stored already.

    One that cannot be opened, and for which its device has no room left, has no receipt.
    """
    taking = Taking(db, kinds)
    found = list(found)
    saves = [inside.save for _, inside in found if inside.save]
    taking.look_ahead([(carried.device["volunteer"], saves)])
    pushed = taking.take_all(found, carried)
    taking.settle()
    return pushed


def receive(
    db: Connection,
    kinds: Kinds,
    envelope: Envelope,
    device: Row,
    now: int,
    opener: Opener = KEYLESS,
) -> Receipt | None:
    """Open and store one envelope; None when nothing was kept of it."""
    found = open_all(db, opener, [envelope])
    receipts = receive_all(db, kinds, found, Carried(device, now)).receipts
    return receipts[0] if receipts else None


def save_from_desk(
    db: Connection, kinds: Kinds, device: Row, changes: list[Change], now: int
) -> Receipt:
    """Store what a coordinator did at the desk: a save like any other, by the desk's device."""
    row = db.execute(
        "UPDATE device SET n = n + 1 WHERE id = ? RETURNING n", (device["id"],)
    ).fetchone()
    save = Save(new_id(now), device["id"], row["n"], now, 0, SCHEMA, changes)
    envelope = Envelope(Header(save.id, save.device, save.n), write_save(save))
    receipt = receive(db, kinds, envelope, device, now)
    assert receipt is not None  # only what is sealed can be turned away
    return receipt


class Taking:
    """What one transaction takes in, of one carrier or of many."""

    def __init__(self, db: Connection, kinds: Kinds) -> None:
        self.db = db
        self.work = Work(db, kinds)
        self.known = Known(self.work)
        self.has_kept = has_kept(db)
        self.before = self.work.top
        self._told: dict[str, list[Receipt]] = defaultdict(list)
        self._rows: list[Mapping[str, Any]] = []
        self._ruled: Mapping[str, Standing] = {}
        self._stored: dict[str, Row | Mapping[str, Any]] = {}
        self._asked: set[str] = set()
        self._now = 0

    def look_ahead(self, brought: Iterable[tuple[str, list[Save]]]) -> None:
        """Read at once what all of these saves, by author, will be judged by."""
        brought = list(brought)
        self._asked |= {save.id for _, saves in brought for save in saves}
        gather(self.work, self.known, brought)
        ids = json.dumps(sorted(self._asked))
        for row in self.db.execute(STORED, (ids,)):
            self._stored[row["id"]] = row

    def take_all(self, found: Iterable[tuple[Envelope, Opened]], carried: Carried) -> Pushed:
        """Take one carrier's envelopes in, one after the other."""
        self._now = carried.now
        taker = _Taker(self, carried)
        for envelope, inside in found:
            taker.take(envelope, inside)
        return taker.pushed

    def settle(self) -> None:
        """Write everything down."""
        erase_late(self.work, self._now)
        self.work.settle()
        self._ruled = standings(self.db, self._rows)

    def stored(self, id: str) -> Row | Mapping[str, Any] | None:
        """Return the row of a stored save."""
        if id not in self._stored and id not in self._asked:
            row = self.db.execute("SELECT * FROM save WHERE id = ?", (id,)).fetchone()
            self._stored.update({id: row} if row else {})
        return self._stored.get(id)

    def store(self, row: Mapping[str, Any], save: Save | None, receipt: Receipt) -> None:
        """Put a save into the log, and bring up to date what it touches."""
        self.work.store(IN_ORDER(row))
        self._stored[row["id"]] = row
        self._told[row["device"]].append(receipt)
        self._rows.append(row)
        self.work.apply(stamp(row, save))

    def told(self, device: str) -> list[Receipt]:
        """Return the receipts of what was stored here and a device made, whoever brought it.

        A ruling may have come before what it rules on.
        """
        return [as_ruled(one, self._ruled.get(one.save)) for one in self._told[device]]


STORED = """
SELECT save.* FROM json_each(?) AS sent CROSS JOIN save ON save.id = sent.value
"""


COUNTED = "UPDATE device SET n = max(n, ?) WHERE id = ?"


class _Taker:
    """Takes one carrier's envelopes, one after the other."""

    def __init__(self, taking: Taking, carried: Carried) -> None:
        self.pushed = Pushed([])
        self._taking = taking
        self._work = taking.work
        self._db = taking.db
        self._carried = carried
        self._highest = carried.device["n"]

    def take(self, envelope: Envelope, found: Opened) -> None:
        """Take one envelope in."""
        receipt = self._receipt(envelope, found)
        if receipt is not None:
            self.pushed.receipts.append(receipt)

    def _receipt(self, envelope: Envelope, found: Opened) -> Receipt | None:
        header = envelope.header
        if found.text is None:
            return self._keep(envelope, found.reason or "cannot_open")
        found = scrubbed(self._work, found)
        author = found.device["volunteer"] if found.device else None
        is_proven = envelope.sealed is not None and author is not None
        is_own = is_proven or author == self._carried.device["volunteer"]
        if is_own and self._taking.has_kept:
            no_longer_kept(self._db, header)
        if found.is_scrubbed and not found.text:
            return Receipt(header.id, header.n, 0, "erased", "erased")
        if not is_own:
            # Without a seal nothing proves who wrote what another's phone carries. One's own
            # earlier device is fine: that is a phone that had to join again. It has no number of
            # its carrier's.
            reason = "carried_unsealed" if envelope.sealed is None else "device_unknown"
            found = found._replace(reason=reason)
            header = msgspec.structs.replace(header, device=self._carried.device["id"], n=0)
            author = self._carried.device["volunteer"]
        return self._once(envelope.header, header, found, str(author))

    def _once(self, sent: Header, header: Header, found: Opened, author: str) -> Receipt:
        """Store a save unless it is there; another one under its id gets a name of its own."""
        stored = self._taking.stored(header.id)
        is_same = stored is not None and stored["body"] == found.text
        # What it said of the erased is gone from one of them, or from both.
        is_same |= stored is not None and found.is_scrubbed and stored["reason"] == "erased"
        if stored is not None and not is_same:
            header = msgspec.structs.replace(header, id=_variant(header.id, found.text or ""))
            found = found._replace(reason="same_id_other_bytes")
            stored = self._taking.stored(header.id)
        if stored is not None:
            self.pushed.is_copy |= self._is_copy(header)
            return _as_sent(receipt_of(stored, _said(found.save)), sent)
        receipt = self._store(header, found, author)
        if header.device != self._carried.device["id"]:
            # A copy is known by a number that came already, whoever brought it.
            self._db.execute(COUNTED, (header.n, header.device))
        self.pushed.is_copy |= self._is_copy(header)
        return receipt if header is sent else _as_sent(receipt, sent)

    def _store(self, header: Header, found: Opened, author: str) -> Receipt:
        facts = self._taking.known.facts(author)
        save = lift(found.save) if found.save else None
        verdict = judge(save, facts, self._work.kinds) if save else Verdict("held")
        if verdict.reason in NEVER_READ:
            save = None
        elif found.reason:
            verdict = Verdict("held", found.reason)
        at, error = self._time(header, found)
        seq = self._work.next_seq()
        early = json.dumps(sorted(verdict.early)) if verdict.early else "[]"
        row = {
            "seq": seq,
            "id": header.id,
            "device": header.device,
            "n": header.n,
            "at": at,
            "at_error_ms": error,
            "author": author,
            # Nothing proves who wrote it: admitted, it is nobody's word against anybody's.
            "rank": 0 if found.reason in UNPROVEN else facts.rank,
            "received_at": self._carried.now,
            "verdict": verdict.verdict,
            "reason": "erased" if found.is_scrubbed and save else verdict.reason,
            "early": early,
            "body": found.text,
        }
        row["digest"] = digest_of(row)
        receipt = receipt_of(row, _said(found.save))
        self._taking.store(row, save, receipt)
        return receipt

    def _time(self, header: Header, found: Opened) -> tuple[int, int]:
        """Return when a save was made, as far as the server can tell."""
        now = self._carried.now
        if found.save is None:
            return now, 0
        is_own = header.device == self._carried.device["id"]
        since = found.device["made_at"] if found.device else found.save.at
        return reckon(
            found.save.at,
            found.save.at_error_ms,
            since=since,
            arrived=now,
            off_ms=self._carried.off_ms if is_own else 0,
        )

    def _is_copy(self, header: Header) -> bool:
        """Whether another save came under this number first: two phones count on as one."""
        if header.device != self._carried.device["id"] or not header.n:
            return False
        highest = self._highest
        self._highest = max(highest, header.n)
        if header.n > highest:
            return False
        self._work.settle()
        first = self._db.execute(
            "SELECT id FROM save WHERE device = ? AND n = ? ORDER BY seq LIMIT 1",
            (header.device, header.n),
        ).fetchone()
        return first is not None and first["id"] != header.id

    def _keep(self, envelope: Envelope, reason: str) -> Receipt | None:
        carried = self._carried
        self._taking.has_kept = True
        kept = keep_sealed(self._db, envelope, reason, carried.device["id"], carried.now)
        return Receipt(envelope.header.id, envelope.header.n, 0, "held", reason) if kept else None


def _as_sent(receipt: Receipt, sent: Header) -> Receipt:
    return msgspec.structs.replace(receipt, save=sent.id, n=sent.n)


def _said(save: Save | None) -> tuple[int, int] | None:
    return (save.at, save.at_error_ms) if save else None


def _variant(id: str, body: str) -> str:
    return f"{id[:54]}-x{hashlib.sha256(body.encode()).hexdigest()[:8]}"
