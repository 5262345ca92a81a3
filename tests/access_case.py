"""One cell of the access matrix: who asks what, and about what of which local."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

from starlette.testclient import TestClient

from server.access.devices import new_device
from server.ids import now_ms
from tests.access_matrix import COORDINATORS, Row
from tests.access_union import AccessUnion, Actor

Request = dict[str, Any]  # what TestClient.request takes, but for the method
THEIRS = ("200", "303", "saved", "done", "made", "out")
ALL = "v-admin"  # whose records are above everybody's but their own
_numbers = count(1)


@dataclass
class Case:
    """One cell: who asks what, and about what of which local."""

    client: TestClient
    union: AccessUnion
    row: Row
    actor: Actor | None

    @property
    def wanted(self) -> str:
        """What the cell says."""
        cell = self.row.cells[self.actor.column if self.actor else "nobody"]
        return self.row.cells[self.actor.role.name] if self.actor and cell == "same" else cell

    @property
    def is_theirs(self) -> bool:
        """Whether what they ask for is theirs."""
        return self.wanted in THEIRS

    @property
    def nth(self) -> int:
        """A number of one's own, so that no two coordinators settle the same."""
        role = self.actor.role.name if self.actor else ""
        return max(0, COORDINATORS.index(role) - 1) if role in COORDINATORS else 0

    @property
    def volunteer(self) -> str:
        """The volunteer whose records the row is about."""
        return ALL if self.row.of == "all" else f"v-{self.row.of}-go-to"

    @property
    def asker(self) -> str:
        """The volunteer who asks; nobody has no id."""
        return self.actor.volunteer if self.actor else ""

    @property
    def state(self) -> Any:
        """What the app's routes share."""
        return self.client.app.state  # type: ignore[attr-defined]

    def there(self, kind: str) -> list[str]:
        """Return the ids of a kind in the row's local."""
        return self.union.ids[self.row.of].get(kind, [])

    def rooms(self) -> list[str]:
        """Return one's own room, or everybody else's."""
        if not self.is_theirs and self.row.variant != "another’s":
            return [self.union.rooms.get(self.asker) or next(iter(self.union.rooms.values()))]
        is_own = self.row.variant != "another’s"
        return [id for who, id in self.union.rooms.items() if (who == self.asker) == is_own]

    def name(self) -> str:
        """Return a name that nobody had."""
        return f"new {self.row.of} {next(_numbers)}"

    def heads(self, kind: str, record: str, field: str) -> list[str]:
        """Return the heads of a register."""
        query = "SELECT heads FROM register WHERE kind = ? AND record = ? AND field = ?"
        rows = self.union.read(query, kind, record, field)
        return [head["id"] for row in rows for head in json.loads(row["heads"])]

    def device(self, volunteer: str, kind: str = "desk") -> tuple[str, str]:
        """Make a device that the row may spoil; return its id and the cookie that it holds."""
        with self.union.changing() as db:
            joined = new_device(db, volunteer, kind, now_ms())
        cookie = f"{'rounds-desk' if kind == 'desk' else 'rounds'}={joined.credential}"
        return joined.device["id"], cookie


Asks = dict[str, Callable[[Case], Iterator[Request]]]
