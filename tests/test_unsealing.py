"""Opening envelopes in batches: the same as one by one, whatever becomes of the processes."""

import asyncio
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import pytest
from starlette.testclient import TestClient

from server.access.keys import keys_beside
from server.access.unsealing import FEWEST, Unsealer
from sync.envelope import Envelope, Header
from tests.sealing_phone import SealingPhone
from tests.small_union import SmallUnion

T = TypeVar("T")
HOUSE = Path(__file__).parent.parent
OPENS_AND_STAYS = """
import asyncio, multiprocessing, sys
from pathlib import Path
from server.access.keys import keys_beside
from server.access.unsealing import FEWEST, Unsealer
from sync.envelope import Envelope, Header

if __name__ == "__main__":
    envelopes = [Envelope(Header("a", "d", n + 1, "k"), sealed="") for n in range(FEWEST)]
    asyncio.run(Unsealer(keys_beside(Path(sys.argv[1])), 1).open_many(envelopes))
    print(multiprocessing.active_children()[0].pid, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def ana(client: TestClient, union: SmallUnion) -> SealingPhone:
    return SealingPhone(client, union.link_token("ana"))


def in_a_loop(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine in a thread of its own: the browser's tests leave a loop in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


def batch(ana: SealingPhone, count: int) -> list[Envelope]:
    for _ in range(count):
        ana.talk("minh")
    return [Envelope(Header(**one["header"]), sealed=one["sealed"]) for one in ana.waiting]


@pytest.mark.parametrize(("count", "workers"), [(1, 1), (FEWEST, 1), (40, 2), (40, 0)])
def test_a_batch_opens_as_its_envelopes_do_one_by_one(
    ana: SealingPhone, union: SmallUnion, count: int, workers: int
) -> None:
    keys = keys_beside(union.db)
    envelopes = batch(ana, count)
    envelopes[0] = Envelope(envelopes[0].header, sealed="AAAA")
    unsealer = Unsealer(keys, workers)
    try:
        found = in_a_loop(unsealer.open_many([*envelopes, Envelope(Header("p", "d", 1), "{}")]))
    finally:
        unsealer.close()
    assert [*map(found.unsealed, envelopes)] == [*map(keys.unsealed, envelopes)]
    assert found.unsealed(envelopes[0]) is None


def test_a_killed_process_loses_nothing(ana: SealingPhone, union: SmallUnion) -> None:
    unsealer = Unsealer(keys_beside(union.db), 1)
    envelopes = batch(ana, FEWEST)

    async def kill_between() -> bool:
        await unsealer.open_many(envelopes)
        (process,) = multiprocessing.active_children()
        process.kill()
        found = [await unsealer.open_many(envelopes) for _ in range(3)]
        return all(one.unsealed(envelopes[0]) is not None for one in found)

    try:
        assert in_a_loop(kill_between())
    finally:
        unsealer.close()


def test_a_server_that_was_killed_leaves_no_process_behind(tmp_path: Path) -> None:
    script = tmp_path / "server_of_a_kind.py"
    script.write_text(OPENS_AND_STAYS)
    with subprocess.Popen(
        [sys.executable, script, tmp_path / "rounds.db"],
        cwd=HOUSE,
        env={**os.environ, "PYTHONPATH": str(HOUSE)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # the tracker of semaphores complains
        text=True,
    ) as server:
        assert server.stdout
        process = int(server.stdout.readline())
        assert is_running(process)
        server.send_signal(signal.SIGKILL)
        server.wait()
        while is_running(process):
            time.sleep(0.01)


def is_running(process: int) -> bool:
    """Return whether a process runs; one that ended and that nobody asked about does not."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"
