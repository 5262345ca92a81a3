"""What becomes of a database that a backup takes the place of: it stands aside, whole."""

import os
from contextlib import closing
from pathlib import Path

from server.access import audit
from server.backups.files import InUse, stamp
from server.schema import DatabaseError, Row, connect


def close(db: Path, links: Path) -> bool:
    """Fold everything of a database into its one file. Raises InUse.

    False for one that is too damaged for that; SQLite may then throw away what it cannot read, so
    links to its parts are put into a folder first.
    """
    for part in _parts(db):
        os.link(part, links / part.name)
    try:
        old = connect(db) if db.exists() else None
    except DatabaseError:
        return False
    try:
        # SQLite gives up the write-ahead log only when nobody else has the file open.
        if old and old.execute("PRAGMA journal_mode = DELETE").fetchone()[0] != "delete":
            raise InUse(str(db))
    except DatabaseError as problem:
        if "locked" in str(problem):
            raise InUse(str(db)) from None
        return False
    finally:
        if old:
            old.close()
    return True


def revoked(db: Path) -> dict[str, int]:
    """Return device -> when it was revoked, by the database that is to be replaced."""
    if not db.exists():
        return {}
    try:
        old = connect(db, query_only=True)
        rows = old.execute("SELECT id, revoked_at FROM device WHERE revoked_at IS NOT NULL")
        found = {row["id"]: row["revoked_at"] for row in rows}
        old.close()
    except DatabaseError:
        return {}
    return found


def credentials(db: Path) -> dict[str, str]:
    """Return desk -> hash of the credential it has now; confirming replaces the one before."""
    if not db.exists():
        return {}
    desks = "SELECT id, hash FROM device WHERE kind = 'desk' AND hash IS NOT NULL"
    try:
        with closing(connect(db, query_only=True)) as old:
            return {row["id"]: row["hash"] for row in old.execute(desks)}
    except DatabaseError:
        return {}


def ended_passkeys(db: Path) -> dict[str, int]:
    """Return passkey -> when it was removed, or known to be copied, by the database before."""
    if not db.exists():
        return {}
    ended = "SELECT id, coalesce(removed_at, copied_at) AS at FROM passkey WHERE at IS NOT NULL"
    try:
        with closing(connect(db, query_only=True)) as old:
            return {row["id"]: row["at"] for row in old.execute(ended)}
    except DatabaseError:
        return {}


def noted_since(db: Path, copy: Path) -> list[Row] | None:
    """Return what the database that is to be replaced noted in its audit log after a copy of it.

    None where that cannot be read, or where its log is another.
    """
    if not db.exists():
        return None
    try:
        with closing(connect(copy, query_only=True)) as opened:
            head = audit.head(opened)
        with closing(connect(db, query_only=True)) as old:
            return audit.rows_after(old, head)
    except DatabaseError:
        return None


def move_aside(db: Path, parts: Path | None, now: int) -> Path | None:
    """Move what stands there aside, the database last and without a moment without one.

    `parts` is where links to a damaged database's other files are.
    """
    aside = name_aside(db, now)
    for part in _parts(parts / db.name) if parts else ():
        part.rename(aside.with_name(part.name.replace(db.name, aside.name)))
    for part in _parts(db):
        part.unlink()  # SQLite would play it back into the next database of this name
    secret = db.with_suffix(".secret")
    if secret.exists():
        secret.rename(name_aside(secret, now))
    if not db.exists():
        return None
    os.link(db, aside)
    return aside


def _parts(db: Path) -> list[Path]:
    """Return what SQLite keeps beside a database."""
    return [part for end in ("-wal", "-shm") if (part := db.with_name(db.name + end)).exists()]


def name_aside(path: Path, now: int) -> Path:
    """Return the name under which a file stands aside."""
    return path.with_name(f"{path.stem}.before-{stamp(now)}{path.suffix}")
