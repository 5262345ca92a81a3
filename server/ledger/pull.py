"""What goes down to a phone: receipts, what changed in its scope, what to forget. One moment."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Annotated, Any, NamedTuple

import msgspec

from server.ledger.private import may_know_of, own_only
from server.ledger.receipts import Receipt, receipts_since
from server.ledger.record import Record
from server.ledger.records import Records
from server.ledger.registers import Head, Wrote
from server.schema import Connection, Row
from sync.kinds import Kind, Kinds
from sync.save import Value

PAGE = 1000
# Of records as they are kept: what a slow line carries before a phone gives up.
MOST_CHARACTERS = 300_000


class Cursor(msgspec.Struct, frozen=True, omit_defaults=True, rename={"start": "from"}):
    """Where a phone is: an epoch, a seq in it, and the id of the save at that seq.

    start: the seq from which a run of pages began, as long as there are more.
    """

    epoch: str
    seq: Annotated[int, msgspec.Meta(ge=0, le=2**53)]
    id: str
    start: Annotated[int, msgspec.Meta(ge=0, le=2**53)] | None = None


class Sent(msgspec.Struct, frozen=True, omit_defaults=True):
    """One record on its way and whom it is about; `whole` replaces what is there.

    fields: register -> heads. said: register -> value, where `write` is the only head of each.
    """

    kind: str
    id: str
    about: str | None
    whole: bool
    fields: dict[str, list[Head]]
    write: Wrote | None = None
    said: dict[str, Value] = {}

    def in_full(self) -> "Sent":
        """Return it as protocol 1 has it: with the heads of every register."""
        if self.write is None:
            return self
        heads = {register: [self.write.head(value)] for register, value in self.said.items()}
        return Sent(self.kind, self.id, self.about, self.whole, {**self.fields, **heads})


class Page(NamedTuple):
    """One page; `fresh` starts a new past, `more` asks the phone to come again at once.

    moved: whom of `forget` somebody else has now, so that a list can say where they went.
    """

    receipts: list[Receipt]
    records: list[Sent]
    forget: list[str]
    cursor: Cursor
    fresh: bool
    more: bool
    backed_up_to: int
    moved: Sequence[str] = ()


def pull(
    db: Connection,
    kinds: Kinds,
    device: Row,
    cursor: Cursor | None,
    page: int = PAGE,
    *,
    told_after: int | None = None,
    records: Records | None = None,
) -> Page:
    """Return what changed for a device's volunteer since its cursor.

    told_after: the save after which its own saves' receipts are known to whoever asks.
    records: those that a transaction has at hand, written down.
    """
    records = records or Records(db, kinds)
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
    if (fitting := _fitting(records, rows)) < len(rows):
        rows = rows[:fitting]
        end = rows[-1]["moved"]
    more = end < head
    return Page(
        receipts=receipts_since(db, device, since, told_after),
        records=[
            *_records(db, kinds, records, device["volunteer"], start, rows),
            # A phone that starts anew has nothing to drop.
            *(() if fresh else _gone_over(db, kinds, {**names, "end": end})),
        ],
        forget=[] if fresh else _forget(db, device["volunteer"], since, end),
        cursor=Cursor(epoch, end, _save_at(db, end), start if more else None),
        fresh=fresh,
        more=more,
        backed_up_to=int(meta.get("backed_up_to", 0)),
        moved=[] if fresh else _handed_over(db, device["volunteer"], since, end),
    )


def receipts_only(
    db: Connection, device: Row, cursor: Cursor | None, *, told_after: int | None = None
) -> Page:
    """Return what a revoked device is told, or a locked one: what became of its work, no more.

    The cursor stays where it is, before all records that did not go down. In a new past a phone
    offers again what it kept.
    """
    epoch = _meta(db)["epoch"]
    fresh = cursor is None or not _remembers(db, epoch, cursor)
    stays = Cursor(epoch, 0, "") if fresh or cursor is None else cursor
    receipts = receipts_since(db, device, stays.seq, told_after)
    return Page(receipts, [], [], stays, fresh, False, 0)


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


def _fitting(records: Records, rows: list[Row]) -> int:
    """Return how many of what moved fit a page: all by the first save, and none by half of one."""
    records.look_up((row["kind"], row["id"]) for row in rows)
    size = whole = 0
    for at, row in enumerate(rows):
        if at and row["moved"] > rows[at - 1]["moved"]:
            whole = at
        record = records.get((row["kind"], row["id"]))
        size += record.size if record else 0
        if size > MOST_CHARACTERS and whole:
            return whole
    return len(rows)


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
SELECT * FROM ({}) WHERE :only IS NULL OR moved = :only ORDER BY moved, kind, id LIMIT :limit
"""


