"""Taking out of the log what it says of somebody: the saves stay, their words go."""

from collections.abc import Collection, Iterable, Iterator

import msgspec

from server.ledger.erased import Gone, Leaving, is_about, mentions, named_in, positions
from server.ledger.log import NEVER_READ, digest_of
from server.schema import Connection, Row
from sync.kinds import Kinds
from sync.lift import lift
from sync.merge import JOINED, Key
from sync.save import BadSave, Save, read_save, without, write_save


def empty_saves(db: Connection, kinds: Kinds, keys: Collection[Key]) -> set[Key]:
    """Take out of the log what it says of records; return which others lost something by it."""
    gone = Leaving(keys)
    found = {row["seq"]: (row, save) for row, save in _touching(db, keys)}
    persons = [id for kind, id in keys if kind == JOINED]
    found.update({row["seq"]: (row, save) for row, save in naming(db, persons)})
    left: set[Key] = set()
    emptied: list[str] = []
    for row, save in found.values():
        touched = [save.changes[at] for at in positions(kinds, gone, save)]
        if touched:
            _replace(db, row, write_save(_without(kinds, gone, save, read_save(row["body"]))))
            emptied.append(row["id"])
            left |= {(change.kind, change.record) for change in touched if change.kind in kinds}
    left |= _without_reasons(db, emptied)
    for row in _unread(db):
        if mentions(row["body"], gone):
            _replace(db, row, "")
    return left - set(keys)


def _without(kinds: Kinds, gone: Gone, lifted: Save, save: Save) -> Save:
    """Return a save without what is about the erased.

    A check-in of somebody else in which they stood by mistake loses only their name.
    """
    emptied = {at for at, change in enumerate(lifted.changes) if is_about(kinds, gone, change)}
    changes = [
        msgspec.structs.replace(
            change,
            set={r: None if gone.is_erased(JOINED, str(v)) else v for r, v in change.set.items()},
        )
        if named_in(kinds, gone, lifted.changes[at])
        else change
        for at, change in enumerate(without(save, emptied).changes)
    ]
    return msgspec.structs.replace(save, changes=changes)


def _without_reasons(db: Connection, ids: Iterable[str]) -> set[Key]:
    """Take out why anybody ruled on these saves: who says why may name whom it was about."""
    lost: set[Key] = set()
    for id in ids:
        keys = db.execute(
            "SELECT DISTINCT kind, record FROM change "
            "WHERE kind = 'ruling' AND (record = ? OR substr(record, 1, ?) = ?)",
            (id, len(id) + 1, f"{id}:"),
        )
        said = {(row["kind"], row["record"]) for row in keys.fetchall()}
        for row, save in _touching(db, said):
            if any((one.kind, one.record) in said and "reason" in one.set for one in save.changes):
                _replace(db, row, write_save(_silent(said, read_save(row["body"]))))
                lost |= said
    return lost


def _silent(said: Collection[Key], save: Save) -> Save:
    changes = [
        msgspec.structs.replace(one, set={r: v for r, v in one.set.items() if r != "reason"})
        if (one.kind, one.record) in said
        else one
        for one in save.changes
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
    """Give the saves that may name one of these ids anywhere, held ones too, and what they say."""
    for id in ids:
        # No table says what does not count, so the whole log is read; it is done seldom. JSON can
        # spell any letter by its number.
        query = r"SELECT * FROM save WHERE instr(body, ?) > 0 OR instr(body, '\u00') > 0"
        yield from _readable(db.execute(query, (id,)).fetchall())


def _readable(rows: Iterable[Row]) -> Iterator[tuple[Row, Save]]:
    for row in rows:
        try:
            if row["reason"] not in NEVER_READ:
                yield row, lift(read_save(row["body"]))
        except BadSave:
            continue


def _unread(db: Connection) -> list[Row]:
    """Return the saves that nobody read when they came: all that is known of them is their text."""
    names = ", ".join("?" * len(NEVER_READ))
    return db.execute(f"SELECT * FROM save WHERE reason IN ({names})", NEVER_READ).fetchall()


def _replace(db: Connection, row: Row, body: str) -> None:
    changed = {**dict(row), "body": body, "reason": "erased"}
    db.execute(
        "UPDATE save SET body = ?, reason = ?, digest = ? WHERE seq = ?",
        (changed["body"], changed["reason"], digest_of(changed), row["seq"]),
    )
