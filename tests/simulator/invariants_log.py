"""Invariants 3, 4, 12 and 13: the log, and the tables it adds up to."""

import hashlib
import json
import random
from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from server.ledger.rebuild import faults, rebuilt
from server.schema import Connection, connect, derived_tables, prepare
from sync.kinds import load_kinds
from tests.simulator.fold import COORDINATOR, Entry, Fold, Key
from tests.simulator.log import entry_of
from tests.simulator.reference import rule_of
from tests.simulator.violation import demand

if TYPE_CHECKING:
    from tests.simulator.world import World

MOST_REPLAYED = 30
# What says where in the log something happened moves with the order of arrival.
PLACES = {"seq", "save_seq", "until", "subject"}
# These say nothing else: when a record moved, and whom it left when.
MOVES = {"record", "gone_over"}
ONLY = {"grant": " WHERE until IS NULL", "register": " WHERE heads != '[]'"}


def replaying_changes_nothing(world: "World", chance: random.Random) -> None:
    """Invariant 3: requests the server has answered are sent again, in any order."""
    before = fingerprint(world)
    count = min(MOST_REPLAYED, len(world.delivered))
    for holder, asked in chance.sample([*world.delivered], count):
        world.replay(holder, asked)
        after = fingerprint(world) if world.watcher.top != before[0] else before
        demand(after == before, 3, f"A request of {holder.name} again: {str(asked.up())[:300]}")
    demand(fingerprint(world) == before, 3, "Old requests moved the tables.")


def tables_equal_the_fold(world: "World") -> None:
    """Invariant 4: by the server's own reckoning, and by ours."""
    db = world.server.open_beside()
    found = list(faults(db, load_kinds()))
    demand(not found, 4, f"rounds check finds {found[:3]}")
    stored: dict[Key, dict[str, Any]] = {}
    for row in db.execute("SELECT * FROM register WHERE kind != 'ruling'"):
        stored.setdefault((row["kind"], row["record"]), {})[row["field"]] = _cells(row)
    db.close()
    folds = world.watcher.oracle.reference.folds
    for key in {key for key in folds if key[0] != "ruling"} | stored.keys():
        right = {r: _right(fold) for r, fold in folds.get(key, {}).items() if fold.heads}
        here = {r: cells for r, cells in stored.get(key, {}).items() if cells[0]}
        if here != right:
            wrong = sorted(r for r in here.keys() | right.keys() if here.get(r) != right.get(r))
            r = wrong[0]
            demand(False, 4, f"{'/'.join(key)} {r} is {here.get(r)}, not {right.get(r)}.")


def arrival_order_changes_nothing(world: "World", chance: random.Random) -> None:
    """Invariant 12: the same saves with the same stamps, come in another order."""
    db = world.server.open_beside()
    rows = [dict(row) for row in db.execute("SELECT * FROM save ORDER BY seq")]
    there = standing(db)
    rows = _shuffled(rows, chance)
    other = connect(world.server.new_home())
    prepare(other, load_kinds())
    for seq, row in enumerate(rows, 1):
        names = ", ".join(row)
        places = ", ".join("?" * len(row))
        values = [*{**row, "seq": seq}.values()]
        other.execute(f"INSERT INTO save ({names}) VALUES ({places})", values)
    here = standing(rebuilt(other, load_kinds()))
    for table in there:
        gone, come = there[table] - here[table], here[table] - there[table]
        if gone or come:
            demand(False, 12, f"{table}: {[*gone][:2]} became {[*come][:2]}")


def _shuffled(rows: list[dict[str, Any]], chance: random.Random) -> list[dict[str, Any]]:
    """Return the saves in another order in which they could have come with these stamps.

    What a ruling names was there when it came, or was not: that is a stamp, too.
    """
    entries = [entry_of(row) for row in rows]
    bearers: dict[str, list[int]] = defaultdict(list)
    for entry in entries:
        batch = entry.batch if entry.rank >= COORDINATOR else None
        for id in {entry.id, batch or entry.id}:
            bearers[id].append(entry.seq)
    first: dict[int, set[int]] = {entry.seq: set() for entry in entries}
    for entry in entries:
        for change in entry.changes:
            named = bearers.get(change["record"].partition(":")[0], [])
            if change["kind"] == "ruling" and named and min(named) <= entry.seq:
                first[entry.seq].add(min(named))
            elif change["kind"] == "ruling":
                for seq in named:
                    first[seq].add(entry.seq)
    by_seq = {row["seq"]: row for row in rows}
    return [by_seq[seq] for seq in _in_any_order(first, chance)]


