"""What authors are told became of their saves."""

from collections.abc import Mapping
from typing import Any

import msgspec

from server.ledger.standing import Standing, standings
from server.schema import Connection, Row

LAST = 2**63 - 1


class Receipt(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the author is told of one save; `save` is the id the device gave it.

    at, at_error_ms: only where the server reckons the save's time otherwise than its device.
    device: only where another device of the volunteer's made it.
    """

    save: str
    n: int
    seq: int
    verdict: str
    reason: str | None
    at: int | None = None
    at_error_ms: int | None = None
    device: str | None = None


def receipt_of(row: Row | Mapping[str, Any], said: tuple[object, object] | None) -> Receipt:
    """Return the receipt of a stored save, as it was judged at arrival.

    said: `at` and `at_error_ms` as its device says them; None when it cannot be read.
    """
    reckoned = (row["at"], row["at_error_ms"])
    # Of a save of which anything was erased, its phone keeps no words either.
    verdict = "erased" if row["reason"] == "erased" else row["verdict"]
    at = (None, None) if said in (None, (None, None), reckoned) else reckoned
    return Receipt(row["id"], row["n"], row["seq"], verdict, row["reason"], *at)


def as_ruled(receipt: Receipt, standing: Standing | None) -> Receipt:
    """Return a receipt by what was ruled on its save, if anything was."""
    if standing is None or receipt.verdict == "erased":
        return receipt
    return msgspec.structs.replace(receipt, verdict=standing.verdict, reason=standing.reason)


def receipts_since(
    db: Connection, device: Row, seq: int, until: int | None = None
) -> list[Receipt]:
    """Return receipts of a device's saves that were stored (up to `until`), ruled on or erased
    after `seq`.

    A phone that joined again hears what becomes of what it saved before, under another name. What
    a copy of the phone saved is told to who sends it, for that answer has the copy's own name.
    """
    names = {"device": device["id"], "volunteer": device["volunteer"], "seq": seq}
    names["until"] = LAST if until is None else until
    stored = db.execute(STORED, names).fetchall()
    if stored:
        first = {row["n"]: row["seq"] for row in db.execute(FIRST, names)}
        stored = [row for row in stored if not row["n"] or row["seq"] == first[row["n"]]]
    found = {row["id"]: row for query in CHANGED for row in db.execute(query, names)}
    found |= {row["id"]: row for row in stored}
    ordered = sorted(found.values(), key=lambda row: row["seq"])
    ruled = standings(db, ordered)
    return [_told(row, device["id"], ruled.get(row["id"])) for row in ordered]


OF_SAVE = """
    save.id, save.device, save.n, save.seq, save.verdict, save.reason,
    save.at, save.at_error_ms, save.rank,
    CASE WHEN json_valid(save.body) THEN save.body ->> '$.at' END AS said_at,
    CASE WHEN json_valid(save.body) THEN save.body ->> '$.at_error_ms' END AS said_error_ms"""
OF_VOLUNTEER = "save.device IN (SELECT id FROM device WHERE volunteer = :volunteer)"
STORED = f"""
    SELECT {OF_SAVE} FROM save
    WHERE save.device = :device AND save.seq > :seq AND save.seq <= :until"""
FIRST = "SELECT n, min(seq) AS seq FROM save WHERE device = :device GROUP BY n"
CHANGED = (
    f"""SELECT {OF_SAVE} FROM record
    CROSS JOIN save ON save.id = substr(record.id, 1, instr(record.id || ':', ':') - 1)
        AND {OF_VOLUNTEER}
    WHERE record.kind = 'ruling' AND record.seq > :seq""",
    f"""SELECT {OF_SAVE} FROM record
    JOIN change AS batch ON batch.kind = 'import' AND batch.record = record.id
    JOIN save ON save.seq = batch.save_seq AND {OF_VOLUNTEER}
    WHERE record.kind = 'ruling' AND record.seq > :seq""",
    f"""SELECT {OF_SAVE} FROM record
    JOIN erasure_kinds AS gone ON gone.erasure = record.id
    JOIN change ON change.kind = gone.element AND change.record = gone.erasure
    JOIN save ON save.seq = change.save_seq AND {OF_VOLUNTEER}
    WHERE record.kind = 'erasure' AND record.seq > :seq""",
)


def _told(row: Row, asks: str, standing: Standing | None) -> Receipt:
    receipt = receipt_of(row, (row["said_at"], row["said_error_ms"]))
    if row["device"] != asks:
        receipt = msgspec.structs.replace(receipt, device=row["device"])
    return as_ruled(receipt, standing)
