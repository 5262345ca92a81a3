"""What the ledger's tables must say, worked out from its whole log at once."""

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from server.ledger.log import stamped
from server.ledger.records import Records
from server.schema import Connection, Row, table_of_each
from sync.kinds import Kind, Kinds
from sync.merge import Folded, Key, fold_rulings, joined, merge
from sync.save import Stamped
from sync.values import flaw

Registers = dict[str, Row]


def differences(db: Connection, kinds: Kinds) -> Iterator[str]:
    """Yield a sentence for every cell that is not what the whole log says."""
    saves = [stamped(row) for row in db.execute("SELECT * FROM save ORDER BY seq")]
    merged = merge(saves, kinds)
    rows = {(row["kind"], row["id"]): row for row in db.execute("SELECT * FROM record")}
    registers: dict[Key, Registers] = defaultdict(dict)
    for row in db.execute("SELECT * FROM register"):
        registers[row["kind"], row["record"]][row["field"]] = row
    records = Records(db, kinds)
    for key in sorted(merged.keys() | rows.keys()):
        folded = merged.get(key, {})
        kept = records.get(key)
        late = {name for name, found in kept.registers.items() if found.late} if kept else set()
        for name in sorted(folded.keys() | registers[key].keys()):
            yield from _of_register((*key, name), folded.get(name), registers[key].get(name), late)
        if (rows[key]["conflicts"] if key in rows else 0) != _conflicts(folded):
            yield f"{'/'.join(key)}: not all of {_conflicts(folded)} conflicts are counted"
        yield from _of_rows(db, kinds[key[0]], key[1], folded)
    yield from _of_joins(db, kinds, saves, rows)
    yield from _of_erased(db, kinds, saves)


def _conflicts(folded: dict[str, Folded]) -> int:
    return sum(fold.shown.conflict for fold in folded.values())


def _of_register(
    name: tuple[str, ...], fold: Folded | None, row: Row | None, late: set[str]
) -> Iterator[str]:
    heads = [list(head.values()) for head in json.loads(row["heads"])] if row else []
    if fold is None:
        if heads:
            yield f"{'/'.join(name)}: {heads}, of which nothing is in the log"
        return
    found = [heads, json.loads(row["value"]), row["shown"], bool(row["conflict"])] if row else []
    wanted = [[list(head[:6]) for head in fold.heads], *fold.shown[:3]]
    if json.dumps(found) != json.dumps(wanted):
        yield f"{'/'.join(name)}: {found}, not {wanted}"
    if not fold.is_settled and name[2] not in late:
        yield f"{'/'.join(name)}: the next write would be folded over its heads"


def _of_rows(db: Connection, kind: Kind, record: str, folded: dict[str, Folded]) -> Iterator[str]:
    row = db.execute(f'SELECT * FROM "{kind.kind}" WHERE id = ?', (record,)).fetchone()
    if (row is not None) is not any(fold.heads for fold in folded.values()):
        yield f"{kind.kind}/{record} {'has a' if row else 'has no'} row"
    for name, field in kind.fields.items():
        if not field.each:
            if row and row[name] != _cell(kind, name, folded):
                yield f"{kind.kind}/{record}: {name} is {row[name]}"
            continue
        wanted = {
            register.partition("/")[2]: value
            for register in folded
            if register.startswith(f"{name}/")
            and (value := _cell(kind, register, folded)) is not None
        }
        table = table_of_each(kind.kind, name)
        rows = db.execute(
            f'SELECT element, value FROM "{table}" WHERE "{kind.kind}" = ?', (record,)
        )
        if (found := {row["element"]: row["value"] for row in rows}) != wanted:
            yield f"{kind.kind}/{record}: {name} is {found}, not {wanted}"


def _cell(kind: Kind, register: str, folded: dict[str, Folded]) -> Any:
    fold, field = folded.get(register), kind.field_of(register)
    if fold is None or field is None or not fold.heads or flaw(field, fold.shown.value):
        return None
    return fold.shown.value


def _of_joins(
    db: Connection, kinds: Kinds, saves: list[Stamped], rows: dict[Key, Row]
) -> Iterator[str]:
    gone = _gone(db)
    same = joined(saves, kinds, fold_rulings(saves))
    kept = {row["id"]: row["canonical"] for row in db.execute("SELECT id, canonical FROM joined")}
    for id in sorted({*kept, *(id for _, id in rows)}):
        if kept.get(id, id) != same(id):
            yield f"{id} stands under {kept.get(id, id)}, not {same(id)}"
    for key, row in rows.items():
        field = kinds[key[0]].fields.get(kinds[key[0]].about)
        if field is None or key[0] == "alias" or row["subject"] is None:
            continue
        said = {
            same(who) if field.to == "person" else who
            for save in saves
            for change in save.save.changes
            if (change.kind, change.record) == key
            and isinstance(who := change.set.get(kinds[key[0]].about), str)
        }
        if row["subject"] not in said and key not in gone:
            yield f"{'/'.join(key)} is about {row['subject']}, its saves say {said}"


def _of_erased(db: Connection, kinds: Kinds, saves: list[Stamped]) -> Iterator[str]:
    gone = _gone(db)
    for save in saves:
        for change in save.save.changes:
            kind = kinds.get(change.kind)
            if kind is None or change.kind == "alias":
                continue  # an alias holds two ids and nothing said of anybody
            refs = {r for r in change.set if (f := kind.field_of(r)) and f.to == "person"}
            if (change.kind, change.record) in gone and change.set:
                yield f"save {save.seq} still says {change}"
            for register in refs:
                if ("person", change.set[register]) in gone:
                    yield f"save {save.seq} still names {change.set[register]}"


def _gone(db: Connection) -> set[Key]:
    return {(row["element"], row["erasure"]) for row in db.execute("SELECT * FROM erasure_kinds")}
