"""Held saves: kept, not counting, waiting for a coordinator; and what is in each."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from server.ledger.log import stamped
from server.reports import rulings
from server.reports.scope import may_see_changes
from server.schema import Connection, Row
from sync.exchange import NEVER_COUNTS
from sync.kinds import Kinds
from sync.save import Change

SHOWN = 100
COUNTED = 500
AT_ONCE = 100
NEWEST = 2**63 - 1
ERASED = "erased"
NEVER_ADMITTED = (*NEVER_COUNTS, "erased_for_good")


@dataclass(frozen=True)
class Held:
    """One held save; `reason` is a problem code, `device` phone or desk; times in ms.

    author: whom it would count as written by. writer: whose phone it says it was made on, if
    that is somebody else's, or nobody's here. saw: the rulings on it that stand.
    """

    id: str
    author: str
    writer: str | None
    device: str | None
    at: int
    at_error_ms: int
    received_at: int
    reason: str
    changes: tuple[Change, ...]
    saw: tuple[str, ...] = ()
    seq: int = 0

    @property
    def is_ruling(self) -> bool:
        """Whether it only takes something back, or brings it back: nobody rules on that."""
        return bool(self.changes) and all(change.kind == "ruling" for change in self.changes)

    @property
    def may_count(self) -> bool:
        """Whether admitting it would do anything."""
        return bool(self.changes) and not self.is_ruling and self.reason not in NEVER_ADMITTED


class Page(NamedTuple):
    """Some held saves, the newest first; `older` is the seq before which there are more."""

    held: list[Held]
    older: int | None


WAITING = """
SELECT save.*, device.kind AS device_kind FROM save
LEFT JOIN ruling ON ruling.id = save.id
LEFT JOIN device ON device.id = save.device
WHERE save.verdict = 'held' AND ruling.counts IS NULL AND save.seq < :before
ORDER BY save.seq DESC LIMIT :limit
"""


def page(db: Connection, locals_: frozenset[str], kinds: Kinds, before: int = NEWEST) -> Page:
    """Return the held saves a coordinator may rule on that came before a seq."""
    found = [*islice(_waiting(db, locals_, kinds, before), SHOWN + 1)]
    return Page(found[:SHOWN], found[SHOWN - 1].seq if len(found) > SHOWN else None)


def count(db: Connection, locals_: frozenset[str], kinds: Kinds) -> int:
    """Return how many held saves wait for a coordinator, up to COUNTED."""
    return sum(1 for _ in islice(_waiting(db, locals_, kinds, NEWEST), COUNTED))


def _waiting(db: Connection, locals_: frozenset[str], kinds: Kinds, before: int) -> Iterator[Held]:
    """Give what is in reach, however much that is not came after it.

    Of what was erased nothing is left to decide.
    """
    while rows := db.execute(WAITING, {"before": before, "limit": AT_ONCE}).fetchall():
        before = rows[-1]["seq"]
        # A ruling that was taken back is seen all the same.
        heads = rulings.standing_on(db, [row["id"] for row in rows])
        for save in (_held(db, row, heads) for row in rows):
            is_left = save.reason != ERASED or any(change.set for change in save.changes)
            if is_left and may_see_changes(db, locals_, kinds, save.changes):
                yield save


def _held(db: Connection, row: Row, heads: rulings.Heads) -> Held:
    save = stamped(row).save
    return Held(
        id=row["id"],
        author=row["author"],
        writer=_writer(db, save.device) if save.device != row["device"] else None,
        device=row["device_kind"],
        at=save.at,
        at_error_ms=save.at_error_ms,
        received_at=row["received_at"],
        reason=row["reason"] or "",
        changes=tuple(save.changes),
        saw=tuple(rulings.seen(heads, [row["id"]])),
        seq=row["seq"],
    )


def _writer(db: Connection, device: str) -> str:
    """Return whose device this is; empty when nobody's here."""
    row = db.execute("SELECT volunteer FROM device WHERE id = ?", (device,)).fetchone()
    return row["volunteer"] if row else ""
