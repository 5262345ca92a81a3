"""The SQLite file: how it is opened, its fixed tables, and the tables made from the kinds."""

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import sqlite_utils
from sqlite_utils.migrations import Migrations

from sync.kinds import Field, Kind, Kinds

if TYPE_CHECKING:
    import sqlite3
else:
    import pysqlite3 as sqlite3

Connection = sqlite3.Connection
Cursor = sqlite3.Cursor
Row = sqlite3.Row
DatabaseError = sqlite3.DatabaseError
SOUND_VERSIONS = "3.44.6, 3.50.7 or 3.51.3"
COLUMN_TYPES = {"flag": "INTEGER", "number": "INTEGER", "moment": "INTEGER", "answer": ""}
# There are so few of these that an index on who refers to them finds half the table.
FEW = ("campaign", "questionnaire", "action")
CACHE_KIB = 65_536
# A record and its save are a kilobyte or so: fewer pages are written for the same rows.
PAGE_BYTES = 8192
PAGES_IN_LOG = 8_000
migration = Migrations("rounds")


class UnsoundSQLite(RuntimeError):
    """This SQLite can lose committed data."""


def is_sound(version: tuple[int, ...]) -> bool:
    """Return whether a SQLite version has the WAL-reset fix (3.44.6, 3.50.7, 3.51.3)."""
    branches = {(3, 44): 6, (3, 50): 7}
    if version[:2] in branches:
        return version[2] >= branches[version[0], version[1]]
    return version >= (3, 51, 3)


def connect(path: Path | str, *, query_only: bool = False) -> Connection:
    """Open the file the way every room does. Raises UnsoundSQLite.

    WAL with synchronous=FULL: NORMAL loses acknowledged saves when the power goes.
    """
    if not is_sound(sqlite3.sqlite_version_info):
        raise UnsoundSQLite(
            f"SQLite {sqlite3.sqlite_version} can corrupt its write-ahead log. Nothing was "
            f"opened. Install pysqlite3 0.6.1 or newer (SQLite {SOUND_VERSIONS} or later)."
        )
    if isinstance(path, Path) and not query_only and not path.exists():
        path.touch(mode=0o600)  # its owner's only; SQLite gives its log the same rights
    db = sqlite3.connect(
        str(path), isolation_level=None, check_same_thread=False, cached_statements=512
    )
    db.row_factory = sqlite3.Row
    if not query_only:
        db.execute(f"PRAGMA page_size = {PAGE_BYTES}")  # of a new file; another keeps its own
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA secure_delete = ON")
        db.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        db.execute(f"PRAGMA wal_autocheckpoint = {PAGES_IN_LOG}")
    db.execute("PRAGMA mmap_size = 0")
    db.execute("PRAGMA busy_timeout = 5000")
    db.execute("PRAGMA trusted_schema = OFF")
    if query_only:
        db.execute("PRAGMA query_only = ON")
    return db


def file_of(db: Connection) -> str:
    """Return the path of the file a connection has open; empty for one in memory."""
    (file,) = (row["file"] for row in db.execute("PRAGMA database_list") if row["name"] == "main")
    return str(file)


def prepare(db: Connection, kinds: Kinds) -> None:
    """Bring an open file to today's schema: migrations, then the tables of the kinds."""
    migration.apply(sqlite_utils.Database(db))
    make_tables(db, kinds)


def make_tables(db: Connection, kinds: Kinds) -> None:
    """Make what is missing of the tables that show each kind's folded records."""
    for kind in kinds.values():
        plain = {name: field for name, field in kind.fields.items() if not field.each}
        columns = "".join(f', "{name}" {_type(field)}' for name, field in plain.items())
        db.execute(
            f'CREATE TABLE IF NOT EXISTS "{kind.kind}" (id TEXT PRIMARY KEY{columns}) WITHOUT ROWID'
        )
        known = {row["name"] for row in db.execute(f'PRAGMA table_info("{kind.kind}")')}
        for name in plain.keys() - known:
            db.execute(f'ALTER TABLE "{kind.kind}" ADD COLUMN "{name}" {_type(plain[name])}')
        for name, field in plain.items():
            if field.type == "ref" and field.to not in FEW:
                db.execute(_index(kind.kind, name))
        for name in kind.fields.keys() - plain.keys():
            _make_each_table(db, kind, name)
    for view in (REGISTER, ENTITLEMENT):
        _make_view(db, view)


