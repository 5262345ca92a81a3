"""The past of records: what the log says of many of them, each save read once."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping

from server.ledger.log import stamped
from server.schema import Connection
from sync.merge import Key
from sync.save import Stamped, change_id, import_of

Past = list[tuple[Stamped, int]]  # saves, and which of their changes


def pasts(db: Connection, names: Mapping[Key, Iterable[str]]) -> dict[Key, Past]:
    """Return every change to these records in the order of the log.

    names: (kind, record) -> the ids that what is written to it may bear.
    """
    asked = [[kind, name, record] for (kind, record), ids in names.items() for name in ids]
    found: dict[Key, list[tuple[int, int]]] = defaultdict(list)
    for row in db.execute(CHANGES, (json.dumps(asked),)):
        found[row["kind"], row["record"]].append((row["save_seq"], row["position"]))
    seqs = sorted({seq for places in found.values() for seq, _ in places})
    rows = db.execute(SAVES, (json.dumps(seqs),))
    saves = {row["seq"]: stamped(row) for row in rows}
    return {
        key: [(saves[seq], position) for seq, position in sorted(places)]
        for key, places in found.items()
    }


def rulings_on(db: Connection, found: Iterable[Past]) -> dict[str, bool]:
    """Return what was ruled on these changes, on their saves and on the imports they came with."""
    targets = set()
    for past in found:
        for stored, position in past:
            id = stored.save.id
            targets |= {id, change_id(id, position), import_of(stored.save) or id}
    rows = db.execute(RULED, (json.dumps(sorted(targets)),))
    return {row["id"]: bool(row["counts"]) for row in rows}


CHANGES = """
SELECT change.kind, wanted.value ->> 2 AS record, change.save_seq, change.position
FROM json_each(?) AS wanted CROSS JOIN change
ON change.kind = wanted.value ->> 0 AND change.record = wanted.value ->> 1
"""
SAVES = "SELECT save.* FROM json_each(?) AS wanted CROSS JOIN save ON save.seq = wanted.value"
RULED = """
SELECT ruling.id, ruling.counts FROM json_each(?) AS target
CROSS JOIN ruling ON ruling.id = target.value WHERE ruling.counts IS NOT NULL
"""
