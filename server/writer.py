"""The one writer: a thread that owns the only write connection and commits in groups.

A job runs inside BEGIN IMMEDIATE under a savepoint of its own; its caller hears of it only
after the commit is on disk.
"""

import asyncio
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from server.schema import Connection

T = TypeVar("T")
Job = Callable[[Connection], T]
Asked = tuple[Job[Any], Future[Any]]
Waiting = tuple[Job[Any], Future[Any], bool]  # the last: alone, outside a transaction
MAX_GROUP = 256
MAX_WAITING = 2000


class Busy(RuntimeError):
    """The queue is full: ask again after `retry_after_s`."""

    retry_after_s = 5


class Writer:
    """Runs jobs one after the other on the connection it is given."""

    def __init__(self, db: Connection) -> None:
        self._db = db
        self._jobs: queue.Queue[Waiting | None] = queue.Queue(MAX_WAITING)
        self._thread = threading.Thread(target=self._work, name="writer", daemon=True)
        self._thread.start()

    async def run(self, job: Job[T]) -> T:
        """Run a job and return what it returned, once it is on disk. Raises Busy."""
        return await asyncio.wrap_future(self.soon(job))

    def soon(self, job: Job[T]) -> Future[T]:
        """Queue a job; the future resolves after its commit. Raises Busy."""
        return self._queue(job, is_alone=False)

    def alone(self, job: Job[T]) -> Future[T]:
        """Queue a job that is no transaction, as VACUUM is none; all others wait. Raises Busy."""
        return self._queue(job, is_alone=True)

    def close(self) -> None:
        """Finish what is queued, then close the connection."""
        self._jobs.put(None)
        self._thread.join()
        self._db.close()

    def _queue(self, job: Job[T], *, is_alone: bool) -> Future[T]:
        future: Future[T] = Future()
        try:
            self._jobs.put_nowait((job, future, is_alone))
        except queue.Full:
            raise Busy from None
        return future

    def _work(self) -> None:
        first = self._jobs.get()
        while first is not None:
            group, following = self._drain(first)
            if first[2]:
                self._alone(*first[:2])
            else:
                self._commit(group)
            first = following[0] if following else self._jobs.get()

    def _drain(self, first: Waiting) -> tuple[list[Asked], list[Waiting | None]]:
        """Return what is committed together, and what was taken from the queue after it, if any."""
        group = [first[:2]]
        while not first[2] and len(group) < MAX_GROUP:
            try:
                following = self._jobs.get_nowait()
            except queue.Empty:
                break
            if following is None or following[2]:
                return group, [following]
            group.append(following[:2])
        return group, []

    def _alone(self, job: Job[Any], future: Future[Any]) -> None:
        if not future.set_running_or_notify_cancel():
            return
        try:
            future.set_result(job(self._db))
        except Exception as problem:
            future.set_exception(problem)

    def _commit(self, group: list[Asked]) -> None:
        answers: list[Callable[[], None]] = []
        try:
            self._db.execute("BEGIN IMMEDIATE")
            answers = [self._one(job, future) for job, future in group]
            self._db.execute("COMMIT")
        except BaseException as problem:
            # Nobody was told yet; a full disk fails every caller, and every phone asks again.
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            for _, future in group:
                if not future.cancelled():
                    future.set_exception(problem)
            return
        for answer in answers:
            answer()

    def _one(self, job: Job[Any], future: Future[Any]) -> Callable[[], None]:
        if not future.set_running_or_notify_cancel():
            return lambda: None  # whoever asked has gone, and nothing was done
        self._db.execute("SAVEPOINT job")
        try:
            result = job(self._db)
        except Exception as problem:
            if not self._db.in_transaction:
                raise  # SQLite gave the whole group up (disk full): nothing of it stands
            self._db.execute("ROLLBACK TO job")
            self._db.execute("RELEASE job")
            failure = problem
            return lambda: future.set_exception(failure)
        self._db.execute("RELEASE job")
        return lambda: future.set_result(result)
