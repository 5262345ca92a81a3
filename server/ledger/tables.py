"""The tables that show what the log adds up to: registers and their heads, each kind's rows."""

import json
from collections.abc import Iterable

from server.schema import Connection, Row, table_of_each
from sync.kinds import Kind, Kinds
from sync.merge import Folded, Rulings, fold_record
from sync.rules import Write
from sync.save import Stamped, Value, change_id
from sync.scope import subject_of
from sync.values import flaw

Key = tuple[str, str]


def refold(db: Connection, kinds: Kinds, key: Key, saves: list[Stamped], seq: int) -> None:
    """Fold one record from all saves that touch it, and write what changed, at `seq`."""
    kind = kinds[key[0]]
    rulings = {} if kind.kind == "ruling" else _rulings_on(db, key, saves)
    folded = fold_record(kind, key[1], saves, rulings)
    before = {
        row["field"]: row
        for row in db.execute("SELECT * FROM register WHERE kind = ? AND record = ?", key)
    }
    moved = {r: f for r, f in folded.items() if _differs(before.get(r), f)}
    if not moved:
        return
    about = folded.get(kind.about)
    value = about.shown.value if about else None
    subject = subject_of(kind, key[1], value if isinstance(value, str) else None)
    # Whom a record is about never changes, also when nothing of it counts any more: phones were
    # told by it what is theirs.
    db.execute(
        "INSERT INTO record (kind, id, seq, subject) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE "
        "SET seq = excluded.seq, subject = coalesce(subject, excluded.subject)",
        (*key, seq, subject),
    )
    for register, fold in moved.items():
        _write_register(db, key, register, fold, seq)
        _write_row(db, kind, key[1], register, fold.shown.value)
    if not any(fold.heads for fold in folded.values()):
        # Held or withdrawn: whoever counts rows counts only what stands.
        db.execute(f'DELETE FROM "{kind.kind}" WHERE id = ?', (key[1],))


def wire_head(write: Write) -> dict[str, Value]:
    """Return a head as it travels."""
    return {
        "id": write.id,
        "value": write.value,
        "at": write.at,
        "at_error_ms": write.at_error_ms,
        "rank": write.rank,
        "by": write.by,
    }


def _rulings_on(db: Connection, key: Key, saves: Iterable[Stamped]) -> Rulings:
    targets = []
    for stamped in saves:
        targets.append(stamped.save.id)
        for position, change in enumerate(stamped.save.changes):
            if (change.kind, change.record) == key:
                targets.append(change_id(stamped.save.id, position))
    rows = db.execute(
        "SELECT ruling.id, ruling.counts FROM json_each(?) AS target "
        "JOIN ruling ON ruling.id = target.value WHERE ruling.counts IS NOT NULL",
        (json.dumps(targets),),
    )
    return {row["id"]: bool(row["counts"]) for row in rows}


def _differs(row: Row | None, fold: Folded) -> bool:
    # Heads decide everything else: what shows, conflicts and proposals follow from them.
    return row is None or row["heads"] != _heads_text(fold)


def _heads_text(fold: Folded) -> str:
    return _text([wire_head(head) for head in fold.heads])


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _write_register(db: Connection, key: Key, register: str, fold: Folded, seq: int) -> None:
    proposals = _text([wire_head(head) for head in fold.shown.proposals])
    db.execute(
        "INSERT OR REPLACE INTO register "
        "(kind, record, field, seq, value, shown, conflict, heads, proposals) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *key,
            register,
            seq,
            _text(fold.shown.value),
            fold.shown.id,
            int(fold.shown.conflict),
            _heads_text(fold),
            proposals,
        ),
    )


def _write_row(db: Connection, kind: Kind, record: str, register: str, value: Value) -> None:
    field = kind.field_of(register)
    if field is None:
        return  # unknown here: kept in the log and in its register, shown by a newer server
    if flaw(field, value):
        value = None  # admitted though it does not fit: whoever reads the table is spared it
    name, _, element = register.partition("/")
    db.execute(f'INSERT OR IGNORE INTO "{kind.kind}" (id) VALUES (?)', (record,))
    if not element:
        db.execute(f'UPDATE "{kind.kind}" SET "{name}" = ? WHERE id = ?', (value, record))
        return
    table = table_of_each(kind.kind, name)
    if value is None:
        db.execute(
            f'DELETE FROM "{table}" WHERE "{kind.kind}" = ? AND element = ?', (record, element)
        )
    else:
        db.execute(f'INSERT OR REPLACE INTO "{table}" VALUES (?, ?, ?)', (record, element, value))
