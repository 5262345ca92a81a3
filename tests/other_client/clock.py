"""What time it is, as best a device can tell."""

from collections.abc import Callable
from dataclasses import dataclass

TEN_YEARS_MS = 315_576_000_000


@dataclass
class Clock:
    """A device's clock, in ms since 1970, and what the server's `now` said about it."""

    reads: Callable[[], int]
    offset: int = 0
    error_ms: int = 0
    measured: int | None = None
    told: int = 0

    def measure(self, sent: int, received: int, now: int) -> None:
        self.offset = now - (sent + received) // 2
        self.error_ms = (abs(received - sent) + 1) // 2
        self.measured = received
        self.told = now

    def estimate(self) -> tuple[int, int]:
        """Return `at` and `at_error_ms`."""
        reads = self.reads()
        if self.measured is None:
            return reads, TEN_YEARS_MS
        if reads < self.measured:
            return max(reads + self.offset, self.told), TEN_YEARS_MS
        return reads + self.offset, self.error_ms + -(-(reads - self.measured) // 10_000)
