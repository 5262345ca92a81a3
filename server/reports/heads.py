"""What stands in registers, for forms that carry what they showed."""

import json
from collections.abc import Iterable

from server.schema import Connection


def heads_of(
    db: Connection, kind: str, record: str, registers: Iterable[str]
) -> dict[str, list[str]]:
    """Return register -> the ids of its heads, of those registers that have any."""
    rows = db.execute(
        "SELECT field, heads FROM register WHERE kind = ? AND record = ?", (kind, record)
    )
    wanted = {*registers}
    heads = {row["field"]: [head["id"] for head in json.loads(row["heads"])] for row in rows}
    return {field: ids for field, ids in heads.items() if field in wanted and ids}
