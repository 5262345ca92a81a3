"""The records a transaction works on: read once, folded in memory, written back together."""

from collections.abc import Iterable, Mapping

import msgspec

from server.ledger.rows import write_rows
from server.schema import Connection, Row
from sync.kinds import Kind, Kinds
from sync.merge import Folded, Key
from sync.rules import ON_WINS, Write, heads_with, shown
from sync.save import Value


class Head(msgspec.Struct, frozen=True, gc=False):
    """One head as it is kept and as it travels."""

    id: str
    value: Value
    at: int
    at_error_ms: int
    rank: int
    by: str


class Register(msgspec.Struct, omit_defaults=True, gc=False):
    """One register as the `record` table keeps it; `seq` is when its heads last changed.

    late: something was written to it that does not count, or saw what has not come: then the
    next write is folded from the log.
    """

    seq: int
    heads: list[Head]
    value: Value = None
    shown: str | None = None
    conflict: bool = False
    late: bool = False


class Packed(msgspec.Struct, omit_defaults=True, gc=False):
    """A record's registers as the `record` table keeps them.

    Most were written once and together: `by` is that write (seq, change id, at, at_error_ms,
    rank, author) and `r` what it says of each; `m` are the others in full. A row stays small:
    beyond 1 kB each would take a page of its own.
    """

    by: tuple[int, str, int, int, int, str] | None = None
    r: dict[str, Value] = {}
    m: dict[str, Register] = {}


class Record(msgspec.Struct):
    """One record; `moved` names registers whose heads changed and are not written back yet.

    is_sound: every value was judged to fit its field when it came.
    """

    seq: int
    subject: str | None
    registers: dict[str, Register]
    moved: set[str]
    is_sound: bool = False

    @property
    def stands(self) -> bool:
        """Whether anything of it counts."""
        return any(register.heads for register in self.registers.values())


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
        if known and known.late:
            return False
        if write.saw and not {head.id for head in standing}.issuperset(write.saw):
            return False
        rule = kind.rule_of(register)
        found = heads_with(rule, map(_write, standing), write) if standing else [write]
        self._put(key, register, Folded(found, shown(rule, found)), seq)
        return True

    def begin(
        self, kind: Kind, key: Key, values: Mapping[str, Value], like: Head, seq: int
    ) -> None:
        """Make a record of counted values that nothing was written before; `like` says by whom."""
        id, at, error, rank, by = like.id, like.at, like.at_error_ms, like.rank, like.by
        registers = {}
        for register, value in values.items():
            shows = value is True if kind.rule_of(register) in ON_WINS else value
            registers[register] = Register(seq, [Head(id, value, at, error, rank, by)], shows, id)
        self._known[key] = Record(seq, None, registers, set(registers), is_sound=True)
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
            conflicts = sum(register.conflict for register in record.registers.values())
            text = msgspec.json.encode(pack(record.registers)).decode()
            rows.append((*key, record.seq, record.subject, conflicts, text))
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
            record = self._known[key] = Record(0, None, {}, set())
        return record

    def _put(self, key: Key, register: str, fold: Folded, seq: int) -> None:
        record = self._made(key)
        record.seq = seq
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
_PACKED = msgspec.json.Decoder(Packed)


def pack(registers: Mapping[str, Register]) -> Packed:
    """Return registers as they are kept."""
    together: dict[tuple[int, str], list[str]] = {}
    for name, register in registers.items():
        if _is_simple(register):
            together.setdefault((register.seq, register.heads[0].id), []).append(name)
    if not together:
        return Packed(m={name: registers[name] for name in sorted(registers)})
    most = min(together, key=lambda write: (-len(together[write]), write))
    names = set(together[most])
    head = registers[together[most][0]].heads[0]
    return Packed(
        (most[0], head.id, head.at, head.at_error_ms, head.rank, head.by),
        {name: registers[name].value for name in sorted(names)},
        {name: registers[name] for name in sorted(registers.keys() - names)},
    )


def unpack(text: str) -> dict[str, Register]:
    """Return the registers that a row of the `record` table keeps."""
    packed = _PACKED.decode(text)
    if packed.by is None:
        return packed.m
    seq, id, at, error, rank, by = packed.by
    registers = packed.m
    for name, value in packed.r.items():
        registers[name] = Register(seq, [Head(id, value, at, error, rank, by)], value, id)
    return registers


def _is_simple(register: Register) -> bool:
    if len(register.heads) != 1 or register.conflict or register.late:
        return False
    head = register.heads[0]
    return head.id == register.shown and (
        head.value is register.value
        or (type(head.value) is type(register.value) and head.value == register.value)
    )


def _record(row: Row) -> Record:
    return Record(row["seq"], row["subject"], unpack(row["registers"]), set())


def _head(write: Write) -> Head:
    return Head(*write[:6])


def _write(head: Head) -> Write:
    return Write(head.id, head.value, head.at, head.at_error_ms, head.rank, head.by)
