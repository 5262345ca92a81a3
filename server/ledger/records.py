"""The records a transaction works on: read once, folded in memory, written back together."""

from collections.abc import Collection, Iterable, Mapping

import msgspec

from server.ledger.record import Record
from server.ledger.registers import Head, Packed, Register, read_packed, write_packed
from server.ledger.rows import write_rows
from server.schema import Connection, Row
from sync.kinds import Kind, Kinds
from sync.merge import Folded, Key
from sync.rules import Write, heads_with, shown
from sync.save import Value

SIZE_OF_HEAD = 150


class Records:
    """Every record that this transaction has looked at."""

    def __init__(self, db: Connection, kinds: Kinds) -> None:
        self._db = db
        self._kinds = kinds
        self._known: dict[Key, Record | None] = {}
        self._dirty: set[Key] = set()

    def get(self, key: Key) -> Record | None:
        """Return a record, None when nothing was ever written to it."""
        if key not in self._known:
            self._known[key] = self._read(key)
        return self._known[key]

    def fold_on(self, kind: Kind, key: Key, register: str, write: Write, seq: int) -> bool:
        """Fold one more counted write over the heads; False when only the log can tell."""
        record = self.get(key)
        known = record.registers.get(register) if record else None
        standing = known.heads if known else []
        if self.is_late(key, register, write.saw):
            return False
        rule = kind.rule_of(register)
        found = heads_with(rule, map(_write, standing), write) if standing else [write]
        self._put(key, register, Folded(found, shown(rule, found)), seq)
        return True

    def is_late(self, key: Key, register: str, saw: Collection[str]) -> bool:
        """Return whether only the log can tell what one more write to a register makes of it."""
        record = self.get(key)
        known = record.registers.get(register) if record else None
        if known and known.late:
            return True
        return bool(saw) and not {head.id for head in (known.heads if known else ())}.issuperset(
            saw
        )

    def begin(
        self, key: Key, subject: str | None, values: Mapping[str, Value], like: Write, seq: int
    ) -> None:
        """Make a record of counted values that nothing was written before; `like` says by whom.

        Each register shows what is written: a set or sticky one is given true or false.
        """
        by = (seq, like.id, like.at, like.at_error_ms, like.rank, like.by)
        packed = Packed(by, {name: values[name] for name in sorted(values)})
        record = self._known[key] = Record(seq, subject, packed)
        record.moved = set(values)
        record.is_sound = True
        self._dirty.add(key)

    def look_up(self, keys: Iterable[Key]) -> None:
        """Read what is not known yet of these records, all at once."""
        wanted = [key for key in keys if key not in self._known]
        if not wanted:
            return
        self._known.update(dict.fromkeys(wanted))
        for row in self._db.execute(LOOK_UP, (msgspec.json.encode(wanted).decode(),)):
            self._known[row["kind"], row["id"]] = _record(row)

    def put(self, key: Key, folded: dict[str, Folded], seq: int) -> set[str]:
        """Take what the log says of one record; return the registers that changed."""
        record = self.get(key)
        known = dict(record.registers) if record else {}
        moved = set()
        for register in known.keys() - folded.keys():
            # Split from another, or erased: what stood here stands there, or nowhere.
            folded = {**folded, register: Folded([], shown("latest", ()))}
        for register, fold in folded.items():
            before = known.get(register)
            heads = [_head(write) for write in fold.heads]
            if before is None or before.heads != heads:
                self._put(key, register, fold, seq)
                moved.add(register)
            elif before.late is fold.is_settled:
                before.late = not fold.is_settled
                self._dirty.add(key)
        return moved

    def empty(self, key: Key, subject: str | None, seq: int) -> None:
        """Keep nothing of a record but that it moved."""
        record = self._made(key)
        record.seq, record.subject = seq, subject
        record.moved |= record.registers.keys()
        record.registers = {}
        self._dirty.add(key)

    def about(self, key: Key, subject: str | None, *, again: bool = False, seq: int = 0) -> None:
        """Say whom a record is about; `again` sends all of it to whoever may see it now."""
        record = self._known.get(key)
        if record is None or (record.subject is not None and not again):
            return
        if again and record.subject != subject:
            record.seq = seq
            for register in record.registers.values():
                register.seq = seq
        record.subject = subject
        self._dirty.add(key)

    def flush(self) -> None:
        """Write back what changed."""
        if not self._dirty:
            return
        dirty = [(key, record) for key in sorted(self._dirty) if (record := self._known[key])]
        rows = []
        for key, record in dirty:
            text = write_packed(record.packed)
            record.size = len(text)
            rows.append((*key, record.seq, record.subject, record.conflicts, text))
        self._db.executemany(WRITE, rows)
        write_rows(self._db, self._kinds, dirty)
        for _, record in dirty:
            record.moved = set()
        self._dirty.clear()

    def forget(self) -> None:
        """Write back what changed, and read anew what is asked for next."""
        self.flush()
        self._known.clear()

    def _read(self, key: Key) -> Record | None:
        row = self._db.execute(
            "SELECT seq, subject, registers FROM record WHERE kind = ? AND id = ?", key
        ).fetchone()
        if row is None:
            return None
        return _record(row)

    def _made(self, key: Key) -> Record:
        record = self.get(key)
        if record is None:
            record = self._known[key] = Record(0, None, Packed())
        return record

    def _put(self, key: Key, register: str, fold: Folded, seq: int) -> None:
        record = self._made(key)
        record.seq = seq
        record.size += SIZE_OF_HEAD + len(register) + len(str(fold.shown.value))
        record.is_sound = False
        record.registers[register] = Register(
            seq,
            [_head(write) for write in fold.heads],
            fold.shown.value,
            fold.shown.id,
            fold.shown.conflict,
            not fold.is_settled,
        )
        record.moved.add(register)
        self._dirty.add(key)


WRITE = """
INSERT INTO record (kind, id, seq, subject, conflicts, registers) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET seq = excluded.seq, subject = excluded.subject,
conflicts = excluded.conflicts, registers = excluded.registers
"""
LOOK_UP = """
SELECT record.* FROM json_each(?) AS wanted
CROSS JOIN record ON record.kind = wanted.value ->> 0 AND record.id = wanted.value ->> 1
"""


def _record(row: Row) -> Record:
    text = row["registers"]
    return Record(row["seq"], row["subject"], read_packed(text), len(text))


def _head(write: Write) -> Head:
    return Head(*write[:6])


def _write(head: Head) -> Write:
    return Write(head.id, head.value, head.at, head.at_error_ms, head.rank, head.by)
