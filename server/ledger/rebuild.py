"""Everything the log adds up to, made anew, and compared with what stands in the file."""

import gc
import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from server.ids import new_id
from server.ledger.log import COLUMNS, digest_of, stamped
from server.ledger.work import Work
from server.schema import Connection, connect, derived_tables, file_of, prepare
from sync.kinds import Kinds, as_json
from sync.lift import as_json as lifts

# Raised whenever the same log shows in other cells than before.
TABLES = 8
AT_ONCE = 5_000
# Every page that a rebuild makes is written once, up to half a gigabyte of them.
CACHE_KIB = 524_288


def rebuilt(db: Connection, kinds: Kinds) -> Connection:
    """Return a database in memory whose tables come from what was committed to this file's log.

    The file is attached to it as `log`.
    """
    fresh = connect(":memory:")
    prepare(fresh, kinds)
    fresh.execute("ATTACH ? AS log", (file_of(db),))
    _follow(fresh, "log")
    fresh.execute("BEGIN")
    _apply_log(fresh, kinds, "log")
    fresh.execute("COMMIT")
    return fresh


def _follow(db: Connection, source: str) -> None:
    """Let `save` be the log as far as it was gone through: what comes later is not there yet."""
    db.execute("CREATE TEMP TABLE reached (seq INTEGER NOT NULL)")
    db.execute("INSERT INTO reached VALUES (0)")
    db.execute(
        f"CREATE TEMP VIEW save AS SELECT * FROM {source}.save "
        "WHERE seq <= (SELECT seq FROM reached)"
    )


def _reach(db: Connection, saves: list[tuple[Any, ...]]) -> None:
    db.execute("UPDATE reached SET seq = ?", saves[-1])


