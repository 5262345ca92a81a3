"""The real app on a real SQLite file, without threads, and mortal at every statement.

Death is what kill -9 leaves: the files as they are at that moment. Another process (a new app)
goes on with a copy of them; the old one is abandoned, whatever it still does.
"""

import asyncio
import random
import shutil
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar
from unittest.mock import patch

import server.access.unsealing
import server.app
import server.routes.phone
import server.routes.turn
from server.backups.archive import Listed
from server.backups.making import make_backup
from server.backups.restoring import restore_backup
from server.config import Settings
from server.ids import now_ms
from server.reader import Reader
from server.schema import Connection, connect
from server.writer import Busy, Writer
from tests.simulator.asgi import Reply, call

T = TypeVar("T")
FAR = 1 << 30
DEATHS = {"before": "before_commit", "after": "after_commit", "amid": "amid_statements"}


class Died(BaseException):
    """The server's process is no more; whoever asked gets no reply."""


class Mortal:
    """A write connection that dies after as many statements as it is told."""

    def __init__(self, db: Connection, dies: Callable[[], None]) -> None:
        self._db = db
        self._dies = dies
        self.left = FAR
        self.at_commit: str | None = None  # before or after

    def __getattr__(self, name: str) -> Any:
        return getattr(self._db, name)

    def execute(self, sql: str, *values: Any) -> Any:
        """Run a statement, or die before or after it."""
        is_commit = sql == "COMMIT"
        self.left -= 1
        if self.left < 0 or (is_commit and self.at_commit == "before"):
            self._end()
        result = self._db.execute(sql, *values)
        if is_commit and self.at_commit == "after":
            self._end()
        return result

    def _end(self) -> None:
        self.left, self.at_commit = FAR, None
        self._dies()
        raise Died


class SteppedWriter(Writer):
    """The real writer's commits, grouped by chance instead of by a thread."""

    house: "RealServer"

    def __init__(self, db: Connection) -> None:
        self._db = self.mortal = Mortal(db, self.house.leave_remains)
        self._group: list[tuple[Any, Future[Any]]] = []
        self.house.writer = self

    def soon(self, job: Any) -> Future[Any]:
        """Queue a job; it runs a few turns of the loop later, with what came meanwhile."""
        self.house.must_live()
        if len(self._group) >= self.house.room:
            raise Busy
        future: Future[Any] = Future()
        self._group.append((job, future))
        if len(self._group) == 1:
            self._later(self.house.chance.randrange(4))
        return future

    def alone(self, job: Any) -> Future[Any]:
        """Run a job that is no transaction, after what is queued."""
        self.house.must_live()
        self.flush()
        future: Future[Any] = Future()
        self._alone(job, future)
        return future

    def _later(self, turns: int) -> None:
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self.flush()  # whoever asks without a loop waits here
            return
        loop.call_soon(self.flush if turns == 0 else lambda: self._later(turns - 1))

    def flush(self) -> None:
        """Commit what is queued."""
        group, self._group = self._group, []
        if group and not self.house.is_dead:
            self._commit(group)

    def close(self) -> None:
        """Close the connection."""
        self.flush()
        self._db.close()


