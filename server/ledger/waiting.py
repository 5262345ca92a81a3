"""What waited sealed is received after all, once its key is here."""

from collections.abc import Iterable
from typing import NamedTuple

from server.ledger.receive import receive
from server.ledger.sealed import drop, waiting_for
from server.schema import Connection
from sync.envelope import Opener
from sync.kinds import Kinds


class Opened(NamedTuple):
    """How many kept envelopes became saves, and how many still wait; what was erased is neither."""

    opened: int
    waiting: int


def open_waiting(db: Connection, kinds: Kinds, opener: Opener, keys: Iterable[str]) -> Opened:
    """Receive what is kept for these keys, as carried by who carried it and when it arrived."""
    opened = waiting = 0
    for envelope, row in waiting_for(db, keys):
        carrier = db.execute("SELECT * FROM device WHERE id = ?", (row["carrier"],)).fetchone()
        receipt = receive(db, kinds, envelope, carrier, row["received_at"], opener)
        is_erased = receipt is not None and receipt.verdict == "erased"
        if receipt is None or (receipt.seq == 0 and not is_erased):
            waiting += 1
            continue
        drop(db, row)
        opened += not is_erased
    return Opened(opened, waiting)
