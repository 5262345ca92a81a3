"""Reads what an import needs to know, and saves what it found, 50 changes at a time."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from server.imports.columns import PLACES
from server.imports.comparing import Known, Register, Said, plain
from server.ledger import Receipt, save_from_desk
from server.ledger.facts import SERVER
from server.ledger.log import stamped
from server.schema import Connection
from server.writer import Writer
from sync.kinds import Kinds
from sync.save import MAX_CHANGES, Change, change_id

RULINGS = "SELECT id, counts FROM ruling WHERE counts IS NOT NULL"


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


def save_groups(
    writer: Writer, kinds: Kinds, source: str, groups: Iterable[list[Change]], now: int
) -> Iterator[Receipt]:
    """Save groups of changes, each group whole in one save, and yield the receipts."""
    device = device_of(source)

    def make(db: Connection) -> None:
        db.execute(
            "INSERT OR IGNORE INTO device (id, volunteer, kind, label, made_at) "
            "VALUES (?, ?, 'import', ?, ?)",
            (device, SERVER, source, now),
        )

    writer.soon(make).result()
    for changes in packed(groups):

        def save(db: Connection, changes: list[Change] = changes) -> Receipt:
            row = db.execute("SELECT * FROM device WHERE id = ?", (device,)).fetchone()
            return save_from_desk(db, kinds, row, changes, now)

        yield writer.soon(save).result()


def packed(groups: Iterable[list[Change]]) -> Iterator[list[Change]]:
    """Yield runs of whole groups, at most MAX_CHANGES changes each."""
    run: list[Change] = []
    for group in groups:
        if len(run) + len(group) > MAX_CHANGES:
            yield run
            run = []
        run = [*run, *group]
    if run:
        yield run


def _said_before(db: Connection, device: str) -> dict[Register, Said]:
    """Return what a device's saves that count said last about each register."""
    said: dict[Register, Said] = {}
    ruled = {row["id"]: row["counts"] for row in db.execute(RULINGS)}
    rows = db.execute(
        "SELECT * FROM save WHERE device = ? AND author = ? ORDER BY seq", (device, SERVER)
    )
    for row in rows:
        for position, change in enumerate(stamped(row).save.changes):
            id = change_id(row["id"], position)
            if ruled.get(id, ruled.get(row["id"], row["verdict"] == "taken")):
                for register, value in change.set.items():
                    said[change.kind, change.record, register] = Said(value, id)
    return said