def _make_view(db: Connection, sql: str) -> None:
    name = sql.split()[2]
    row = db.execute("SELECT sql FROM sqlite_master WHERE name = ?", (name,)).fetchone()
    if row is None or row["sql"] != sql.strip():
        db.execute(f"DROP VIEW IF EXISTS {name}")
        db.execute(sql.strip())


def table_of_each(kind: str, field: str) -> str:
    """Return the name of the table that holds a field with one register per element."""
    return f"{kind}_{field}"


def derived_tables(kinds: Kinds) -> list[str]:
    """Return the names of all tables that the log adds up to, in a fixed order."""
    each = [table_of_each(k.kind, f) for k in kinds.values() for f in k.fields if k.fields[f].each]
    return ["change", "record", "joined", "gone_over", "grant", *kinds, *each]


def _make_each_table(db: Connection, kind: Kind, name: str) -> None:
    table, value = table_of_each(kind.kind, name), _type(kind.fields[name])
    db.execute(
        f'CREATE TABLE IF NOT EXISTS "{table}" ("{kind.kind}" TEXT, element TEXT, '
        f'value {value}, PRIMARY KEY ("{kind.kind}", element)) WITHOUT ROWID'
    )
    if kind.fields[name].type == "flag":
        db.execute(_index(table, "element"))


def _index(table: str, column: str) -> str:
    return f'CREATE INDEX IF NOT EXISTS "{table}_by_{column}" ON "{table}" ("{column}")'


def _type(field: Field) -> str:
    return COLUMN_TYPES.get(field.type, "TEXT")


@migration()
def the_log_and_what_it_adds_up_to(db: sqlite_utils.Database) -> None:
    """Saves as they came, the index of their changes, and the folded registers."""
    db.execute("""
        CREATE TABLE save (
            seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
            device TEXT NOT NULL, n INTEGER NOT NULL, author TEXT NOT NULL,
            rank INTEGER NOT NULL, received_at INTEGER NOT NULL,
            verdict TEXT NOT NULL, reason TEXT, early TEXT NOT NULL,
            body TEXT NOT NULL, digest TEXT NOT NULL)""")
    db.execute("CREATE INDEX save_by_device ON save (device, seq)")
    db.execute("CREATE INDEX save_held ON save (verdict, seq) WHERE verdict = 'held'")
    db.execute("""
        CREATE TABLE change (
            kind TEXT, record TEXT, save_seq INTEGER, position INTEGER,
            PRIMARY KEY (kind, record, save_seq, position)) WITHOUT ROWID""")
    db.execute("""
        CREATE TABLE record (
            kind TEXT, id TEXT, seq INTEGER NOT NULL, subject TEXT,
            PRIMARY KEY (kind, id)) WITHOUT ROWID""")
    db.execute("CREATE INDEX record_by_seq ON record (seq)")
    db.execute("CREATE INDEX record_by_subject ON record (subject, seq)")
    db.execute("""
        CREATE TABLE register (
            kind TEXT, record TEXT, field TEXT, seq INTEGER NOT NULL, value TEXT, shown TEXT,
            conflict INTEGER NOT NULL, heads TEXT NOT NULL, proposals TEXT NOT NULL,
            PRIMARY KEY (kind, record, field)) WITHOUT ROWID""")
    db.execute("CREATE INDEX register_conflict ON register (kind) WHERE conflict = 1")


@migration()
def who_may_see_what(db: sqlite_utils.Database) -> None:
    """Grants with sequence numbers."""
    db.execute("""
        CREATE TABLE grant (
            volunteer TEXT, subject TEXT, view TEXT, seq INTEGER, until INTEGER,
            PRIMARY KEY (volunteer, subject, view, seq)) WITHOUT ROWID""")
    db.execute("CREATE INDEX grant_by_subject ON grant (subject)")
    db.execute("CREATE INDEX grant_by_seq ON grant (volunteer, seq)")
    db.execute("CREATE INDEX grant_ended ON grant (volunteer, until) WHERE until IS NOT NULL")


