"""A go-to person with 200 people, talked to before, and a captain with 5,000 name cards."""

from pathlib import Path
from random import Random

from server.ids import new_id, now_ms
from sync.save import MAX_CHANGES, Change
from tests.bench.union import chunks
from tests.bench.workload import NAMES, WORDS
from tests.small_union import HOUR_MS, Opened, SmallUnion, make_small_union, write

LIST = 200
CARDS = 5000


def make(folder: Path) -> SmallUnion:
    """Make the small union, and let it grow."""
    union = make_small_union(folder / "rounds.db")
    chance = Random(12)
    cards = [_person(chance, f"person-{n:04}", "ward-42") for n in range(CARDS - 4)]
    ids = [card.record for card in cards[: LIST - 3]]
    changes = [
        *cards,
        *(Change("assignment", person, {"volunteer": "ana"}) for person in ids),
        *(_talk(chance, person) for person in ids[::2]),
    ]
    with Opened(union.db) as db:
        for some in chunks(changes, MAX_CHANGES):
            write(db, *some)
    return union


def _person(chance: Random, id: str, worksite: str) -> Change:
    return Change(
        "person",
        id,
        {
            "name": f"{chance.choice(NAMES)} {chance.choice(WORDS).title()}",
            "number_end": f"{chance.randrange(10_000):04}",
            "worksite": worksite,
            "department": f"Ward {chance.randrange(60)}",
            "work_shift": chance.choice(("days", "evenings", "nights")),
            "local": "local-1",
            "unit": "unit-1",
            "relation": "in_unit",
        },
    )


def _talk(chance: Random, person: str) -> Change:
    said = {
        "person": person,
        "campaign": "campaign-1",
        "questionnaire": "q-1",
        "when": now_ms() - chance.randrange(24, 240) * HOUR_MS,
        "how": "in_person",
        "result": chance.choice(("talked", "busy", "not_at_work")),
        "answers/platform": chance.choice(("yes", "not_yet")),
        "answers/workload": " ".join(chance.choices(WORDS, k=12)),
    }
    id = new_id(now_ms(), chance.getrandbits(74))
    return Change("conversation", id, said)
