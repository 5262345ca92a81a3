"""How one person's check-ins pair into stays."""

from dataclasses import dataclass

LONGEST_MS = 12 * 3_600_000
DOUBTFUL_MS = 15 * 60_000


@dataclass
class Stay:
    begin: int
    end: int | None = None
    ins: int = 1
    outs: int = 0
    doubtful: bool = False

    def holds(self, when: int) -> bool:
        return when - self.begin <= LONGEST_MS

    def leave(self, when: int) -> None:
        self.doubtful = self.doubtful or (self.end is not None and when - self.end > DOUBTFUL_MS)
        self.end = when
        self.outs += 1

    def told(self, now: int) -> list:
        """Return begin, end and flags."""
        if self.end is not None:
            return [self.begin, self.end, ["doubtful"] if self.doubtful else []]
        if self.holds(now):
            return [self.begin, max(self.begin, now), ["open"]]
        return [self.begin, self.begin + LONGEST_MS, ["capped"]]


def stays(events: list[list], now: int) -> tuple[list[list], list[str]]:
    """Return the stays of [id, person, way, when], and the ids of stray check-outs."""
    found: list[Stay] = []
    strays: list[str] = []
    for id, _, way, when in sorted(events, key=lambda event: (event[3], event[0])):
        last = found[-1] if found and found[-1].holds(when) else None
        if way == "out" and last and last.outs < last.ins:
            last.leave(when)
        elif way == "out":
            strays.append(id)
        elif last and last.end is None:
            last.ins += 1
        else:
            found.append(Stay(when))
    # What nobody checked out of is over once another stay begins.
    ended = [stay.told(now if stay is found[-1] else stay.begin + 2 * LONGEST_MS) for stay in found]
    return ended, strays