@migration()
def access(db: sqlite_utils.Database) -> None:
    """Devices (phones and desk sessions), invitations, and what the server knows of itself."""
    db.execute("CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID")
    db.execute("""
        CREATE TABLE device (
            id TEXT PRIMARY KEY, volunteer TEXT NOT NULL, kind TEXT NOT NULL,
            hash TEXT UNIQUE, n INTEGER NOT NULL DEFAULT 0, label TEXT,
            made_at INTEGER NOT NULL, seen_at INTEGER, revoked_at INTEGER) WITHOUT ROWID""")
    db.execute("CREATE INDEX device_by_volunteer ON device (volunteer)")
    db.execute("""
        CREATE TABLE invitation (
            hash TEXT PRIMARY KEY, volunteer TEXT NOT NULL, kind TEXT NOT NULL,
            made_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, used_at INTEGER)
        WITHOUT ROWID""")


@migration()
def seals(db: sqlite_utils.Database) -> None:
    """Each phone's key for its envelopes, and the envelopes that could not be opened.

    A device from before has no seal: nothing sealed is taken as its own, and joining again
    brings one.
    """
    db.execute("ALTER TABLE device ADD COLUMN seal BLOB")
    db.execute("""
        CREATE TABLE kept_sealed (
            device TEXT, id TEXT, digest TEXT, n INTEGER NOT NULL, key TEXT NOT NULL,
            sealed TEXT NOT NULL, bytes INTEGER NOT NULL, carrier TEXT NOT NULL,
            reason TEXT NOT NULL, received_at INTEGER NOT NULL,
            PRIMARY KEY (device, id, digest)) WITHOUT ROWID""")
    db.execute("CREATE INDEX kept_sealed_by_carrier ON kept_sealed (carrier)")
    db.execute("CREATE INDEX kept_sealed_by_key ON kept_sealed (key)")


@migration()
def heads_beside_their_record(db: sqlite_utils.Database) -> None:
    """A record and its registers become one row; a save's time is as the server reckons it.

    The tables that the log adds up to are dropped: at this start they are made anew.
    """
    for column in ("at", "at_error_ms"):
        db.execute(f"ALTER TABLE save ADD COLUMN {column} INTEGER NOT NULL DEFAULT 0")
        db.execute(
            f"UPDATE save SET {column} = CASE WHEN json_valid(body) "
            f"THEN coalesce(CAST(body ->> '$.{column}' AS INTEGER), 0) ELSE 0 END"
        )
    _digest_again(db)
    for table in ("register", "record", "change"):
        db.execute(f"DROP TABLE {table}")
    for (table,) in db.execute(OF_KINDS).fetchall():
        db.execute(f'DROP TABLE "{table}"')
    db.execute("""
        CREATE TABLE change (
            kind TEXT, record TEXT, save_seq INTEGER, position INTEGER,
            PRIMARY KEY (kind, record, save_seq, position)) WITHOUT ROWID""")
    db.execute("""
        CREATE TABLE record (
            kind TEXT, id TEXT, seq INTEGER NOT NULL, subject TEXT,
            conflicts INTEGER NOT NULL, registers TEXT NOT NULL,
            PRIMARY KEY (kind, id)) WITHOUT ROWID""")
    db.execute("CREATE INDEX record_by_seq ON record (kind, seq)")
    db.execute("CREATE INDEX record_by_subject ON record (subject, seq)")
    db.execute("CREATE INDEX record_in_conflict ON record (kind) WHERE conflicts > 0")
    db.execute("CREATE TABLE joined (id TEXT PRIMARY KEY, canonical TEXT NOT NULL) WITHOUT ROWID")
    db.execute("CREATE INDEX joined_by_canonical ON joined (canonical)")


