"""The one writer: groups, failures that stay alone, and answers that come after the commit."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.schema import Connection, DatabaseError, UnsoundSQLite, connect, is_sound
from server.writer import MAX_WAITING, Busy, Writer


@pytest.fixture
def path(tmp_path: Path) -> Path:
    db = connect(tmp_path / "writer.db")
    db.execute("CREATE TABLE word (word TEXT UNIQUE NOT NULL)")
    db.close()
    return tmp_path / "writer.db"


@pytest.fixture
def writer(path: Path) -> Iterator[Writer]:
    writer = Writer(connect(path))
    yield writer
    writer.close()


def words(path: Path) -> set[str]:
    db = connect(path, query_only=True)
    found = {row["word"] for row in db.execute("SELECT word FROM word")}
    db.close()
    return found


class Hold:
    """Keeps the writer busy until let go, so that what is queued meanwhile is one group."""

    def __init__(self, writer: Writer) -> None:
        self.goes = threading.Event()
        self.began = threading.Event()
        self.done = writer.soon(self._wait)
        self.began.wait()

    def _wait(self, db: Connection) -> None:
        self.began.set()
        self.goes.wait()


def test_a_job_is_on_disk_when_its_caller_hears_of_it(writer: Writer, path: Path) -> None:
    assert writer.soon(lambda db: db.execute("INSERT INTO word VALUES ('one')").rowcount).result()
    assert words(path) == {"one"}


def test_a_job_that_fails_takes_no_other_with_it(writer: Writer, path: Path) -> None:
    hold = Hold(writer)
    jobs = [
        writer.soon(lambda db, word=word: db.execute("INSERT INTO word VALUES (?)", (word,)))
        for word in ("one", "two", "two", None, "three")
    ]
    hold.goes.set()
    problems = [job.exception() for job in jobs]
    assert [isinstance(problem, DatabaseError) for problem in problems] == [
        *(False, False, True, True, False)
    ]
    assert words(path) == {"one", "two", "three"}


def test_half_a_job_leaves_nothing(writer: Writer, path: Path) -> None:
    def half(db: Connection) -> None:
        db.execute("INSERT INTO word VALUES ('half')")
        raise ValueError("the rest did not work")

    with pytest.raises(ValueError, match="the rest"):
        writer.soon(half).result()
    assert words(path) == set()


def test_a_disk_without_room_fails_the_job_and_later_ones_work(writer: Writer, path: Path) -> None:
    def fill(db: Connection) -> None:
        pages = db.execute("PRAGMA page_count").fetchone()[0]
        db.execute(f"PRAGMA max_page_count = {pages}")
        for index in range(10_000):
            db.execute("INSERT INTO word VALUES (?)", (f"{index}{'x' * 500}",))

    with pytest.raises(DatabaseError, match="full"):
        writer.soon(fill).result()
    writer.soon(lambda db: db.execute("PRAGMA max_page_count = 1073741823")).result()
    writer.soon(lambda db: db.execute("INSERT INTO word VALUES ('later')")).result()
    assert words(path) == {"later"}


def test_a_full_queue_says_busy_at_once(writer: Writer) -> None:
    hold = Hold(writer)
    for _ in range(MAX_WAITING):
        writer.soon(lambda db: None)
    with pytest.raises(Busy):
        writer.soon(lambda db: None)
    hold.goes.set()
    hold.done.result()


def test_what_cannot_be_in_a_transaction_has_the_file_to_itself(writer: Writer, path: Path) -> None:
    hold = Hold(writer)
    before = writer.soon(lambda db: db.execute("INSERT INTO word VALUES ('before')").rowcount)
    alone = writer.alone(lambda db: (db.in_transaction, words(path), db.execute("VACUUM"))[:2])
    broken = writer.alone(lambda db: db.execute("VACUUM INTO ?", (str(path),)))
    after = writer.soon(lambda db: db.execute("INSERT INTO word VALUES ('after')").rowcount)
    hold.goes.set()
    assert (before.result(), after.result()) == (1, 1)
    assert alone.result() == (False, {"before"})
    assert isinstance(broken.exception(), DatabaseError)
    assert words(path) == {"before", "after"}


def test_closing_finishes_what_is_queued(path: Path) -> None:
    writer = Writer(connect(path))
    hold = Hold(writer)
    last = writer.soon(lambda db: db.execute("INSERT INTO word VALUES ('last')").rowcount)
    hold.goes.set()
    writer.close()
    assert last.result() == 1
    assert words(path) == {"last"}


@pytest.mark.parametrize(
    ("version", "sound"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 53, 4), True),
        ((4, 0, 0), True),
    ],
)
def test_only_a_sqlite_with_the_wal_fix_is_sound(version: tuple[int, ...], sound: bool) -> None:
    assert is_sound(version) is sound


def test_an_unsound_sqlite_opens_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.schema.sqlite3.sqlite_version_info", (3, 40, 1))
    with pytest.raises(UnsoundSQLite, match="Nothing was opened"):
        connect(tmp_path / "new.db")
    assert not (tmp_path / "new.db").exists()


def test_the_file_is_opened_to_lose_nothing_when_power_goes(path: Path) -> None:
    db = connect(path)
    assert db.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    assert db.execute("PRAGMA synchronous").fetchone()[0] == 2
    db.close()


def test_a_reader_cannot_write(path: Path) -> None:
    db = connect(path, query_only=True)
    with pytest.raises(DatabaseError, match="readonly"):
        db.execute("INSERT INTO word VALUES ('no')")
    db.close()


def test_a_caller_who_has_gone_stops_nothing(writer: Writer, path: Path) -> None:
    hold = Hold(writer)
    gone = writer.soon(lambda db: db.execute("INSERT INTO word VALUES ('gone')"))
    assert gone.cancel()
    hold.goes.set()
    writer.soon(lambda db: db.execute("INSERT INTO word VALUES ('here')")).result()
    assert words(path) == {"here"}
