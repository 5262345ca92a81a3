"""One write transaction's work on the ledger: saves go in, and all they touch follows."""

import json
from collections.abc import Callable, Collection, Iterable
from typing import Any

from server.ledger.ahead import Ahead, named_by
from server.ledger.grants import turn_grants
from server.ledger.joins import members_with, rejoin
from server.ledger.log import keep_saves, stamped
from server.ledger.past import Past, pasts, rulings_on
from server.ledger.records import Records
from server.schema import Connection
from sync.kinds import Kind, Kinds
from sync.merge import (
    JOINED,
    Key,
    fold_past,
    record_of,
    records_of,
    values_of,
    write_of,
)
from sync.rulings import Rulings, is_heard, ruled, unheard
from sync.save import Change, Stamped, import_of
from sync.scope import subject_of
from sync.shape import shape_of

# What these say decides who may see what.
GRANTING = {"assignment", "volunteer", "picket_line"}
PLACE = "worksite"
# What these say reaches further than the record they are written to.
REACHING = {"ruling", "erasure", "alias"}
# Records folded from the log together; their saves are in memory meanwhile.
AT_ONCE = 2_000


Keep = Callable[[Connection, list[tuple[Any, ...]]], None]


class Work:
    """What one transaction knows and will write. Whoever reads tables says `settle` first.

    keep: what is done with rows of the log that are stored.
    """

    def __init__(self, db: Connection, kinds: Kinds, keep: Keep = keep_saves) -> None:
        self.db = db
        self._keep = keep
        self.kinds = kinds
        self.records = Records(db, kinds)
        self.ahead = Ahead(db)
        self._saves: list[tuple[Any, ...]] = []
        self._changes: list[tuple[Any, ...]] = []
        self._top: int | None = None
        self._joined: dict[str, str] | None = None
        self._has_erased: bool | None = None
        self.came_late: set[Key] = set()  # about the erased, as only what came after says
        self.granted = 0  # how often grants may have turned: what was read before is old

    @property
    def top(self) -> int:
        """The number of the log's last save."""
        if self._top is None:
            row = self.db.execute("SELECT coalesce(max(seq), 0) AS seq FROM save").fetchone()
            self._top = int(row["seq"])
        return self._top

    def next_seq(self) -> int:
        """Return the number of the next save of the log."""
        self._top = self.top + 1
        return self._top

    def store(self, row: tuple[Any, ...]) -> None:
        """Put a save's row into the log."""
        self._saves.append(row)

    def same(self, id: str) -> str:
        """Return the id that stands for a person."""
        return self._joins().get(id, id)

    @property
    def has_joined(self) -> bool:
        """Whether anybody is joined with another."""
        return bool(self._joins())

    def _joins(self) -> dict[str, str]:
        if self._joined is None:
            rows = self.db.execute("SELECT id, canonical FROM joined")
            self._joined = {row["id"]: row["canonical"] for row in rows}
        return self._joined

    def look_ahead(self, saves: Collection[Stamped]) -> None:
        """Read at once the records that these saves touch."""
        keys = {key for save in saves for key in records_of(save, self.kinds, self.same)}
        self.records.look_up(key for key in keys if key[0] in self.kinds)
        self.ahead.look_up(save.save.id for save in saves)

    def apply(self, save: Stamped) -> None:
        """Bring every table up to date with one more stored save."""
        kinds = set()
        for position, change in enumerate(save.save.changes):
            self._changes.append((change.kind, change.record, save.seq, position))
            kinds.add(change.kind)
        moved, late = self._fold_on(save)
        if late or not kinds.isdisjoint(REACHING):
            self._follow(save, moved, late)
        self._turn(moved, save.seq)

    def _follow(self, save: Stamped, moved: dict[Key, set[str]], late: set[Key]) -> None:
        """Bring up to date what a save touches beyond the heads it folds over."""
        # Rulings fold first: what they rule on is folded again by what they now say.
        rulings = {key for key in late if key[0] == "ruling"}
        ruled_on = [change.record for change in save.save.changes if change.kind == "ruling"]
        for keys in (rulings, late - rulings):
            if keys:
                _add(moved, self.refold(keys, save.seq))
        for target in ruled_on:
            self.ahead.note(target)
        if ruled_on:
            _add(moved, self.refold(self._ruled_on(ruled_on) - late, save.seq))
        is_split = False
        if any(change.kind == "erasure" for change in save.save.changes):
            moved.update(lost := self._erase(save))
            is_split = any(key[0] == JOINED for key in lost)
        if is_split or any(key[0] == "alias" for key in moved):
            rejoin(self, save.seq)
            self.granted += 1

    def refold(self, keys: Collection[Key], seq: int) -> dict[Key, set[str]]:
        """Fold records from every save that touches them; return the registers that moved."""
        ordered = sorted(keys)
        moved = {}
        for start in range(0, len(ordered), AT_ONCE):
            some = ordered[start : start + AT_ONCE]
            self.settle()
            found = pasts(self.db, {key: self._names(key) for key in some})
            rulings = rulings_on(self.db, found.values())
            self.records.look_up(some)
            for key in some:
                moved[key] = self._refold(key, found.get(key, []), rulings, seq)
        return moved

    def past_of(self, key: Key) -> Past:
        """Return every change to a record, or to one that is joined with it."""
        self.settle()
        return pasts(self.db, {key: self._names(key)}).get(key, [])

    def changes_to(self, key: Key) -> int:
        """Return how many changes to a record, or to one that is joined with it, there are."""
        self.settle()
        query = "SELECT count(*) FROM change WHERE kind = ? AND record = ?"
        counts = (self.db.execute(query, (key[0], id)).fetchone()[0] for id in self._names(key))
        return sum(counts)

    def _refold(self, key: Key, past: Past, rulings: Rulings, seq: int) -> set[str]:
        kind = self.kinds[key[0]]
        if not ruled(kind.kind):
            rulings = unheard(past, named_by(self.db, key[1]))
        folded = fold_past(kind, past, rulings, self.same)
        moved = self.records.put(key, folded, seq)
        about = folded.get(kind.about)
        value = about.shown.value if about else None
        self.records.about(key, subject_of(kind, key[1], value if isinstance(value, str) else None))
        return moved

    def _names(self, key: Key) -> list[str]:
        kind = self.kinds.get(key[0])
        return members_with(self.db, key[1]) if kind and kind.ids else [key[1]]

    def settle(self) -> None:
        """Write everything down, so that whoever reads tables finds it."""
        if self._saves:
            self._keep(self.db, self._saves)
            self._saves.clear()
        if self._changes:
            self.db.executemany(
                "INSERT INTO change (kind, record, save_seq, position) VALUES (?, ?, ?, ?)",
                self._changes,
            )
            self._changes.clear()
        self.records.flush()

    @property
    def has_erased(self) -> bool:
        """Whether anything was ever erased."""
        if self._has_erased is None:
            row = self.db.execute("SELECT 1 FROM erasure LIMIT 1").fetchone()
            self._has_erased = row is not None
        return self._has_erased

    def is_erased(self, kind: str, record: str) -> bool:
        """Return whether a record was erased."""
        row = self.db.execute(
            "SELECT 1 FROM erasure_kinds WHERE erasure = ? AND element = ? AND value = 1",
            (record, kind),
        )
        return row.fetchone() is not None

    def is_any_erased(self, ids: Iterable[str]) -> bool:
        """Return whether a record of any kind was erased that bears one of these ids."""
        query = (
            "SELECT 1 FROM json_each(?) AS named CROSS JOIN erasure_kinds "
            "ON erasure_kinds.erasure = named.value AND erasure_kinds.value = 1 LIMIT 1"
        )
        return self.db.execute(query, (json.dumps([*ids]),)).fetchone() is not None

    def forget(self) -> None:
        """Write everything down, and read anew what is asked for next."""
        self.settle()
        self.records.forget()
        self.ahead.forget()

    def joins_changed(self) -> None:
        """Read anew who is the same person."""
        self._joined = None

    def _fold_on(self, save: Stamped) -> tuple[dict[Key, set[str]], set[Key]]:
        """Fold a new save over the heads; return what moved, and what only the log can tell."""
        moved: dict[Key, set[str]] = {}
        # An undo may be here already: what it says starts now.
        late = {("ruling", target) for target in self.ahead.on(save.save.id)}
        takes = save.verdict == "taken" and not late and not self._is_ruled_import(save)
        for position, change in enumerate(save.save.changes):
            kind = self.kinds.get(change.kind)
            if kind is None:
                continue
            key = (change.kind, record_of(change, kind, self.same))
            is_known = takes and key not in late and self._is_heard(save, change)
            if not is_known or not self._one(save, position, change, kind, key):
                late.add(key)
            if key in moved:
                moved[key].update(change.set)
            else:
                moved[key] = set(change.set)
        return moved, late

    def _is_heard(self, save: Stamped, change: Change) -> bool:
        """Return whether a change acts at once; a ruling may wait for what it names."""
        if ruled(change.kind):
            return True
        self.settle()
        return is_heard(save, named_by(self.db, change.record))

    def _one(self, save: Stamped, position: int, change: Change, kind: Kind, key: Key) -> bool:
        values = values_of(change, kind, self.same) if self.has_joined else change.set
        said = change.set.get(kind.about)
        about = self.same(said) if isinstance(said, str) and kind.about in kind.fields else None
        subject = subject_of(kind, key[1], about)
        if self._is_first(change, kind, key):
            like = write_of(save, position, next(iter(change.set)))
            self.records.begin(key, subject, values, like, save.seq)
            return True
        for register in change.set:
            write = write_of(save, position, register, kind, self.same)
            if not self.records.fold_on(kind, key, register, write, save.seq):
                return False
        self.records.about(key, subject)
        return True

    def _is_first(self, change: Change, kind: Kind, key: Key) -> bool:
        """Return whether a change makes a record that shows just what the change says."""
        if not change.set or change.saw or self.records.get(key) is not None:
            return False
        return shape_of(kind, change.set).shows_itself(change.set)

    def _is_ruled_import(self, save: Stamped) -> bool:
        """Return whether somebody ruled on the import of a save before this save came."""
        batch = import_of(save.save)
        return batch is not None and self.records.get(("ruling", batch)) is not None

    def _ruled_on(self, targets: Iterable[str]) -> set[Key]:
        """Return the records that saves, changes or imports touch which were ruled on."""
        self.settle()
        found: set[Key] = set()
        for target in targets:
            rows = self.db.execute(RULED_ON, {"save": target.partition(":")[0], "import": target})
            for row in rows:
                found |= records_of(stamped(row), self.kinds, self.same)
        return {key for key in found if key[0] in self.kinds and ruled(key[0])}

    def _erase(self, save: Stamped) -> dict[Key, set[str]]:
        """Empty the records a save erases; return what they lost."""
        lost: dict[Key, set[str]] = {}
        for change in save.save.changes if save.verdict == "taken" else ():
            if change.kind != "erasure":
                continue
            subject = change.set.get("subject")
            for register, value in change.set.items():
                key = (register.removeprefix("kinds/"), change.record)
                if value is True and key[0] in self.kinds:
                    record = self.records.get(key)
                    lost[key] = {*record.registers} if record else set()
                    self.records.empty(key, subject if isinstance(subject, str) else None, save.seq)
        self._has_erased = self._has_erased or bool(lost)
        return lost

    def _turn(self, moved: dict[Key, set[str]], seq: int) -> None:
        """Turn the grants that follow from what moved."""
        touched = []
        for key, registers in moved.items():
            if key[0] in GRANTING or (key[0] == "person" and PLACE in registers):
                touched.append(key)
        if touched:
            self.settle()
            turn_grants(self.db, touched, seq)
            self.granted += 1


def _add(moved: dict[Key, set[str]], more: dict[Key, set[str]]) -> None:
    for key, registers in more.items():
        moved.setdefault(key, set()).update(registers)


RULED_ON = """
SELECT save.* FROM save WHERE save.id = :save
UNION
SELECT save.* FROM change JOIN save ON save.seq = change.save_seq
WHERE change.kind = 'import' AND change.record = :import
"""