@migration()
def whom_records_have_left(db: sqlite_utils.Database) -> None:
    """Records that went over to another subject, for phones that hold only the one they left."""
    db.execute("""
        CREATE TABLE gone_over (
            subject TEXT, seq INTEGER, kind TEXT, id TEXT,
            PRIMARY KEY (subject, seq, kind, id)) WITHOUT ROWID""")


@migration()
def fresh_sign_in(db: sqlite_utils.Database) -> None:
    """When a desk session was last confirmed; one from before counts as never."""
    db.execute("ALTER TABLE device ADD COLUMN fresh_at INTEGER")


@migration()
def passkeys(db: sqlite_utils.Database) -> None:
    """Coordinators' passkeys: public keys only. `copied_at`: its counter once went back.

    Of one that was removed the id stays, so that no older backup brings it back.
    """
    db.execute("""
        CREATE TABLE passkey (
            id TEXT PRIMARY KEY, volunteer TEXT NOT NULL, name TEXT NOT NULL,
            public_key BLOB NOT NULL, sign_count INTEGER NOT NULL,
            made_at INTEGER NOT NULL, used_at INTEGER, copied_at INTEGER,
            removed_at INTEGER) WITHOUT ROWID""")
    db.execute("CREATE INDEX passkey_by_volunteer ON passkey (volunteer)")


@migration()
def who_looked_at_what(db: sqlite_utils.Database) -> None:
    """The audit log: ids only, each entry bound to the one before, and only ever added to.

    INSERT OR REPLACE deletes without a trigger, so that what is inserted must be the next.
    """
    db.execute("""
        CREATE TABLE audit (
            n INTEGER PRIMARY KEY, at INTEGER NOT NULL, volunteer TEXT NOT NULL,
            device TEXT NOT NULL, what TEXT NOT NULL, ids TEXT NOT NULL,
            count INTEGER NOT NULL, hash TEXT NOT NULL)""")
    for change in ("UPDATE", "DELETE"):
        db.execute(f"""
            CREATE TRIGGER audit_no_{change.lower()} BEFORE {change} ON audit
            BEGIN SELECT raise(ABORT, 'the audit log is only added to'); END""")
    db.execute("""
        CREATE TRIGGER audit_in_order BEFORE INSERT ON audit
        WHEN new.n <> (SELECT coalesce(max(n), 0) + 1 FROM audit)
        BEGIN SELECT raise(ABORT, 'the audit log is only added to'); END""")


@migration()
def joining(db: sqlite_utils.Database) -> None:
    """Who invited whom and how, what phones say of themselves, and rooms that many join in.

    A code is found by its first characters, which stand here as they are; of the whole there is
    only a keyed hash, like of every link.
    """
    for column in ("made_by TEXT", "replaces TEXT", "device TEXT", "withdrawn_at INTEGER"):
        db.execute(f"ALTER TABLE invitation ADD COLUMN {column}")
    for column in ("code_start TEXT", "code TEXT", "code_until INTEGER"):
        db.execute(f"ALTER TABLE invitation ADD COLUMN {column}")
    for column in ("codes", "tries"):
        db.execute(f"ALTER TABLE invitation ADD COLUMN {column} INTEGER NOT NULL DEFAULT 0")
    for column in ("asked_at", "answered_at"):
        db.execute(f"ALTER TABLE invitation ADD COLUMN {column} INTEGER")
    db.execute("CREATE INDEX invitation_by_volunteer ON invitation (volunteer)")
    db.execute("""
        CREATE UNIQUE INDEX invitation_by_code ON invitation (code_start)
        WHERE code_start IS NOT NULL""")
    db.execute("""
        CREATE INDEX invitation_asked ON invitation (asked_at)
        WHERE asked_at IS NOT NULL AND answered_at IS NULL""")
    for column in ("app TEXT", "unsent INTEGER"):
        db.execute(f"ALTER TABLE device ADD COLUMN {column}")
    db.execute("""
        CREATE TABLE room (
            id TEXT PRIMARY KEY, hash TEXT NOT NULL UNIQUE, made_by TEXT NOT NULL, local TEXT,
            made_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, closed_at INTEGER,
            joined INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID""")


