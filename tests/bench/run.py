"""One run of the bench: its sizes, its folder, and the peer beside it."""

import json
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from tests.bench.figures import Figure
from tests.bench.servers import HERE, Server
from tests.bench.union import Big, Joined, make_big, make_joined


class Sizes(NamedTuple):
    """How much of everything. crowd: phones that push save by save; peer_batches: 0 is its own."""

    rounds: int
    volunteers: int
    people_each: int
    saves: int
    clients: tuple[int, ...]
    crowd: int
    peer_batches: tuple[int, ...]
    big_volunteers: int
    big_talks: int
    asked: int
    herds: int


WHOLE = Sizes(3, 1000, 20, 10_000, (1, 8, 64, 500), 64, (0, 1000), 5000, 800_000, 40, 3)
QUICK = Sizes(1, 20, 10, 200, (4,), 8, (0,), 30, 600, 3, 1)


@dataclass
class Run:
    """What the steps share."""

    sizes: Sizes
    folder: Path
    peer: Server | None
    peers: dict[int, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    _turn: int = 0

    def say(self, words: str) -> None:
        """Tell whoever waits what is going on."""
        print(f"· {words} (load {self.load:.1f})", file=sys.stderr, flush=True)

    @property
    def load(self) -> float:
        """The machine's load over the last minute."""
        return os.getloadavg()[0]

    @cached_property
    def base(self) -> Joined:
        """A union whose phones have joined and sent nothing yet; work on copies of it."""
        self.say("making a union")
        sizes = self.sizes
        return make_joined(self.folder / "base", sizes.volunteers, sizes.people_each)

    @cached_property
    def big(self) -> Big:
        """A year of a large union, made once; whoever adds to it leaves it whole."""
        self.say("making a large union; this takes minutes")
        sizes = self.sizes
        return make_big(
            self.folder / "big", sizes.big_volunteers, sizes.people_each, sizes.big_talks
        )

    def turns(self, what: str) -> Iterator[int]:
        """Count the turns of a step, in each of which the peer goes once after ours."""
        self.peers.clear()
        for turn in range(self.sizes.rounds):
            self.say(f"{what}, turn {turn + 1} of {self.sizes.rounds}")
            yield turn
            self.run_peer()

    def run_peer(self) -> None:
        """Let the peer's client go once at each batch size, and keep what it measured."""
        for batch in self.sizes.peer_batches if self.peer else ():
            self.peers[batch].append(self._peer(batch))

    def best_peer(
        self, read: Callable[[dict[str, Any]], float], unit: str = "/s"
    ) -> tuple[str, Figure | None]:
        """Return the peer's best batch size, by name, and what it measured there."""
        if self.peer and not self.peers:
            self.run_peer()
        found = [(Figure([*map(read, runs)], unit), batch) for batch, runs in self.peers.items()]
        if not found:
            return "", None
        best, batch = max(found, key=lambda each: each[0].over(found[0][0]))
        return f"PouchDB, batch_size {batch or 'its own'}", best

    def _peer(self, batch: int) -> dict[str, Any]:
        assert self.peer is not None
        self._turn += 1
        given = [f"http://127.0.0.1:{self.peer.port}", self.sizes.saves, batch, self._turn]
        command = ["node", str(HERE / "peer" / "client.js"), *map(str, given)]
        done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
        measured: dict[str, Any] = json.loads(done.stdout)
        return measured
