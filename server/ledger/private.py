"""What travels only to whoever wrote it: of others' private words not even that there are some."""

from typing import TYPE_CHECKING

import msgspec

from server.ledger.joins import members_with
from server.schema import Connection
from sync.kinds import Kind

if TYPE_CHECKING:
    from server.ledger.pull import Sent


def own_only(db: Connection, kind: Kind, sent: "Sent", volunteer: str) -> "Sent":
    """Return a record on its way without what others wrote to its private fields.

    Of a private field that holds nothing of the reader's any more they are told so, if they ever
    wrote to the record: their phone may hold what was replaced.
    """
    if kind.private.isdisjoint(sent.fields) and kind.private.isdisjoint(sent.said):
        return sent
    fields, said = dict(sent.fields), dict(sent.said)
    by = sent.write.by if sent.write else None
    for name in kind.private:
        if name in said and by != volunteer:
            del said[name]
            fields[name] = []
        if name in fields:
            fields[name] = [head for head in fields[name] if head.by == volunteer]
            if not fields[name] and (sent.whole or not has_written(db, kind, sent.id, volunteer)):
                del fields[name]
    write = sent.write if said else None
    return msgspec.structs.replace(sent, fields=fields, write=write, said=said)


def may_know_of(db: Connection, kind: Kind, record: str, volunteer: str) -> bool:
    """Return whether somebody with a view on a record's subject may know that there is such one."""
    return not kind.is_private or has_written(db, kind, record, volunteer)


def has_written(db: Connection, kind: Kind, record: str, volunteer: str) -> bool:
    """Return whether somebody ever wrote to a record, or to one that is joined with it."""
    return any(
        db.execute(WRITTEN, (kind.kind, one, volunteer)).fetchone()
        for one in (members_with(db, record) if kind.ids else [record])
    )


WRITTEN = """
SELECT 1 FROM change CROSS JOIN save ON save.seq = change.save_seq
WHERE change.kind = ? AND change.record = ? AND save.author = ? LIMIT 1
"""
