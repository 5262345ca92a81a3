"""One server a file: a second one is refused in words."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from server.commands.common import Stop, database_problems


@contextmanager
def the_only_server(db: Path) -> Iterator[None]:
    """Hold the lock beside a database while a server uses it. Raises Stop.

    The lock is this process's own: it goes with it, also after kill -9, and nothing that the
    process started can hold it longer. The file beside the database stays, empty.
    """
    with database_problems(db):
        db.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(db.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _lock(file, db)
        yield
    finally:
        os.close(file)


def _lock(file: int, db: Path) -> None:
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise Stop(
            f"Rounds is already running on {db}.",
            "Nothing was changed, and that server goes on.",
            "Use that one, or stop it first; --db names another file.",
        ) from None
