"""Everything ever written about one person: by field, and save by save."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from server.ledger.joins import members_with
from server.ledger.log import stamped
from server.schema import Connection, Row
from sync.history import Past, history
from sync.kinds import Kinds
from sync.merge import JOINED
from sync.rulings import Rulings
from sync.save import Change, Stamped, change_id, import_of

SAVES_SHOWN = 100


@dataclass(frozen=True)
class Source:
    """One stored save beside what a reader asks of it; `device` is phone, desk or server.

    counts: what was ruled on all of it, or on the import it came with.
    """

    stamped: Stamped
    received_at: int
    reason: str | None
    device: str | None
    counts: bool | None

    @property
    def is_held(self) -> bool:
        """Whether it waits for a coordinator."""
        return self.stamped.verdict == "held" and self.counts is None


Fields = dict[str, list[Past]]  # register -> everything ever written to it, newest first

COLUMNS = """save.*, device.kind AS device_kind
FROM save LEFT JOIN device ON device.id = save.device"""
ABOUT = """
SELECT save_seq FROM change WHERE kind IN ('person', 'assignment')
AND record IN (SELECT value FROM json_each(:people))
UNION
SELECT save_seq FROM record JOIN change ON change.kind = record.kind AND change.record = record.id
WHERE record.subject = :person AND record.kind IN (
    'conversation', 'follow_up', 'issue', 'story', 'participation', 'assessment')
"""


def fields(db: Connection, kinds: Kinds, kind: str, record: str) -> Fields:
    """Return the history of every register of one record, and of those joined with it."""
    people = members_with(db, record) if kinds[kind].ids == JOINED else [record]
    found = sources(
        db,
        "SELECT save_seq FROM change WHERE kind = :kind "
        "AND record IN (SELECT value FROM json_each(:people))",
        {"kind": kind, "people": json.dumps(people)},
    )
    saves = [source.stamped for source in found.values()]
    rulings = rulings_of(db, saves)
    return history(kinds[kind], record, saves, rulings, lambda id: record if id in people else id)


def about(db: Connection, person: str) -> list[Source]:
    """Return the latest saves about one person, newest first."""
    latest = f"SELECT save_seq FROM ({ABOUT}) ORDER BY save_seq DESC LIMIT {SAVES_SHOWN}"
    found = sources(db, latest, {"person": person, "people": json.dumps(members_with(db, person))})
    return sorted(found.values(), key=lambda source: -source.stamped.seq)


def sources(db: Connection, seqs: str, names: dict[str, str]) -> dict[str, Source]:
    """Return save id -> Source for the saves whose seqs a query gives."""
    return _sources(db, db.execute(f"SELECT {COLUMNS} WHERE save.seq IN ({seqs})", names))


def sources_of(db: Connection, saves: list[str]) -> dict[str, Source]:
    """Return save id -> Source for the saves of these ids."""
    rows = db.execute(
        f"SELECT {COLUMNS} WHERE save.id IN (SELECT value FROM json_each(?))",
        (json.dumps(sorted(set(saves))),),
    )
    return _sources(db, rows)


def source_of(db: Connection, save: str) -> Source | None:
    """Return one stored save."""
    return sources_of(db, [save]).get(save)


def about_person(db: Connection, kinds: Kinds, source: Source, person: str) -> dict[str, Change]:
    """Return the changes of a save that are about one person, by their ids."""
    people = members_with(db, person)
    save = source.stamped.save
    wanted = [[change.kind, change.record] for change in save.changes]
    rows = db.execute(
        "SELECT record.kind, record.id FROM json_each(?) AS wanted CROSS JOIN record "
        "ON record.kind = wanted.value ->> 0 AND record.id = wanted.value ->> 1 "
        "WHERE record.subject = ?",
        (json.dumps(wanted), person),
    )
    theirs = {(row["kind"], row["id"]) for row in rows}
    # Of those who were joined only one record is left that says whom it is about.
    theirs |= {(kind.kind, id) for kind in kinds.values() if kind.ids == JOINED for id in people}
    return {
        change_id(save.id, position): change
        for position, change in enumerate(save.changes)
        if (change.kind, change.record) in theirs
    }


def rulings_on(db: Connection, changes: list[str]) -> Rulings:
    """Return what was ruled on single changes, by their ids."""
    rows = db.execute(
        "SELECT ruling.id, ruling.counts FROM json_each(?) AS wanted "
        "CROSS JOIN ruling ON ruling.id = wanted.value WHERE ruling.counts IS NOT NULL",
        (json.dumps(changes),),
    )
    return {row["id"]: bool(row["counts"]) for row in rows}


def _sources(db: Connection, rows: Iterable[Row]) -> dict[str, Source]:
    found = [(stamped(row), row) for row in rows]
    batches = {save.save.id: import_of(save.save) for save, _ in found}
    targets = {*batches, *(batch for batch in batches.values() if batch)}
    ruled = rulings_on(db, sorted(targets))
    return {
        id: Source(
            save,
            row["received_at"],
            row["reason"],
            row["device_kind"],
            ruled.get(id, ruled.get(batches[id] or "")),
        )
        for save, row in found
        for id in [save.save.id]
    }


def rulings_of(db: Connection, saves: list[Stamped]) -> Rulings:
    """Return what was ruled on saves, on their changes, and on the imports they came with."""
    targets = {
        target
        for found in saves
        for position in range(len(found.save.changes))
        for target in (
            found.save.id,
            change_id(found.save.id, position),
            import_of(found.save) or found.save.id,
        )
    }
    return rulings_on(db, sorted(targets))