@contextmanager
def garbage_stays() -> Iterator[None]:
    """Look for no garbage meanwhile: millions of objects are made, and none in a circle."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _apply_log(db: Connection, kinds: Kinds, source: str) -> None:
    work = Work(db, kinds, keep=_reach)
    log = db.execute(f"SELECT {', '.join(COLUMNS)} FROM {source}.save ORDER BY seq")
    with garbage_stays():
        while rows := log.fetchmany(AT_ONCE):
            saves = [stamped(row) for row in rows]
            work.look_ahead(saves)
            for save in saves:
                work.store((save.seq,))
                work.apply(save)
            work.forget()


def keep_current(db: Connection, kinds: Kinds, now: int) -> None:
    """Make the tables anew if another version of Rounds, or other kinds, made them."""
    if not _is_current(db):
        rebuild(db, kinds, now)


def rebuild(db: Connection, kinds: Kinds, now: int) -> int:
    """Make every table anew from the log in one transaction; return the number of saves.

    A new epoch tells phones to load their lists anew; their own work stays theirs.
    """
    again = connect(Path(file_of(db)))
    again.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    _follow(again, "main")
    try:
        again.execute("BEGIN IMMEDIATE")
        for table in derived_tables(kinds):
            again.execute(f'DELETE FROM "{table}"')
        _apply_log(again, kinds, "main")
        for name, value in (("tables", _version()), ("epoch", new_id(now))):
            again.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))
        count: int = again.execute("SELECT count(*) AS n FROM main.save").fetchone()["n"]
        again.execute("COMMIT")
    finally:
        again.close()
    return count


def _is_current(db: Connection) -> bool:
    row = db.execute("SELECT value FROM meta WHERE name = 'tables'").fetchone()
    return row is not None and row["value"] == _version()


def _version() -> str:
    return hashlib.sha256(b"%d %s %s" % (TABLES, as_json(), lifts())).hexdigest()[:16]


def faults(db: Connection, kinds: Kinds) -> Iterator[str]:
    """Yield a sentence for everything in the file that is not as the log says."""
    yield from lasting_faults(db)
    if not _is_current(db):
        yield "tables: made by another version of Rounds; `rounds rebuild` makes them anew"
    yield from _device_faults(db)
    fresh = rebuilt(db, kinds)
    has_erased = fresh.execute("SELECT 1 FROM erasure LIMIT 1").fetchone() is not None
    for table in derived_tables(kinds):
        yield from _table_faults(db, fresh, table, LASTING if has_erased else {})
    yield from _grant_faults(db)
    fresh.close()


def lasting_faults(db: Connection) -> Iterator[str]:
    """Yield a sentence for everything wrong that `rebuild` could not make anew."""
    yield from _damage(db)
    yield from _log_faults(db)


def _damage(db: Connection) -> Iterator[str]:
    for row in db.execute("PRAGMA integrity_check"):
        if row[0] != "ok":
            yield f"SQLite: {row[0]}"


def _log_faults(db: Connection) -> Iterator[str]:
    expected = 0
    for row in db.execute("SELECT * FROM save ORDER BY seq"):
        expected += 1
        if row["seq"] != expected:
            yield f"log: save {expected} is missing before save {row['seq']}"
            expected = row["seq"]
        if digest_of(row) != row["digest"]:
            yield f"log: save {row['seq']} ({row['id']}) was changed after it was stored"


def _device_faults(db: Connection) -> Iterator[str]:
    rows = db.execute(
        "SELECT save.device, count(*) AS n FROM save LEFT JOIN device "
        "ON device.id = save.device AND device.volunteer = save.author "
        "WHERE device.id IS NULL AND save.verdict = 'taken' GROUP BY save.device"
    )
    for row in rows:
        yield f"device {row['device']}: does not belong to who wrote its {row['n']} saves"


def _grant_faults(db: Connection) -> Iterator[str]:
    """Grants are turned as saves come; asked all at once, the rosters must say the same."""
    standing = "SELECT volunteer, subject, view FROM grant WHERE until IS NULL"
    entitled = "SELECT volunteer, subject, view FROM entitlement"
    for one, other, word in ((standing, entitled, "undue"), (entitled, standing, "missing")):
        for row in db.execute(f"{one} EXCEPT {other}"):
            yield f"grant {'/'.join(row)}: {word} by the rosters"


# An erasure takes along why a record moved or somebody was granted it when they were: what is
# left of the log says what stands, and no longer since which save.
LASTING = {
    "record": """(SELECT * FROM (SELECT kind, id, subject, conflicts, (
        SELECT json_group_array(json_array(field, heads, value, shown, conflict))
        FROM (SELECT * FROM register WHERE register.kind = record.kind
            AND register.record = record.id AND heads <> '[]' ORDER BY field)) AS registers
        FROM record) WHERE registers <> '[]')""",
    "gone_over": """(SELECT * FROM gone_over WHERE NOT EXISTS (SELECT 1 FROM erasure_kinds
        WHERE erasure = gone_over.id AND element = gone_over.kind))""",
    "grant": "(SELECT volunteer, subject, view FROM grant WHERE until IS NULL)",
}


def _table_faults(
    db: Connection, fresh: Connection, table: str, lasting: Mapping[str, str]
) -> Iterator[str]:
    source = lasting.get(table, f'"{table}"')
    columns = _columns(fresh, source)
    key = [column for column in columns if column in _key(fresh, table)]
    here, there = _rows(db, source, columns, key), _rows(fresh, source, columns, key)
    for place in sorted(here.keys() | there.keys(), key=str):
        found, wanted = here.get(place), there.get(place)
        if found is not None and wanted is not None and all(map(_same, found, wanted)):
            continue
        name = f"{table} {'/'.join(map(str, place))}"
        if found is None or wanted is None:
            yield f"{name}: {'is missing' if found is None else 'does not follow from the log'}"
            continue
        wrong = [c for c, a, b in zip(columns, found, wanted, strict=True) if not _same(a, b)]
        yield f"{name}: {', '.join(wrong)} not as the log says"


def _columns(db: Connection, source: str) -> list[str]:
    return [name for name, *_ in db.execute(f"SELECT * FROM {source} LIMIT 0").description]


def _key(db: Connection, table: str) -> list[str]:
    return [row["name"] for row in db.execute(f'PRAGMA table_info("{table}")') if row["pk"]]


Cells = tuple[object, ...]


def _rows(db: Connection, source: str, columns: list[str], key: list[str]) -> dict[Cells, Cells]:
    names = ", ".join(f'"{column}"' for column in columns)
    places = [columns.index(column) for column in key]
    rows = (tuple(row) for row in db.execute(f"SELECT {names} FROM {source}"))
    return {tuple(row[place] for place in places): row for row in rows}


def _same(one: object, other: object) -> bool:
    return type(one) is type(other) and one == other
