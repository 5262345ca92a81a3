"""Erasing a person: of everything about them only ids are kept, and that nothing is kept."""

import json
from collections import defaultdict

from server.ledger.erased import positions
from server.ledger.erased_file import Erased, path_of, remember
from server.ledger.joins import members_with
from server.ledger.log import digest_of
from server.ledger.receive import save_from_desk
from server.ledger.work import Work
from server.schema import Connection, Row
from sync.kinds import Kinds
from sync.lift import lift
from sync.merge import JOINED, Key
from sync.save import MAX_CHANGES, BadSave, Change, Value, read_save, without, write_save


def records_about(db: Connection, kinds: Kinds, person: str) -> list[tuple[Key, str | None]]:
    """Return every record about a person, or that names them, with its subject."""
    canonical = db.execute("SELECT canonical FROM joined WHERE id = ?", (person,)).fetchone()
    ids = members_with(db, canonical["canonical"] if canonical else person)
    found: dict[Key, str | None] = {}
    names = json.dumps(ids)
    for row in db.execute(
        "SELECT kind, id, subject FROM record WHERE subject IN (SELECT value FROM json_each(?))",
        (names,),
    ):
        found[row["kind"], row["id"]] = row["subject"]
    for kind in kinds.values():
        for name, field in kind.fields.items():
            if field.type == "ref" and field.to == JOINED and not field.each:
                for row in db.execute(
                    f'SELECT record.id, record.subject FROM "{kind.kind}" AS named '
                    f"JOIN record ON record.kind = '{kind.kind}' AND record.id = named.id "
                    f'WHERE "{name}" IN (SELECT value FROM json_each(?))',
                    (names,),
                ):
                    found[kind.kind, row["id"]] = row["subject"]
    found.update({("person", id): id for id in ids})
    return sorted(found.items())


def erase(
    db: Connection,
    kinds: Kinds,
    device: Row,
    records: list[tuple[Key, str | None]],
    now: int,
) -> None:
    """Say that records are erased, in saves of `device`, then empty every save that wrote them."""
    remember(path_of(db), [Erased(kind, id, subject) for (kind, id), subject in records])
    by_id: dict[tuple[str, str | None], list[str]] = defaultdict(list)
    for (kind, id), subject in records:
        by_id[id, subject].append(kind)
    changes = [_change(*about, names) for about, names in sorted(by_id.items(), key=str)]
    for start in range(0, len(changes), MAX_CHANGES):
        save_from_desk(db, kinds, device, changes[start : start + MAX_CHANGES], now)
    work = Work(db, kinds)
    for (kind, id), _ in records:
        rows = db.execute(
            "SELECT DISTINCT save.* FROM change JOIN save ON save.seq = change.save_seq "
            "WHERE change.kind = ? AND change.record = ?",
            (kind, id),
        )
        for row in rows.fetchall():
            _empty(db, work, row)


def _change(id: str, subject: str | None, names: list[str]) -> Change:
    said: dict[str, Value] = {f"kinds/{kind}": True for kind in sorted(names)}
    if subject is not None:
        said["subject"] = subject
    return Change("erasure", id, said)


def _empty(db: Connection, work: Work, row: Row) -> None:
    try:
        save = read_save(row["body"])
    except BadSave:
        return
    kept = without(save, positions(work, lift(save)))
    changed = {**dict(row), "body": write_save(kept), "reason": "erased"}
    db.execute(
        "UPDATE save SET body = ?, reason = ?, digest = ? WHERE seq = ?",
        (changed["body"], changed["reason"], digest_of(changed), row["seq"]),
    )
