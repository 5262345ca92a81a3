"""Readers are given back whatever becomes of a query: the next one never waits for ever."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.reader import READERS, Reader
from server.schema import Connection, connect


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    connect(tmp_path / "reader.db").close()
    reader = Reader(tmp_path / "reader.db")
    yield reader
    reader.close()


def one(db: Connection) -> int:
    found: int = db.execute("SELECT 1").fetchone()[0]
    return found


def test_readers_outlast_transactions_that_sqlite_ended_itself(reader: Reader) -> None:
    def ended(db: Connection) -> None:
        db.execute("ROLLBACK")  # as SQLite does when the disk or memory fails it
        raise MemoryError

    for _ in range(READERS):
        with pytest.raises(MemoryError):
            reader.read(ended)
    assert [reader.read(one) for _ in range(READERS)] == [1] * READERS
