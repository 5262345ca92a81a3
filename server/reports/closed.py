"""Sealed envelopes that nothing opened: how many wait, whose they seem to be, and why."""

from typing import NamedTuple

from server.schema import Connection


class Closed(NamedTuple):
    """Envelopes that wait for one reason; `volunteer` is whose phone they name, if it is known.

    since: when the oldest arrived, in ms.
    """

    volunteer: str | None
    reason: str
    waiting: int
    since: int


def closed(db: Connection, locals_: frozenset[str]) -> list[Closed]:
    """Return what waits, the oldest first; only who reaches the whole union is told.

    Nobody can say whom a closed envelope is about.
    """
    if locals_:
        return []
    rows = db.execute(
        "SELECT device.volunteer, reason, count(*) AS waiting, min(received_at) AS since "
        "FROM kept_sealed LEFT JOIN device ON device.id = kept_sealed.device "
        "GROUP BY device.volunteer, reason ORDER BY since"
    )
    return [Closed(*row) for row in rows]