def _in_any_order(first: dict[int, set[int]], chance: random.Random) -> Iterator[int]:
    """Give all numbers by chance, each after those that come first."""
    left = list(first)
    given: set[int] = set()
    while left:
        chance.shuffle(left)
        waiting = []
        for number in left:
            if first[number] - {number} <= given:
                given.add(number)
                yield number
            else:
                waiting.append(number)
        left = waiting


def saves_came_whole(world: "World") -> None:
    """Invariant 13: no head is from a save that as a whole does not count, and none is missing."""
    reference = world.watcher.oracle.reference
    heads = _ids_of_heads(world)
    for entry in reference.entries.values():
        ruled = {entry.id, entry.batch, *map(entry.change_id, range(len(entry.changes)))}
        if ruled & reference.rulings.keys():
            continue
        for position, change in enumerate(entry.changes):
            standing = {r for r in change["set"] if (r, f"{entry.id}:{position}") in heads}
            wrong = _wrong(world, entry, position, standing)
            demand(not wrong, 13, f"{entry.verdict} {entry.id}:{position}, but {sorted(wrong)}.")


def _wrong(world: "World", entry: Entry, position: int, standing: set[str]) -> set[str]:
    """Return registers of one change that stand though held, or are gone though nobody saw them."""
    change = entry.changes[position]
    key = (change["kind"], change["record"])
    if entry.verdict == "held":
        early = position in entry.early
        asks = {("sticky", "True"), ("consent", "False")}
        said = {r: (rule_of(key[0], r), str(change["set"][r])) for r in standing}
        return {r for r in standing if not (early and said[r] in asks)}
    if key not in world.watcher.oracle.reference.folds or key[0] == "ruling":
        return set()
    writes = world.watcher.oracle.reference.writes(key)
    id = f"{entry.id}:{position}"
    seen = {r: {s for w in writes[r][0].values() for s in w.saw} for r in change["set"]}
    return {r for r in change["set"] if r not in standing and id not in seen[r]}


def _ids_of_heads(world: "World") -> set[tuple[str, str]]:
    rows = world.rows("SELECT field, heads FROM register WHERE kind != 'ruling'")
    return {(row["field"], head["id"]) for row in rows for head in json.loads(row["heads"])}


def _cells(row: Any) -> Any:
    heads, value = json.loads(row["heads"]), json.loads(row["value"])
    return (heads, value, row["shown"], bool(row["conflict"]))


def _right(fold: Fold) -> Any:
    heads = [head.on_the_wire() for head in fold.heads]
    return (heads, fold.value, fold.id, fold.conflict)


def standing(db: Connection) -> dict[str, set[Any]]:
    """Return every table's rows without their places in the log."""
    found = {}
    tables = ["register", *(name for name in derived_tables(load_kinds()) if name not in MOVES)]
    for table in tables:
        names = [row["name"] for row in db.execute(f'PRAGMA table_info("{table}")')]
        kept = ", ".join(f'"{name}"' for name in names if name not in PLACES)
        query = f'SELECT {kept} FROM "{table}"{ONLY.get(table, "")}'
        found[table] = {tuple(row) for row in db.execute(query)}
    db.close()
    return found


def fingerprint(world: "World") -> tuple[int, str]:
    """Return the log's length, and a digest of it and of every table it adds up to."""
    digest = hashlib.sha256()
    for table in ("save", *derived_tables(load_kinds())):
        for row in world.rows(f'SELECT * FROM "{table}"'):
            digest.update(repr(tuple(row)).encode())
    return world.watcher.top, digest.hexdigest()
