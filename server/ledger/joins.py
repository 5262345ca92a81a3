"""Persons that are one and the same: what is written to either stands under one id."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from server.ledger.grants import turn_grants
from server.schema import Connection
from sync.alias import canonical
from sync.kinds import Kinds
from sync.merge import JOINED, Key
from sync.save import change_id

if TYPE_CHECKING:
    from server.ledger.work import Work


def members_with(db: Connection, id: str) -> list[str]:
    """Return every id that is joined with one, itself included."""
    rows = db.execute("SELECT id FROM joined WHERE canonical = ?", (id,))
    return [row["id"] for row in rows] or [id]


def rejoin(work: "Work", seq: int) -> None:
    """Work out anew who is whom, and fold again whatever is about somebody it changed for."""
    work.settle()
    pairs = work.db.execute(PAIRS)
    wanted = dict(canonical((row["person"], row["same_as"]) for row in pairs))
    known = {
        row["id"]: row["canonical"] for row in work.db.execute("SELECT id, canonical FROM joined")
    }
    if wanted == known:
        return
    changed = {id for id in {*wanted, *known} if wanted.get(id, id) != known.get(id, id)}
    # Who stands for the changed is touched as well, before and now.
    touched = (
        changed | {wanted.get(id, id) for id in changed} | {known.get(id, id) for id in changed}
    )
    work.db.execute("DELETE FROM joined")
    work.db.executemany("INSERT INTO joined (id, canonical) VALUES (?, ?)", sorted(wanted.items()))
    work.joins_changed()
    _fold_again(work, touched, known, seq)
    work.settle()
    turn_grants(work.db, [("person", id) for id in touched], seq)


# Whoever was erased is nobody: an older join would take another's records along.
PAIRS = """
WITH gone AS (SELECT erasure AS id FROM erasure_kinds WHERE element = 'person' AND value = 1)
SELECT person, same_as FROM alias WHERE person IS NOT NULL AND same_as IS NOT NULL
AND person NOT IN (SELECT id FROM gone) AND same_as NOT IN (SELECT id FROM gone)
"""


def _fold_again(work: "Work", touched: set[str], known: Mapping[str, str], seq: int) -> None:
    ids = json.dumps(sorted(touched))
    for name, kind in work.kinds.items():
        if kind.ids == JOINED:
            for id in sorted(touched):
                if work.same(id) != id:
                    if work.records.get((name, id)):
                        work.records.empty((name, id), id, seq)
                else:
                    work.refold([(name, id)], seq)
    mentioning = _mentioning(work.db, work.kinds, ids)
    work.refold(mentioning, seq)
    for key in sorted(mentioning):
        _move(work, known, key, seq)


def _move(work: "Work", known: Mapping[str, str], key: Key, seq: int) -> None:
    """Say whom a record is about now: whoever it was about, under the id that stands for them."""
    kind, record = work.kinds[key[0]], work.records.get(key)
    about = kind.fields.get(kind.about)
    if record is None or record.subject is None or about is None or about.to != JOINED:
        return
    # Split again, it is about the one of them whom its saves named.
    was = (id for id in _said(work, key) if known.get(id, id) == record.subject)
    subject = work.same(next(was, record.subject))
    if subject != record.subject:
        # Who still has whom it was about is told to drop it.
        left = (record.subject, seq, *key)
        work.db.execute("INSERT INTO gone_over (subject, seq, kind, id) VALUES (?, ?, ?, ?)", left)
    work.records.about(key, subject, again=True, seq=seq)


def _said(work: "Work", key: Key) -> list[str]:
    """Return whom the saves of a record name as its subject, what stands before what does not."""
    about = work.kinds[key[0]].about
    record = work.records.get(key)
    register = record.registers.get(about) if record else None
    standing = {head.id for head in register.heads} if register else set()
    said = [
        (change_id(stored.save.id, position) not in standing, change.set.get(about))
        for stored, position in work.past_of(key)
        for change in [stored.save.changes[position]]
    ]
    found = ((gone, id) for gone, id in said if isinstance(id, str))
    return [id for _, id in sorted(found, key=lambda one: one[0])]


def _mentioning(db: Connection, kinds: Kinds, ids: str) -> set[tuple[str, str]]:
    """Return the records that refer to one of these persons, or did until now."""
    found = set()
    for name, kind in kinds.items():
        refs = [f for f, field in kind.fields.items() if field.type == "ref" and field.to == JOINED]
        if name == "alias" or not refs:
            continue
        for ref in refs:
            rows = db.execute(
                f'SELECT id FROM "{name}" WHERE "{ref}" IN (SELECT value FROM json_each(?))', (ids,)
            )
            found |= {(name, row["id"]) for row in rows}
        rows = db.execute(
            "SELECT id FROM record WHERE kind = ?1 AND (conflicts > 0 OR subject IN "
            "(SELECT value FROM json_each(?2)))",
            (name, ids),
        )
        found |= {(name, row["id"]) for row in rows}
    return found
