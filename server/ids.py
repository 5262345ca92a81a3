"""Identifiers made by the server."""

import secrets
import time
import uuid


def now_ms() -> int:
    """Return ms since 1970, UTC."""
    return time.time_ns() // 1_000_000


def new_id(at: int, chance: int | None = None) -> str:
    """Return a UUIDv7 (RFC 9562) for a moment in ms; `chance` stands in for 74 random bits."""
    bits = secrets.randbits(74) if chance is None else chance
    value = (at & (2**48 - 1)) << 80 | 7 << 76 | (bits >> 62) << 64 | 2 << 62 | bits & (2**62 - 1)
    return str(uuid.UUID(int=value))
