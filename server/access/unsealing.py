"""Envelopes opened before the write transaction, large batches in a process of their own.

HPKE takes some 80 µs of a core for each envelope and holds Python's lock meanwhile; while another
process does it, the writer goes on writing.
"""

import asyncio
import multiprocessing
import os
import signal
import threading
from collections import deque
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from pathlib import Path

import msgspec
from starlette.concurrency import run_in_threadpool

from server.access.keys import Keys
from sync.envelope import Envelope

# Below this the way to another process and back takes longer than the work itself.
FEWEST = 8
MOST = 400
CORES = os.cpu_count() or 1


Inner = list[bytes | None]
Waiting = tuple[list[Envelope], "asyncio.Future[Inner]"]


class Unsealed:
    """Gives what was opened already; an Opener for the transaction that follows."""

    def __init__(self, found: dict[Envelope, bytes | None]) -> None:
        self._found = found

    def unsealed(self, envelope: Envelope) -> bytes | None:
        """Return what HPKE gave for an envelope of the batch."""
        return self._found.get(envelope)


class Unsealer:
    """Opens batches of envelopes; `workers` processes start with the first large one.

    What comes while they are busy is opened together: a way there and back for many requests.
    """

    def __init__(self, keys: Keys, workers: int = min(CORES - 1, 2)) -> None:
        self._keys, self._workers = keys, workers
        self._pool: ProcessPoolExecutor | None = None
        self._started: Future[int]
        self._waiting: deque[Waiting] = deque()
        self._running: set[asyncio.Task[None] | None] = set()

    async def open_many(self, envelopes: list[Envelope]) -> Unsealed:
        """Open what is sealed among these, outside any transaction."""
        sealed = [envelope for envelope in envelopes if envelope.sealed is not None]
        if not sealed:
            return Unsealed({})
        future: asyncio.Future[Inner] = asyncio.get_running_loop().create_future()
        self._waiting.append((sealed, future))
        if len(self._running) < max(1, self._workers):
            self._running.add(asyncio.create_task(self._run()))
        return Unsealed(dict(zip(sealed, await future, strict=True)))

    async def _run(self) -> None:
        try:
            while self._waiting:
                await self._open_for(self._next())
        finally:
            # At once, or who asks next would believe that somebody still looks.
            self._running.discard(asyncio.current_task())

    async def _open_for(self, group: list[Waiting]) -> None:
        try:
            found = iter(await self._open([one for sealed, _ in group for one in sealed]))
        except Exception as problem:
            for _, future in group:
                if not future.done():
                    future.set_exception(problem)
            return
        for sealed, future in group:
            inner = [*islice(found, len(sealed))]
            if not future.done():  # whoever asked may have gone
                future.set_result(inner)

    def _next(self) -> list[Waiting]:
        group = [self._waiting.popleft()]
        size = len(group[0][0])
        while self._waiting and (size := size + len(self._waiting[0][0])) <= MOST:
            group.append(self._waiting.popleft())
        return group

    async def _open(self, sealed: list[Envelope]) -> Inner:
        if len(sealed) >= FEWEST and self._workers and (pool := self._ready()):
            try:
                return await self._elsewhere(pool, sealed)
            except BrokenProcessPool:
                self.close()  # killed for its memory, perhaps; the next batch starts another
        return await run_in_threadpool(self._keys.all_unsealed, sealed)

    def close(self) -> None:
        """End the processes."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None

    @staticmethod
    async def _elsewhere(pool: ProcessPoolExecutor, sealed: list[Envelope]) -> Inner:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(pool, _open, msgspec.json.encode(sealed))

    def _ready(self) -> ProcessPoolExecutor | None:
        """Return the processes once they run. Nobody waits until they do: it takes a second."""
        if self._pool is None:
            # Not forked: a copy of a process with threads and an open database is asking for it.
            spawn = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(self._workers, spawn, _begin, (self._keys.path,))
            self._started = self._pool.submit(os.getpid)
        if not self._started.done():
            return None
        if self._started.exception():
            self.close()
            return None
        return self._pool


_keys: Keys | None = None


def _begin(path: Path) -> None:
    """Make a process ready to open envelopes; it ends with the one that started it."""
    global _keys
    _keys = Keys(path)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which ends this
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    # A server killed hard ends no pool; without this its processes would stay for ever.
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(0)


def _open(text: bytes) -> Inner:
    sealed = msgspec.json.decode(text, type=list[Envelope])
    return _keys.all_unsealed(sealed) if _keys else [None] * len(sealed)
