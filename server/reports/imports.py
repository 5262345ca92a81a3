"""Imports: which lists were read in, what each said it would write, and whether it stands."""

from collections.abc import Iterator
from dataclasses import dataclass

from server.access.desk import Session
from server.ledger.log import stamped
from server.reports import rulings
from server.reports.joined import standing
from server.schema import Connection, Row
from sync.kinds import Kinds
from sync.merge import JOINED
from sync.save import Change, Stamped, Value


@dataclass(frozen=True)
class Import:
    """One import; its first save says what it is of and how many saves it was to be.

    Times in ms. saw: the rulings on it that stand; counts, by and at: the one of them that shows.
    """

    id: str
    source: str
    file: str
    when: int
    people_new: int
    people_changed: int
    places: int
    saves: int
    saves_to_come: int
    saw: tuple[str, ...]
    counts: bool | None
    by: str | None
    at: int | None

    @property
    def stands(self) -> bool:
        """Whether it counts."""
        return self.counts is not False

    @property
    def is_cut_short(self) -> bool:
        """Whether it ended before all of it was saved."""
        return self.saves < self.saves_to_come


SAVES = """
SELECT record AS id, count(*) AS saves, min(save_seq) AS first
FROM change WHERE kind = 'import' {narrowed} GROUP BY record ORDER BY first DESC
"""
RULED = """
SELECT value, shown, save.author, save.received_at FROM register
LEFT JOIN save ON save.id = substr(register.shown, 1, instr(register.shown, ':') - 1)
WHERE register.kind = 'ruling' AND register.record = ? AND register.field = 'counts'
"""


def imports(db: Connection, reader: Session, kinds: Kinds) -> list[Import]:
    """Return the imports a coordinator may decide on, the newest first."""
    rows = db.execute(SAVES.format(narrowed="")).fetchall()
    return [found for row in rows if may_decide_on(db, reader, kinds, found := _import(db, row))]


def every(db: Connection) -> list[Import]:
    """Return all imports, the newest first."""
    return [_import(db, row) for row in db.execute(SAVES.format(narrowed="")).fetchall()]


def one(db: Connection, id: str) -> Import | None:
    """Return one import."""
    row = db.execute(SAVES.format(narrowed="AND record = ?"), (id,)).fetchone()
    return _import(db, row) if row else None


def changes_of(db: Connection, id: str) -> Iterator[tuple[Stamped, int, Change]]:
    """Yield every change an import made, with its save and position."""
    rows = db.execute(
        "SELECT save.* FROM change JOIN save ON save.seq = change.save_seq "
        "WHERE change.kind = 'import' AND change.record = ? ORDER BY save.seq",
        (id,),
    )
    for row in rows:
        found = stamped(row)
        for position, change in enumerate(found.save.changes):
            if change.kind not in ("import", "ruling"):
                yield found, position, change


def may_decide_on(db: Connection, reader: Session, kinds: Kinds, found: Import) -> bool:
    """Return whether all that an import wrote is in a coordinator's reach, and it wrote something.

    Who rolled it back may bring it back: what it wrote is gone, and with it where it belonged.
    """
    if not reader.locals or (not found.stands and found.by == reader.volunteer):
        return True
    marks = ", ".join("?" * len(reader.locals))
    rows = db.execute(f"SELECT id FROM person WHERE local IN ({marks})", sorted(reader.locals))
    reached = {row["id"] for row in rows}
    changes = [change for _, _, change in changes_of(db, found.id)]
    return bool(changes) and all(
        change.kind in kinds
        and kinds[change.kind].ids == JOINED
        and (
            change.record in reached or standing(db, [change.record]).get(change.record) in reached
        )
        for change in changes
    )


def _import(db: Connection, row: Row) -> Import:
    said = _said(db, row)
    ruled = db.execute(RULED, (row["id"],)).fetchone()
    saw = rulings.seen(rulings.standing_on(db, [row["id"]]), [row["id"]])
    rules = ruled is not None and ruled["value"] in ("true", "false")
    return Import(
        id=row["id"],
        source=str(said.get("source") or ""),
        file=str(said.get("file") or ""),
        when=_number(said.get("when")),
        people_new=_number(said.get("people_new")),
        people_changed=_number(said.get("people_changed")),
        places=_number(said.get("places")),
        saves=row["saves"],
        saves_to_come=_number(said.get("saves")),
        saw=tuple(saw),
        counts=ruled["value"] == "true" if rules else None,
        by=ruled["author"] if rules else None,
        at=ruled["received_at"] if rules else None,
    )


def _said(db: Connection, row: Row) -> dict[str, Value]:
    """Return what an import's first save says of it. Rolled back, its record shows nothing."""
    first = db.execute("SELECT * FROM save WHERE seq = ?", (row["first"],)).fetchone()
    for change in stamped(first).save.changes:
        if change.kind == "import" and change.record == row["id"]:
            return change.set
    return {}


def _number(value: Value) -> int:
    return value if isinstance(value, int) else 0
