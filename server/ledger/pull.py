"""What goes down to a phone: receipts, what changed in its scope, what to forget. One moment."""

import json
from typing import Annotated, NamedTuple

import msgspec

from server.ledger.receive import Receipt
from server.schema import Connection, Row
from sync.kinds import Kinds

PAGE = 1000


class Cursor(msgspec.Struct, frozen=True):
    """Where a phone is: an epoch, a seq in it, and the id of the save at that seq."""

    epoch: str
    seq: Annotated[int, msgspec.Meta(ge=0, le=2**53)]
    id: str


class Page(NamedTuple):
    """One page; `fresh` starts a new past, `more` asks the phone to come again at once."""

    receipts: list[Receipt]
    records: list[dict[str, object]]
    forget: list[str]
    cursor: Cursor
    fresh: bool
    more: bool


def pull(
    db: Connection, kinds: Kinds, device: Row, cursor: Cursor | None, page: int = PAGE
) -> Page:
    """Return what changed for a device's volunteer since its cursor."""
    epoch = db.execute("SELECT value FROM meta WHERE name = 'epoch'").fetchone()["value"]
    fresh = cursor is None or not _remembers(db, epoch, cursor)
    since = 0 if fresh or cursor is None else cursor.seq
    head = db.execute("SELECT coalesce(max(seq), 0) AS seq FROM save").fetchone()["seq"]
    rows = _moved(db, device["volunteer"], since, page)
    end = rows[-1]["moved"] if len(rows) > page else head
    if len(rows) > page:
        # A page ends between two saves, or a cursor would skip the rest of one.
        rows = [row for row in rows if row["moved"] < end] or _moved_at(db, device, since, end)
        end = rows[-1]["moved"]
    return Page(
        receipts=receipts_since(db, device["id"], since),
        records=_records(db, kinds, device["volunteer"], since, rows),
        forget=[] if fresh else _forget(db, device["volunteer"], since, end),
        cursor=Cursor(epoch, end, _save_at(db, end)),
        fresh=fresh,
        more=end < head,
    )


def receipts_since(db: Connection, device: str, seq: int) -> list[Receipt]:
    """Return receipts of a device's saves that were stored, or ruled on, after `seq`."""
    stored = db.execute("SELECT * FROM save WHERE device = ? AND seq > ?", (device, seq))
    ruled = db.execute(
        "SELECT save.* FROM record JOIN save ON save.id = record.id AND save.device = ? "
        "WHERE record.kind = 'ruling' AND record.seq > ?",
        (device, seq),
    )
    found = {row["id"]: row for row in (*stored, *ruled)}
    return [_standing(db, row) for row in sorted(found.values(), key=lambda row: row["seq"])]


def _standing(db: Connection, row: Row) -> Receipt:
    ruling = db.execute("SELECT counts FROM ruling WHERE id = ?", (row["id"],)).fetchone()
    verdict, reason = row["verdict"], row["reason"]
    if ruling is not None and ruling["counts"] is not None:
        admitted = bool(ruling["counts"])
        verdict, reason = ("taken", None) if admitted else (verdict, reason or "set_aside")
    return Receipt(row["id"], row["n"], row["seq"], verdict, reason)


def _remembers(db: Connection, epoch: str, cursor: Cursor) -> bool:
    return cursor.epoch == epoch and _save_at(db, cursor.seq) == cursor.id


def _save_at(db: Connection, seq: int) -> str:
    row = db.execute("SELECT id FROM save WHERE seq = ?", (seq,)).fetchone()
    return row["id"] if row else ""


# A record moves for a volunteer when what it shows changes, when its subject is newly given,
# and when one of several views on its subject ends (what is left is sent whole).
MOVED = """
WITH moves AS (
    SELECT record.kind, record.id, register.seq AS moved, 0 AS whole
    FROM grant JOIN record ON record.subject = grant.subject AND record.seq > :since
    JOIN register ON register.kind = record.kind AND register.record = record.id
        AND register.seq > :since
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
)
SELECT kind, id, min(moved) AS moved, max(whole) AS whole FROM moves GROUP BY kind, id
"""


def _moved(db: Connection, volunteer: str, since: int, page: int) -> list[Row]:
    names = {"volunteer": volunteer, "since": since, "page": page + 1}
    return db.execute(f"{MOVED} ORDER BY moved, kind, id LIMIT :page", names).fetchall()


def _moved_at(db: Connection, device: Row, since: int, seq: int) -> list[Row]:
    names = {"volunteer": device["volunteer"], "since": since, "seq": seq}
    return db.execute(f"{MOVED} HAVING min(moved) = :seq", names).fetchall()


def _records(
    db: Connection, kinds: Kinds, volunteer: str, since: int, rows: list[Row]
) -> list[dict[str, object]]:
    found = []
    for row in rows:
        kind = kinds[row["kind"]]
        views = db.execute(
            "SELECT DISTINCT grant.view FROM grant JOIN record ON record.subject = grant.subject "
            "WHERE record.kind = ? AND record.id = ? AND volunteer = ? AND until IS NULL",
            (row["kind"], row["id"], volunteer),
        ).fetchall()
        whole = bool(row["whole"])
        registers = db.execute(
            "SELECT field, heads FROM register WHERE kind = ? AND record = ? AND seq > ?",
            (row["kind"], row["id"], 0 if whole else since),
        )
        fields = {
            register["field"]: json.loads(register["heads"])
            for register in registers
            if any(kind.shows(view["view"], register["field"]) for view in views)
        }
        if fields:
            found.append({"kind": kind.kind, "id": row["id"], "whole": whole, "fields": fields})
    return found


def _forget(db: Connection, volunteer: str, since: int, end: int) -> list[str]:
    """Return subjects of which a view ended; what is still theirs comes whole beside it."""
    rows = db.execute(
        "SELECT DISTINCT subject FROM grant WHERE volunteer = ? AND until > ? AND until <= ?",
        (volunteer, since, end),
    )
    return sorted(row["subject"] for row in rows)