class RealServer:
    """The app, its file, and what can happen to both."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.chance = random.Random(f"server {seed}")
        self.loop = asyncio.new_event_loop()
        self.loop.set_exception_handler(_unless_dead)
        self._death: asyncio.Future[None] = self.loop.create_future()
        self.writer: SteppedWriter
        self.room = 2000
        self.page: int | None = None
        self.is_dead = self.has_died = False
        self.died_how = ""
        self._life = 0
        self.db = self.new_home()

    def start(self) -> None:
        """Open the app on the file as it lies there."""
        self.is_dead = False
        self.app = server.app.create_app(Settings(db=self.db))
        self._lifespan = self.app.router.lifespan_context(self.app)
        self._run(self._lifespan.__aenter__())

    def stop(self) -> None:
        """Close the app as an administrator would."""
        self._run(self._lifespan.__aexit__(None, None, None))

    def ask(
        self,
        asked: list[tuple[str, str, dict[str, str], bytes]],
        heard: Callable[[int, Reply], None] = lambda index, reply: None,
    ) -> list[Reply | None]:
        """Serve requests at the same time; None for each whose process died.

        `heard` is told of each reply at the very moment it is whole.
        """

        async def one(index: int) -> Reply:
            reply = await call(self.app, *asked[index])
            heard(index, reply)
            return reply

        self._death = self.loop.create_future()
        calls = [one(index) for index in range(len(asked))]
        replies = self._run(_together(calls, self._death))
        if self.is_dead:
            self._bury()
        return replies

    def do(self, job: Callable[[Connection], T]) -> T:
        """Run a job of the desk's in the writer. Raises Died."""
        future = self.writer.soon(job)
        self.writer.flush()
        problem = future.exception()
        if self.is_dead:
            self._bury()
        if problem:
            raise problem
        return future.result()

    def doom(self, when: str, statements: int = 0) -> None:
        """Let the process die before or after its next commit, or amid its statements."""
        mortal = self.writer.mortal
        self.died_how = DEATHS[when]
        if when == "amid":
            mortal.left = statements
        else:
            mortal.at_commit = when

    def spare(self) -> None:
        """Take a doom back."""
        self.writer.mortal.left, self.writer.mortal.at_commit = FAR, None

    def files(self) -> list[Path]:
        """Return the files the database consists of, once its log is folded into it."""
        db = self.open_beside()
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        db.close()
        return sorted(self.db.parent.glob("rounds.db*"))

    def open_beside(self) -> Connection:
        """Return a connection of its own, as a command has while the server runs."""
        return connect(self.db)

    def must_live(self) -> None:
        """Raise Died when the process is no more: it neither reads nor writes."""
        if self.is_dead:
            raise Died

    def leave_remains(self) -> None:
        """Keep the files as they are now: what the next process finds."""
        self.is_dead = self.has_died = True
        if not self._death.done():
            self._death.set_result(None)
        self._remains = self.new_home()
        for suffix in ("", "-wal"):
            found = Path(f"{self.db}{suffix}")
            if found.exists():
                shutil.copyfile(found, f"{self._remains}{suffix}")
        self._take_along(self.db.parent, self._remains.parent)

    def back_up(self) -> tuple[Path, Listed]:
        """Make a backup beside the running server."""
        made = make_backup(self.db, self.folder / "backups", [], now_ms())
        return made.path, made.listed

    def restore(self, backup: Path, *, elsewhere: bool) -> None:
        """Go on from a backup; `elsewhere` nothing but it is left, on a new machine."""
        self.stop()
        if elsewhere:
            old, self.db = self.db, self.new_home()
            shutil.rmtree(old.parent)
        restore_backup(backup, self.db, [], now_ms())
        for path in self.db.parent.glob("*.before-*"):
            path.unlink()
        self.start()

    def _bury(self) -> None:
        old = self.db
        self.stop()
        self.db = self._remains
        shutil.rmtree(old.parent)
        self.start()

    def new_home(self) -> Path:
        self._life += 1
        home = self.folder / f"life-{self._life}"
        home.mkdir(parents=True)
        return home / "rounds.db"

    @staticmethod
    def _take_along(old: Path, new: Path) -> None:
        """Copy what lies beside the database: secrets, keys, the list of what was erased."""
        for path in old.iterdir():
            if not path.name.startswith("rounds.db") and path.is_file():
                shutil.copyfile(path, new / path.name)

    def _run(self, work: Awaitable[T]) -> T:
        return self.loop.run_until_complete(work)

    @contextmanager
    def rules(self) -> Iterator[None]:
        """Put this house's writer, readers and page size in place of the threads."""
        house = self
        writer = type("HouseWriter", (SteppedWriter,), {"house": house})

        async def read_here(reader: Reader, query: Any, *args: Any, **kwargs: Any) -> Any:
            for _ in range(house.chance.randrange(3)):
                await asyncio.sleep(0)
            house.must_live()
            return reader.read(query, *args, **kwargs)

        with (
            patch.object(server.app, "Writer", writer),
            patch.object(Reader, "run", read_here),
            patch.object(server.routes.turn, "pull", self._pull),
            patch.object(server.routes.phone, "routes", lambda settings: []),  # apps are there
            patch.object(server.access.unsealing, "run_in_threadpool", _here),
            patch.object(server.access.unsealing, "FEWEST", FAR),
        ):
            yield

    def _pull(self, db: Any, kinds: Any, device: Any, cursor: Any, page: int, **how: Any) -> Any:
        return self._real_pull(db, kinds, device, cursor, self.page or page, **how)

    _real_pull = staticmethod(server.routes.turn.pull)


def _unless_dead(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """What a dead process never heard of is no news."""
    if not isinstance(context.get("exception"), Died):
        loop.default_exception_handler(context)


async def _here(work: Callable[..., T], *args: Any) -> T:
    return work(*args)


async def _together(
    calls: list[Coroutine[Any, Any, Reply]], death: asyncio.Future[None]
) -> list[Reply | None]:
    """Serve all calls; those whose reply is not there when the process dies get none."""
    tasks = [asyncio.ensure_future(call) for call in calls]
    left: set[asyncio.Future[Any]] = {*tasks}
    while left and not death.done():
        _, waiting = await asyncio.wait({*left, death}, return_when=asyncio.FIRST_COMPLETED)
        left = waiting - {death}
    for task in left:
        task.cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException) and not isinstance(result, GONE):
            raise result
    return [None if isinstance(result, BaseException) else result for result in results]


GONE = (Died, asyncio.CancelledError)
