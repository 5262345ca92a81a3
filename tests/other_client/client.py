"""Joining, making saves, exchanging."""

import copy
import json
import secrets
from collections.abc import Callable, Iterator
from http.cookies import SimpleCookie
from typing import Any

from tests.other_client.apply import apply
from tests.other_client.clock import Clock
from tests.other_client.fold import Write, is_conflict, shown
from tests.other_client.records import rule_of
from tests.other_client.seal import seal
from tests.other_client.show import now_held, saw
from tests.other_client.state import Own, State

SCHEMA = 2
MOST_BYTES = 900_000
MOST_ENVELOPES = 100
MOST_STUMBLES = 3


class OtherClient:
    """A volunteer's device. `http` has get(path) and post(path, content=, headers=).

    Answers have status_code, headers and json(). TimeoutError means that no answer came.
    """

    def __init__(self, http: Any, reads: Callable[[], int]) -> None:
        self.http = http
        self.clock = Clock(reads)
        self.state = State()
        self.kinds: dict = {}
        self.lifts: list = []
        self.not_before = 0
        self.problem = ""

    def join(self, token: str) -> None:
        """Become a device; what an earlier one had not sent stays and goes up as it is."""
        status, answer = self.post("/join", {"token": token})
        if status != 200:
            raise PermissionError(answer["problem"])
        self.state.device, self.state.n, self.state.cursor = answer["device"], 0, None
        self.state.volunteer, self.state.roles = answer["volunteer"], answer["roles"]
        self.state.seals[self.state.device], self.state.key = answer["seal"], answer["key"]
        self.state.read = answer["read"]
        self.kinds = self.http.get("/sync/kinds.json").json()
        self.lifts = self.http.get("/sync/lifts.json").json()
        self.problem = ""

    def save(self, *changes: tuple[str, str, dict]) -> str:
        """Write down (kind, record, {register: value}) and return the save's id."""
        state, (at, error_ms) = self.state, self.clock.estimate()
        save = {
            "id": uuid7(at),
            "device": state.device,
            "n": state.n + 1,
            "at": at,
            "at_error_ms": error_ms,
            "schema": SCHEMA,
            "changes": [
                {
                    "kind": kind,
                    "record": record,
                    "set": values,
                    "saw": self.saw(kind, record, values),
                }
                for kind, record, values in changes
            ],
        }
        return self.keep(save)

    def keep(self, save: dict) -> str:
        """Seal a finished save and keep it until the server has it."""
        header = {name: save[name] for name in ("id", "device", "n")}
        header["key"] = self.state.key["id"]
        text = json.dumps(save, ensure_ascii=False)
        envelope = seal(text, header, self.state.seals[self.state.device], self.state.key["public"])
        self.state.saves[save["id"]] = Own(envelope, text)
        self.state.n = save["n"]
        return save["id"]

    def saw(self, kind: str, record: str, values: dict) -> dict[str, list[str]]:
        return {
            name: saw((kind, record, name), self.state, self.kinds, self.lifts) for name in values
        }

    def heads(self, kind: str, record: str, register: str) -> list[Write]:
        held = now_held(self.state, self.kinds, self.lifts)
        return held.get((kind, record, register), [])

    def shown(self, kind: str, record: str, register: str) -> Any:
        return shown(rule_of(self.kinds, kind, register), self.heads(kind, record, register))

    def is_conflict(self, kind: str, record: str, register: str) -> bool:
        return is_conflict(rule_of(self.kinds, kind, register), self.heads(kind, record, register))

    def export(self) -> dict:
        """Return the file that somebody else's device can bring."""
        return {"rounds": 1, "envelopes": [own.envelope for own in self.waiting()]}

    def carry(self, file: dict) -> None:
        for envelope in file["envelopes"]:
            self.state.carried[envelope["header"]["id"]] = envelope

    def waiting(self) -> list[Own]:
        found = [own for own in self.state.saves.values() if own.waits and not own.set_aside]
        return sorted(found, key=lambda own: (own.device == self.state.device, own.device, own.n))

    def exchange(self) -> None:
        """Send and fetch until both sides have everything, or until the server says not now."""
        offered: set[tuple[str, str]] = set()
        at_once, more, stumbles = MOST_ENVELOPES, True, 0
        while more:
            batch = list(self.batch(at_once, offered))
            status, answer = self.post("/sync", self.request(batch))
            if status in {0, 400, 413, 500} and len(batch) > 1:
                at_once = len(batch) // 2
            elif status in {400, 413} and batch:
                self.set_aside(batch[0]["header"]["id"], answer["problem"])
            elif status in {0, 500} and batch and stumbles < MOST_STUMBLES:
                # Perhaps it is the way there and not the envelope: offered again next time.
                offered.add(named(batch[0]))
                stumbles += 1
            elif status == 200:
                offered.update(named(envelope) for envelope in batch)
                self.apply(answer)
                more = answer["more"] or bool(list(self.batch(1, offered)))
            else:
                self.problem = answer["problem"] if answer else "no_answer"
                return
        self.problem = ""

    def batch(self, at_most: int, offered: set[tuple[str, str]]) -> Iterator[dict]:
        """Yield what to send next: nothing twice in one go, own saves in the order of n."""
        size = given = 0
        for envelope in [own.envelope for own in self.waiting()] + list(
            self.state.carried.values()
        ):
            if named(envelope) not in offered:
                size += len(json.dumps(envelope)) + 1
                # One that is too large goes alone, so that the server says so.
                if given == at_most or (given and size > MOST_BYTES):
                    return
                given += 1
                yield envelope

    def request(self, batch: list[dict]) -> dict:
        return {
            "protocol": 2,
            "device": self.state.device,
            "cursor": self.state.cursor,
            "sent_at": self.clock.estimate()[0],
            "key": self.state.key["id"],
            "envelopes": batch,
        }

    def set_aside(self, id: str, problem: str) -> None:
        """Stop offering what the server refuses even alone; the rest goes on."""
        if id in self.state.saves:
            self.state.saves[id].set_aside = problem
        self.state.carried.pop(id, None)

    def apply(self, answer: dict) -> None:
        # A copy first, so that an answer counts as a whole or not at all.
        state = copy.deepcopy(self.state)
        apply(answer, state, self.kinds, self.clock.estimate()[0])
        self.state = state

    def post(self, path: str, body: dict) -> tuple[int, dict]:
        """Return status and answer; status 0 means that no answer came in time."""
        headers = {"Content-Type": "application/json", "Accept-Language": "en"}
        headers["Cookie"] = "; ".join(f"{name}={is_}" for name, is_ in self.state.cookies.items())
        if self.state.read:
            headers["Authorization"] = f"Bearer {self.state.read}"
        sent = self.clock.reads()
        try:
            answer = self.http.post(path, content=json.dumps(body).encode(), headers=headers)
        except TimeoutError:
            return 0, {}
        told = answer.json()
        if answer.status_code == 200:
            self.clock.measure(sent, self.clock.reads(), told["now"])
            cookies = SimpleCookie(answer.headers.get("set-cookie", ""))
            self.state.cookies.update({name: cookie.value for name, cookie in cookies.items()})
        if answer.status_code in (429, 503):
            wait_ms = int(answer.headers["Retry-After"]) * 1000
            self.not_before = self.clock.reads() + wait_ms + secrets.randbelow(wait_ms + 1)
        return answer.status_code, told


def named(envelope: dict) -> tuple[str, str]:
    """Name an envelope by save and key: one that was sealed again is another."""
    return (envelope["header"]["id"], envelope["header"].get("key", ""))


def uuid7(at: int) -> str:
    hexed = f"{max(at, 0) % 2**48:012x}7{secrets.randbelow(2**12):03x}"
    hexed += f"{secrets.randbelow(4) + 8:x}{secrets.randbelow(2**60):015x}"
    return "-".join([hexed[:8], hexed[8:12], hexed[12:16], hexed[16:20], hexed[20:]])
