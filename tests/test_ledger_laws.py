"""Laws of the ledger over random histories, on the real app and a real file."""

import random

import pytest
from starlette.testclient import TestClient

from server.ledger.pull import Cursor, Page, pull
from server.ledger.rebuild import faults
from server.schema import Connection, Row
from sync.kinds import Kinds, load_kinds
from tests.histories import live
from tests.model_phone import Join, Json, ModelPhone
from tests.small_union import Opened, SmallUnion

SEEDS = range(6)
STEPS = 50


@pytest.fixture(params=SEEDS, ids=lambda seed: f"seed {seed}")
def chance(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> random.Random:
    """Chance by one seed; the server's pages are as small as it says."""
    chance = random.Random(request.param)
    size = chance.choice((1, 2, 3, 7, 1000))

    def small(
        db: Connection, kinds: Kinds, device: Row, cursor: Cursor | None, page: int, **how: int
    ) -> Page:
        return pull(db, kinds, device, cursor, min(size, page), **how)

    monkeypatch.setattr("server.routes.turn.pull", small)
    return chance


@pytest.fixture
def phones(client: TestClient, join: Join, chance: random.Random) -> dict[str, ModelPhone]:
    return live(join, chance, STEPS)


def test_when_all_is_quiet_tables_and_phones_hold_what_the_log_says(
    phones: dict[str, ModelPhone], union: SmallUnion, join: Join
) -> None:
    with Opened(union.db) as db:
        assert list(faults(db, load_kinds())) == []
    for volunteer, phone in phones.items():
        new = join(volunteer)
        new.exchange()
        assert standing(phone) == standing(new), volunteer


def test_nothing_waits_and_every_save_has_its_receipt(phones: dict[str, ModelPhone]) -> None:
    for phone in phones.values():
        assert phone.waiting == []
        assert len(phone.receipts) >= phone.n


def standing(phone: ModelPhone) -> dict[tuple[str, str], Json]:
    """Return what a phone holds, less registers and records of which nothing counts."""
    records = {
        key: {register: heads for register, heads in record.items() if heads}
        for key, record in phone.records.items()
    }
    return {key: record for key, record in records.items() if record}
