"""What a batch of saves will be judged by and folded over, read all at once before the first."""

import json
from collections.abc import Iterable

from server.ledger.facts import Known
from server.ledger.work import Work
from server.schema import Row
from sync.lift import lift
from sync.merge import record_of
from sync.save import Save
from sync.scope import subject_of


def gather(work: Work, known: Known, author: str, saves: Iterable[Save]) -> dict[str, Row]:
    """Read ahead what these saves touch; return save id -> row of those that are stored already."""
    saves = [lift(save) for save in saves]
    keys, subjects = set(), set()
    for save in saves:
        for change in save.changes:
            kind = work.kinds.get(change.kind)
            if kind is None:
                continue
            record = record_of(change, kind, work.same)
            keys.add((change.kind, record))
            about = change.set.get(kind.about)
            subject = subject_of(kind, record, about if isinstance(about, str) else None)
            subjects |= {work.same(subject)} if subject else set()
    work.records.look_up(keys)
    known.look_up(author, subjects)
    return _stored(work, saves)


def _stored(work: Work, saves: list[Save]) -> dict[str, Row]:
    ids = json.dumps([save.id for save in saves])
    rows = work.db.execute(
        "SELECT save.* FROM json_each(?) AS sent CROSS JOIN save ON save.id = sent.value", (ids,)
    )
    return {row["id"]: row for row in rows}
