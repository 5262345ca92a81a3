"""Readers: a few query-only connections, each used by one thread at a time."""

import queue
from collections.abc import Callable
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from starlette.concurrency import run_in_threadpool

from server.schema import Connection, connect

P = ParamSpec("P")
T = TypeVar("T")
READERS = 3


class Reader:
    """Runs a query function in one read transaction, so that all it sees is one moment."""

    def __init__(self, path: Path) -> None:
        self._idle: queue.SimpleQueue[Connection] = queue.SimpleQueue()
        self._all = [connect(path, query_only=True) for _ in range(READERS)]
        for db in self._all:
            self._idle.put(db)

    async def run(
        self, query: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run query(db, …) in a thread and return its result."""
        return await run_in_threadpool(lambda: self.read(query, *args, **kwargs))

    def read(
        self, query: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run query(db, …) here and return its result."""
        db = self._idle.get()
        try:
            db.execute("BEGIN")
            return query(db, *args, **kwargs)
        finally:
            db.execute("ROLLBACK")
            self._idle.put(db)

    def close(self) -> None:
        """Close every connection."""
        for db in self._all:
            db.close()
