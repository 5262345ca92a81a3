"""What rolling an import back would change, or bringing it back, counted before anybody does it."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from server.ledger.facts import SERVER
from server.ledger.log import stamped
from server.ledger.registers import Register, unpack
from server.reports.history import rulings_of
from server.reports.imports import changes_of
from server.reports.joined import standing
from server.schema import Connection
from sync.kinds import Kinds
from sync.merge import JOINED
from sync.rulings import counts
from sync.save import Change, Stamped, change_id


@dataclass(frozen=True)
class Effect:
    """What would go or come, in numbers.

    people_gone: of whom nothing else is known. people_left: of whom only what others wrote stays.
    fields: that would show something else. lists: people whose go-to person would be another.
    corrected, replaced: fields that stay, since somebody or a later list wrote over them.
    talks: conversations with those who would be gone; they are kept.
    people_back: who is not here now and would be.
    """

    people: int
    people_gone: int
    people_left: int
    people_back: int
    fields: int
    lists: int
    corrected: int
    replaced: int
    talks: int


Registers = Mapping[str, Register]
Key = tuple[str, str]
Changes = list[tuple[str, Change]]
LISTS = ("assignment", "volunteer")


def effect(db: Connection, kinds: Kinds, import_: str) -> Effect:
    """Return what ruling on an import would change.

    Reads all of it and all that it wrote to: 20,000 people take one to two seconds.
    """
    made = _made(db, kinds, import_)
    rests = _Rests(db)
    shows = _Tally()
    left: dict[str, list[str]] = {word: [] for word in ("gone", "left", "stays", "absent")}
    for key, now in _registers(db, made):
        shows.add(key[0], made[key], now)
        if key[0] == JOINED:
            left[_left(made[key], now, rests)].append(key[1])
    return Effect(
        people=sum(map(len, left.values())),
        people_gone=len(left["gone"]),
        people_left=len(left["left"]),
        people_back=len(left["absent"]),
        fields=shows.fields,
        lists=shows.lists,
        corrected=shows.corrected,
        replaced=shows.replaced,
        talks=_talks(db, left["gone"]),
    )


class _Tally:
    """Counts the fields of which an import's value shows, and those written over since."""

    def __init__(self) -> None:
        self.fields = self.lists = self.corrected = self.replaced = 0

    def add(self, kind: str, changes: Changes, now: Registers) -> None:
        """Count what an import wrote to one record."""
        for id, change in changes:
            for register in change.set:
                heads = now[register].heads if register in now else []
                if any(head.id == id for head in heads):
                    self.fields += 1
                    self.lists += (kind, register) == LISTS
                elif heads:
                    by_people = any(head.by != SERVER for head in heads)
                    self.corrected += by_people
                    self.replaced += not by_people


def _made(db: Connection, kinds: Kinds, import_: str) -> dict[Key, Changes]:
    """Return (kind, record) -> what the import wrote there, each change with its id.

    Who was joined since stands under the id that stands for them.
    """
    found: dict[Key, Changes] = defaultdict(list)
    for source, position, change in changes_of(db, import_):
        id = change_id(source.save.id, position)
        found[change.kind, change.record].append((id, change))
    people = [id for kind, id in found if kind in kinds and kinds[kind].ids == JOINED]
    for id, stands in standing(db, people).items():
        for kind in (kind for kind in kinds.values() if kind.ids == JOINED and id != stands):
            if (kind.kind, id) in found:
                found[kind.kind, stands] += found.pop((kind.kind, id))
    return dict(found)


def _registers(db: Connection, keys: Iterable[Key]) -> Iterator[tuple[Key, Registers]]:
    rows = db.execute(
        "SELECT record.kind, record.id, registers FROM json_each(?) AS wanted CROSS JOIN record "
        "ON record.kind = wanted.value ->> 0 AND record.id = wanted.value ->> 1",
        (json.dumps([*keys]),),
    )
    for row in rows:
        yield (row["kind"], row["id"]), unpack(row["registers"])


def _left(changes: Changes, now: Registers, rests: "_Rests") -> str:
    """Return what would be left of a person: gone, left (only what others wrote), stays, absent."""
    heads = {head.id for register in now.values() for head in register.heads}
    if not heads:
        return "absent"
    if any(rests.on(id) for _, change in changes for saw in change.saw.values() for id in saw):
        return "stays"
    own = {id for id, _ in changes}
    if heads <= own:
        return "gone"
    names = now["name"].heads if "name" in now else []
    return "left" if names and all(head.id in own for head in names) else "stays"


class _Rests:
    """Whether something that counts would come back from under what a change had seen."""

    def __init__(self, db: Connection) -> None:
        self._db = db
        self._known: dict[str, bool] = {}
        self._saves: dict[str, tuple[Stamped, Mapping[str, bool]] | None] = {}

    def on(self, id: str) -> bool:
        """Return whether a change counts, or one that it had seen in turn."""
        if id not in self._known:
            self._known[id] = False  # until it is known: nothing rests on itself
            self._known[id] = self._look(id)
        return self._known[id]

    def _look(self, id: str) -> bool:
        save, _, position = id.partition(":")
        found = self._save(save)
        # What a phone says it saw may be a whole save, or nothing that ever was.
        if found is None or not position or int(position) >= len(found[0].save.changes):
            return False
        change = found[0].save.changes[int(position)]
        if counts(found[0], int(position), False, found[1]) and change.set:
            return True
        return any(self.on(seen) for saw in change.saw.values() for seen in saw)

    def _save(self, save: str) -> tuple[Stamped, Mapping[str, bool]] | None:
        if save not in self._saves:
            row = self._db.execute("SELECT * FROM save WHERE id = ?", (save,)).fetchone()
            found = stamped(row) if row else None
            self._saves[save] = (found, rulings_of(self._db, [found])) if found else None
        return self._saves[save]


def _talks(db: Connection, people: list[str]) -> int:
    row = db.execute(
        "SELECT count(*) AS n FROM json_each(?) AS gone "
        "CROSS JOIN conversation ON conversation.person = gone.value",
        (json.dumps(people),),
    ).fetchone()
    return int(row["n"])
