"""What the whole log adds up to, worked out a second time and slowly.

Nothing of server/ or of the fold in sync/ is used here. The log's stamps (seq, author, rank,
verdict, early, the reckoned time) are taken as they stand.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from tests.simulator.fold import (
    COORDINATOR,
    KINDS,
    Entry,
    Fold,
    Key,
    Written,
    fold,
    is_person,
    rule_of,
)

EMPTY = Fold((), None, None, False, frozenset())


class Reference:
    """The log so far; `add` brings it up to date with one more save.

    folds: what stands; a joined person's under the smallest id of those that are one.
    moved: the save at which the heads of a register last changed; arrived: of a record, anything.
    touched: save -> the records it may have changed.
    """

    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {}
        self.folds: dict[Key, dict[str, Fold]] = defaultdict(dict)
        self.moved: dict[Key, dict[str, int]] = defaultdict(dict)
        self.arrived: dict[Key, int] = {}
        self.touched: dict[int, set[Key]] = {}
        self.rulings: dict[str, bool] = {}
        self.erased: set[Key] = set()
        self.moved_elsewhere: set[Key] = set()
        self.top = 0
        self._raw: dict[Key, list[str]] = defaultdict(list)  # ids of the saves that write to it
        self._batches: dict[str, list[str]] = defaultdict(list)
        self._naming: dict[str, set[Key]] = defaultdict(set)
        self._about: dict[Key, str] = {}
        self._same: dict[str, str] = {}
        self._members: dict[str, list[str]] = {}

    def add(self, entry: Entry) -> set[Key]:
        """Take one more save in; return the records it may have changed."""
        self.top = entry.seq
        self._note(entry)
        own = {self.key(change["kind"], change["record"]) for change in entry.changes}
        # A ruling may have come before what it names.
        targets = {entry.id, *map(entry.change_id, range(len(entry.changes)))}
        own |= {("ruling", target) for target in targets if ("ruling", target) in self._raw}
        ruled = {key for kind, record in own if kind == "ruling" for key in self._ruled(record)}
        for key in sorted(own, key=lambda key: key[0] != "ruling"):
            self._refold(key, entry.seq)
        for key in ruled - own:
            self._refold(key, entry.seq)
        joined = self._rejoin(entry.seq) if any(k[0] == "alias" for k in own | ruled) else set()
        gone = set(self._erase(entry))
        if gone and self._is_torn():
            joined |= self._rejoin(entry.seq)
        self.touched[entry.seq] = own | ruled | joined | gone
        return self.touched[entry.seq]

    def rewrite(self, entries: Iterable[Entry]) -> set[Key]:
        """Take in saves of which something was erased since; return what that may have changed."""
        raw: set[Key] = set()
        for entry in entries:
            raw |= {(change["kind"], change["record"]) for change in entry.changes}
            self.entries[entry.id] = entry
        keys = {self.key(*key) for key in raw}
        for key in sorted(keys):
            self._refold(key, self.top)
        joined = self._rejoin(self.top) if any(key[0] == "alias" for key in raw) else set()
        self.touched[self.top] |= keys | joined
        return keys | joined

    def key(self, kind: str, record: str) -> Key:
        """Return where a record stands, which is elsewhere for a person who is joined."""
        is_joined = KINDS.get(kind, {}).get("ids") == "person"
        return (kind, self.same(record) if is_joined else record)

    def same(self, person: str) -> str:
        """Return the id that stands for a person."""
        return self._same.get(person, person)

    def subject(self, key: Key) -> str | None:
        """Return whom a record is about; said once, it never changes but by a join."""
        about = KINDS[key[0]]["about"] if key[0] in KINDS else None
        if about in ("id", "everyone"):
            return key[1] if about == "id" else "*"
        return self._about.get(key)

    def is_known(self, person: str) -> bool:
        """Return whether anything was written to a person's records, or stands about them."""
        return any(
            key[1] == person or self.subject(key) == person for key in self._naming.get(person, ())
        )

    def told_about(self) -> set[Key]:
        """Return the records of which a save said whom they are about."""
        return set(self._about)

    def value(self, kind: str, record: str, register: str) -> Any:
        """Return what a register shows."""
        found = self.folds.get(self.key(kind, record), {}).get(register)
        return found.value if found else None

    def arrived_within(self, since: int, end: int) -> Iterable[Key]:
        """Return the records that may have changed after one save and up to another."""
        if not since:
            return self.arrived
        return {key for seq in range(since + 1, end + 1) for key in self.touched[seq]}

    def counts(self, entry: Entry, position: int, sticky_on: bool) -> bool:
        """Return whether one change of a save counts."""
        for target in (entry.change_id(position), entry.id, entry.batch):
            if target in self.rulings:
                return self.rulings[target]
        return entry.verdict == "taken" or (sticky_on and position in entry.early)

    def writes(self, key: Key) -> dict[str, tuple[dict[str, Written], set[str]]]:
        """Return register -> every write to it, and the ids of those that count."""
        found: dict[str, tuple[dict[str, Written], set[str]]] = {}
        for entry, position in self._touching(key):
            for register, value in entry.changes[position]["set"].items():
                written, counting = found.setdefault(register, ({}, set()))
                write = self._write(entry, position, register, value)
                written[write.id] = write
                if self._stands(entry, position, key[0], register, value):
                    counting.add(write.id)
        return found

    def _touching(self, key: Key) -> Iterator[tuple[Entry, int]]:
        """Give every change to a record, or to one that is joined with it."""
        kind, record = key
        ids = self._members.get(record, [record]) if self.key(*key) == key else [record]
        ids = ids if KINDS.get(kind, {}).get("ids") == "person" else [record]
        for id in ids:
            for entry in map(self.entries.__getitem__, self._raw.get((kind, id), ())):
                for position, change in enumerate(entry.changes):
                    if (change["kind"], change["record"]) == (kind, id):
                        yield entry, position

    def _stands(self, entry: Entry, position: int, kind: str, register: str, value: Any) -> bool:
        if kind == "ruling":
            # Nobody rules on a ruling.
            return entry.verdict == "taken" and self._acts(entry, entry.changes[position]["record"])
        asks = (rule_of(kind, register), value) in (("sticky", True), ("consent", False))
        return self.counts(entry, position, asks and isinstance(value, bool))

    def _acts(self, ruling: Entry, target: str) -> bool:
        """Return whether a ruling acts: on what was there when it came, or is its author's own."""
        own = self.entries.get(target.partition(":")[0])
        if own is not None and own.author == ruling.author:
            return True
        parts = [self.entries[id] for id in self._batches.get(target, ())]
        named = [part for part in parts if part.rank >= COORDINATOR] + ([own] if own else [])
        return any(one.seq <= ruling.seq for one in named)

    def _write(self, entry: Entry, position: int, register: str, value: Any) -> Written:
        change = entry.changes[position]
        saw = tuple(change.get("saw", {}).get(register, ()))
        if (
            isinstance(value, str)
            and change["kind"] != "alias"
            and is_person(change["kind"], register)
        ):
            value = self.same(value)
        at = (entry.at, entry.at_error_ms, entry.rank, entry.author)
        return Written(entry.change_id(position), value, *at, saw)

    def _note(self, entry: Entry) -> None:
        """Remember where to find a save again."""
        self.entries[entry.id] = entry
        if entry.batch:
            self._batches[entry.batch].append(entry.id)
        for kind, record in {(change["kind"], change["record"]) for change in entry.changes}:
            self._raw[kind, record].append(entry.id)
        for change in entry.changes:
            key = (change["kind"], change["record"])
            named = {v for r, v in change["set"].items() if is_person(key[0], r)}
            for person in {key[1], *named}:
                self._naming[str(person)].add(key)

    def _ruled(self, target: str) -> set[Key]:
        """Return the records that a ruling on a save, change or import is about."""
        id = target.partition(":")[0]
        ids = [id] if id in self.entries else self._batches.get(target, [])
        changes = [change for id in ids for change in self.entries[id].changes]
        return {self.key(c["kind"], c["record"]) for c in changes if c["kind"] != "ruling"}

    def _refold(self, key: Key, seq: int) -> None:
        if key[0] not in KINDS or key in self.erased:
            return
        after = {
            register: fold(rule_of(key[0], register), *found)
            for register, found in self.writes(key).items()
        }
        self._replace(key, after, seq)
        if key[0] == "ruling":
            self._rule(key[1], after.get("counts"))
        about = after.get(KINDS[key[0]]["about"])
        if about and isinstance(about.value, str):
            self._about.setdefault(key, about.value)

    def _replace(self, key: Key, after: dict[str, Fold], seq: int) -> None:
        before = self.folds[key]
        after = {register: after.get(register, EMPTY) for register in before.keys() | after.keys()}
        for register, now in after.items():
            if register not in before or before[register].heads != now.heads:
                self.moved[key][register] = self.arrived[key] = seq
        self.folds[key] = after

    def _rule(self, target: str, found: Fold | None) -> None:
        self.rulings.pop(target, None)
        if found and isinstance(found.value, bool):
            self.rulings[target] = found.value

    def _rejoin(self, seq: int) -> set[Key]:
        """Find out anew who is whom; fold again whatever names somebody it changed for."""
        before = dict(self._same)
        self._members = _sets(self._pairs())
        self._same = {id: least for least, ids in self._members.items() for id in ids}
        changed = {
            id for id in before.keys() | self._same.keys() if before.get(id, id) != self.same(id)
        }
        changed |= {self.same(id) for id in changed} | {before.get(id, id) for id in changed}
        raw = {key for id in changed for key in self._naming.get(id, ())}
        raw |= {("person", id) for id in changed} | {("assignment", id) for id in changed}
        keys = {
            self.key(*key) for key in raw if key[0] in KINDS and key[0] not in ("alias", "ruling")
        }
        for key in sorted(keys):
            self._refold(key, seq)
            self._move_subject(key, before, seq)
        for key in raw - keys - {key for key in raw if self.key(*key) == key}:
            self._empty(key, seq)
        return keys | raw

    def _is_torn(self) -> bool:
        """Return whether one of those who are joined is erased, and another is not.

        That is how an erasure is done again in a past in which its person was joined.
        """
        erased = {id for kind, id in self.erased if kind == "person"}
        return any(0 < len(erased.intersection(ids)) < len(ids) for ids in self._members.values())

    def _pairs(self) -> Iterable[tuple[str, str]]:
        for key in [key for key in self.folds if key[0] == "alias"]:
            one, other = (self.value(*key, register) for register in ("person", "same_as"))
            if isinstance(one, str) and isinstance(other, str):
                if {("person", one), ("person", other)} & self.erased:
                    continue  # whoever was erased is nobody
                yield one, other

    def _move_subject(self, key: Key, before: dict[str, str], seq: int) -> None:
        """Whoever may see the one a record is now about gets all of it."""
        if key not in self._about or not is_person(key[0], KINDS[key[0]]["about"]):
            return
        known = self._about[key]
        named = (id for id in self._said(key) if before.get(id, id) == known)
        subject = self.same(next(named, known))
        if subject != known:
            self._about[key] = subject
            self.moved_elsewhere.add(key)
            self.moved[key] = dict.fromkeys(self.folds[key], seq)
            self.arrived[key] = seq

    def _said(self, key: Key) -> list[str]:
        """Return whom the saves of a record name as the one it is about, what stands first."""
        register = KINDS[key[0]]["about"]
        heads = {head.id for head in self.folds[key].get(register, EMPTY).heads}
        said = [
            (entry.change_id(position) not in heads, entry.changes[position]["set"].get(register))
            for entry, position in self._touching(key)
        ]
        return [id for _, id in sorted(said, key=lambda one: one[0]) if isinstance(id, str)]

    def _empty(self, key: Key, seq: int) -> None:
        if self.folds.pop(key, None) is not None:
            self.moved.pop(key, None)
            self.arrived[key] = seq

    def _erase(self, entry: Entry) -> Iterator[Key]:
        for change in entry.changes:
            if change["kind"] != "erasure" or entry.verdict != "taken":
                continue
            for register, value in change["set"].items():
                if value is True:
                    key = (register.removeprefix("kinds/"), change["record"])
                    self.erased.add(key)
                    self._empty(key, entry.seq)
                    yield key


def _sets(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Return smallest id -> every id of each connected set."""
    of: dict[str, set[str]] = {}
    for one, other in pairs:
        whole = of.get(one, {one}) | of.get(other, {other})
        for id in whole:
            of[id] = whole
    return {min(whole): sorted(whole) for whole in of.values()}