@migration()
def read_tokens(db: sqlite_utils.Database) -> None:
    """What a phone shows to be given records, beside its cookie: only a hash of it.

    A device from before has none; the first token it shows is taken as its own.
    """
    db.execute("ALTER TABLE device ADD COLUMN read_hash TEXT")


def _digest_again(db: sqlite_utils.Database) -> None:
    stamps = (
        *("seq", "id", "device", "n", "at", "at_error_ms", "author", "rank"),
        *("received_at", "verdict", "reason", "early", "body"),
    )
    for row in db.query("SELECT * FROM save"):
        text = msgspec.json.encode([row[name] for name in stamps])
        digest = hashlib.sha256(text).hexdigest()
        db.execute("UPDATE save SET digest = ? WHERE seq = ?", (digest, row["seq"]))


# Every table whose rows follow from a kind: they alone are named as no fixed table is.
OF_KINDS = """
SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'
AND name NOT IN ('save', 'grant', 'meta', 'device', 'invitation', 'kept_sealed',
    '_sqlite_migrations', 'register', 'record', 'change')
"""


# One row a register, whether its record keeps it together with others or in full.
REGISTER = """
CREATE VIEW register AS
SELECT record.kind, record.id AS record, part.key AS field, record.subject, record.conflicts,
    record.registers ->> '$.by[0]' AS seq,
    CASE part.type WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' ELSE json_quote(part.value) END
        AS value,
    record.registers ->> '$.by[1]' AS shown, 0 AS conflict,
    json_array(json_object(
        'id', record.registers ->> '$.by[1]',
        'value', json(CASE part.type WHEN 'true' THEN 'true' WHEN 'false' THEN 'false'
            ELSE json_quote(part.value) END),
        'at', record.registers ->> '$.by[2]', 'at_error_ms', record.registers ->> '$.by[3]',
        'rank', record.registers ->> '$.by[4]', 'by', record.registers ->> '$.by[5]')) AS heads
FROM record, json_each(record.registers, '$.r') AS part
UNION ALL
SELECT record.kind, record.id, part.key, record.subject, record.conflicts,
    part.value ->> '$.seq', coalesce(part.value -> '$.value', 'null'), part.value ->> '$.shown',
    coalesce(part.value ->> '$.conflict', 0), part.value -> '$.heads'
FROM record, json_each(record.registers, '$.m') AS part
"""

# Scope follows only authority fields and rosters, never something a steward can edit.
ENTITLEMENT = """
CREATE VIEW entitlement AS
SELECT volunteer.id AS volunteer, volunteer.id AS subject, 'own' AS view FROM volunteer
UNION ALL
SELECT volunteer.id, '*', 'everyone' FROM volunteer WHERE active = 1
UNION ALL
SELECT assignment.volunteer, assignment.id, 'list' FROM assignment
JOIN volunteer ON volunteer.id = assignment.volunteer AND volunteer.active = 1
WHERE EXISTS (SELECT 1 FROM volunteer_roles AS role WHERE role.volunteer = volunteer.id
              AND role.value = 1 AND role.element IN ('go_to', 'steward', 'organiser'))
UNION ALL
SELECT captain.element, captain.picket_line, 'line' FROM picket_line_captains AS captain
JOIN volunteer ON volunteer.id = captain.element AND volunteer.active = 1
JOIN volunteer_roles AS role ON role.volunteer = volunteer.id
     AND role.element = 'picket_captain' AND role.value = 1
WHERE captain.value = 1
UNION
SELECT captain.element, person.id, 'card' FROM picket_line_captains AS captain
JOIN volunteer ON volunteer.id = captain.element AND volunteer.active = 1
JOIN volunteer_roles AS role ON role.volunteer = volunteer.id
     AND role.element = 'picket_captain' AND role.value = 1
JOIN picket_line_expects AS expected ON expected.picket_line = captain.picket_line
     AND expected.value = 1
JOIN person ON person.worksite = expected.element
WHERE captain.value = 1
"""
