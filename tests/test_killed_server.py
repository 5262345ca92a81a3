"""A real server on a real file, killed while phones push: no receipt is lost, no save doubled.

`make soak` sets ROUNDS_KILLS=1000.
"""

import json
import os
import random
import re
import signal
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.schema import connect
from tests.busy_phones import BusyPhone, close, faults_of, join_phones, judge, working
from tests.small_union import SmallUnion
from tests.standing_server import StandingServer

KILLS = int(os.environ.get("ROUNDS_KILLS", "20"))
PHONES = 6
SEED = 9
MOST_ANSWERS_IN_A_LIFE = 10
LONGEST_LAST_MOMENT_S = 0.03
# SQLite's lock on "I am writing" is this byte of the -shm file (sqlite.org/walformat.html).
WRITE_LOCK = 120


@pytest.fixture
def server(union: SmallUnion) -> Iterator[StandingServer]:
    """A child of this process: only its parent hears that a process stopped where it stands."""
    server = StandingServer(union.db)
    server.start()
    yield server
    server.kill()


@pytest.fixture
def phones(union: SmallUnion, server: StandingServer) -> Iterator[list[BusyPhone]]:
    """Phones that have joined."""
    phones = join_phones(union, server.url, PHONES, SEED)
    yield phones
    close(phones)


def test_a_server_killed_in_mid_batch_loses_no_receipt_and_doubles_no_save(
    union: SmallUnion, server: StandingServer, phones: list[BusyPhone]
) -> None:
    began = time.monotonic()
    hit = killed_again_and_again(server, union, phones, KILLS)
    found = judge(phones, union)
    took = round(time.monotonic() - began, 1)
    print(json.dumps({"kills": KILLS, **found._asdict(), **hit, "seconds": took}))
    assert (found.lost, found.duplicates, found.missing, found.changed) == (0, 0, 0, 0)
    assert found.receipts == sum(len(phone.made) for phone in phones)
    assert {told["verdict"] for phone in phones for told in phone.told.values()} == {"taken"}
    assert faults_of(union.db) == []
    # Without these the kills came when nothing could be lost.
    assert min(hit["while_writing"], hit["unanswered"], hit["answer_lost"]) > 0


def test_a_server_that_answers_before_it_commits_is_caught_by_the_same_kills(
    union: SmallUnion, server: StandingServer, phones: list[BusyPhone]
) -> None:
    server.kill()
    server.module = "tests.altered_server.hasty"
    server.start()
    killed_again_and_again(server, union, phones, 5)
    found = judge(phones, union)
    print(json.dumps({"hasty": True, **found._asdict()}))
    assert found.lost > 0


def test_what_the_server_started_ends_with_it_and_leaves_the_port(
    union: SmallUnion, server: StandingServer, phones: list[BusyPhone]
) -> None:
    ana = phones[0]
    for _ in range(40):  # enough that envelopes are opened in processes of their own
        ana.made.append(ana.talk(ana.people[0]))
    ana.exchange()
    group = server.pid
    server.kill_only_itself()
    server.start()
    ana.made.append(ana.talk(ana.people[1]))
    ana.exchange()
    assert judge(phones, union).receipts == 41
    until_gone(group)


def killed_again_and_again(
    server: StandingServer, union: SmallUnion, phones: list[BusyPhone], kills: int
) -> Counter[str]:
    """Kill a standing server so often under working phones; return how the kills hit.

    `while_writing`: kills inside a write transaction, of those that were looked at (three of four);
    `unanswered`: saves sent and not answered; `answer_lost`: those of them that were committed.
    """
    chance = random.Random(SEED)
    hit: Counter[str] = Counter(looked_at=0, while_writing=0, unanswered=0, answer_lost=0)
    with working(phones) as crowd:
        crowd.server_is_there()
        for kill in range(kills):
            crowd.wait_for(chance.randint(1, MOST_ANSWERS_IN_A_LIFE))
            # No wait for anything: the moment of the kill is what chance decides.
            time.sleep(chance.uniform(0, LONGEST_LAST_MOMENT_S))
            if kill % 4:
                hit["looked_at"] += 1
                hit["while_writing"] += stopped_while_writing(server)
            crowd.server_is_gone()
            server.kill()
            cut = crowd.under_way()
            server.start()
            hit["unanswered"] += len(cut)
            hit["answer_lost"] += len(stored(union.db, cut))
            crowd.server_is_there()
    assert server.stop() == 0
    return hit


def stopped_while_writing(server: StandingServer) -> bool:
    """Stop a server where it stands; return whether it is inside a write transaction."""
    os.kill(server.pid, signal.SIGSTOP)
    os.waitid(os.P_PID, server.pid, os.WSTOPPED)
    shared = server.db.with_name(f"{server.db.name}-shm").stat().st_ino
    held = rf" WRITE {server.pid} [0-9a-f]+:[0-9a-f]+:{shared} {WRITE_LOCK} "
    return re.search(held, Path("/proc/locks").read_text()) is not None


def stored(path: Path, ids: set[str]) -> set[str]:
    """Return which of these saves are in the log."""
    db = connect(path, query_only=True)
    listed = "SELECT id FROM save WHERE id IN (SELECT value FROM json_each(?))"
    found = {row["id"] for row in db.execute(listed, (json.dumps(sorted(ids)),))}
    db.close()
    return found


def until_gone(group: int) -> None:
    """Return once a process group is empty. Raises TimeoutError."""
    ends = time.monotonic() + 20
    while time.monotonic() < ends:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(0.01)
    os.killpg(group, signal.SIGKILL)
    raise TimeoutError("something the server had started lives on without it")
