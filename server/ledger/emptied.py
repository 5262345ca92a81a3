"""Taking out of the log what it says of somebody: the saves stay, their words go."""

import json
from collections.abc import Collection, Iterable, Iterator

import msgspec

from server.ledger.erased import is_about, named_in, positions
from server.ledger.log import digest_of
from server.schema import Connection, Row
from sync.kinds import Kinds
from sync.lift import lift
from sync.merge import JOINED, Key
from sync.save import BadSave, Save, read_save, without, write_save


def empty_saves(db: Connection, kinds: Kinds, gone: Collection[Key]) -> set[Key]:
    """Take out of the log what it says of records; return which others lost something by it."""
    found = {row["seq"]: (row, save) for row, save in _touching(db, gone)}
    persons = [id for kind, id in gone if kind == JOINED]
    found.update({row["seq"]: (row, save) for row, save in naming(db, persons)})
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
        if named_in(kinds, is_gone, lifted.changes[at])
        else change
        for at, change in enumerate(without(save, emptied).changes)
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


def naming(db: Connection, ids: Iterable[str]) -> Iterator[tuple[Row, Save]]:
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
