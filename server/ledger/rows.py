"""The typed tables: each kind's records as rows, for everybody who counts and lists them."""

from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING

from server.schema import Connection, table_of_each
from sync.kinds import Kind, Kinds
from sync.merge import Key
from sync.save import Value
from sync.values import flaw

if TYPE_CHECKING:
    from server.ledger.records import Record


def write_rows(db: Connection, kinds: Kinds, records: Iterable[tuple[Key, "Record"]]) -> None:
    """Bring the rows of these records to what their registers show."""
    by_kind: dict[str, list[tuple[str, Record]]] = defaultdict(list)
    for (kind, id), record in records:
        by_kind[kind].append((id, record))
    for name, found in by_kind.items():
        _write_plain(db, kinds[name], found)
        for each in (field for field in kinds[name].fields if kinds[name].fields[field].each):
            _write_each(db, kinds[name], each, found)


def _write_plain(db: Connection, kind: Kind, found: list[tuple[str, "Record"]]) -> None:
    columns = [name for name, field in kind.fields.items() if not field.each]
    rows, gone = [], []
    for id, record in found:
        if record.stands:
            rows.append((id, *(_shown(kind, record, name) for name in columns)))
        else:
            # Held or withdrawn: whoever counts rows counts only what stands.
            gone.append((id,))
    db.executemany(_insert(kind.kind, ("id", *columns)), rows)
    db.executemany(f'DELETE FROM "{kind.kind}" WHERE id = ?', gone)


def _write_each(db: Connection, kind: Kind, name: str, found: list[tuple[str, "Record"]]) -> None:
    table, start = table_of_each(kind.kind, name), f"{name}/"
    rows, gone = [], []
    for id, record in found:
        for register in record.moved:
            if not register.startswith(start):
                continue
            value = _shown(kind, record, register)
            element = register.removeprefix(start)
            if value is None:
                gone.append((id, element))
            else:
                rows.append((id, element, value))
    if rows:
        db.executemany(_insert(table, (kind.kind, "element", "value")), rows)
    if gone:
        db.executemany(f'DELETE FROM "{table}" WHERE "{kind.kind}" = ? AND element = ?', gone)


def _shown(kind: Kind, record: "Record", register: str) -> Value:
    found = record.registers.get(register)
    field = kind.field_of(register)
    if found is None or field is None or found.value is None:
        return None  # unknown here: kept in the log and in its register, shown by a newer server
    # Admitted though it does not fit: whoever reads the table is spared it.
    return None if not record.is_sound and flaw(field, found.value) else found.value


@cache
def _insert(table: str, columns: tuple[str, ...]) -> str:
    names = ", ".join(f'"{column}"' for column in columns)
    places = ", ".join("?" * len(columns))
    return f'INSERT OR REPLACE INTO "{table}" ({names}) VALUES ({places})'
