"""A phone that comes back after thirty days."""

import asyncio
import json
from collections.abc import Iterator

from tests.bench.bare_sqlite import READING, reading_ms
from tests.bench.client import Client
from tests.bench.figures import Figure, Row
from tests.bench.run import Run
from tests.bench.servers import ours


def measure(run: Run) -> Iterator[Row]:
    """Yield time and bytes of all pages together."""
    big = run.big
    volunteer = [*big.joined.union.lists][-1]
    device = big.joined.devices[volunteer]
    server_ms, least, down, records = [], [], [], 0
    since = json.loads(big.cursor_then)["seq"]
    with ours(big.joined.db) as server:
        for _ in range(run.sizes.rounds):
            client = Client(server.port, device.cookie)
            client.cursor = big.cursor_then
            pages = asyncio.run(client.pull())
            server_ms.append(sum(reply.server_ms for reply, _ in pages))
            least.append(reading_ms(big.joined.db, volunteer, since))
            down.append(float(sum(reply.down for reply, _ in pages)))
            records = sum(len(page.records) for _, page in pages)
    what = f"back after 30 days, {records} records of {round(sum(big.made.values()) * 0.08):,} new"
    times = (Figure(server_ms, "ms"), READING, Figure(least, "ms"))
    yield Row(f"{what}: server time", *times, load=run.load)
    yield Row("back after 30 days: bytes down", Figure(down, "B"), load=run.load)
