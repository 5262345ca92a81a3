"""Reads the server's log from its file, as far as a stranger could: rows to entries."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

import sync
from server.schema import Connection
from sync.save import BadSave, read_save
from tests.simulator.fold import Entry, Json

LIFTS: list[Json] = json.loads((Path(sync.__file__).parent / "lifts.json").read_text())


def entries_after(db: Connection, seq: int) -> Iterator[Entry]:
    """Yield what was stored after `seq`, in order."""
    for row in db.execute("SELECT * FROM save WHERE seq > ? ORDER BY seq", (seq,)):
        yield entry_of(row)


def entry_of(row: Any) -> Entry:
    """Return one row of the log."""
    return Entry(
        row["seq"],
        row["id"],
        row["device"],
        row["n"],
        row["author"],
        row["rank"],
        row["verdict"],
        row["reason"],
        frozenset(json.loads(row["early"])),
        row["at"],
        row["at_error_ms"],
        _changes(row["body"]),
    )


def _changes(body: str) -> list[Json]:
    # Whether a text is a save at all is a question of shape, not of what it adds up to.
    try:
        save = read_save(body)
    except BadSave:
        return []
    changes: list[Json] = [msgspec.to_builtins(change) for change in save.changes]
    for lift in LIFTS:
        if lift["to"] > save.schema:
            changes = [_lifted(change, lift) for change in changes]
    return changes


def _lifted(change: Json, lift: Json) -> Json:
    names = lift["registers"].get(change["kind"], {})
    return {
        "kind": lift["kinds"].get(change["kind"], change["kind"]),
        "record": change["record"],
        "set": {names.get(register, register): value for register, value in change["set"].items()},
        "saw": {names.get(register, register): saw for register, saw in change["saw"].items()},
    }
