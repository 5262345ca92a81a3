"""Challenges that a passkey signs: each is this server's, short-lived, and good for one answer.

They live in memory. After a restart one taps again, and what strangers ask for never reaches the
disk; the oldest goes when there are too many.
"""

import secrets
from collections import OrderedDict
from typing import NamedTuple

LENGTH = 32
LASTS_MS = 5 * 60 * 1000
MOST = 20_000


class Challenge(NamedTuple):
    """What a challenge was made for: an act, and the desk session it belongs to, if any."""

    act: str
    device: str
    expires_at: int


class Challenges:
    """The challenges that wait for an answer."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._waiting: OrderedDict[bytes, Challenge] = OrderedDict()

    def new(self, act: str, device: str, now: int) -> bytes:
        """Make a challenge for an act of a desk session; `device` is empty for strangers."""
        challenge = secrets.token_bytes(LENGTH)
        self._waiting[challenge] = Challenge(act, device, now + LASTS_MS)
        while len(self._waiting) > self._most:
            self._waiting.popitem(last=False)
        return challenge

    def spend(self, challenge: bytes, act: str, device: str, now: int) -> bool:
        """Return whether a challenge was made for just this; whatever it is, it is used up."""
        found = self._waiting.pop(challenge, None)
        return found is not None and found[:2] == (act, device) and now <= found.expires_at
