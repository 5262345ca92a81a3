"""Phones in Node on the real app: what carries their requests, and the fixtures that make them."""

import random
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from server.ids import now_ms
from tests.simulator.node_phone import NodePhone, NodePhones
from tests.simulator.phone import LOST, Asked, Json, Said
from tests.small_union import SmallUnion

FATES = ("ok", "request lost", "reply lost", "half a reply")


class Line:
    """Carries what phones say to the app; with `chance`, it loses some of it."""

    def __init__(self, client: TestClient, chance: random.Random | None = None) -> None:
        self.client = client
        self.chance = chance

    def carry(self, phone: NodePhone, said: Said) -> None:
        """Carry until the phone has nothing more to say; what it waits for is over at once."""
        while said:
            one = said.pop(0)
            said += self.pass_on(phone, one) if isinstance(one, Asked) else phone.wake(one.ticket)

    def pass_on(self, phone: NodePhone, asked: Asked) -> Said:
        """Let one request have its fate."""
        fate = self.chance.choice(FATES) if self.chance else "ok"
        if fate == "request lost":
            return phone.fail(asked.ticket, LOST)
        status, headers, body = self.ask(asked)
        if fate == "reply lost":
            return phone.fail(asked.ticket, LOST)
        half = len(body) // 2 if fate == "half a reply" else None
        return phone.answer(asked.ticket, status, headers, body[:half])

    def ask(self, asked: Asked) -> tuple[int, dict[str, str], bytes]:
        """Return what the app answers, unpacked."""
        reply = self.client.request(
            asked.method, asked.path, headers=asked.headers, content=asked.body
        )
        self.client.cookies.clear()
        gone = ("content-encoding", "content-length")
        headers = {name: value for name, value in reply.headers.items() if name not in gone}
        return reply.status_code, headers, reply.content


@pytest.fixture(scope="session")
def node_phones() -> Iterator[NodePhones]:
    """Makes phones of the app's own modules, all in one Node process."""
    with NodePhones() as make:
        yield make


@pytest.fixture
def node_line(client: TestClient) -> Line:
    """A good line to the real app."""
    return Line(client)


@pytest.fixture
def node_ana(node_phones: NodePhones, union: SmallUnion, node_line: Line) -> Iterator[NodePhone]:
    """A phone of Ana's in Node that has joined and holds what is hers."""
    phone = node_phones("ana", now_ms, seed=1)
    node_line.carry(phone, phone.join(union.link_token("ana")))
    yield phone
    phone.close()


def note(text: str, person: str = "minh") -> list[Json]:
    """Return the changes of a note about a person."""
    return [{"kind": "person", "record": person, "set": {"note": text}}]


def stored(union: SmallUnion, phone: NodePhone) -> dict[int, str]:
    """Return n -> id of the saves of a phone's device that the server has."""
    device = phone.brief().device
    rows = union.read("SELECT n, id FROM save WHERE device = ? ORDER BY n", device)
    return {row["n"]: row["id"] for row in rows}
