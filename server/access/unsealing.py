"""Envelopes opened before the write transaction, large batches in a process of their own.

HPKE takes some 80 µs of a core for each envelope and holds Python's lock meanwhile; while another
process does it, the writer goes on writing.
"""

import asyncio
import multiprocessing
import os
import signal
import threading
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from starlette.concurrency import run_in_threadpool

from server.access.keys import Keys
from sync.envelope import Envelope

# Below this the way to another process and back takes longer than the work itself.
FEWEST = 8
CORES = os.cpu_count() or 1


class Unsealed:
    """Gives what was opened already; an Opener for the transaction that follows."""

    def __init__(self, found: dict[Envelope, bytes | None]) -> None:
        self._found = found

    def unsealed(self, envelope: Envelope) -> bytes | None:
        """Return what HPKE gave for an envelope of the batch."""
        return self._found.get(envelope)


class Unsealer:
    """Opens batches of envelopes; `workers` processes start with the first large one."""

    def __init__(self, keys: Keys, workers: int = min(CORES - 1, 2)) -> None:
        self._keys, self._workers = keys, workers
        self._pool: ProcessPoolExecutor | None = None

    async def open_many(self, envelopes: list[Envelope]) -> Unsealed:
        """Open what is sealed among these, outside any transaction."""
        sealed = [envelope for envelope in envelopes if envelope.sealed is not None]
        if len(sealed) < FEWEST or not self._workers:
            inner = await run_in_threadpool(self._keys.all_unsealed, sealed) if sealed else []
        else:
            inner = await self._elsewhere(sealed)
        return Unsealed(dict(zip(sealed, inner, strict=True)))

    def close(self) -> None:
        """End the processes."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None

    async def _elsewhere(self, sealed: list[Envelope]) -> list[bytes | None]:
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._started(), _open, sealed)
        except BrokenProcessPool:
            # Killed for its memory, perhaps. The next batch starts another.
            self.close()
            return await run_in_threadpool(self._keys.all_unsealed, sealed)

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            # Not forked: a copy of a process with threads and an open database is asking for it.
            spawn = multiprocessing.get_context("spawn")
            path = self._keys.path
            self._pool = ProcessPoolExecutor(self._workers, spawn, _begin, (path,))
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


def _open(sealed: list[Envelope]) -> list[bytes | None]:
    return _keys.all_unsealed(sealed) if _keys else [None] * len(sealed)
