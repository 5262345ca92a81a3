"""What somebody who has looked at a record has seen of it."""

import json
from collections.abc import Iterable

import msgspec

from server.schema import Connection
from sync.save import Change


def heads_of(db: Connection, kind: str, record: str, registers: Iterable[str]) -> set[str]:
    """Return every head of some registers of a record."""
    rows = db.execute(
        "SELECT field, heads FROM register WHERE kind = ? AND record = ?", (kind, record)
    )
    wanted = set(registers)
    return {
        head["id"] for row in rows if row["field"] in wanted for head in json.loads(row["heads"])
    }


def having_seen(db: Connection, change: Change) -> Change:
    """Return a change that saw every head of the registers it sets."""
    rows = db.execute(
        "SELECT field, heads FROM register WHERE kind = ? AND record = ?",
        (change.kind, change.record),
    )
    heads = {row["field"]: [head["id"] for head in json.loads(row["heads"])] for row in rows}
    saw = {register: heads[register] for register in change.set if heads.get(register)}
    return msgspec.structs.replace(change, saw=saw)
