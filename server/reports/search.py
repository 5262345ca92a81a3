"""Finding people by name without accents, by number or by phone: an index kept in memory.

Folding 100,000 names takes half a second, so it is done once; afterwards only people who
moved since are folded again.
"""

import re
import threading
import unicodedata
from bisect import insort
from collections.abc import Collection, Iterable
from weakref import WeakKeyDictionary

from server.ledger.registers import unpack
from server.reader import Reader
from server.schema import Connection, Row
from sync.save import Value

LETTERS = str.maketrans({"đ": "d", "ø": "o", "ł": "l", "ß": "ss", "œ": "oe", "æ": "ae", "’": "'"})
SEARCHED = ("name", "preferred_name", "member_number", "phone")
MANY = 200  # from so many on, sorting anew is faster than putting each into its place
DIGITS_ONLY = re.compile(r"[\d\s()+.\-]*\d[\d\s()+.\-]*")
_INDEXES: "WeakKeyDictionary[Reader, Names]" = WeakKeyDictionary()


def index_of(reader: Reader) -> "Names":
    """Return the index that belongs to a reader's database."""
    return _INDEXES.setdefault(reader, Names())


def folded(text: str) -> str:
    """Return a text as it is searched: lower case, without accents."""
    if text.isascii():
        return text.casefold()
    parts = unicodedata.normalize("NFKD", text.casefold().translate(LETTERS))
    return "".join(part for part in parts if not unicodedata.combining(part))


def terms_of(query: str) -> list[str]:
    """Return what to look for: words, or the digits of a number in one piece."""
    if DIGITS_ONLY.fullmatch(query):
        return [re.sub(r"\D", "", query)]
    return folded(query).split()


class Names:
    """Every person's folded name, numbers and place in the order of names."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._epoch = ""
        self._seq = -1
        self._texts: dict[str, str] = {}
        self._keys: dict[str, tuple[str, str]] = {}
        self._order: list[tuple[str, str]] = []

    def find(self, db: Connection, query: str, among: Collection[str] | None = None) -> list[str]:
        """Return the ids of people who match every word, by name; `among` None is everybody."""
        terms = terms_of(query)
        with self._lock:
            self._refresh(db)
            found = [id for _, id in self._order if among is None or id in among]
            for term in terms:
                found = [id for id in found if term in self._texts[id]]
            return found

    def _refresh(self, db: Connection) -> None:
        epoch = db.execute("SELECT value FROM meta WHERE name = 'epoch'").fetchone()
        now = epoch["value"] if epoch else ""
        if now != self._epoch:
            self._epoch, self._seq = now, -1
            self._texts, self._keys, self._order = {}, {}, []
        top = db.execute("SELECT coalesce(max(seq), 0) AS seq FROM save").fetchone()["seq"]
        if top == self._seq:
            return
        rows = db.execute(
            "SELECT record.id, person.id IS NOT NULL AS stands, name, preferred_name, "
            "member_number, phone, CASE WHEN record.conflicts THEN record.registers END AS told "
            "FROM record LEFT JOIN person ON person.id = record.id "
            "WHERE record.kind = 'person' AND record.seq > ?",
            (self._seq,),
        ).fetchall()
        are_many = not self._order or len(rows) > MANY
        # Who was joined with another, withdrawn or erased has no row any more.
        self._forget({row["id"] for row in rows if not row["stands"]} & self._keys.keys())
        for row in rows:
            if row["stands"]:
                self._put(row["id"], row["name"] or "", _searched(row), are_many)
        if are_many:
            self._order = sorted(self._keys.values())
        self._seq = top

    def _forget(self, gone: Collection[str]) -> None:
        if not gone:
            return
        for id in gone:
            del self._keys[id], self._texts[id]
        self._order = [key for key in self._order if key[1] not in gone]

    def _put(self, id: str, name: str, text: str, are_many: bool) -> None:
        key = (folded(name), id)
        old = self._keys.get(id)
        self._keys[id], self._texts[id] = key, text
        if are_many or old == key:
            return
        if old is not None:
            self._order.remove(old)
        insort(self._order, key)


def _searched(row: Row) -> str:
    """Return what a person is found by; where answers differ, by each of them."""
    found = {name: [row[name]] for name in SEARCHED}
    if row["told"]:
        registers = unpack(row["told"])
        for name in SEARCHED:
            heads = registers[name].heads if name in registers else []
            found[name] += [head.value for head in heads]
    names = folded(" ".join(_texts(found["name"] + found["preferred_name"])))
    numbers = " ".join(_texts(found["member_number"]))
    digits = [re.sub(r"[^0-9]", "", text) for text in _texts(found["member_number"])]
    phones = [re.sub(r"\D", "", text) for text in _texts(found["phone"])]
    return " ".join((names, numbers.casefold(), *digits, *phones))


def _texts(values: Iterable[Value]) -> list[str]:
    return [*dict.fromkeys(value for value in values if isinstance(value, str) and value)]
