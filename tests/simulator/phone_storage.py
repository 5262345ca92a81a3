"""What a model phone keeps: the twin of what the app keeps in IndexedDB."""

from dataclasses import dataclass, field, fields
from typing import Any

Json = dict[str, Any]
Key = tuple[str, str]  # kind, record


@dataclass
class Row:
    """An own save: as it was made, as it travels, and what the server said of it."""

    id: str
    device: str
    n: int
    save: Json
    author: str
    rank: int
    envelope: Json
    seal: str | None = None
    receipt: Json | None = None
    received_at: int = 0  # the server's time of the first receipt, ms

    @property
    def waits(self) -> bool:
        """Whether the server has not said it keeps this."""
        return self.receipt is None


@dataclass
class Storage:
    """One phone's storage; whatever is written together is written by one `commit`."""

    me: Json | None = None
    cursor: Json | None = None
    clock: Json | None = None
    key: Json | None = None
    credential: str = ""
    counters: dict[str, int] = field(default_factory=dict)
    rows: dict[str, Row] = field(default_factory=dict)
    carried: dict[str, Json] = field(default_factory=dict)
    base: dict[Key, dict[str, list[Json]]] = field(default_factory=dict)
    subjects: dict[Key, str] = field(default_factory=dict)  # whom each of these is about
    leaving: list[tuple[str, Key]] = field(default_factory=list)  # with whom it is about
    saved: list[str] = field(default_factory=list)
    is_wiped: bool = False
    is_full: bool = False
    # Not written anywhere: a Web Lock, held by the process that exchanges.
    sender: object = None

    def empty(self) -> None:
        """Become the storage of a phone that never joined."""
        fresh = Storage()
        for each in fields(self):
            setattr(self, each.name, getattr(fresh, each.name))

    def drop_records(self) -> None:
        """Forget what the server sent; own saves stay."""
        self.base.clear()
        self.subjects.clear()
        self.leaving.clear()

    def waiting(self) -> list[Row]:
        """Return own saves without a receipt, oldest first."""
        return [row for row in self.rows.values() if row.waits]
