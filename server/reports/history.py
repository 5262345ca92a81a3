"""Everything ever written about one person: by field, and save by save."""

import json
from dataclasses import dataclass

from server.ledger.log import stamped
from server.schema import Connection, Row
from sync.history import Past, history
from sync.kinds import Kinds
from sync.merge import Rulings
from sync.save import Change, Stamped, change_id

SAVES_SHOWN = 100


@dataclass(frozen=True)
class Source:
    """One stored save beside what a reader asks of it; `device` is phone, desk or server."""

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

COLUMNS = """save.*, device.kind AS device_kind, ruling.counts AS counts
FROM save LEFT JOIN device ON device.id = save.device LEFT JOIN ruling ON ruling.id = save.id"""
ABOUT = """
SELECT save_seq FROM change WHERE kind IN ('person', 'assignment') AND record = :person
UNION
SELECT save_seq FROM record JOIN change ON change.kind = record.kind AND change.record = record.id
WHERE record.subject = :person AND record.kind IN ('conversation', 'follow_up')
"""


def fields(db: Connection, kinds: Kinds, kind: str, record: str) -> Fields:
    """Return the history of every register of one record."""
    found = sources(
        db,
        "SELECT save_seq FROM change WHERE kind = :kind AND record = :record",
        {"kind": kind, "record": record},
    )
    saves = [source.stamped for source in found.values()]
    return history(kinds[kind], record, saves, _rulings(db, saves))


def about(db: Connection, person: str) -> list[Source]:
    """Return the latest saves about one person, newest first."""
    latest = f"SELECT save_seq FROM ({ABOUT}) ORDER BY save_seq DESC LIMIT {SAVES_SHOWN}"
    found = sources(db, latest, {"person": person})
    return sorted(found.values(), key=lambda source: -source.stamped.seq)


def sources(db: Connection, seqs: str, names: dict[str, str]) -> dict[str, Source]:
    """Return save id -> Source for the saves whose seqs a query gives."""
    rows = db.execute(f"SELECT {COLUMNS} WHERE save.seq IN ({seqs})", names)
    return {row["id"]: _source(row) for row in rows}


def sources_of(db: Connection, saves: list[str]) -> dict[str, Source]:
    """Return save id -> Source for the saves of these ids."""
    rows = db.execute(
        f"SELECT {COLUMNS} WHERE save.id IN (SELECT value FROM json_each(?))",
        (json.dumps(sorted(set(saves))),),
    )
    return {row["id"]: _source(row) for row in rows}


def source_of(db: Connection, save: str) -> Source | None:
    """Return one stored save."""
    row = db.execute(f"SELECT {COLUMNS} WHERE save.id = ?", (save,)).fetchone()
    return _source(row) if row else None


def about_person(db: Connection, source: Source, person: str) -> dict[str, Change]:
    """Return the changes of a save that are about one person, by their ids."""
    wanted = [[change.kind, change.record] for change in source.stamped.save.changes]
    rows = db.execute(
        "SELECT record.kind, record.id FROM json_each(?) AS wanted CROSS JOIN record "
        "ON record.kind = wanted.value ->> 0 AND record.id = wanted.value ->> 1 "
        "WHERE record.subject = ?",
        (json.dumps(wanted), person),
    )
    theirs = {(row["kind"], row["id"]) for row in rows}
    save = source.stamped.save
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


def _source(row: Row) -> Source:
    counts = None if row["counts"] is None else bool(row["counts"])
    return Source(stamped(row), row["received_at"], row["reason"], row["device_kind"], counts)


def _rulings(db: Connection, saves: list[Stamped]) -> Rulings:
    targets = [
        target
        for found in saves
        for position in range(len(found.save.changes))
        for target in (found.save.id, f"{found.save.id}:{position}")
    ]
    return rulings_on(db, sorted(set(targets)))
