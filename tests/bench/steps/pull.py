"""Pull: a fresh phone gets everything on its list."""

import asyncio
import time
from collections.abc import Iterator
from random import Random

from sync.exchange import MAX_ENVELOPES
from tests.bench.client import Client, since
from tests.bench.figures import Figure, Row
from tests.bench.load import Plan, run_load
from tests.bench.run import Run
from tests.bench.servers import Server, ours
from tests.bench.union import copy, packed, phone_of
from tests.bench.workload import talks


def measure(run: Run) -> Iterator[Row]:
    """Yield how fast the records of one list come down, and how many bytes each takes."""
    rates, bytes_each = [], []
    volunteer = next(iter(run.base.union.lists))
    device, people = run.base.devices[volunteer], run.base.union.lists[volunteer]
    saves = talks(Random(9), device, people, 1, run.sizes.saves)
    with ours(copy(run.base.db, run.folder / "pulled")) as server:
        sent = phone_of(device, [*packed(device, saves, MAX_ENVELOPES, is_sealed=False)])
        run_load(Plan(server.port, [sent]))
        for _ in run.turns("pull"):
            records, seconds, down = pull(server, device.cookie, least=run.sizes.saves)
            rates.append(records / seconds)
            bytes_each.append(down / records)
    name, theirs = run.best_peer(lambda one: 1000 * one["pull"]["documents"] / one["pull"]["ms"])
    what = f"pull of {run.sizes.saves:,} conversations by one fresh phone"
    yield Row(what, Figure(rates, "/s"), name, theirs, load=run.load)
    name, theirs = run.best_peer(lambda one: one["pull"]["down"] / one["pull"]["documents"], "B")
    yield Row("pull: bytes down a record", Figure(bytes_each, "B"), name, theirs, load=run.load)


def pull(server: Server, cookie: str, least: int) -> tuple[int, float, int]:
    """Pull as a new phone; return records, seconds and bytes down. Raises RuntimeError."""
    client = Client(server.port, cookie)
    start = time.perf_counter()
    pages = asyncio.run(client.pull())
    seconds = since(start)
    records = sum(len(down.records) for _, down in pages)
    if records < least:
        raise RuntimeError(f"{records} records came down, there are {least}")
    return records, seconds, sum(reply.down for reply, _ in pages)
