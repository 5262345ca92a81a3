"""A phone in a few lines of Python, that speaks the exchange over a test client."""

import json
from collections.abc import Callable
from typing import Any

from starlette.testclient import TestClient

from server.ids import new_id, now_ms

Json = dict[str, Any]


class ModelPhone:
    """Joins with a token, makes saves, exchanges; remembers receipts, records, what to forget."""

    def __init__(self, client: TestClient, token: str) -> None:
        self.client = client
        answer = client.post("/join", json={"token": token})
        assert answer.status_code == 200, answer.text
        self.me: Json = answer.json()
        self.cookie = "; ".join(f"{name}={value}" for name, value in answer.cookies.items())
        self.headers = {"cookie": self.cookie, "authorization": f"Bearer {self.me['read']}"}
        client.cookies.clear()
        self.n = 0
        self.cursor: Json | None = None
        self.waiting: list[Json] = []
        self.receipts: dict[str, Json] = {}
        self.records: dict[tuple[str, str], Json] = {}
        self.about: dict[tuple[str, str], str] = {}

    def save(self, *changes: Json, at: int | None = None, id: str | None = None) -> str:
        """Make a save that waits; return its id. A change is {kind, record, set, saw?}."""
        self.n += 1
        at = now_ms() if at is None else at
        save = {
            "id": id or new_id(now_ms()),
            "device": self.me["device"],
            "n": self.n,
            "at": at,
            "at_error_ms": 0,
            "schema": 1,
            "changes": [{"saw": {}, **change} for change in changes],
        }
        self.waiting.append(self.wrap(save))
        return str(save["id"])

    def talk(self, person: str, conversation: str | None = None, **answers: str) -> str:
        """Make the save of a talk with one of the campaign's people; return its id."""
        set_ = {"person": person, "campaign": "campaign-1", "questionnaire": "q-1"}
        set_ |= {"how": "in_person", "result": "talked"}
        said = {f"answers/{key}": value for key, value in answers.items()}
        record = conversation or new_id(now_ms())
        moment = {"when": now_ms()}
        return self.save(
            {"kind": "conversation", "record": record, "set": {**set_, **moment, **said}}
        )

    def wrap(self, save: Json) -> Json:
        """Return a save in its envelope."""
        header = {key: save[key] for key in ("id", "device", "n")}
        return {"header": header, "plain": json.dumps(save, ensure_ascii=False)}

    def up(self) -> Json:
        """Return what would be sent now."""
        return {
            "protocol": 2,
            "cursor": self.cursor,
            "sent_at": now_ms(),
            "envelopes": self.waiting,
        }

    def exchange(self, *, lose_reply: bool = False) -> Json:
        """Send what waits and apply what comes back, until there is no more."""
        while True:
            answer = self.client.post("/sync", json=self.up(), headers=self.headers)
            assert answer.status_code == 200, answer.text
            down: Json = answer.json()
            if lose_reply:
                return down
            self.apply(down)
            if not down["more"]:
                return down

    def apply(self, down: Json) -> None:
        """Take a page in: receipts, then records, then what to forget."""
        for receipt in down["receipts"]:
            self.receipts[receipt["save"]] = receipt
        told = self.receipts
        self.waiting = [e for e in self.waiting if e["header"]["id"] not in told]
        if down["fresh"]:
            self.records.clear()
        for key in list(self.records):
            if self.about[key] in down["forget"]:
                del self.records[key]
        for record in down["records"]:
            key = (record["kind"], record["id"])
            kept = {} if record["whole"] else self.records.get(key, {})
            write, said = record.get("write"), record.get("said", {})
            together = {register: [{**write, "value": value}] for register, value in said.items()}
            self.records[key] = {**kept, **record["fields"], **together}
            self.about[key] = record["about"]
        self.cursor = down["cursor"]

    def heads(self, kind: str, record: str, field: str) -> list[Json]:
        """Return the heads this phone holds of one register."""
        return list(self.records.get((kind, record), {}).get(field, []))

    def saw(self, kind: str, record: str, field: str) -> Json:
        """Return a `saw` that names what this phone shows of one register."""
        return {field: [head["id"] for head in self.heads(kind, record, field)]}


Join = Callable[[str], ModelPhone]  # a volunteer's id -> a phone that has just joined
