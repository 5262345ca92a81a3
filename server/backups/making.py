"""Making a backup beside a running server."""

import shutil
from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple

from server.access.keys import keys_beside
from server.backups import age
from server.backups.archive import (
    DATABASE,
    ERASED,
    KEYS,
    SECRET,
    Listed,
    read_archive,
    write_archive,
)
from server.backups.checking import Last, last_of_whole
from server.backups.files import appearing, stamp, workplace
from server.config import secret_beside
from server.ledger.erased_file import path_beside as path_of_erased
from server.schema import Connection, connect


class Made(NamedTuple):
    """A backup that stands, and what it holds."""

    path: Path
    listed: Listed


def make_backup(db: Path, folder: Path, recipients: Collection[object], now: int) -> Made:
    """Copy everything a server needs into one file in `folder`, and check it.

    With recipients only they can read it. Raises Damaged, BadBackup when what was written is read
    back otherwise, InUse when another backup is being made.
    """
    with workplace(db, "backup") as work:
        last = _gather(db, work)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        target = folder / f"{db.stem}-{stamp(now)}.tar{'.age' if recipients else ''}"
        if not recipients:
            with appearing(target) as stream:
                listed = write_archive(stream, work, now, *last)
                stream.seek(0)
                read_archive(stream)
            return Made(target, listed)
        with (work / "whole.tar").open("w+b") as stream:
            listed = write_archive(stream, work, now, *last)
            stream.seek(0)
            read_archive(stream)
            stream.seek(0)
            with appearing(target) as closed:
                age.encrypt(stream, closed, recipients)
        return Made(target, listed)


def note_backup(db: Connection, listed: Listed) -> bool:
    """Tell phones that a backup holds everything up to its last save.

    False, and nothing is told, when that save is not in this database: it was restored meanwhile.
    """
    row = db.execute("SELECT id FROM save WHERE seq = ?", (listed.seq,)).fetchone()
    if row is None or row["id"] != listed.last:
        return False
    db.execute(
        "INSERT INTO meta (name, value) VALUES ('backed_up_to', ?) ON CONFLICT DO UPDATE "
        "SET value = max(CAST(value AS INTEGER), CAST(excluded.value AS INTEGER))",
        (str(listed.seq),),
    )
    return True


def _gather(db: Path, work: Path) -> Last:
    """Put copies into the work folder, the database first: what it needs may only be newer."""
    _copy(db, work / DATABASE)
    last = last_of_whole(work / DATABASE)
    secret_beside(db)
    shutil.copy(keys_beside(db).path, work / KEYS)
    shutil.copy(db.with_suffix(".secret"), work / SECRET)
    if path_of_erased(db).exists():
        shutil.copy(path_of_erased(db), work / ERASED)
    return last


def _copy(db: Path, target: Path) -> None:
    """Copy a database as it stands at one moment, without what was deleted from it."""
    live = connect(db)
    try:
        live.execute("VACUUM INTO ?", (str(target),))
    finally:
        live.close()
