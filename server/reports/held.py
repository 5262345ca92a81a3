"""Held saves: kept, not counting, waiting for a coordinator; and what is in each."""

from dataclasses import dataclass

from server.ledger.log import stamped
from server.reports.scope import may_see_changes
from server.schema import Connection, Row
from sync.kinds import Kinds
from sync.save import Change

LIMIT = 500


@dataclass(frozen=True)
class Held:
    """One held save; `reason` is a problem code, `device` phone or desk; times in ms."""

    id: str
    author: str
    device: str | None
    at: int
    received_at: int
    reason: str
    changes: tuple[Change, ...]


WAITING = """
SELECT save.*, device.kind AS device_kind FROM save
LEFT JOIN ruling ON ruling.id = save.id
LEFT JOIN device ON device.id = save.device
WHERE save.verdict = 'held' AND ruling.counts IS NULL
ORDER BY save.seq DESC LIMIT :limit
"""


def held(db: Connection, locals_: frozenset[str], kinds: Kinds) -> list[Held]:
    """Return the held saves a coordinator may rule on, the newest first."""
    found = [_held(row) for row in db.execute(WAITING, {"limit": LIMIT})]
    return [save for save in found if may_see_changes(db, locals_, kinds, save.changes)]


def _held(row: Row) -> Held:
    save = stamped(row).save
    return Held(
        id=row["id"],
        author=row["author"],
        device=row["device_kind"],
        at=save.at,
        received_at=row["received_at"],
        reason=row["reason"] or "",
        changes=tuple(save.changes),
    )
