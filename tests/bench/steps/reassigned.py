"""Two hundred people get a new go-to person at once."""

import asyncio
import json
from collections.abc import Iterator
from itertools import islice
from random import Random

from sync.save import MAX_CHANGES
from tests.bench.bare_sqlite import READING, reading_ms
from tests.bench.client import Client, Reply
from tests.bench.figures import Figure, Row
from tests.bench.run import Run
from tests.bench.servers import Server, ours
from tests.bench.union import Big, chunks, packed
from tests.bench.workload import Device, Json, save_of

MOVED = 200


def measure(run: Run) -> Iterator[Row]:
    """Yield the server's time for the save, for the successor's phone and a predecessor's."""
    big = run.big
    lists = iter(big.joined.union.lists.items())
    saved, given, taken, down, least = [], [], [], [], []
    with ours(big.joined.db) as server:
        for turn in range(run.sizes.rounds):
            successor, _ = next(lists)
            before = dict(islice(lists, MOVED // run.sizes.people_each))
            reply, pages, left = asyncio.run(_move(server, big, successor, before, turn))
            saved.append(reply.server_ms)
            given.append(sum(page.server_ms for page in pages))
            down.append(float(sum(page.down for page in pages)))
            taken.append(left.server_ms)
            least.append(reading_ms(big.joined.db, successor))
    count = MOVED // run.sizes.people_each * run.sizes.people_each
    what = f"{count} people reassigned: server time of the saves"
    yield Row(what, Figure(saved, "ms"), load=run.load)
    yield Row(
        "reassigned: server time of giving them to the new phone",
        Figure(given, "ms"),
        READING,
        Figure(least, "ms"),
        load=run.load,
    )
    yield Row("reassigned: bytes down to the new phone", Figure(down, "B"), load=run.load)
    yield Row(
        "reassigned: server time of telling one old phone to forget",
        Figure(taken, "ms"),
        load=run.load,
    )


async def _move(
    server: Server, big: Big, successor: str, before: dict[str, list[str]], turn: int
) -> tuple[Reply, list[Reply], Reply]:
    devices = big.joined.devices
    clients = {v: Client(server.port, devices[v].cookie) for v in (successor, *before)}
    seen: dict[str, list[str]] = {}
    for client in clients.values():
        for _, down in await client.pull():
            seen |= {id: heads for raw in down.records for id, heads in _assignments(bytes(raw))}
    coordinator = devices[big.joined.union.coordinator]
    people = [person for each in before.values() for person in each]
    saves = _saves(coordinator, [_change(p, successor, seen[p]) for p in people], turn)
    office = Client(server.port, coordinator.cookie)
    await office.pull()
    (request,) = packed(coordinator, saves, len(saves), is_sealed=False)
    reply, down = await office.exchange(request)
    if {told.verdict for told in down.receipts} != {"taken"}:
        raise RuntimeError(f"reassignment: {down.receipts}")
    pages = [reply for reply, _ in await clients[successor].pull()]
    left, down = await clients[next(iter(before))].exchange()
    if len(down.forget) < len(next(iter(before.values()))):
        raise RuntimeError(f"an old phone was told to forget {len(down.forget)} people")
    return reply, pages, left


def _saves(device: Device, changes: list[Json], turn: int) -> list[Json]:
    some = [*chunks(changes, MAX_CHANGES)]
    first = turn * len(some) + 1
    chance = Random(turn)
    return [save_of(chance, device.id, first + i, *each) for i, each in enumerate(some)]


def _change(person: str, volunteer: str, seen: list[str]) -> Json:
    said, saw = {"volunteer": volunteer}, {"volunteer": seen}
    return {"kind": "assignment", "record": person, "set": said, "saw": saw}


def _assignments(raw: bytes) -> Iterator[tuple[str, list[str]]]:
    record = json.loads(raw)
    if record["kind"] == "assignment":
        heads = record["fields"].get("volunteer") or [record["write"]]
        yield record["id"], [head["id"] for head in heads]
