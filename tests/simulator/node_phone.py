"""Phones that run the app's real JavaScript, many in one Node process. Other end: node/deeds.js."""

import base64
import json
import re
from pathlib import Path
from typing import Any

from server.routes.phone import PWA, shell
from tests.simulator.node_process import NodeProcess
from tests.simulator.phone import Asked, Clock, Json, Pause, Said, State

START = "/start.json"
LIFTS = Path(__file__).parents[2] / "sync" / "lifts.json"


class NodePhones:
    """Makes phones (phone.Make) in one Node process, which ends with the `with` block.

    edits: url -> text of modules that stand in for the app's own, as for a planted fault.
    """

    def __init__(self, edits: dict[str, str] | None = None) -> None:
        self.node = NodeProcess()
        self._edits = edits or {}
        self._files = app_files()

    def __call__(self, name: str, clock: Clock, seed: int, *, is_old: bool = False) -> "NodePhone":
        """Return a running phone that never joined."""
        phone = NodePhone(self.node, name, clock, seed)
        files = {**self._files, **(old_files(self._files) if is_old else {})}
        edits = {**self._edits, **({"/sync/save.js": old_save_module()} if is_old else {})}
        phone.ask("make", {"seed": f"{seed} {name}", "files": files, "edits": edits})
        return phone

    def __enter__(self) -> "NodePhones":
        return self

    def __exit__(self, *problem: object) -> None:
        self.node.close()


class NodePhone:
    """One process of the app on one storage. See phone.Phone for what each call means."""

    language = "JavaScript"

    def __init__(self, node: NodeProcess, name: str, clock: Clock, seed: int) -> None:
        self.name = name
        self._node = node
        self._clock = clock
        self._seed = seed
        self.refused: str | None = None  # the problem the last invitation met

    def ask(self, what: str, *given: Any) -> Json:
        """Let Node do one thing and all that follows. Raises NodeProblem."""
        (reply,) = self._node.ask([[self._clock(), what, self.name, *given]])
        self.refused = reply.get("refused")
        return reply

    # --- What a person does -------------------------------------------------------------------

    def join(self, token: str) -> Said:
        """Redeem an invitation."""
        return self._hear("join", token)

    def save(self, changes: list[Json]) -> str | None:
        """Make a save; the phone also tries to send it, which fails: it has no signal here."""
        return self.ask("save", changes).get("value")

    def save_together(self, saves: list[tuple["NodePhone", list[Json]]]) -> list[str | None]:
        """Begin saves in this phone's tabs in the same moment; return their ids in this order."""
        given = [(phone.name, changes) for phone, changes in saves]
        return list(self.ask("save_together", given)["value"])

    def withdraw(self, save: str) -> str | None:
        """Undo an own save."""
        return self.ask("withdraw", save).get("value")

    def export(self) -> str:
        """Return what waits as a file's text."""
        return str(self.ask("export")["value"])

    def carry(self, text: str) -> None:
        """Take another phone's file along."""
        self.ask("carry", text)

    def lock(self) -> None:
        """Lock what can be read."""
        self.ask("lock")

    def unlock(self) -> Said:
        """Open it with the PIN; the phone exchanges at once."""
        return self._hear("unlock")

    def look(self, is_visible: bool) -> Said:
        """Turn the screen on or off; the app stops its timers while nobody looks."""
        return self._hear("look", is_visible)

    def online(self) -> Said:
        """Let the browser say that there is signal again."""
        return self._hear("online")

    # --- What the network and time do ---------------------------------------------------------

    def exchange(self) -> Said:
        """Begin to send and fetch."""
        return self._hear("exchange")

    def answer(self, ticket: int, status: int, headers: dict[str, str], body: bytes) -> Said:
        """Hear a reply."""
        return self._hear("answer", ticket, status, headers, base64.b64encode(body).decode())

    def fail(self, ticket: int, reason: str) -> Said:
        """Hear that there will be no reply."""
        return self._hear("fail", ticket, reason)

    def wake(self, ticket: int) -> Said:
        """End a pause."""
        return self._hear("wake", ticket)

    def advance(self) -> Said:
        """Let every wait end that is over by the time it is: pauses, and what takes too long."""
        return self._hear("advance")

    def is_busy(self) -> bool:
        """Whether an exchange is under way here."""
        return bool(self.ask("busy")["value"])

    # --- What fate does -----------------------------------------------------------------------

    def kill(self, commits: int = 0) -> None:
        """Die now, or right after so many more commits."""
        self.ask("kill", commits)

    def kill_after(self, turns: int | None) -> None:
        """Die between two steps of the event loop, so many from now; None takes it back."""
        self.ask("kill_after", turns)

    def is_alive(self) -> bool:
        """Whether the process runs."""
        return self._node.alive[self.name]

    def start(self, turns: int | None = None) -> None:
        """Run again; with `turns`, die after so many more."""
        self.ask("start", turns)

    def evict(self) -> None:
        """Lose the storage, and run again if it ran."""
        self.ask("evict")

    def copy(self, name: str) -> "NodePhone":
        """Return a phone that holds the same bytes."""
        self.ask("copy", name, f"{self._seed} {name}")
        return self._seated(name)

    def tab(self, name: str) -> "NodePhone":
        """Return a second process on this storage."""
        self.ask("tab", name)
        return self._seated(name)

    def _seated(self, name: str) -> "NodePhone":
        other = NodePhone(self._node, name, self._clock, self._seed)
        other.ask("alive")
        return other

    def clock(self, offset_ms: int) -> None:
        """Turn the device's clock, for all its tabs."""
        self.ask("clock", offset_ms)

    def fill(self, is_full: bool) -> None:
        """Let the storage have no room, or have some again."""
        self.ask("fill", is_full)

    def drop(self) -> None:
        """Close the database under the app, as iOS does."""
        self.ask("drop")

    def close(self) -> None:
        """Die, and be forgotten by Node."""
        self.ask("leave")

    # --- What the world looks at --------------------------------------------------------------

    def state(self) -> State:
        """Return what the storage says; `shown` is what the app's screens would read."""
        return State(**self.ask("state")["value"])

    def brief(self) -> State:
        """Return the same without `shown`, at a lower price."""
        return State(**self.ask("brief")["value"])

    def dump(self) -> str:
        """Return every value in the storage."""
        return str(self.ask("dump")["value"])

    def _hear(self, what: str, *given: Any) -> Said:
        return [_said(one) for one in self.ask(what, *given).get("said", ())]


def _said(one: Json) -> Asked | Pause:
    if "ms" in one:
        return Pause(one["ticket"], int(one["ms"]))
    return Asked(**{**one, "body": base64.b64decode(one["body"])})


def app_files() -> dict[str, str]:
    """Return url -> text of what the app's service worker answers from its cache."""
    return {url: file.body.decode() for url, file in shell().items() if url == START}


def old_files(files: dict[str, str]) -> dict[str, str]:
    """Return the files as an app of schema 1 had them: names before the lifts, and no lifts."""
    start: dict[str, Json] = json.loads(files[START])
    for step in json.loads(LIFTS.read_text()):
        for kind, registers in step["registers"].items():
            fields = start["kinds"][kind]["fields"]
            for old, new in registers.items():
                if new in fields:
                    fields[old] = fields.pop(new)
    return {START: json.dumps({**start, "lifts": []})}


def old_save_module() -> str:
    """Return sync/save.js as an app of schema 1 had it."""
    text = (PWA / "sync" / "save.js").read_text()
    return re.sub(r"\bSCHEMA = \d+", "SCHEMA = 1", text)
