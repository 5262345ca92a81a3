"""What goes down to a phone: receipts, what changed in its scope, what to forget. One moment."""

from collections.abc import Iterable
from typing import Annotated, Any, NamedTuple

import msgspec

from server.ledger.receive import Receipt, receipt_of
from server.ledger.records import Head, unpack
from server.schema import Connection, Row
from sync.kinds import Kind, Kinds

PAGE = 1000


class Cursor(msgspec.Struct, frozen=True, omit_defaults=True, rename={"start": "from"}):
    """Where a phone is: an epoch, a seq in it, and the id of the save at that seq.

    start: the seq from which a run of pages began, as long as there are more.
    """

    epoch: str
    seq: Annotated[int, msgspec.Meta(ge=0, le=2**53)]
    id: str
    start: Annotated[int, msgspec.Meta(ge=0, le=2**53)] | None = None


class Sent(msgspec.Struct, frozen=True):
    """One record on its way and whom it is about; `whole` replaces what is there."""

    kind: str
    id: str
    about: str | None
    whole: bool
    fields: dict[str, list[Head]]


class Page(NamedTuple):
    """One page; `fresh` starts a new past, `more` asks the phone to come again at once."""

    receipts: list[Receipt]
    records: list[Sent]
    forget: list[str]
    cursor: Cursor
    fresh: bool
    more: bool
    backed_up_to: int


def pull(
    db: Connection, kinds: Kinds, device: Row, cursor: Cursor | None, page: int = PAGE
) -> Page:
    """Return what changed for a device's volunteer since its cursor."""
    meta = _meta(db)
    epoch = meta["epoch"]
    fresh = cursor is None or not _remembers(db, epoch, cursor)
    since = 0 if fresh or cursor is None else cursor.seq
    start = since if fresh or cursor is None or cursor.start is None else cursor.start
    head = db.execute("SELECT coalesce(max(seq), 0) AS seq FROM save").fetchone()["seq"]
    names = {"volunteer": device["volunteer"], "since": since, "start": start}
    rows = _moved(db, names, page + 1)
    end = rows[-1]["moved"] if len(rows) > page else head
    if len(rows) > page:
        # A page ends between two saves, or a cursor would skip the rest of one.
        rows = [row for row in rows if row["moved"] < end] or _moved(db, {**names, "only": end})
        end = rows[-1]["moved"]
    more = end < head
    return Page(
        receipts=receipts_since(db, device, since),
        records=[
            *_records(db, kinds, device["volunteer"], start, rows),
            *_gone_over(db, {**names, "end": end}),
        ],
        forget=[] if fresh else _forget(db, device["volunteer"], since, end),
        cursor=Cursor(epoch, end, _save_at(db, end), start if more else None),
        fresh=fresh,
        more=more,
        backed_up_to=int(meta.get("backed_up_to", 0)),
    )


def receipts_only(db: Connection, kinds: Kinds, device: Row, cursor: Cursor | None) -> Page:
    """Return what a revoked device is told: what became of its work, and nothing else.

    In a new past it offers again what it kept, before it is wiped.
    """
    epoch = _meta(db)["epoch"]
    fresh = cursor is None or not _remembers(db, epoch, cursor)
    stays = Cursor(epoch, 0, "") if fresh or cursor is None else cursor
    return Page(receipts_since(db, device, stays.seq), [], [], stays, fresh, False, 0)


def receipts_since(db: Connection, device: Row, seq: int) -> list[Receipt]:
    """Return receipts of a device's saves that were stored, ruled on or erased after `seq`.

    A phone that joined again hears what becomes of what it saved before, under another name.
    """
    names = {"device": device["id"], "volunteer": device["volunteer"], "seq": seq}
    found = {row["id"]: row for query in RECEIPTS for row in db.execute(query, names)}
    ordered = sorted(found.values(), key=lambda row: row["seq"])
    return [_standing(row, device["id"]) for row in ordered]


