"""A phone that comes back after thirty days."""

import asyncio
from collections.abc import Iterator

from tests.bench.client import Client
from tests.bench.figures import Figure, Row
from tests.bench.run import Run
from tests.bench.servers import ours


def measure(run: Run) -> Iterator[Row]:
    """Yield time and bytes of all pages together."""
    big = run.big
    volunteer = [*big.joined.union.lists][-1]
    device = big.joined.devices[volunteer]
    server_ms, down, records = [], [], 0
    with ours(big.joined.db) as server:
        for _ in range(run.sizes.rounds):
            client = Client(server.port, device.cookie)
            client.cursor = big.cursor_then
            pages = asyncio.run(client.pull())
            server_ms.append(sum(reply.server_ms for reply, _ in pages))
            down.append(float(sum(reply.down for reply, _ in pages)))
            records = sum(len(page.records) for _, page in pages)
    what = f"back after 30 days, {records} records of {round(sum(big.made.values()) * 0.08):,} new"
    yield Row(f"{what}: server time", Figure(server_ms, "ms"), load=run.load)
    yield Row("back after 30 days: bytes down", Figure(down, "B"), load=run.load)
