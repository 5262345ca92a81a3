"""The typed tables: each kind's records as rows, for everybody who counts and lists them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING

from server.schema import Connection, table_of_each
from sync.kinds import Kind, Kinds
from sync.merge import Key
from sync.save import Value
from sync.values import flaw

if TYPE_CHECKING:
    from server.ledger.record import Record


def write_rows(db: Connection, kinds: Kinds, records: Iterable[tuple[Key, "Record"]]) -> None:
    """Bring the rows of these records to what their registers show."""
    by_kind: dict[str, list[tuple[str, Record]]] = defaultdict(list)
    for (kind, id), record in records:
        by_kind[kind].append((id, record))
    for name, found in by_kind.items():
        _write_plain(db, kinds[name], found)
        _write_each(db, kinds[name], found)


def _write_plain(db: Connection, kind: Kind, found: list[tuple[str, "Record"]]) -> None:
    columns = [name for name, field in kind.fields.items() if not field.each]
    rows, gone = [], []
    for id, record in found:
        if record.stands:
            rows.append((id, *map(_shown(kind, record).get, columns)))
        else:
            # Held or withdrawn: whoever counts rows counts only what stands.
            gone.append((id,))
    db.executemany(_insert(kind.kind, ("id", *columns)), rows)
    if gone:
        db.executemany(f'DELETE FROM "{kind.kind}" WHERE id = ?', gone)


def _write_each(db: Connection, kind: Kind, found: list[tuple[str, "Record"]]) -> None:
    if not any(field.each for field in kind.fields.values()):
        return
    rows: dict[str, list[tuple[str, str, Value]]] = defaultdict(list)
    gone: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for id, record in found:
        shown = _shown(kind, record)
        for register in record.moved:
            place = kind.element_of(register)
            if place is None:
                continue  # not one of many, or unknown here: a newer server shows it
            name, element = place
            value = shown.get(register)
            if value is None:
                gone[name].append((id, element))
            else:
                rows[name].append((id, element, value))
    for name, values in rows.items():
        columns = (kind.kind, "element", "value")
        db.executemany(_insert(table_of_each(kind.kind, name), columns), values)
    for name, places in gone.items():
        table = table_of_each(kind.kind, name)
        db.executemany(f'DELETE FROM "{table}" WHERE "{kind.kind}" = ? AND element = ?', places)


def _shown(kind: Kind, record: "Record") -> Mapping[str, Value]:
    """Return what a record's known registers show, as far as it fits their fields."""
    values = record.values
    if record.is_sound:
        return values
    # Admitted though it does not fit: whoever reads the table is spared it.
    return {name: value for name, value in values.items() if _fits(kind, name, value)}


def _fits(kind: Kind, register: str, value: Value) -> bool:
    field = kind.field_of(register)
    # What is unknown here is kept in the log and in its register, shown by a newer server.
    return field is not None and flaw(field, value) is None


@cache
def _insert(table: str, columns: tuple[str, ...]) -> str:
    names = ", ".join(f'"{column}"' for column in columns)
    places = ", ".join("?" * len(columns))
    return f'INSERT OR REPLACE INTO "{table}" ({names}) VALUES ({places})'
