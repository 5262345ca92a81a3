"""What is still to happen, in order of virtual time."""

import heapq
from collections.abc import Callable
from typing import Any, NamedTuple

Do = Callable[[], None]


class Due(NamedTuple):
    """Something that happens at a moment; `order` keeps what was planned first first."""

    at: int
    order: int
    kind: str
    what: Any


class Scheduler:
    """A queue by virtual time."""

    def __init__(self) -> None:
        self._heap: list[Due] = []
        self._order = 0

    def add(self, at: int, kind: str, what: Any) -> None:
        """Plan something."""
        self._order += 1
        heapq.heappush(self._heap, Due(at, self._order, kind, what))

    def next(self, until: int | None = None) -> Due | None:
        """Take what is due first, if it is due by `until`."""
        if not self._heap or (until is not None and self._heap[0].at > until):
            return None
        return heapq.heappop(self._heap)

    def same(self, due: Due) -> list[Due]:
        """Take what else of its kind is due at the very same moment."""
        found = [due]
        while self._heap and self._heap[0].at == due.at and self._heap[0].kind == due.kind:
            found.append(heapq.heappop(self._heap))
        return found