def _records(
    db: Connection,
    kinds: Kinds,
    records: Records,
    volunteer: str,
    start: int,
    rows: Iterable[Row],
) -> Iterable[Sent]:
    moved = {(row["kind"], row["id"]): bool(row["whole"]) for row in rows}
    records.look_up(moved)
    found = [(key, record, whole) for key, whole in moved.items() if (record := records.get(key))]
    views = _views(db, volunteer, {record.subject or "" for _, record, _ in found})
    for (kind, id), record, whole in found:
        # Nothing is left of it: erased, or joined with another.
        is_empty = record.packed.is_empty
        after = None if whole or is_empty else start
        sees = views[record.subject or ""]
        sent = own_only(db, kinds[kind], _sent(kinds[kind], id, record, sees, after), volunteer)
        is_told = is_empty and kinds[kind].is_shown_by(sees)
        if sent.fields or sent.said or (is_told and may_know_of(db, kinds[kind], id, volunteer)):
            yield sent


def _sent(kind: Kind, id: str, record: Record, views: list[str], start: int | None) -> Sent:
    """Return what of a record moved after a save, or all of it, as far as these views show it."""
    packed, after = record.packed, start or 0
    fields = {name: register.heads for name, register in packed.m.items() if register.seq > after}
    said = packed.r if packed.by and packed.by[0] > after else {}
    if not kind.shows_all(views):
        fields = {name: heads for name, heads in fields.items() if _shows(kind, views, name)}
        said = {name: value for name, value in said.items() if _shows(kind, views, name)}
    write = Wrote(*packed.by[1:]) if packed.by and said else None
    return Sent(kind.kind, id, record.subject, start is None, fields, write, said)


def _gone_over(db: Connection, kinds: Kinds, names: dict[str, Any]) -> Iterable[Sent]:
    """Give, with nothing left of them, records that went over to where they are not shown.

    Only to those who may have them: to others an id would say that there is such a record.
    """
    rows = db.execute(GONE_OVER, names).fetchall()
    volunteer = names["volunteer"]
    subjects = {row[name] for row in rows for name in ("subject", "is_about")}
    views = _views(db, volunteer, subjects)
    for row in rows:
        kind = kinds[row["kind"]]
        if not kind.is_shown_by(views[row["subject"]]) or kind.is_shown_by(views[row["is_about"]]):
            continue
        if may_know_of(db, kind, row["id"], volunteer):
            yield Sent(kind.kind, row["id"], row["subject"], True, {})


GONE_OVER = """
SELECT DISTINCT gone_over.kind, gone_over.id, gone_over.subject, record.subject AS is_about
FROM grant CROSS JOIN gone_over ON gone_over.subject = grant.subject
    AND gone_over.seq > :since AND gone_over.seq <= :end
JOIN record ON record.kind = gone_over.kind AND record.id = gone_over.id
WHERE grant.volunteer = :volunteer AND grant.until IS NULL
"""


def _views(db: Connection, volunteer: str, subjects: Iterable[str]) -> dict[str, list[str]]:
    """Return subject -> the views on it that a volunteer has now."""
    views: dict[str, list[str]] = defaultdict(list)
    wanted = json.dumps([*subjects])
    for row in db.execute(VIEWS, (volunteer, wanted)):
        views[row["subject"]].append(row["view"])
    return views


VIEWS = """
SELECT DISTINCT grant.subject, grant.view FROM json_each(?2) AS wanted CROSS JOIN grant
ON grant.volunteer = ?1 AND grant.subject = wanted.value AND grant.until IS NULL
"""


def _shows(kind: Kind, views: list[str], register: str) -> bool:
    return any(kind.shows(view, register) for view in views)


def _forget(db: Connection, volunteer: str, since: int, end: int) -> list[str]:
    """Return subjects of which a view ended; what is still theirs comes whole beside it."""
    rows = db.execute(
        "SELECT DISTINCT subject FROM grant WHERE volunteer = ? AND until > ? AND until <= ?",
        (volunteer, since, end),
    )
    return sorted(row["subject"] for row in rows)


def _handed_over(db: Connection, volunteer: str, since: int, end: int) -> list[str]:
    """Return who went from this volunteer's list to another one; never who was erased."""
    rows = db.execute(HANDED_OVER, (volunteer, since, end))
    return sorted(row["subject"] for row in rows)


HANDED_OVER = """
SELECT DISTINCT grant.subject FROM grant JOIN assignment ON assignment.id = grant.subject
WHERE grant.volunteer = ?1 AND grant.view = 'list' AND grant.until > ?2 AND grant.until <= ?3
    AND assignment.volunteer <> ?1
"""
