"""Readers: a few query-only connections, each used by one thread at a time."""

import asyncio
import queue
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from server.schema import Connection, connect

P = ParamSpec("P")
T = TypeVar("T")
READERS = 3


class Reader:
    """Runs a query function in one read transaction, so that all it sees is one moment."""

    def __init__(self, path: Path) -> None:
        # As many threads as connections: more would only fight for them.
        self._threads = ThreadPoolExecutor(READERS, "reader")
        self._idle: queue.SimpleQueue[Connection] = queue.SimpleQueue()
        self._all = [connect(path, query_only=True) for _ in range(READERS)]
        for db in self._all:
            self._idle.put(db)
        self._at_hand = connect(path, query_only=True)

    async def run(
        self, query: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run query(db, …) in a thread and return its result."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, lambda: self.read(query, *args, **kwargs))

    def read(
        self, query: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run query(db, …) here and return its result."""
        db = self._idle.get()
        try:
            return _in_one_moment(db, query, *args, **kwargs)
        finally:
            # Whatever happened: a connection that is not given back is missed by all who read.
            self._idle.put(db)

    def glance(
        self, query: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run query(db, …) on the event loop itself: for one look into an index, and nothing else.

        The way to a thread and back takes longer, and waits while all who read are busy.
        """
        return query(self._at_hand, *args, **kwargs)

    def close(self) -> None:
        """Close every connection."""
        self._threads.shutdown(cancel_futures=True)
        for db in (*self._all, self._at_hand):
            db.close()


def _in_one_moment(
    db: Connection,
    query: Callable[Concatenate[Connection, P], T],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    db.execute("BEGIN")
    try:
        return query(db, *args, **kwargs)
    finally:
        # SQLite ends a transaction itself when memory or the disk fails it.
        if db.in_transaction:
            db.execute("ROLLBACK")
