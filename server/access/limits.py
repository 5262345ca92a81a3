"""How often one address may try, kept in memory.

A picket line shares one address, and so does a training room: these limits are wide, answer with a
time to wait, and touch nothing but what is guessed at. What makes guessing hopeless stands with
what is guessed (codes.py).
"""

import ipaddress
from collections import OrderedDict

from starlette.requests import Request

MOST_KEYS = 20_000


class Limit:
    """At most `most` for each key within `window_ms`; too many keys, and the oldest go."""

    def __init__(self, most: int, window_ms: int) -> None:
        self.most, self.window_ms = most, window_ms
        self._counts: OrderedDict[str, tuple[int, int]] = OrderedDict()

    def wait_s(self, key: str, now: int) -> int:
        """Return how many seconds a key has to wait; 0 while it may go on."""
        since, count = self._at(key, now)
        return max(1, (since + self.window_ms - now + 999) // 1000) if count >= self.most else 0

    def count(self, key: str, now: int) -> None:
        """Count one more for a key."""
        since, count = self._at(key, now)
        self._counts[key] = since, count + 1
        self._counts.move_to_end(key)
        while len(self._counts) > MOST_KEYS:
            self._counts.popitem(last=False)

    def _at(self, key: str, now: int) -> tuple[int, int]:
        since, count = self._counts.get(key, (now, 0))
        return (since, count) if now - since < self.window_ms else (now, 0)


def address_of(request: Request) -> str:
    """Return whom a limit counts: an address, of IPv6 the network that one household has."""
    host = request.client.host if request.client else ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.IPv6Network((address, 64), strict=False))
    return str(address)
