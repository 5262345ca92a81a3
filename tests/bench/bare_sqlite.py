"""The raw limit of the file: saves into the log's own table, each id looked up first.

The same connection, pragmas, table and indexes as the product's; no verdict, no fold, no tables.
"""

import hashlib
import time
from pathlib import Path
from random import Random
from typing import Any

from server.ids import now_ms
from server.schema import connect, prepare
from sync.kinds import load_kinds
from tests.bench.client import since
from tests.bench.union import chunks
from tests.bench.workload import Device, plain, talks

READING = "bare SQLite reading the same rows"
READS = """
SELECT record.kind, record.id, record.registers FROM grant
JOIN record ON record.subject = grant.subject AND record.seq > ?2
WHERE grant.volunteer = ?1 AND grant.until IS NULL
"""
DEVICE = Device("0" * 36, "1" * 36, "", "", {})
STAMPS: dict[str, Any] = {
    "author": DEVICE.volunteer,
    "rank": 1,
    "received_at": now_ms(),
    "at": now_ms(),
    "at_error_ms": 120,
    "verdict": "taken",
    "reason": None,
    "early": "[]",
}


def rows(count: int) -> list[dict[str, Any]]:
    """Return rows of the log, of saves as phones make them."""
    saves = talks(Random(5), DEVICE, ["2" * 36], 1, count)
    return [
        {
            **STAMPS,
            **{name: save[name] for name in ("id", "device", "n")},
            "seq": save["n"],
            "body": (text := str(plain(save)["plain"])),
            "digest": hashlib.sha256(text.encode()).hexdigest(),
        }
        for save in saves
    ]


def reading_ms(path: Path, volunteer: str, after: int = 0) -> float:
    """Return how long SQLite takes to read what moved of a volunteer's list after a save."""
    db = connect(path, query_only=True)
    start = time.perf_counter()
    db.execute(READS, (volunteer, after)).fetchall()
    ms = since(start) * 1000
    db.close()
    return ms


def saves_a_second(path: Path, found: list[dict[str, Any]], batch: int) -> float:
    """Store the rows in a new file, so many a transaction; return how many a second."""
    for end in ("", "-wal", "-shm"):
        path.with_name(path.name + end).unlink(missing_ok=True)
    db = connect(path)
    prepare(db, load_kinds())
    columns = [row["name"] for row in db.execute("PRAGMA table_info(save)")]
    places = ", ".join(f":{column}" for column in columns)
    start = time.perf_counter()
    for some in chunks(found, batch):
        db.execute("BEGIN IMMEDIATE")
        for row in some:
            if db.execute("SELECT 1 FROM save WHERE id = ?", (row["id"],)).fetchone() is None:
                db.execute(f"INSERT INTO save VALUES ({places})", row)
        db.execute("COMMIT")
    seconds = since(start)
    db.close()
    return len(found) / seconds
