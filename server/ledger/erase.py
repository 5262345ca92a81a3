"""Erasing a person: of everything about them only ids are kept, and that nothing is kept."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator

import msgspec

from server.ledger.erased import is_about, positions
from server.ledger.erased_file import Erased, path_of, remember
from server.ledger.joins import members_with, rejoin
from server.ledger.log import digest_of
from server.ledger.receive import save_from_desk
from server.ledger.work import Work
from server.schema import Connection, Row
from sync.kinds import Kinds
from sync.lift import lift
from sync.merge import JOINED, Key
from sync.save import MAX_CHANGES, BadSave, Change, Save, Value, read_save, without, write_save


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
    found.update({(JOINED, id): id for id in ids})
    found.update((key, None) for key in _about_nobody_else(db, kinds, ids))
    return sorted(found.items())


def erase(
    db: Connection,
    kinds: Kinds,
    device: Row,
    records: list[tuple[Key, str | None]],
    now: int,
) -> None:
    """Empty every save of what it says of these records, and say in saves that they are erased."""
    remember(path_of(db), [Erased(kind, id, subject) for (kind, id), subject in records])
    left = _empty_saves(db, kinds, {key for key, _ in records})
    by_id: dict[tuple[str, str | None], list[str]] = defaultdict(list)
    for (kind, id), subject in records:
        by_id[id, subject].append(kind)
    changes = [_change(*about, names) for about, names in sorted(by_id.items(), key=str)]
    seq = 0
    for start in range(0, len(changes), MAX_CHANGES):
        some = changes[start : start + MAX_CHANGES]
        seq = save_from_desk(db, kinds, device, some, now).seq
    work = Work(db, kinds)
    work.refold(left, seq)
    if any(kind == "alias" for kind, _ in left):
        rejoin(work, seq)
    work.settle()


def _change(id: str, subject: str | None, names: list[str]) -> Change:
    said: dict[str, Value] = {f"kinds/{kind}": True for kind in sorted(names)}
    if subject is not None:
        said["subject"] = subject
    return Change("erasure", id, said)


def _about_nobody_else(db: Connection, kinds: Kinds, ids: Collection[str]) -> Iterator[Key]:
    """Give the records that only a save which does not count says anything of: who they name."""
    persons = {(JOINED, id) for id in ids}
    for _, save in _naming(db, ids):
        for position in positions(kinds, lambda *key: key in persons, save):
            key = (save.changes[position].kind, save.changes[position].record)
            row = db.execute("SELECT subject FROM record WHERE kind = ? AND id = ?", key).fetchone()
            if row is not None and row["subject"] is None:
                yield key


def _empty_saves(db: Connection, kinds: Kinds, gone: Collection[Key]) -> set[Key]:
    """Take out of the log what it says of records; return which others lost something by it."""
    found = {row["seq"]: (row, save) for row, save in _touching(db, gone)}
    persons = [id for kind, id in gone if kind == JOINED]
    found.update({row["seq"]: (row, save) for row, save in _naming(db, persons)})
    left: set[Key] = set()
    for row, save in found.values():
        touched = [save.changes[at] for at in positions(kinds, lambda *key: key in gone, save)]
        if touched:
            _replace(db, row, _without(kinds, gone, save, read_save(row["body"])))
            left |= {(change.kind, change.record) for change in touched}
    return left - set(gone)


def _without(kinds: Kinds, gone: Collection[Key], lifted: Save, save: Save) -> Save:
    """Return a save without what is about the erased.

    A check-in of somebody else in which they stood by mistake loses only their name.
    """

    def is_gone(*key: str) -> bool:
        return key in gone

    emptied = {at for at, change in enumerate(lifted.changes) if is_about(kinds, is_gone, change)}
    changes = [
        msgspec.structs.replace(
            change, set={r: None if is_gone(JOINED, str(v)) else v for r, v in change.set.items()}
        )
        for change in without(save, emptied).changes
    ]
    return msgspec.structs.replace(save, changes=changes)


def _touching(db: Connection, keys: Iterable[Key]) -> Iterator[tuple[Row, Save]]:
    """Give the saves that write to these records, and what is in them."""
    for key in keys:
        rows = db.execute(
            "SELECT DISTINCT save.* FROM change JOIN save ON save.seq = change.save_seq "
            "WHERE change.kind = ? AND change.record = ?",
            key,
        )
        yield from _readable(rows.fetchall())


def _naming(db: Connection, ids: Iterable[str]) -> Iterator[tuple[Row, Save]]:
    """Give the saves that name one of these ids anywhere, held ones too, and what is in them."""
    for id in ids:
        # No table says what does not count, so the whole log is read; it is done seldom.
        rows = db.execute("SELECT * FROM save WHERE instr(body, ?) > 0", (json.dumps(id),))
        yield from _readable(rows.fetchall())


def _readable(rows: Iterable[Row]) -> Iterator[tuple[Row, Save]]:
    for row in rows:
        try:
            yield row, lift(read_save(row["body"]))
        except BadSave:
            continue


def _replace(db: Connection, row: Row, save: Save) -> None:
    changed = {**dict(row), "body": write_save(save), "reason": "erased"}
    db.execute(
        "UPDATE save SET body = ?, reason = ?, digest = ? WHERE seq = ?",
        (changed["body"], changed["reason"], digest_of(changed), row["seq"]),
    )
