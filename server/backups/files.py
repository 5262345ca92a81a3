"""Files that must be there whole or not at all, and that only their owner may read."""

import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from server.whole import sync_folder

PIECE = 1 << 20


class InUse(RuntimeError):
    """Another process works in this folder."""


@contextmanager
def workplace(db: Path, purpose: str) -> Iterator[Path]:
    """Give an empty folder beside a database, 0700, and take it away again. Raises InUse.

    Beside it, because what is made there is as secret as the database, and a rename must do. What
    a killed process left is removed first.
    """
    folder = db.with_suffix(f".{purpose}")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _lock(lock, folder)
        try:
            yield _empty(folder / "work")
        finally:
            shutil.rmtree(folder)
    finally:
        os.close(lock)


def new_file(path: Path) -> BinaryIO:
    """Open a file, 0600, that must not be there yet."""
    return open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


@contextmanager
def appearing(path: Path) -> Iterator[BinaryIO]:
    """Give a file to write that takes its name, 0600 and on disk, only once it is whole."""
    part = path.with_name(f".{path.name}.part")
    file = os.open(part, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with open(file, "w+b") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def stamp(now: int) -> str:
    """Return a moment in ms as it stands in file names: 2026-11-22T12-30-05Z."""
    return datetime.fromtimestamp(now / 1000, UTC).strftime("%Y-%m-%dT%H-%M-%SZ")


def sync(path: Path) -> None:
    """Return once a file's bytes are on disk."""
    with path.open("rb") as stream:
        os.fsync(stream.fileno())


def digest_of_file(path: Path) -> str:
    """Return a file's SHA-256, in hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _empty(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    return folder


def _lock(file: int, folder: Path) -> None:
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise InUse(str(folder)) from None
