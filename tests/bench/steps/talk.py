"""One saved talk on its way up: a conversation, a changed phone number and a promise."""

import asyncio
import gzip
from collections.abc import Iterator
from random import Random

from server.ids import now_ms
from tests.bench.client import Client, Reply
from tests.bench.figures import Figure, Goal, Row
from tests.bench.packing import Packed, body_of, pack
from tests.bench.run import Run
from tests.bench.servers import ours
from tests.bench.union import copy
from tests.bench.workload import Json, save_of, sealed, talk

WITHIN = Goal(most=950)
ANSWERS = {
    "answers/workload": "Two of us for 31 patients on nights, no breaks since October",
    "answers/platform": "yes",
    "answers/rapid": "yes",
    "answers/consent": "yes",
    "answers/union_do": "Send someone to the night shift meeting",
}


def measure(run: Run) -> Iterator[Row]:
    """Yield the bytes of the request, and send it to see that it is taken."""
    volunteer, people = next(iter(run.base.union.lists.items()))
    device = run.base.devices[volunteer]
    save = save_of(Random(4), device.id, 1, *_changes(people[0], volunteer))
    envelope = sealed(save, device)
    with ours(copy(run.base.db, run.folder / "talked")) as server:
        client = Client(server.port, device.cookie, device.key["id"])
        reply, body = asyncio.run(_send(client, pack([envelope])))
    what = "one saved talk with a new phone number and a promise, sealed: bytes up"
    yield Row(what, Figure([float(body)], "B"), goal=WITHIN, said="body", load=run.load)
    peer, theirs = run.best_peer(lambda one: one["talk"]["up"], "B")
    whole_up = Figure([float(reply.up)], "B")
    yield Row(
        "one saved talk: bytes up with the request's head", whole_up, peer, theirs, load=run.load
    )


async def _send(client: Client, packed: Packed) -> tuple[Reply, int]:
    """Send a talk; return the answer and the length of the body. Raises RuntimeError."""
    await client.pull()
    # body_of stores its head as it is; a phone packs all of it.
    whole = gzip.decompress(body_of(packed, client.cursor, client.key, now_ms()))
    body = gzip.compress(whole, 6)
    reply = await client.post(b"/sync", body, b"content-encoding: gzip\r\n")
    if [told.verdict for told in client.take(reply).receipts] != ["taken"]:
        raise RuntimeError(f"the talk was not taken: {reply.body!r}")
    return reply, len(body)


def _changes(person: str, volunteer: str) -> list[Json]:
    chance = Random(8)
    conversation = talk(chance, person, now_ms())
    conversation["set"] = {**conversation["set"], **ANSWERS}
    (seen, promise) = (talk(chance, person, 0)["record"] for _ in range(2))
    number = {"kind": "person", "record": person, "set": {"phone": "+17805550142"}}
    promised = {
        "person": person,
        "conversation": conversation["record"],
        "text": "Bring the overtime form",
        "due": "2026-12-02",
        "owner": volunteer,
        "state": "open",
    }
    return [
        conversation,
        {**number, "saw": {"phone": [f"{seen}:0"]}},
        {"kind": "follow_up", "record": promise, "set": promised, "saw": {}},
    ]
