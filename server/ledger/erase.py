"""Erasing a person: of everything about them only ids are kept, and that nothing is kept."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterator

from server.ids import new_id
from server.ledger.emptied import empty_saves, naming
from server.ledger.erased import NOTHING_SAID, Leaving, positions
from server.ledger.erased_file import Erased, path_of, remember
from server.ledger.joins import members_with
from server.ledger.log import COLUMNS, digest_of, stamp
from server.ledger.work import Work
from server.schema import Connection, Row
from sync.kinds import COORDINATOR, SERVER, Kinds
from sync.merge import JOINED, Key
from sync.save import MAX_CHANGES, SCHEMA, Change, Save, Value, write_save


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
    # What was written of one of two who were joined stands under the other's id.
    named = [kind.kind for kind in kinds.values() if kind.ids == JOINED]
    found.update({(kind, id): id for kind in named for id in ids})
    found.update((key, None) for key in _about_nobody_else(db, kinds, ids))
    return sorted((key, subject) for key, subject in found.items() if key[0] not in NOTHING_SAID)


def erase(
    db: Connection,
    kinds: Kinds,
    device: Row,
    records: list[tuple[Key, str | None]],
    now: int,
) -> None:
    """Empty every save of what it says of these records, and say in saves that they are erased."""
    work = Work(db, kinds)
    erase_in(work, device, records, now)
    work.settle()


def erase_late(work: Work, now: int) -> None:
    """Erase the records of which only a save that came too late says whom they are about.

    Words to the same record that do not say it again must go as well.
    """
    records: list[tuple[Key, str | None]] = [
        (key, None)
        for key in sorted(work.came_late)
        if not work.is_erased(*key)
        and ((record := work.records.get(key)) is None or record.subject is None)
    ]
    work.came_late.clear()
    if not records:
        return
    device = work.db.execute("SELECT * FROM device WHERE id = ?", (SERVER,)).fetchone()
    erase_in(work, device, records, now)


def erase_in(work: Work, device: Row, records: list[tuple[Key, str | None]], now: int) -> None:
    """Erase records within a transaction's work."""
    work.settle()
    remember(path_of(work.db), [Erased(kind, id, subject) for (kind, id), subject in records])
    left = empty_saves(work.db, work.kinds, {key for key, _ in records})
    by_id: dict[tuple[str, str | None], list[str]] = defaultdict(list)
    for (kind, id), subject in records:
        by_id[id, subject].append(kind)
    changes = [_change(*about, names) for about, names in sorted(by_id.items(), key=str)]
    seq = 0
    for start in range(0, len(changes), MAX_CHANGES):
        seq = _store(work, device, changes[start : start + MAX_CHANGES], now)
    work.refold(left, seq)


def _store(work: Work, device: Row, changes: list[Change], now: int) -> int:
    """Put a save of the server's own into the log; return its seq."""
    numbered = "UPDATE device SET n = n + 1 WHERE id = ? RETURNING n"
    n = work.db.execute(numbered, (device["id"],)).fetchone()["n"]
    save = Save(new_id(now), device["id"], n, now, 0, SCHEMA, changes)
    stamps = {"id": save.id, "device": save.device, "n": n, "at": now, "at_error_ms": 0}
    row = {
        **{**stamps, "author": device["volunteer"], "rank": COORDINATOR, "received_at": now},
        **{"verdict": "taken", "reason": None, "early": "[]", "body": write_save(save)},
        "seq": work.next_seq(),
    }
    row["digest"] = digest_of(row)
    work.store(tuple(row[name] for name in COLUMNS))
    work.apply(stamp(row, save))
    return int(row["seq"])


def _change(id: str, subject: str | None, names: list[str]) -> Change:
    said: dict[str, Value] = {f"kinds/{kind}": True for kind in sorted(names)}
    if subject is not None:
        said["subject"] = subject
    return Change("erasure", id, said)


def _about_nobody_else(db: Connection, kinds: Kinds, ids: Collection[str]) -> Iterator[Key]:
    """Give the records that only a save which does not count says anything of: who they name."""
    persons = Leaving([(JOINED, id) for id in ids])
    for _, save in naming(db, ids):
        for position in positions(kinds, persons, save):
            key = (save.changes[position].kind, save.changes[position].record)
            row = db.execute("SELECT subject FROM record WHERE kind = ? AND id = ?", key).fetchone()
            if row is not None and row["subject"] is None:
                yield key
