"""How much one record may hold, so that nobody's writing to it delays everybody's."""

from server.ledger.work import Work
from sync.kinds import COORDINATOR, Kind
from sync.merge import Key, record_of
from sync.save import Change

# Of a record as it is kept. A save adds at most 100,000 to that, a person takes some 1,000.
MOST_CHARACTERS = 300_000
# Changes to a record where only the log can tell what one more makes of it.
MOST_FROM_THE_LOG = 200


def is_full(work: Work, kind: Kind, change: Change, rank: int) -> bool:
    """Return whether a record has no room for one more change; coordinators have twice as much.

    So whoever fills a record does not keep those from it who can set that aside.
    """
    key = (change.kind, record_of(change, kind, work.same))
    record = work.records.get(key)
    if record is None:
        return False
    times = 2 if rank >= COORDINATOR else 1
    if record.size > times * MOST_CHARACTERS:
        return True
    return _is_from_the_log(work, key, change) and (
        work.changes_to(key) >= times * MOST_FROM_THE_LOG
    )


def _is_from_the_log(work: Work, key: Key, change: Change) -> bool:
    return any(
        work.records.is_late(key, register, change.saw.get(register, ())) for register in change.set
    )
