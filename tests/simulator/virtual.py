"""Time and chance of one run: the server's clock and dice are the world's."""

import random
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import server.ids

STARTS_MS = 1_772_000_000_000  # February 2026
MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS


class Virtual:
    """True time in ms since 1970, UTC; it moves only when the world says so."""

    def __init__(self, seed: int) -> None:
        self.now = STARTS_MS
        self.dice = random.Random(f"dice {seed}")

    def clock(self) -> int:
        """Return true time."""
        return self.now

    @contextmanager
    def rules(self) -> Iterator[None]:
        """Let the server tell this time and throw these dice."""
        time = SimpleNamespace(time_ns=lambda: self.now * 1_000_000, time=lambda: self.now / 1000)
        dice: dict[str, Any] = {
            "randbits": self.dice.getrandbits,
            "token_bytes": self._bytes,
            "token_hex": lambda n=32: self._bytes(n).hex(),
            "token_urlsafe": lambda n=32: self._bytes(n).hex(),
        }
        with patch.object(server.ids, "time", time), patch.multiple(secrets, **dice):
            yield

    def _bytes(self, n: int = 32) -> bytes:
        return self.dice.randbytes(n)
