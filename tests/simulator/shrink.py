"""Makes a failing run small: leaves phones and acts out as long as it still fails alike."""

import time
from collections.abc import Callable

from tests.simulator.phone import Make
from tests.simulator.run import Acts, Report, run

FEWER_PHONES = (2, 3, 4, 6, 8, 12, 20)
Fails = Callable[[int, Acts], Report | None]


def shrink(failed: Report, make: Make, most_seconds: float) -> Report:
    """Return the smallest run found in that time that fails like this one."""
    until = time.monotonic() + most_seconds

    def fails(phones: int, acts: Acts) -> Report | None:
        """Run that, if there is time left; None unless it fails like the first."""
        if time.monotonic() > until:
            return None
        found = run(failed.seed, phones, acts=acts, make=make)
        return found if found.fails_like(failed) else None

    best = failed
    while smaller := _with_fewer_phones(best, fails) or _with_fewer_acts(best, fails):
        best = smaller
    return best


def _with_fewer_phones(best: Report, fails: Fails) -> Report | None:
    """Return the run on as few phones as it fails with; acts draw other phones there."""
    fewer = (phones for phones in FEWER_PHONES if phones < best.phones)
    return next((found for phones in fewer if (found := fails(phones, best.acts))), None)


def _with_fewer_acts(best: Report, fails: Fails) -> Report | None:
    """Return the run without what it fails without, larger pieces first; None if it needs all."""
    count = len(best.acts)
    size = max(1, count // 2)
    while size:
        start = 0
        while start < len(best.acts):
            found = fails(best.phones, best.acts[:start] + best.acts[start + size :])
            if found:
                best = found
            else:
                start += size
        size //= 2
    return best if len(best.acts) < count else None
