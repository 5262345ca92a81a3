"""Bringing a server back from a backup. No server runs meanwhile; nothing that stood is lost."""

from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple

from server.access import audit
from server.access.erasing import forget_access
from server.access.keys import BadKeys, add, read_keys
from server.access.keys import path_beside as path_of_keys
from server.backups import age
from server.backups.archive import (
    DATABASE,
    ERASED,
    KEYS,
    SECRET,
    BadBackup,
    Listed,
    read_archive,
)
from server.backups.aside import (
    close,
    credentials,
    ended_passkeys,
    move_aside,
    name_aside,
    noted_since,
    revoked,
)
from server.backups.checking import Damaged, last_of_whole
from server.backups.files import sync, workplace
from server.backups.making import note_backup
from server.ids import new_id
from server.ledger.erase import erase
from server.ledger.erased_file import Erased, remember, remembered
from server.ledger.erased_file import path_beside as path_of_erased
from server.ledger.facts import SERVER
from server.ledger.rebuild import keep_current, rebuild
from server.ledger.work import Work
from server.schema import Connection, Row, connect
from server.whole import place, sync_folder
from sync.kinds import load_kinds

OLD = "old"


class Restored(NamedTuple):
    """What was brought back, and where the database that stood there is now."""

    listed: Listed
    aside: Path | None


class Since(NamedTuple):
    """What happened after the backup and must not be undone: device -> revoked_at; passkey ->
    when it was removed; desk -> its credential's hash; what is gone.

    audit: what was noted since, None where that cannot be read or follows on nothing.
    """

    revoked: dict[str, int]
    passkeys: dict[str, int]
    desks: dict[str, str]
    erased: list[Erased]
    audit: list[Row] | None


def restore_backup(file: Path, db: Path, identities: Collection[object], now: int) -> Restored:
    """Put a backup in the place of a database, which is moved aside.

    Raises BadBackup and AgeProblem before anything was changed, InUse when something has the
    database open.
    """
    with workplace(db, "restore") as work:
        listed = _unpacked(file, work, identities)
        _check(work, listed)
        (work / OLD).mkdir()  # apart: SQLite would take the parts for those of the copy
        is_whole = close(db, work / OLD)
        remember(path_of_erased(db), remembered(work / ERASED))
        noted = noted_since(db, work / DATABASE)
        erased = remembered(path_of_erased(db))
        since = Since(revoked(db), ended_passkeys(db), credentials(db), erased, noted)
        _renew(work / DATABASE, listed, since, now)
        _bring_keys(work / KEYS, path_of_keys(db), now)
        aside = move_aside(db, None if is_whole else work / OLD, now)
        (work / SECRET).replace(db.with_suffix(".secret"))
        (work / DATABASE).replace(db)
        sync_folder(db.parent)
        return Restored(listed, aside)


def _unpacked(file: Path, work: Path, identities: Collection[object]) -> Listed:
    if age.is_encrypted(file):
        whole = work / "whole.tar"
        age.decrypt(file, whole, identities)
        file = whole
    with file.open("rb") as stream:
        return read_archive(stream, work)


def _check(work: Path, listed: Listed) -> None:
    try:
        last = last_of_whole(work / DATABASE)
        read_keys(work / KEYS)
    except (Damaged, BadKeys) as problem:
        raise BadBackup(str(problem)) from None
    if (last.seq, last.id) != (listed.seq, listed.last):
        raise BadBackup("its database ends with another save than its list says")


def _renew(copy: Path, listed: Listed, since: Since, now: int) -> None:
    """Make a copy the start of a new past: phones offer again what it does not hold."""
    db = connect(copy)
    try:
        keep_current(db, load_kinds(), now)
        db.execute("BEGIN IMMEDIATE")
        _begin_anew(db, listed, since, now)
        _go_on_noting(db, listed, since.audit, now)
        is_erased = _erase_again(db, since.erased, now)
        db.execute("COMMIT")
        if is_erased:
            rebuild(db, load_kinds(), now)  # what stood only on the erased has no ground any more
        db.execute("VACUUM")  # and nothing of what was erased on free pages
        db.execute("PRAGMA journal_mode = DELETE")
    finally:
        db.close()
    copy.chmod(0o600)
    sync(copy)


def _begin_anew(db: Connection, listed: Listed, since: Since, now: int) -> None:
    db.execute("INSERT OR REPLACE INTO meta (name, value) VALUES ('epoch', ?)", (new_id(now),))
    note_backup(db, listed)
    # A link that was used after the backup would work a second time.
    db.execute("UPDATE invitation SET expires_at = ? WHERE used_at IS NULL", (now - 1,))
    db.execute("UPDATE room SET closed_at = ? WHERE closed_at IS NULL", (now,))
    # A phone that was lost since must not come back with the database.
    db.executemany(
        "UPDATE device SET revoked_at = coalesce(revoked_at, ?) WHERE id = ?",
        [(at, id) for id, at in since.revoked.items()],
    )
    db.executemany(
        "UPDATE passkey SET removed_at = coalesce(removed_at, ?), public_key = x'' WHERE id = ?",
        [(at, id) for id, at in since.passkeys.items()],
    )
    # Nor a cookie that was replaced since.
    db.executemany(
        "UPDATE device SET hash = ? WHERE id = ?",
        [(hash, id) for id, hash in since.desks.items()],
    )


def _go_on_noting(db: Connection, listed: Listed, noted: list[Row] | None, now: int) -> None:
    """Keep what was noted after the backup, and note the restore: as of which save."""
    audit.go_on_with(db, noted or ())
    who = audit.Who(SERVER, SERVER)
    audit.note(db, who, "restored", [listed.last] if listed.last else [], now, listed.seq)


def _erase_again(db: Connection, erased: list[Erased], now: int) -> bool:
    for one in erased:
        if one.kind == "volunteer":
            forget_access(db, one.record, now)
    work = Work(db, load_kinds())
    records = [
        ((one.kind, one.record), one.subject)
        for one in erased
        if not work.is_erased(one.kind, one.record)
    ]
    if records:
        device = db.execute("SELECT * FROM device WHERE id = ?", (SERVER,)).fetchone()
        erase(db, load_kinds(), device, records, now)
    return bool(records)


def _bring_keys(file: Path, target: Path, now: int) -> None:
    """Add a backup's keys to those that stand here; phones may have sealed to either."""
    keys = read_keys(file)
    try:
        add(target, keys)
    except BadKeys:
        target.rename(name_aside(target, now))
    except FileNotFoundError:
        pass
    place(target, file.read_bytes())
