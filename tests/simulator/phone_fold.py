"""What a model phone shows: the server's heads and its own saves, by the rules in sync/."""

from sync.kinds import load_kinds
from sync.rules import Shown, Write, heads, shown
from tests.simulator.phone_storage import Json, Key, Row, Storage


def rule_of(kind: str, register: str) -> str:
    """Return the rule a register folds by on a phone; unknown kinds fold by `latest`."""
    found = load_kinds().get(kind)
    return found.rule_of(register) if found else "latest"


def own_rows(storage: Storage) -> list[Row]:
    """Return own saves that the server's heads do not hold yet.

    A receipted one stays while an older one of its device waits: its heads may lack what that saw.
    """
    reached = storage.cursor["seq"] if storage.cursor else 0
    waiting: set[str] = set()
    found = []
    for row in sorted(storage.rows.values(), key=lambda row: row.n):
        if row.waits:
            waiting.add(row.device)
        if row.receipt is None or row.device in waiting or row.receipt["seq"] > reached:
            found.append(row)
    return [row for row in found if row.receipt is None or row.receipt["verdict"] == "taken"]


def fold_register(storage: Storage, key: Key, register: str, rows: list[Row]) -> list[Write]:
    """Return the heads of one register."""
    writes = {write.id: write for write in _based(storage, key, register)}
    writes |= {write.id: write for row in rows for write in _written(row, key, register)}
    return heads(rule_of(key[0], register), writes, writes.keys())


def fold_record(storage: Storage, key: Key, rows: list[Row]) -> dict[str, Shown]:
    """Return register -> what it shows, for one record."""
    registers = set(storage.base.get(key, {}))
    for row in rows:
        for change in row.save["changes"]:
            if (change["kind"], change["record"]) == key:
                registers |= change["set"].keys()
    found = {}
    for register in sorted(registers):
        standing = fold_register(storage, key, register, rows)
        if standing:
            found[register] = shown(rule_of(key[0], register), standing)
    return found


def seen(storage: Storage, key: Key, register: str, rows: list[Row]) -> list[str]:
    """Return what a new write must say it saw: every head, and what own unsent ones saw."""
    saw = [head.id for head in fold_register(storage, key, register, rows)]
    older = {write.id: write.saw for row in rows for write in _written(row, key, register)}
    for id in saw:  # grows while it is walked
        saw += [further for further in older.get(id, ()) if further not in saw]
    return saw


def _based(storage: Storage, key: Key, register: str) -> list[Write]:
    return [Write(**head) for head in storage.base.get(key, {}).get(register, ())]


def _written(row: Row, key: Key, register: str) -> list[Write]:
    save = row.save
    found = []
    for position, change in enumerate(save["changes"]):
        if (change["kind"], change["record"]) != key or register not in change["set"]:
            continue
        saw = tuple(change["saw"].get(register, ()))
        value = change["set"][register]
        id = f"{save['id']}:{position}"
        said = row.receipt or {}
        at = said.get("at") or save["at"]
        stamps = (at, said.get("at_error_ms") or save["at_error_ms"], row.rank, row.author)
        found.append(Write(id, value, *stamps, saw))
    return found


def about(storage: Storage, kind: str, record: str, said: Json) -> str:
    """Return whom a record is about, as the server says or else what was just written there."""
    if (kind, record) in storage.subjects:
        return storage.subjects[kind, record]
    found = load_kinds().get(kind)
    if found is None:
        return record
    if found.about in ("id", "everyone"):
        return record if found.about == "id" else "*"
    return str(said.get(found.about) or "")
