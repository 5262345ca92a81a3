"""A phone in somebody's hand, and what the world remembers of it."""

from dataclasses import dataclass
from typing import Any

from tests.simulator.phone import Phone


@dataclass
class Holder:
    """One process of the app; tabs share a `storage` number, copies have one of their own."""

    volunteer: str
    phone: Phone
    storage: int
    life: int = 0  # replies to an earlier process go nowhere
    needs_link: bool = True
    is_old: bool = False

    @property
    def name(self) -> str:
        """The phone's name."""
        return self.phone.name


@dataclass
class Made:
    """A save somebody made: who, on which storage, and what it says."""

    volunteer: str
    storage: int
    changes: list[dict[str, Any]]
    is_strange: bool = False
    is_too_large: bool = False
