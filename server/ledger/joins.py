"""Persons that are one and the same: what is written to either stands under one id."""

import json
from typing import TYPE_CHECKING

from server.ledger.grants import turn_grants
from server.schema import Connection
from sync.alias import canonical
from sync.kinds import Kinds
from sync.merge import JOINED

if TYPE_CHECKING:
    from server.ledger.work import Work


def members_with(db: Connection, id: str) -> list[str]:
    """Return every id that is joined with one, itself included."""
    rows = db.execute("SELECT id FROM joined WHERE canonical = ?", (id,))
    return [row["id"] for row in rows] or [id]


def rejoin(work: "Work", seq: int) -> None:
    """Work out anew who is whom, and fold again whatever is about somebody it changed for."""
    work.settle()
    pairs = work.db.execute(
        "SELECT person, same_as FROM alias WHERE person IS NOT NULL AND same_as IS NOT NULL"
    )
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
    _fold_again(work, touched, seq)
    work.settle()
    turn_grants(work.db, [("person", id) for id in touched], seq)


def _fold_again(work: "Work", touched: set[str], seq: int) -> None:
    ids = json.dumps(sorted(touched))
    for name, kind in work.kinds.items():
        if kind.ids == JOINED:
            for id in sorted(touched):
                if work.same(id) != id:
                    if work.records.get((name, id)):
                        work.records.empty((name, id), id, seq)
                else:
                    work.refold((name, id), seq)
    for kind_name, id in sorted(_mentioning(work.db, work.kinds, ids)):
        work.refold((kind_name, id), seq)
        record = work.records.get((kind_name, id))
        about = work.kinds[kind_name].about
        if record and about in record.registers:
            subject = record.registers[about].value
            work.records.about(
                (kind_name, id), str(subject) if subject else record.subject, again=True, seq=seq
            )


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
