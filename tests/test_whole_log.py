"""The tables, brought up to date save by save, are what the whole log adds up to at once.

`make soak` tries a thousand histories; the seed in a failing test's name reproduces it.
"""

import os
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.ledger.rebuild import faults
from server.schema import Connection, connect
from sync.kinds import load_kinds
from tests.deliveries import Deliveries
from tests.histories import WRITES
from tests.ledger_oracle import differences
from tests.small_union import SmallUnion, make_small_union

SEEDS = range(int(os.environ.get("ROUNDS_HISTORIES", "12")))
STEPS = 80
LOOK_EVERY = 20


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> SmallUnion:
    """The small union, as every history begins."""
    return make_small_union(tmp_path_factory.mktemp("small") / "rounds.db")


@pytest.fixture
def db(small: SmallUnion, tmp_path: Path) -> Iterator[Connection]:
    """A copy of it, in one transaction."""
    db = connect(Path(shutil.copy(small.db, tmp_path / "rounds.db")))
    db.execute("BEGIN")
    yield db
    db.close()


@pytest.mark.parametrize("seed", SEEDS)
def test_the_tables_say_what_the_whole_log_says(db: Connection, seed: int) -> None:
    kinds = load_kinds()
    deliveries = Deliveries(db, kinds, random.Random(seed))
    for step in range(STEPS):
        deliveries.step()
        if step % LOOK_EVERY == 0:
            assert list(differences(db, kinds)) == []
    deliveries.finish()
    assert list(differences(db, kinds)) == []
    db.execute("COMMIT")
    assert list(faults(db, kinds)) == []


def test_a_long_history_has_something_of_everything(db: Connection) -> None:
    deliveries = Deliveries(db, load_kinds(), random.Random(1))
    deliveries.writes = WRITES
    for _ in range(20):
        for _ in range(40):
            deliveries.step()
        if not missing(db):
            return
    assert missing(db) == set()


def missing(db: Connection) -> set[str]:
    """Return what a history had nothing of so far."""
    reasons = {str(row["reason"]) for row in db.execute("SELECT DISTINCT reason FROM save")}
    wanted = {"None", "out_of_scope", "role_too_low", "erased", "rules_on_nothing"}
    wanted |= {"carried_unsealed", "device_unknown", "device_revoked", "same_id_other_bytes"}
    wanted -= reasons
    for kind in ("alias", "import", "ruling", "erasure", "conversation", "assignment"):
        if db.execute(f'SELECT 1 FROM "{kind}" LIMIT 1').fetchone() is None:
            wanted.add(kind)
    if db.execute("SELECT 1 FROM record WHERE instr(registers, 'late') LIMIT 1").fetchone() is None:
        wanted.add("late")
    return wanted