OF_SAVE = """
    save.id, save.device, save.n, save.seq, save.verdict, save.reason,
    save.at, save.at_error_ms, ruling.counts,
    CASE WHEN json_valid(save.body) THEN save.body ->> '$.at' END AS said_at,
    CASE WHEN json_valid(save.body) THEN save.body ->> '$.at_error_ms' END AS said_error_ms"""
OF_VOLUNTEER = "save.device IN (SELECT id FROM device WHERE volunteer = :volunteer)"
RECEIPTS = (
    f"""SELECT {OF_SAVE} FROM save LEFT JOIN ruling ON ruling.id = save.id
    WHERE save.device = :device AND save.seq > :seq""",
    f"""SELECT {OF_SAVE} FROM record JOIN save ON save.id = record.id AND {OF_VOLUNTEER}
    LEFT JOIN ruling ON ruling.id = save.id
    WHERE record.kind = 'ruling' AND record.seq > :seq""",
    f"""SELECT {OF_SAVE} FROM record
    JOIN change AS batch ON batch.kind = 'import' AND batch.record = record.id
    JOIN save ON save.seq = batch.save_seq AND {OF_VOLUNTEER}
    LEFT JOIN ruling ON ruling.id = save.id
    WHERE record.kind = 'ruling' AND record.seq > :seq""",
    f"""SELECT {OF_SAVE} FROM record
    JOIN erasure_kinds AS gone ON gone.erasure = record.id
    JOIN change ON change.kind = gone.element AND change.record = gone.erasure
    JOIN save ON save.seq = change.save_seq AND {OF_VOLUNTEER}
    LEFT JOIN ruling ON ruling.id = save.id
    WHERE record.kind = 'erasure' AND record.seq > :seq""",
)


def _standing(row: Row, asks: str) -> Receipt:
    receipt = receipt_of(row, (row["said_at"], row["said_error_ms"]))
    if row["device"] != asks:
        receipt = msgspec.structs.replace(receipt, device=row["device"])
    if row["counts"] is None or receipt.verdict == "erased":
        return receipt
    verdict, reason = ("taken", None) if row["counts"] else (row["verdict"], row["reason"])
    if not row["counts"]:
        reason = reason or "set_aside"
    return msgspec.structs.replace(receipt, verdict=verdict, reason=reason)


def _meta(db: Connection) -> dict[str, str]:
    return {row["name"]: row["value"] for row in db.execute("SELECT name, value FROM meta")}


def _remembers(db: Connection, epoch: str, cursor: Cursor) -> bool:
    return cursor.epoch == epoch and _save_at(db, cursor.seq) == cursor.id


def _save_at(db: Connection, seq: int) -> str:
    row = db.execute("SELECT id FROM save WHERE seq = ?", (seq,)).fetchone()
    return row["id"] if row else ""


def _moved(db: Connection, names: dict[str, Any], limit: int = -1) -> list[Row]:
    """Return what moved since, oldest first: with `only`, what moved at that very seq."""
    names = {"only": None, **names, "limit": limit}
    query = MOVES if db.execute(TURNED, names).fetchone() else CHANGES
    return db.execute(MOVED.format(query), names).fetchall()


