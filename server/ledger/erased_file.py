"""The list of what was erased: beside the database, so that no old backup brings it back.

It holds ids only, one JSON object a line, and is only ever added to.
"""

import os
from collections.abc import Iterable
from pathlib import Path

import msgspec

from server.schema import Connection, file_of


class Erased(msgspec.Struct, frozen=True):
    """A record that was erased, and whom it was about."""

    kind: str
    record: str
    subject: str | None = None


def path_beside(db: Path) -> Path:
    """Return where a database's list stands."""
    return db.with_suffix(".erased")


def path_of(db: Connection) -> Path | None:
    """Return where an open database's list stands; None for one in memory."""
    file = file_of(db)
    return path_beside(Path(file)) if file else None


def remembered(path: Path) -> list[Erased]:
    """Return what was erased, in the order it was; nothing when there is no file."""
    lines = path.read_bytes().splitlines() if path.exists() else []
    return [found for line in lines if (found := _read(line)) is not None]


def remember(path: Path | None, erased: Iterable[Erased]) -> None:
    """Add what is not on the list yet, and return once it is on disk.

    To be called before what is erased is emptied: an erasure that was not remembered would be
    undone by the next restore, one that was remembered too early is only done twice.
    """
    if path is None:
        return
    known = {*remembered(path)}
    new = [one for one in dict.fromkeys(erased) if one not in known]
    if not new:
        return
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    with open(file, "ab") as stream:
        # After a power cut the last line may be half a line; it ends here and is passed over.
        stream.write(b"".join(b"\n" + msgspec.json.encode(one) for one in new) + b"\n")
        stream.flush()
        os.fsync(stream.fileno())


def _read(line: bytes) -> Erased | None:
    try:
        return msgspec.json.decode(line, type=Erased)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
