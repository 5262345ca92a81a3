"""Random histories: a few phones that save, rule, lose replies and are reassigned, by one seed."""

import random
from typing import Any

from server.ids import now_ms
from tests.model_phone import Join, Json, ModelPhone

VOLUNTEERS = ("ana", "luc", "cleo", "cem", "dara", "emil")
PEOPLE = ("minh", "siobhan", "adaeze", "ravneet", "zoe")
TALKS = tuple(f"talk-{index}" for index in range(6))
# kind -> records, and register -> values; what a phone may write among it is the server's to say.
WRITES: dict[str, tuple[tuple[str, ...], dict[str, tuple[Any, ...]]]] = {
    "person": (
        PEOPLE,
        {
            "phone": ("1", "2", None),
            "note": ("a", "b"),
            "worksite": ("ward-42", "depot"),
            "do_not_contact/all": (True, False),
            "local": ("local-1", "local-2"),
        },
    ),
    "conversation": (
        TALKS,
        {"person": PEOPLE, "note": ("a", "b"), "answers/platform": ("yes", "no")},
    ),
    "assignment": (PEOPLE, {"volunteer": ("ana", "luc", None)}),
    "volunteer": (
        VOLUNTEERS[:4],
        {"roles/go_to": (True, False), "roles/picket_captain": (True, False), "active": (True,)},
    ),
    "picket_line": (
        ("gate-3", "gate-4"),
        {
            "captains/cleo": (True, False, None),
            "captains/cem": (True, False, None),
            "expects/ward-42": (True, False),
            "expects/depot": (True, None),
        },
    ),
    "alias": (("alias-1", "alias-2"), {"person": PEOPLE, "same_as": PEOPLE}),
    "import": (("import-1",), {"source": ("list",)}),
    "check_event": (
        ("event-1", "event-2"),
        {"line": ("gate-3", "gate-4"), "person": PEOPLE, "way": ("in", "out"), "when": (1, 2)},
    ),
}


def live(join: Join, chance: random.Random, steps: int) -> dict[str, ModelPhone]:
    """Let one phone of every volunteer live through some steps, then bring all up to date."""
    phones = {volunteer: join(volunteer) for volunteer in VOLUNTEERS}
    saves: list[str] = []
    for _ in range(steps):
        phone = phones[chance.choice((*VOLUNTEERS, "dara", "dara"))]
        changes = [some_change(phone, chance, saves) for _ in range(chance.randint(1, 3))]
        saves.append(phone.save(*changes, at=now_ms() + chance.randint(-(10**6), 10**6)))
        if chance.random() < 0.5:
            phone.exchange(lose_reply=chance.random() < 0.2)
    for phone in (*phones.values(), *phones.values()):
        phone.exchange()
    return phones


def some_change(phone: ModelPhone, chance: random.Random, saves: list[str]) -> Json:
    """Return a change; more often than not it saw what its phone shows."""
    if saves and chance.random() < 0.15:
        counts = chance.choice((True, False, None))
        target = chance.choice([*saves, "import-1"])
        return {"kind": "ruling", "record": target, "set": {"counts": counts}}
    kind = chance.choice(list(WRITES))
    records, registers = WRITES[kind]
    record = chance.choice(records)
    names = chance.sample(list(registers), chance.randint(1, min(3, len(registers))))
    saw = {}
    if chance.random() < 0.6:
        saw = {name: [h["id"] for h in phone.heads(kind, record, name)] for name in names}
    return {
        "kind": kind,
        "record": record,
        "set": {name: chance.choice(registers[name]) for name in names},
        "saw": saw,
    }