# Grants seldom turn. Where none did, only records have changed.
TURNED = """
SELECT 1 FROM grant WHERE volunteer = :volunteer AND seq > :since
UNION ALL
SELECT 1 FROM grant WHERE volunteer = :volunteer AND until > :since
LIMIT 1
"""
CHANGES = """
SELECT record.kind, record.id, record.seq AS moved, 0 AS whole
FROM (SELECT DISTINCT subject FROM grant WHERE volunteer = :volunteer AND until IS NULL) AS mine
CROSS JOIN record ON record.subject = mine.subject AND record.seq > :since
"""
# A record moves for a volunteer when what it shows changes, when its subject is newly given,
# and when one of several views on its subject ends (what is left is sent whole).
MOVES = """
SELECT kind, id, min(moved) AS moved, max(whole) AS whole FROM (
    SELECT record.kind, record.id, record.seq AS moved, 0 AS whole
    FROM grant CROSS JOIN record ON record.subject = grant.subject AND record.seq > :since
    WHERE grant.volunteer = :volunteer AND grant.until IS NULL
    UNION ALL
    SELECT record.kind, record.id, grant.seq, 1
    FROM grant JOIN record ON record.subject = grant.subject
    WHERE grant.volunteer = :volunteer AND grant.until IS NULL AND grant.seq > :since
    UNION ALL
    SELECT record.kind, record.id, ended.until, 1
    FROM grant AS ended JOIN record ON record.subject = ended.subject
    WHERE ended.volunteer = :volunteer AND ended.until > :since AND EXISTS (
        SELECT 1 FROM grant WHERE grant.volunteer = :volunteer
        AND grant.subject = ended.subject AND grant.until IS NULL)
) GROUP BY kind, id
"""
MOVED = """
SELECT moves.moved, moves.whole, record.* FROM (
    SELECT * FROM ({}) WHERE :only IS NULL OR moved = :only ORDER BY moved, kind, id LIMIT :limit
) AS moves CROSS JOIN record ON record.kind = moves.kind AND record.id = moves.id
ORDER BY moves.moved, moves.kind, moves.id
"""


def _records(
    db: Connection, kinds: Kinds, volunteer: str, start: int, rows: Iterable[Row]
) -> Iterable[Sent]:
    views: dict[str, list[str]] = {}
    for row in rows:
        kind, subject = kinds[row["kind"]], row["subject"]
        if subject not in views:
            views[subject] = _views(db, volunteer, subject)
        registers = unpack(row["registers"])
        sees_all = any(kind.views.get(view) == "*" for view in views[subject])
        # Nothing is left of it: erased, or joined with another.
        whole = bool(row["whole"]) or not registers
        fields = {
            register: kept.heads
            for register, kept in registers.items()
            if (whole or kept.seq > start) and (sees_all or _shows(kind, views[subject], register))
        }
        if fields or not registers:
            yield Sent(kind.kind, row["id"], subject, whole, fields)


def _gone_over(db: Connection, names: dict[str, Any]) -> Iterable[Sent]:
    """Give, with nothing left of them, records that went over to a subject that is not theirs."""
    for row in db.execute(GONE_OVER, names):
        yield Sent(row["kind"], row["id"], row["subject"], True, {})


GONE_OVER = """
SELECT DISTINCT gone_over.kind, gone_over.id, gone_over.subject
FROM grant CROSS JOIN gone_over ON gone_over.subject = grant.subject
    AND gone_over.seq > :since AND gone_over.seq <= :end
JOIN record ON record.kind = gone_over.kind AND record.id = gone_over.id
WHERE grant.volunteer = :volunteer AND grant.until IS NULL AND NOT EXISTS (
    SELECT 1 FROM grant AS mine WHERE mine.volunteer = :volunteer
    AND mine.subject = record.subject AND mine.until IS NULL)
"""


def _views(db: Connection, volunteer: str, subject: str) -> list[str]:
    rows = db.execute(
        "SELECT DISTINCT view FROM grant WHERE volunteer = ? AND subject = ? AND until IS NULL",
        (volunteer, subject),
    )
    return [row["view"] for row in rows]


def _shows(kind: Kind, views: list[str], register: str) -> bool:
    return any(kind.shows(view, register) for view in views)


def _forget(db: Connection, volunteer: str, since: int, end: int) -> list[str]:
    """Return subjects of which a view ended; what is still theirs comes whole beside it."""
    rows = db.execute(
        "SELECT DISTINCT subject FROM grant WHERE volunteer = ? AND until > ? AND until <= ?",
        (volunteer, since, end),
    )
    return sorted(row["subject"] for row in rows)
