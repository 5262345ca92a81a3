"""Sums over everybody, remembered until the next save: nothing else can change them."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from server.reader import Reader
from server.schema import Connection

T = TypeVar("T")
KEPT = 64
_MEMORIES: "WeakKeyDictionary[Reader, Memory]" = WeakKeyDictionary()


class Memory:
    """The latest sums of one database, each with the moment of the log it is of."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, tuple[tuple[str, int], Any]] = OrderedDict()

    def get(self, db: Connection, key: Hashable, work_out: Callable[[], T]) -> T:
        """Return what was worked out for a key, anew when the log has moved."""
        moment = _moment(db)
        with self._lock:
            then, found = self._kept.get(key, (None, None))
        if then != moment:
            found = work_out()
        with self._lock:
            self._kept[key] = (moment, found)
            self._kept.move_to_end(key)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return found  # type: ignore[return-value]


def memory_of(reader: Reader) -> Memory:
    """Return the memory that belongs to a reader's database."""
    return _MEMORIES.setdefault(reader, Memory())


def _moment(db: Connection) -> tuple[str, int]:
    epoch = db.execute("SELECT value FROM meta WHERE name = 'epoch'").fetchone()
    top = db.execute("SELECT coalesce(max(seq), 0) AS seq FROM save").fetchone()
    return (epoch["value"] if epoch else "", int(top["seq"]))
