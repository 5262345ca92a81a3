"""The load: phones in one process of their own, so that the server has its core for itself.

Reads a pickled Plan on standard input, prints what came of it as one line of JSON.
"""

import asyncio
import json
import pickle
import random
import resource
import subprocess
import sys
import time
from dataclasses import dataclass, field
from typing import NamedTuple

from tests.bench.client import Client, since
from tests.bench.packing import Packed

CONNECTIONS = 12_000


class Phone(NamedTuple):
    """A phone of the load: what it sends, one exchange each. cursor: None to pull one first."""

    cookie: str
    key: str | None
    cursor: bytes | None
    batches: list[Packed]


class Plan(NamedTuple):
    """Which phones come to which port; all at once unless `at_once` says how many."""

    port: int
    phones: list[Phone]
    at_once: int | None = None


@dataclass
class Outcome:
    """What the phones saw: seconds until all were done; save -> verdict; how often 503; bytes.

    waits_s: of each exchange, from its first try to its answer.
    """

    seconds: float = 0
    waits_s: list[float] = field(default_factory=list)
    verdicts: dict[str, str] = field(default_factory=dict)
    busy: int = 0
    up: int = 0
    down: int = 0

    @property
    def p99_s(self) -> float:
        """The wait that one exchange in a hundred exceeds."""
        ordered = sorted(self.waits_s)
        return ordered[int(len(ordered) * 0.99)]


def run_load(plan: Plan) -> Outcome:
    """Run a plan in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.load"]
    done = subprocess.run(command, input=pickle.dumps(plan), stdout=subprocess.PIPE, check=True)
    return Outcome(**json.loads(done.stdout))


async def _all(plan: Plan) -> Outcome:
    clients = [await _ready(plan.port, phone) for phone in plan.phones]
    outcome = Outcome()
    waiting = iter(zip(clients, plan.phones, strict=True))

    async def some() -> None:
        for client, phone in waiting:
            await _send(client, phone, outcome)
            client.close()

    start = time.perf_counter()
    await asyncio.gather(*(some() for _ in range(plan.at_once or len(clients))))
    outcome.seconds = since(start)
    return outcome


async def _ready(port: int, phone: Phone) -> Client:
    client = Client(port, phone.cookie, phone.key)
    if phone.cursor is None:
        await client.pull()
        client.close()  # the server hangs up on who is silent for five seconds
    else:
        client.cursor = phone.cursor
    return client


async def _send(client: Client, phone: Phone, outcome: Outcome) -> None:
    for packed in phone.batches:
        start = time.perf_counter()
        reply = await client.ask(packed)
        while reply.status == 503:
            outcome.busy += 1
            client.close()
            await asyncio.sleep(int(reply.headers[b"retry-after"]) * random.uniform(1, 1.5))
            reply = await client.ask(packed)
        if reply.status != 200:
            raise RuntimeError(f"{reply.status}: {reply.body[:300]!r}")
        outcome.waits_s.append(since(start))
        outcome.verdicts |= {told.save: told.verdict for told in client.take(reply).receipts}
        outcome.up += reply.up
        outcome.down += reply.down


def main() -> None:
    """Do what the plan says."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, CONNECTIONS), most))
    plan: Plan = pickle.load(sys.stdin.buffer)
    json.dump(vars(asyncio.run(_all(plan))), sys.stdout)


if __name__ == "__main__":
    main()
