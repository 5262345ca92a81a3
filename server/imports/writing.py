"""Reads what an import needs to know, and saves what it found, 50 changes at a time."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from server.imports.columns import PLACES
from server.imports.comparing import Difference, Known, Register, Said, plain
from server.ledger import Receipt, save_from_desk
from server.ledger.facts import SERVER
from server.ledger.log import stamped
from server.schema import Connection
from server.writer import Writer
from sync.kinds import Kinds
from sync.rulings import counts
from sync.save import MAX_CHANGES, Change, Value, change_id

RULINGS = "SELECT id, counts FROM ruling WHERE counts IS NOT NULL"
NOTHING = Said(None, ())


@dataclass(frozen=True)
class Batch:
    """One import: its id, the list it is of, the file's name, and when it was made (ms)."""

    id: str
    source: str
    file: str
    when: int

    @property
    def device(self) -> str:
        """The id of the device that this source's imports are saved by."""
        return device_of(self.source)


def device_of(source: str) -> str:
    """Return the id of the device that a source's imports are saved by."""
    return f"import-{source}"


def what_is_known(db: Connection, source: str) -> Known:
    """Return what is there already, seen from one source."""
    places: dict[tuple[str, str], str] = {}
    ids: set[str] = set()
    for kind in PLACES:
        for row in db.execute(f'SELECT id, name FROM "{kind}" ORDER BY id DESC'):
            places[kind, plain(row["name"] or "")] = row["id"]
            ids.add(row["id"])
    go_tos = defaultdict(list)
    for row in db.execute(
        "SELECT id, name FROM volunteer JOIN volunteer_roles AS role ON role.volunteer = id "
        "AND role.element = 'go_to' AND role.value = 1 WHERE active = 1"
    ):
        go_tos[plain(row["name"])].append(row["id"])
    return Known(_said_before(db, device_of(source)), places, frozenset(ids), go_tos)


def save_import(writer: Writer, kinds: Kinds, batch: Batch, found: Difference) -> Iterator[Receipt]:
    """Save what a list changes, each group whole in one save, and yield the receipts.

    Every save names the import; the first says what it is of, and how much there is to come.
    """

    def make(db: Connection) -> None:
        db.execute(
            "INSERT OR IGNORE INTO device (id, volunteer, kind, label, made_at) "
            "VALUES (?, ?, 'import', ?, ?)",
            (batch.device, SERVER, batch.source, batch.when),
        )

    writer.soon(make).result()
    runs = list(packed(found.groups))
    about = _about(batch, found, len(runs))
    for changes in runs:

        def save(db: Connection, changes: list[Change] = changes) -> Receipt:
            row = db.execute("SELECT * FROM device WHERE id = ?", (batch.device,)).fetchone()
            named = [Change("import", batch.id, about if changes is runs[0] else {}), *changes]
            return save_from_desk(db, kinds, row, named, batch.when)

        yield writer.soon(save).result()


def packed(groups: Iterable[list[Change]]) -> Iterator[list[Change]]:
    """Yield runs of whole groups that leave room for the change that names the import."""
    run: list[Change] = []
    for group in groups:
        if len(run) + len(group) > MAX_CHANGES - 1:
            yield run
            run = []
        run = [*run, *group]
    if run:
        yield run


def _about(batch: Batch, found: Difference, saves: int) -> dict[str, Value]:
    return {
        "source": batch.source,
        "file": batch.file[:200],
        "when": batch.when,
        "people_new": found.new,
        "people_changed": found.changed,
        "places": len(found.made),
        "saves": saves,
    }


def _said_before(db: Connection, device: str) -> dict[Register, Said]:
    """Return what a device's saves that count said last about each register.

    What does not count is seen all the same: brought back, it must not contradict what the same
    list said after it.
    """
    said: dict[Register, Said] = {}
    ruled = {row["id"]: bool(row["counts"]) for row in db.execute(RULINGS)}
    rows = db.execute(
        "SELECT * FROM save WHERE device = ? AND author = ? ORDER BY seq", (device, SERVER)
    )
    for row in rows:
        found = stamped(row)
        for position, change in enumerate(found.save.changes):
            if change.kind == "import":
                continue
            id, stands = change_id(row["id"], position), counts(found, position, False, ruled)
            for register, value in change.set.items():
                key = (change.kind, change.record, register)
                before = said.get(key, NOTHING)
                said[key] = Said(value, (id,)) if stands else before._replace(saw=(*before.saw, id))
    return said
