"""What a device keeps. A copy of it is a backup of the phone."""

import json
from dataclasses import dataclass, field
from typing import Any

RANKS = {"organiser": 2, "coordinator": 3, "administrator": 3}


@dataclass
class Own:
    """A save of this volunteer's: as sealed, as written, and what the server said."""

    envelope: dict
    text: str | None
    receipt: dict | None = None
    receipted_at: int = 0
    set_aside: str = ""

    @property
    def id(self) -> str:
        return self.envelope["header"]["id"]

    @property
    def device(self) -> str:
        return self.envelope["header"]["device"]

    @property
    def n(self) -> int:
        return self.envelope["header"]["n"]

    @property
    def waits(self) -> bool:
        return self.receipt is None

    def words(self) -> dict:
        return json.loads(self.text or '{"schema": 2, "changes": []}')


@dataclass
class State:
    """Everything that one transaction changes."""

    device: str = ""
    volunteer: str = ""
    roles: list[str] = field(default_factory=list)
    seals: dict[str, str] = field(default_factory=dict)
    key: dict = field(default_factory=dict)
    read: str = ""
    cookies: dict[str, str] = field(default_factory=dict)
    n: int = 0
    cursor: dict | None = None
    records: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    saves: dict[str, Own] = field(default_factory=dict)
    carried: dict[str, dict] = field(default_factory=dict)
    forgetting: set[tuple[str, str]] = field(default_factory=set)
    wiped: bool = False

    @property
    def rank(self) -> int:
        return max((RANKS.get(role, 1) for role in self.roles), default=1)
