"""The power goes at any moment of a real server's life: every receipt that had left it is true.

A recorder notes every write and sync of a real process. The files are then laid out as a crash at
any point of the recording could leave them, and opened as the product opens them. `make soak` sets
ROUNDS_CRASH_POINTS=all.
"""

import json
import os
import random
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from server.access.keys import keys_beside
from server.app import open_database
from server.config import ConfigProblem, Settings, secret_beside
from server.ledger.rebuild import faults
from server.schema import DatabaseError
from sync.kinds import load_kinds
from tests.busy_phones import close, join_phones, judge, stands, working
from tests.power_loss.disk import Disk, Left
from tests.power_loss.recording import Event, compiled_recorder, read_events, recorded
from tests.small_union import make_small_union
from tests.standing_server import StandingServer

POINTS = os.environ.get("ROUNDS_CRASH_POINTS", "100")
CANARY_POINTS = 40
PHONES = 3
EXCHANGES = 60
SEED = 13
MEMORY = Path("/dev/shm")
THOROUGH_EVERY = 50


class Recording(NamedTuple):
    """The folder as it was before, what was done to it, and the receipts its phones hold."""

    before: Disk
    events: list[Event]
    receipts: int


@pytest.fixture(scope="module")
def recorder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The compiled recorder."""
    return compiled_recorder(tmp_path_factory.mktemp("recorder"))


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder to lay files out in; in memory where there is such a disk, because it is quick."""
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as path:
        yield Path(path)


def test_no_receipt_is_lost_whenever_the_power_goes(
    recorder: Path, tmp_path: Path, folder: Path
) -> None:
    life = busy_life(recorder, tmp_path, "server")
    told = {receipt["save"] for event in life.events for receipt in event.receipts}
    assert len(told) == life.receipts > 100
    last_answer = max(i for i, event in enumerate(life.events) if event.receipts)
    into_the_database = {e.op for e in life.events[:last_answer] if e.name == "rounds.db"}
    assert {"W", "S"} <= into_the_database, "no checkpoint in mid-life"

    found = replayed(life, folder, POINTS)
    print(json.dumps({"events": len(life.events), "receipts": life.receipts, **found}))
    assert (found["lost"], found["broken"]) == (0, 0)


@pytest.mark.parametrize("synchronous", ["NORMAL", "OFF"])
def test_a_server_that_syncs_less_is_caught(
    recorder: Path, tmp_path: Path, folder: Path, synchronous: str
) -> None:
    life = busy_life(recorder, tmp_path, "tests.altered_server.unsynced", SYNCHRONOUS=synchronous)
    found = replayed(life, folder, str(CANARY_POINTS))
    print(json.dumps({"synchronous": synchronous, "events": len(life.events), **found}))
    assert found["lost"] > 0


def test_a_first_start_that_the_power_ends_leaves_what_the_next_one_takes_up(
    recorder: Path, tmp_path: Path, folder: Path
) -> None:
    life = first_start(recorder, tmp_path)
    answered = next(i for i, event in enumerate(life.events, 1) if b"HTTP/1.1" in event.data)
    signs_and_opens: set[tuple[str, str]] = set()
    chance = random.Random(SEED)
    for point, disk in crash_points(life, POINTS, chance):
        for left in (disk.in_order(chance), disk.in_any_order(chance)):
            lay_out(left, folder)
            look_into(folder, {}, thoroughly=point % 10 == 0)
            secret, keys = secret_beside(folder / "rounds.db"), keys_beside(folder / "rounds.db")
            if point >= answered:
                signs_and_opens.add((secret, keys.current.id))
    # A link that was signed, and what was sealed, once anybody was answered, stays good.
    assert len(signs_and_opens) == 1


def test_an_empty_secret_signs_nothing(tmp_path: Path) -> None:
    (tmp_path / "rounds.secret").touch()
    with pytest.raises(ConfigProblem, match=r"rounds\.secret is empty; remove it"):
        secret_beside(tmp_path / "rounds.db")


def busy_life(recorder: Path, folder: Path, module: str, **environment: str) -> Recording:
    """Record a server from its start after a kill to its orderly end, while phones push."""
    home = folder / "home"
    home.mkdir()
    union = make_small_union(home / "rounds.db")
    server = StandingServer(union.db)
    server.start()
    phones = join_phones(union, server.url, PHONES, SEED)
    server.kill()  # so that taking up what a kill left is part of the recording
    before = Disk(home)
    server.module = module
    server.environment = {**environment, **recorded(recorder, home, folder / "recording")}
    server.start()
    with working(phones) as crowd:
        crowd.server_is_there()
        crowd.wait_for(EXCHANGES)
    assert server.stop() == 0
    close(phones)
    assert judge(phones, union).lost == 0
    told = sum(len(phone.told) for phone in phones)
    return Recording(before, [*read_events(folder / "recording")], told)


def first_start(recorder: Path, folder: Path) -> Recording:
    """Record a server's first start, until it answers."""
    home = folder / "home"
    home.mkdir()
    before = Disk(home)
    server = StandingServer(home / "rounds.db")
    server.environment = recorded(recorder, home, folder / "recording")
    server.start()
    server.kill()
    return Recording(before, [*read_events(folder / "recording")], 0)


def replayed(life: Recording, folder: Path, points: str) -> Counter[str]:
    """Lay out what crashes leave, and count receipts lost and files that cannot be used."""
    chance = random.Random(SEED)
    found: Counter[str] = Counter(crashes=0, lost=0, broken=0)
    told: dict[str, Any] = {}
    heard = 0
    for point, disk in crash_points(life, points, chance):
        for event in life.events[heard:point]:
            told |= {receipt["save"]: receipt for receipt in event.receipts}
        heard = point
        for left in (disk.in_order(chance), disk.in_any_order(chance)):
            lay_out(left, folder)
            found["crashes"] += 1
            try:
                found["lost"] += look_into(folder, told, found["crashes"] % THOROUGH_EVERY == 0)
            except (DatabaseError, AssertionError):
                found["broken"] += 1
    return found


def crash_points(life: Recording, points: str, chance: random.Random) -> Iterator[tuple[int, Disk]]:
    """Give how many events came before each crash, and the disk as they left it.

    `points` is how many crashes, or "all"; the one after the last event is always among them.
    """
    every = range(1, len(life.events) + 1)
    chosen = {*every} if points == "all" else {len(every), *chance.sample(every, int(points))}
    disk = life.before
    for point, event in enumerate(life.events, 1):
        disk.apply(event)
        if point in chosen:
            yield point, disk


def lay_out(left: Left, folder: Path) -> None:
    """Make a folder hold these files and no others."""
    shutil.rmtree(folder)
    folder.mkdir()
    for name, content in left.items():
        (folder / name).write_bytes(content)


def look_into(folder: Path, told: dict[str, Any], thoroughly: bool) -> int:
    """Open what a crash left as the product does; return how many receipts are not true.

    Raises DatabaseError or AssertionError when the file is not whole.
    """
    db = open_database(Settings(db=folder / "rounds.db"))
    try:
        assert [row[0] for row in db.execute("PRAGMA integrity_check")] == ["ok"]
        assert not thoroughly or [*faults(db, load_kinds())] == []
        log = {row["id"]: dict(row) for row in db.execute("SELECT id, n, seq, verdict FROM save")}
    finally:
        db.close()
    return sum(not stands(receipt, log.get(id)) for id, receipt in told.items())
