"""What somebody who has looked at a record has seen of it."""

import json

import msgspec

from server.schema import Connection
from sync.save import Change


def having_seen(db: Connection, change: Change) -> Change:
    """Return a change that saw every head of the registers it sets."""
    rows = db.execute(
        "SELECT field, heads FROM register WHERE kind = ? AND record = ?",
        (change.kind, change.record),
    )
    heads = {row["field"]: [head["id"] for head in json.loads(row["heads"])] for row in rows}
    saw = {register: heads[register] for register in change.set if heads.get(register)}
    return msgspec.structs.replace(change, saw=saw)
