"""Whether a copy of a database holds every save as it was stored."""

from pathlib import Path
from typing import NamedTuple

from server.access import audit
from server.ledger.rebuild import lasting_faults
from server.schema import Connection, DatabaseError, connect, prepare
from sync.kinds import load_kinds


class Damaged(ValueError):
    """A database is not what it was; the message says where."""


class Last(NamedTuple):
    """The seq and the id of a log's last save, 0 and nothing when there is none; the audit's head.

    A broken audit log is told by `rounds audit verify`; it is no reason to be without a backup.
    """

    seq: int
    id: str
    audit: str


def last_of_whole(copy: Path) -> Last:
    """Return a copy's last save once all of its log was found whole. Raises Damaged.

    The copy is brought to today's schema, because that is what can be checked.
    """
    try:
        db = connect(copy)
        try:
            prepare(db, load_kinds())
            for fault in lasting_faults(db):
                raise Damaged(fault)
            last = _last(db)
            db.execute("PRAGMA journal_mode = DELETE")
        finally:
            db.close()
    except DatabaseError as problem:
        raise Damaged(f"SQLite: {problem}") from None
    return last


def _last(db: Connection) -> Last:
    row = db.execute("SELECT seq, id FROM save ORDER BY seq DESC LIMIT 1").fetchone()
    seq, id = (row["seq"], row["id"]) if row else (0, "")
    return Last(seq, id, str(audit.head(db)))
