"""The log: each save as it came, with what the server stamped on it at arrival."""

import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache
from operator import itemgetter
from typing import Any

import msgspec

from server.schema import Connection, Row
from sync.lift import lift
from sync.save import SCHEMA, BadSave, Save, Stamped, read_save

STAMPS = (
    *("seq", "id", "device", "n", "at", "at_error_ms", "author", "rank"),
    *("received_at", "verdict", "reason", "early"),
)
COLUMNS = (*STAMPS, "body", "digest")
# What was not read when it came adds nothing later either, or a rebuild would differ. What a
# record has no room for is not even read to say that it does not count: that is its point.
NEVER_READ = ("unreadable", "header_differs", "record_is_full")
NOTHING_EARLY: frozenset[int] = frozenset()
_DIGESTED = itemgetter(*STAMPS, "body")
INSERT = f"INSERT INTO save ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"


def keep_saves(db: Connection, rows: list[tuple[Any, ...]]) -> None:
    """Put rows, in the order of COLUMNS, into the log."""
    db.executemany(INSERT, rows)


def stamped(row: Row) -> Stamped:
    """Return a stored save with its stamps; one that cannot be read has no changes."""
    if row["reason"] in NEVER_READ:
        return stamp(row, None)
    try:
        return stamp(row, _read(row["body"]))
    except BadSave:
        return stamp(row, None)


def stamp(row: Row | Mapping[str, Any], save: Save | None) -> Stamped:
    """Return a save with the stamps of its row; without changes when there is no save."""
    at, error = row["at"], row["at_error_ms"]
    if save is None:
        save = Save(row["id"], row["device"], row["n"], at, error, SCHEMA, [])
    elif (save.id, save.at, save.at_error_ms) != (row["id"], at, error):
        save = msgspec.structs.replace(save, id=row["id"], at=at, at_error_ms=error)
    early = frozenset(json.loads(row["early"])) if row["early"] != "[]" else NOTHING_EARLY
    return Stamped(save, row["seq"], row["author"], row["rank"], row["verdict"], early)


def digest_of(row: Row | Mapping[str, Any]) -> str:
    """Return the digest a stored save carries: SHA-256 over its stamps and its body."""
    return hashlib.sha256(msgspec.json.encode(_DIGESTED(row))).hexdigest()


@lru_cache(maxsize=64)
def _read(body: str) -> Save:
    # An import's save touches fifty records, and each is folded from it in turn.
    return lift(read_save(body))
