"""The limit of our own writer: judging, folding, tables and the commit, with nothing around them.

Everything is unpacked, read and opened beforehand, and nobody is answered. Whatever else a server
does could move to other processes; this is one chain, for SQLite has one writer.
"""

import gc
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import cycle
from pathlib import Path
from random import Random

from msgspec import convert

from server.app import open_database
from server.config import Settings
from server.ids import now_ms
from server.ledger.opening import Opened, open_all
from server.ledger.receive import Carried, Taking
from server.schema import Connection, Row
from sync.envelope import KEYLESS, Envelope
from sync.exchange import MAX_ENVELOPES
from sync.kinds import Kinds, load_kinds
from tests.bench.client import since
from tests.bench.union import Joined, chunks, copy
from tests.bench.workload import plain, talks

REQUESTS = 5  # of a hundred saves each, in one transaction: what 64 clients come to
DEVICE = "SELECT * FROM device WHERE id = ?"


Brought = tuple[Row, list[tuple[Envelope, Opened]]]


def writer_rate(base: Joined, folder: Path, saves: int) -> float:
    """Return saves a second, a few phones' requests in each transaction."""
    kinds = load_kinds()
    with closing(open_database(Settings(db=copy(base.db, folder)))) as db:
        brought = [*_brought(base, db, saves)]
        gc.collect()
        start = time.perf_counter()
        for together in chunks(brought, REQUESTS):
            _commit(db, kinds, together)
        return saves / since(start)


def _brought(base: Joined, db: Connection, saves: int) -> Iterator[Brought]:
    chance = Random(8)
    sizes = [len(some) for some in chunks(range(saves), MAX_ENVELOPES)]
    for (volunteer, people), count in zip(cycle(base.union.lists.items()), sizes, strict=False):
        device = base.devices[volunteer]
        row = db.execute(DEVICE, (device.id,)).fetchone()
        made = [plain(save) for save in talks(chance, device, people, 1, count)]
        yield row, open_all(db, KEYLESS, [convert(save, Envelope) for save in made])


def _commit(db: Connection, kinds: Kinds, together: Sequence[Brought]) -> None:
    db.execute("BEGIN IMMEDIATE")
    taking = Taking(db, kinds)
    taking.look_ahead(
        (row["volunteer"], [inside.save for _, inside in found if inside.save])
        for row, found in together
    )
    for row, found in together:
        taking.take_all(found, Carried(row, now_ms()))
    taking.settle()
    db.execute("COMMIT")
