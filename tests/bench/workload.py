"""What is sent: a made-up union, and saves of talks of about 560 bytes of JSON each.

Twin of the peer's documents: peer/conversations.js.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from server.ids import new_id, now_ms
from sync.save import SCHEMA, Change
from tests.simulator.phone_wrap import wrap

WORDS, NAMES = json.loads((Path(__file__).parent / "words.json").read_text()).values()
HOURS_MS = 3600 * 1000
Json = dict[str, Any]


class Union(NamedTuple):
    """Who has whom: volunteer -> people; all ids are UUIDv7. `coordinator` reaches everybody."""

    coordinator: str
    lists: dict[str, list[str]]


class Device(NamedTuple):
    """What a phone knows once it has joined. seal: its HMAC key, in base64; key: the server's."""

    id: str
    volunteer: str
    cookie: str
    seal: str
    key: Json


def union_of(volunteers: int, people_each: int, seed: int) -> Union:
    """Return a union's ids; the same seed gives the same union but for the moment of its ids."""
    chance = Random(seed)
    lists = {_id(chance): [_id(chance) for _ in range(people_each)] for _ in range(volunteers)}
    return Union(_id(chance), lists)


def set_up(union: Union, seed: int) -> Iterator[Change]:
    """Yield the changes that make a union: volunteers, people, who has whom."""
    chance = Random(seed)
    said = {"name": "Dara Wójcik", "roles/coordinator": True, "active": True, "language": "en"}
    yield Change("volunteer", union.coordinator, said)
    for volunteer, people in union.lists.items():
        said = {"name": _name(chance), "roles/go_to": True, "active": True, "language": "en"}
        yield Change("volunteer", volunteer, said)
        for person in people:
            yield Change("person", person, _person(chance))
            yield Change("assignment", person, {"volunteer": volunteer})


def talk(chance: Random, person: str, at: int) -> Json:
    """Return the change of one conversation."""
    said = {
        "person": person,
        "campaign": "blitz-2026",
        "questionnaire": "q-1",
        "when": at,
        "how": "in_person",
        "result": "talked",
        "answers/platform": chance.choice(("yes", "no", "unsure")),
        "answers/rapid": chance.choice(("yes", "no", "unsure")),
        "answers/workload": " ".join(chance.choices(WORDS, k=12)),
    }
    return {"kind": "conversation", "record": _id(chance), "set": said, "saw": {}}


def save_of(chance: Random, device: str, n: int, *changes: Json) -> Json:
    """Return one save, made now."""
    at = now_ms()
    return {
        "id": _id(chance),
        "device": device,
        "n": n,
        "at": at,
        "at_error_ms": 120,
        "schema": SCHEMA,
        "changes": [*changes],
    }


def talks(chance: Random, device: Device, people: list[str], first: int, count: int) -> list[Json]:
    """Return a phone's saves of talks, numbered from `first`."""
    at = now_ms() - HOURS_MS
    return [
        save_of(chance, device.id, first + i, talk(chance, chance.choice(people), at))
        for i in range(count)
    ]


def plain(save: Json) -> Json:
    """Return a save in an envelope that anybody can read."""
    return wrap(save, None, None)


def sealed(save: Json, device: Device) -> Json:
    """Return a save in an envelope that only the server can open."""
    return wrap(save, device.seal, device.key)


def _person(chance: Random) -> Json:
    return {
        "name": _name(chance),
        "number_end": f"{chance.randrange(10000):04}",
        "worksite": f"site-{chance.randrange(80)}",
        "department": f"Ward {chance.randrange(60)}",
        "work_shift": chance.choice(("days", "evenings", "nights")),
        "local": "local-1",
        "unit": "unit-1",
        "relation": "in_unit",
    }


def _name(chance: Random) -> str:
    return f"{chance.choice(NAMES)} {chance.choice(WORDS).title()}"


def _id(chance: Random) -> str:
    return new_id(now_ms(), chance.getrandbits(74))
