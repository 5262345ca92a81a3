"""Records of what may be one person, side by side, and what joining them would show."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass

from server.ledger.joins import members_with
from server.ledger.registers import Register, unpack
from server.reports.history import rulings_of, sources
from server.schema import Connection
from sync.kinds import Kinds
from sync.merge import JOINED, fold_record
from sync.rules import Shown
from sync.save import Value

Field = tuple[str, str]  # kind, register
NOTHING = Shown(None)


@dataclass(frozen=True)
class Side:
    """One person as they stand. ids: every record that is them; conflicts: two answers wait."""

    id: str
    ids: tuple[str, ...]
    values: dict[Field, Value]
    conflicts: frozenset[Field]
    talks: int
    promises: int
    check_ins: int


@dataclass(frozen=True)
class Compared:
    """then: what each field shows once they are one. seen: stands for all that is shown here.

    told_apart: pairs of which a coordinator said that they are two people.
    """

    sides: list[Side]
    then: dict[Field, Shown]
    told_apart: list[tuple[str, str]]
    seen: str

    @property
    def stands(self) -> str:
        """The id that will stand for all of them."""
        return min(id for side in self.sides for id in side.ids)

    @property
    def written(self) -> set[Field]:
        """Every field in which one of them has something, or would have."""
        then = {field for field, shown in self.then.items() if shown.value not in (None, "")}
        return then.union(*(_filled(side) for side in self.sides))

    def differ(self, field: Field) -> bool:
        """Return whether two of them say something different."""
        said = {json.dumps(v) for s in self.sides if (v := s.values.get(field)) not in (None, "")}
        return len(said) > 1


def compare(db: Connection, kinds: Kinds, people: Iterable[str]) -> Compared:
    """Return people side by side, whoever will stand for them first; ids that stand for them."""
    sides = [_side(db, kinds, id) for id in people]
    sides.sort(key=lambda side: min(side.ids))
    ids = [id for side in sides for id in side.ids]
    return Compared(sides, _then(db, kinds, ids), _told_apart(db, sides), seen(db, kinds, ids))


def seen(db: Connection, kinds: Kinds, ids: Iterable[str]) -> str:
    """Return a mark of everything a comparison shows: another one if any of it changed."""
    ids = sorted(ids)
    names = {"ids": json.dumps(ids), "kinds": json.dumps(_joined_kinds(kinds))}
    rows = [tuple(row) for query in SEEN for row in db.execute(query, names)]
    joined = [members_with(db, id) for id in ids]
    return hashlib.sha256(json.dumps([ids, joined, rows]).encode()).hexdigest()[:32]


SEEN = (
    "SELECT kind, id, seq FROM record WHERE id IN (SELECT value FROM json_each(:ids)) "
    "AND kind IN (SELECT value FROM json_each(:kinds)) ORDER BY kind, id",
    "SELECT kind, count(*), max(seq) FROM record "
    "WHERE subject IN (SELECT value FROM json_each(:ids)) GROUP BY kind ORDER BY kind",
    "SELECT count(*) FROM check_event WHERE person IN (SELECT value FROM json_each(:ids))",
)


def _side(db: Connection, kinds: Kinds, id: str) -> Side:
    registers = _registers(db, kinds, id)
    return Side(
        id=id,
        ids=tuple(sorted(members_with(db, id))),
        values={field: register.value for field, register in registers.items()},
        conflicts=frozenset(field for field, found in registers.items() if found.conflict),
        talks=_count(db, "SELECT count(*) FROM conversation WHERE person = ?", id),
        promises=_count(db, "SELECT count(*) FROM follow_up WHERE person = ?", id),
        check_ins=_count(db, "SELECT count(*) FROM check_event WHERE person = ?", id),
    )


def _registers(db: Connection, kinds: Kinds, id: str) -> dict[Field, Register]:
    rows = db.execute(
        "SELECT kind, registers FROM record WHERE id = ? "
        "AND kind IN (SELECT value FROM json_each(?))",
        (id, json.dumps(_joined_kinds(kinds))),
    )
    return {
        (row["kind"], name): register
        for row in rows
        for name, register in unpack(row["registers"]).items()
    }


def _count(db: Connection, query: str, id: str) -> int:
    return int(db.execute(query, (id,)).fetchone()[0])


def _filled(side: Side) -> set[Field]:
    return {field for field, value in side.values.items() if value not in (None, "")}


def _then(db: Connection, kinds: Kinds, ids: list[str]) -> dict[Field, Shown]:
    """Fold everything that was written to any of these records as if they were one."""
    stands = min(ids)
    found: dict[Field, Shown] = {}
    for name in _joined_kinds(kinds):
        query = "SELECT save_seq FROM change WHERE kind = :kind AND record IN (SELECT value FROM "
        of_all = sources(db, f"{query}json_each(:ids))", {"kind": name, "ids": json.dumps(ids)})
        saves = [source.stamped for source in of_all.values()]
        folded = fold_record(
            kinds[name],
            stands,
            saves,
            rulings_of(db, saves),
            lambda id: stands if id in ids else id,
        )
        found.update({(name, register): fold.shown for register, fold in folded.items()})
    return found


def _told_apart(db: Connection, sides: list[Side]) -> list[tuple[str, str]]:
    ids = json.dumps([side.id for side in sides])
    rows = db.execute(
        "SELECT person, other FROM apart WHERE person IN (SELECT value FROM json_each(:ids)) "
        "AND other IN (SELECT value FROM json_each(:ids))",
        {"ids": ids},
    )
    return [(row["person"], row["other"]) for row in rows]


def _joined_kinds(kinds: Kinds) -> list[str]:
    return [name for name, kind in kinds.items() if kind.ids == JOINED]
