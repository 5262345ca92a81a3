"""What the world asks of a phone, whether it is made of Python or of the real JavaScript.

A phone never touches a network or a clock: what it wants to send comes out as `Asked`, how long
it wants to wait as `Pause`, and the world decides what becomes of both. Every call returns when
the phone has nothing left to do until the world says something to it again.
"""

import gzip
import json
from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

Json = dict[str, Any]
Clock = Callable[[], int]  # true time, ms since 1970, UTC
LOST = "no_network"  # the request or its reply never came
LATE = "time_out"  # the phone gave up waiting; the server may have heard


class Asked(NamedTuple):
    """A request that waits for `answer` or `fail`; `ticket` is the phone's own number for it."""

    ticket: int
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    def up(self) -> Json | None:
        """Return what an exchange sends up; None for what is no exchange."""
        if self.path != "/sync":
            return None
        is_zipped = self.headers.get("content-encoding") == "gzip"
        up: Json = json.loads(gzip.decompress(self.body) if is_zipped else self.body)
        return up


class Pause(NamedTuple):
    """A wait the phone asked for (Retry-After and some); `wake` ends it."""

    ticket: int
    ms: int


Said = list[Asked | Pause]


class State(NamedTuple):
    """What a phone's storage says, read anew; all of it survives a kill.

    waiting: ids of saves without a receipt, oldest first, those set aside and carried included.
    set_aside: ids among the own of them that are no longer offered by themselves.
    carried: ids among them that another phone made.
    receipts: save id -> its last receipt, for every save still kept.
    saved: id of every own save that was ever called saved, oldest first.
    records: "kind/id" -> register -> heads, as the server sent them.
    shown: "kind/id" -> register -> {"value", "id", "conflict"}: records and own saves, folded.
    """

    device: str | None
    volunteer: str | None
    waiting: list[str]
    set_aside: list[str]
    carried: list[str]
    receipts: dict[str, Json]
    saved: list[str]
    cursor: Json | None
    records: dict[str, dict[str, list[Json]]]
    shown: dict[str, dict[str, Json]]
    is_wiped: bool


class Phone(Protocol):
    """One running app on one storage. After `kill` only `start`, `evict` and `state` are called."""

    name: str
    language: str  # Python or JavaScript

    def join(self, token: str) -> Said:
        """Redeem an invitation; who joins again becomes a new device and keeps what waits."""

    def save(self, changes: list[Json]) -> str | None:
        """Make a save of [{kind, record, set}] and return its id once it is called saved.

        `saw` is the phone's to say: every head it holds, and the closure over its own saves.
        None when the phone says it could not save (not joined, no room).
        """

    def withdraw(self, save: str) -> str | None:
        """Undo an own save; the id of the save that does, or None when that is not the phone's."""

    def exchange(self) -> Said:
        """Begin to exchange; nothing when one is under way, here or in another tab."""

    def answer(self, ticket: int, status: int, headers: dict[str, str], body: bytes) -> Said:
        """A reply came, maybe not the server's own, maybe not whole."""

    def fail(self, ticket: int, reason: str) -> Said:
        """No reply will come: LOST or LATE."""

    def wake(self, ticket: int) -> Said:
        """A pause is over."""

    def is_busy(self) -> bool:
        """Whether an exchange is under way in this process."""

    def kill(self, commits: int = 0) -> None:
        """The process dies here; open tickets die with it, storage stays.

        With `commits` it dies by itself later, right after its storage has committed that many
        more transactions; whatever it was asked to do then gives nothing.
        """

    def is_alive(self) -> bool:
        """Whether the process runs."""

    def start(self) -> None:
        """A new process on the same storage."""

    def evict(self) -> None:
        """The browser drops the storage; what follows is a phone that never joined."""

    def copy(self, name: str) -> "Phone":
        """Another phone with the same bytes in its storage, as from a backup; it is running."""

    def tab(self, name: str) -> "Phone":
        """A second process on this very storage; it is running."""

    def export(self) -> str:
        """What waits, as the text of a file: {"rounds": 1, "envelopes": [...]}."""

    def carry(self, text: str) -> None:
        """Take another phone's file along, to send it with what waits here."""

    def fill(self, is_full: bool) -> None:
        """Let its storage have no room, or have some again."""

    def clock(self, offset_ms: int) -> None:
        """From now on this device's clock shows true time plus this much."""

    def state(self) -> State:
        """What its storage says; no side effects, also while dead."""

    def dump(self) -> str:
        """Every readable text that lies in its storage, for a search for what should be gone."""

    def close(self) -> None:
        """The run is over."""


class Make(Protocol):
    """How the world makes phones: one for Python, one for Node."""

    def __call__(self, name: str, clock: Clock, seed: int, *, is_old: bool = False) -> Phone:
        """Return a running phone that never joined; an old one never learns a new schema."""
