"""A server that comes back in odd company: a reader that stayed, a second server, a wrong clock."""

from collections.abc import Iterator

import pytest
from click.testing import CliRunner

from server.__main__ import main
from server.commands.serve import behind_ms
from server.schema import connect
from tests.busy_phones import BusyPhone, close, faults_of, join_phones, judge
from tests.small_union import Opened, SmallUnion
from tests.standing_server import StandingServer


@pytest.fixture
def phones(union: SmallUnion, server: StandingServer) -> Iterator[list[BusyPhone]]:
    """Phones that have joined."""
    phones = join_phones(union, server.url, 2, seed=1)
    yield phones
    close(phones)


def test_a_killed_server_comes_back_beside_a_reader_that_stayed(
    union: SmallUnion, server: StandingServer, phones: list[BusyPhone]
) -> None:
    reader = connect(union.db, query_only=True)
    reader.execute("BEGIN")
    (before,) = reader.execute("SELECT count(*) FROM save").fetchone()
    for phone in phones:
        phone.work()
        phone.exchange()
    server.kill()
    assert union.db.with_name(f"{union.db.name}-wal").stat().st_size > 0
    server.start()
    for phone in phones:
        phone.work()
        phone.exchange()
    assert reader.execute("SELECT count(*) FROM save").fetchone()[0] == before
    reader.execute("ROLLBACK")
    made = sum(len(phone.made) for phone in phones)
    assert reader.execute("SELECT count(*) FROM save").fetchone()[0] == before + made
    reader.close()
    assert judge(phones, union).lost == 0
    assert faults_of(union.db) == []


def test_a_second_server_on_the_same_file_is_refused_in_words(
    union: SmallUnion, server: StandingServer, phones: list[BusyPhone]
) -> None:
    second = StandingServer(union.db)
    with pytest.raises(RuntimeError) as refused:
        second.start()
    for said in (f"already running on {union.db}.", "that server goes on", "--db names another"):
        assert said in str(refused.value)
    phones[0].work()
    phones[0].exchange()
    server.kill()
    second.start()
    second.kill()
    assert judge(phones, union).lost == 0


def test_a_demo_made_anew_leaves_the_file_of_a_running_server_alone(
    union: SmallUnion, server: StandingServer
) -> None:
    before = union.db.stat().st_ino
    result = CliRunner().invoke(main, ["demo", "--fresh", "--db", str(union.db), "--port", "1"])
    assert (result.exit_code, "already running on" in result.output) == (1, True)
    assert union.db.stat().st_ino == before


@pytest.mark.parametrize("years", [-30, 30])
def test_a_server_whose_clock_was_wrong_for_a_while_loses_and_reorders_nothing(
    union: SmallUnion, server: StandingServer, phones: list[BusyPhone], years: int
) -> None:
    heard: list[int] = []
    wrong = {"CLOCK_AHEAD_MS": str(years * 365 * 24 * 3600 * 1000)}
    for module, environment in [("server", {}), ("tests.altered_server.clock", wrong)] * 2:
        server.stop()
        server.module, server.environment = module, environment
        server.start()
        for phone in phones:
            phone.work()
            phone.exchange()
            heard += [phone.told[id]["seq"] for id in phone.made[-1:]]
    assert heard == sorted(heard)
    assert {r["verdict"] for phone in phones for r in phone.told.values()} == {"taken"}
    assert judge(phones, union).lost == 0
    assert faults_of(union.db) == []


def test_a_clock_behind_the_last_save_is_told_at_the_start(union: SmallUnion) -> None:
    with Opened(union.db) as db:
        db.execute("UPDATE save SET received_at = 2000 WHERE seq = (SELECT max(seq) FROM save)")
        assert behind_ms(db, 1500) == 500
        assert behind_ms(db, 2500) == 0
