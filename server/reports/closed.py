"""Sealed envelopes that nothing opened: how many wait, whose they seem to be, and why."""

import json
from dataclasses import dataclass

from server.schema import Connection, Row

SHOWN = 50


@dataclass(frozen=True)
class Closed:
    """Envelopes of one phone that wait for one reason, as far as their headers tell.

    volunteer: whose phone it is; None for all phones that nobody here knows. since: when the
    oldest arrived, in ms. numbers: the phone's counter. carriers: volunteers who brought them.
    """

    volunteer: str | None
    reason: str
    waiting: int
    since: int
    numbers: tuple[int, ...]
    carriers: tuple[str, ...]


WAITING = f"""
SELECT device.volunteer, kept.reason, count(*) AS waiting, min(kept.received_at) AS since,
    json_group_array(DISTINCT kept.n) AS numbers,
    json_group_array(DISTINCT carrier.volunteer) AS carriers
FROM kept_sealed AS kept
LEFT JOIN device ON device.id = kept.device
LEFT JOIN device AS carrier ON carrier.id = kept.carrier
GROUP BY device.id, kept.reason ORDER BY since LIMIT {SHOWN}
"""


def closed(db: Connection, locals_: frozenset[str]) -> list[Closed]:
    """Return what waits, the oldest first; only who reaches the whole union is told.

    Nobody can say whom a closed envelope is about.
    """
    return [] if locals_ else [_closed(row) for row in db.execute(WAITING)]


def count(db: Connection, locals_: frozenset[str]) -> int:
    """Return how many of these there are."""
    return len(closed(db, locals_))


def _closed(row: Row) -> Closed:
    numbers = sorted(json.loads(row["numbers"])) if row["volunteer"] else []
    carriers = {one for one in json.loads(row["carriers"]) if one and one != row["volunteer"]}
    return Closed(
        row["volunteer"],
        row["reason"],
        row["waiting"],
        row["since"],
        tuple(numbers),
        tuple(sorted(carriers)),
    )
