"""How often one device, invitation or passkey may ask. Never an address: a picket line shares one.

Only what the server knows has a count here, so strangers can neither fill this memory nor push
anybody out of it.
"""

from collections import OrderedDict
from collections.abc import Mapping
from typing import NamedTuple

from server.problems import Problem

MOST = 50_000


class Rate(NamedTuple):
    """So many at once, and so many a second in the long run."""

    at_once: int
    a_second: float


# A phone with a year of work sends a hundred saves a request; a person opens a page a second.
RATES = {
    "sync": Rate(2000, 20),
    "desk": Rate(600, 10),
    "upload": Rate(20, 1 / 15),
    "join": Rate(10, 1 / 6),
    "passkey": Rate(10, 1 / 6),
    "confirm": Rate(10, 1 / 6),
}


class Left(NamedTuple):
    """What is left of one key's share, as of a moment in ms."""

    share: float
    at: int


class Pace:
    """Counts, and asks for patience where somebody asks too often."""

    def __init__(self, rates: Mapping[str, Rate] = RATES, most: int = MOST) -> None:
        self._rates, self._most = rates, most
        self._left: OrderedDict[tuple[str, str], Left] = OrderedDict()

    def __len__(self) -> int:
        """How many keys are counted at the moment."""
        return len(self._left)

    def keep(self, act: str, key: str, now: int) -> None:
        """Count one act of a key's. Raises Problem too_often, which says how long to wait."""
        rate = self._rates[act]
        before = self._left.pop((act, key), Left(rate.at_once, now))
        elapsed_s = max(0, now - before.at) / 1000
        share = min(float(rate.at_once), before.share + elapsed_s * rate.a_second)
        is_fine = share >= 1
        self._left[act, key] = Left(share - 1 if is_fine else share, now)
        while len(self._left) > self._most:
            self._left.popitem(last=False)
        if not is_fine:
            raise Problem("too_often", retry_after_s=1 + int((1 - share) / rate.a_second))
