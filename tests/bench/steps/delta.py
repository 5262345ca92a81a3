"""Delta: ten of a phone's records changed, among a million of the union's; and nothing changed."""

import asyncio
import time
from collections.abc import Iterator
from random import Random
from statistics import median
from typing import NamedTuple

from tests.bench.client import Client, since
from tests.bench.figures import Figure, Goal, Row
from tests.bench.packing import NOTHING, Packed
from tests.bench.run import Run
from tests.bench.servers import Server, ours
from tests.bench.union import join_more, packed
from tests.bench.workload import WORDS, Device, Json, save_of

CHANGED = 10
WITHIN_MS = Goal(most=2)
WITHIN_BYTES = Goal(most=1500)


class Asked(NamedTuple):
    """Medians of some exchanges: in the app, there and back, bytes down, of them the body."""

    server_ms: float
    whole_ms: float
    down: float
    body: float


def measure(run: Run) -> Iterator[Row]:
    """Yield server time, round trip and bytes, of ten changed records and of none."""
    big = run.big
    volunteer, people = next(iter(big.joined.union.lists.items()))
    writing, reading = join_more(big.joined.db, [volunteer, volunteer])
    delta, nothing = [], []
    with ours(big.joined.db) as server:
        asking = Asking(server, writing, reading, people)
        for _ in run.turns("delta"):
            delta.append(asyncio.run(asking.ask(run.sizes.asked, CHANGED)))
            nothing.append(asyncio.run(asking.ask(run.sizes.asked, 0)))
    records = sum(big.made.values()) + 2 * sum(map(len, big.joined.union.lists.values()))
    what = f"delta of {CHANGED} changed records, 3 fields each, among {records:,}"
    yield Row(what, _shown(delta, "server_ms", "ms"), goal=WITHIN_MS, said="server time")
    body = _shown(delta, "body", "B")
    yield Row("delta: bytes of the body down", body, goal=WITHIN_BYTES, load=run.load)
    yield from _beside_peer(run, "delta", delta, "delta")
    yield Row("nothing new", _shown(nothing, "server_ms", "ms"), said="server time")
    yield from _beside_peer(run, "nothing new", nothing, "nothing")


class Asking:
    """Two phones of one volunteer: one changes people, the other asks."""

    def __init__(self, server: Server, writing: Device, reading: Device, people: list[str]) -> None:
        self._server, self._writing, self._reading = server, writing, reading
        self._people = people
        self._cursors = {device.id: b"null" for device in (writing, reading)}
        self._chance = Random(3)
        self._n = 0
        self._seen: dict[tuple[str, str], list[str]] = {}

    async def ask(self, times: int, changed: int) -> Asked:
        """Change so many people, one save each, and ask; again and again."""
        writer, reader = await self._ready(self._writing), await self._ready(self._reading)
        found = [await self._once(writer, reader, changed) for _ in range(times)]
        for device, client in ((self._writing, writer), (self._reading, reader)):
            self._cursors[device.id] = client.cursor
            client.close()
        return Asked(*map(median, zip(*found, strict=True)))

    async def _ready(self, device: Device) -> Client:
        client = Client(self._server.port, device.cookie, device.key["id"])
        client.cursor = self._cursors[device.id]
        await client.pull()
        return client

    async def _once(self, writer: Client, reader: Client, changed: int) -> Asked:
        if changed:
            await writer.exchange(self._changes(changed))
        start = time.perf_counter()
        reply, down = await reader.exchange(NOTHING)
        whole_ms = since(start) * 1000
        if len(down.records) != changed:
            raise RuntimeError(f"{len(down.records)} records came down, {changed} had changed")
        return Asked(reply.server_ms, whole_ms, reply.down, reply.packed)

    def _changes(self, count: int) -> Packed:
        saves = []
        for person in self._chance.sample(self._people, count):
            self._n += 1
            save = save_of(self._chance, self._writing.id, self._n, self._change(person))
            for register in save["changes"][0]["set"]:
                self._seen[person, register] = [f"{save['id']}:0"]
            saves.append(save)
        (request,) = packed(self._writing, saves, count, is_sealed=False)
        return request

    def _change(self, person: str) -> Json:
        chance = self._chance
        said = {
            "preferred_name": chance.choice(WORDS).title(),
            "job": f"{chance.choice(WORDS)} {chance.choice(WORDS)}",
            "note": " ".join(chance.choices(WORDS, k=6)),
        }
        saw = {name: self._seen.get((person, name), []) for name in said}
        return {"kind": "person", "record": person, "set": said, "saw": saw}


def _shown(asked: list[Asked], value: str, unit: str) -> Figure:
    return Figure([getattr(one, value) for one in asked], unit)


def _beside_peer(run: Run, what: str, asked: list[Asked], name: str) -> Iterator[Row]:
    peer, theirs = run.best_peer(lambda one: one[name]["ms"], "ms")
    yield Row(f"{what}: there and back", _shown(asked, "whole_ms", "ms"), peer, theirs)
    peer, theirs = run.best_peer(lambda one: one[name]["down"], "B")
    down = _shown(asked, "down", "B")
    yield Row(f"{what}: bytes down, heads counted in", down, peer, theirs, load=run.load)
