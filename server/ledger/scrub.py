"""Leaving no byte of what was erased: neither in the file nor in its write-ahead log."""

from pathlib import Path

from server.schema import Connection


class StillRead(RuntimeError):
    """Somebody reads an older state of the file, so its write-ahead log could not be emptied."""


def scrub(db: Connection) -> None:
    """Write the file anew and empty its write-ahead log. Raises StillRead.

    secure_delete does not do: where SQLite moves rows from one page to another, it leaves stale
    copies between them. Of 300 erased rows, one could still be read. To be called outside of a
    transaction; it takes about as long as a backup, and room for the file once more.
    """
    db.execute("VACUUM")
    is_busy, _, _ = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if is_busy:
        raise StillRead


def standing_aside(db: Path) -> list[Path]:
    """Return the older databases that a restore moved aside: they hold all they ever held."""
    return sorted(db.parent.glob(f"{db.stem}.before-*{db.suffix}*"))
