"""Print the size of all JavaScript a go-to person's phone loads; exit 1 when over budget.

Counts what the service worker keeps, and itself: all that opens now or on demand, libraries
included, each file compressed by itself and as the server sends it. Beside it stands what others
load: captains what only they open, and whoever joins what takes signal and is kept nowhere.
"""

import gzip
import sys
from pathlib import Path
from typing import NamedTuple

import brotli

from server.routes.phone import WORKER, precached, shell

PWA = Path(__file__).parent.parent / "pwa"
BUDGET_BYTES = 40_000
ROW = "{:<36}{:>9}{:>9}{:>9}"


class Size(NamedTuple):
    """Bytes of one file: as it is, gzip level 9 and brotli quality 11."""

    raw: int
    gzip: int
    brotli: int


def main() -> None:
    print(ROW.format("bytes of", "raw", "gzip", "brotli"))
    total = told(measured(), "all {} files")
    told(measured("captain"), "only captains’ phones")
    told(measured("never"), "only to join, with signal")
    left = BUDGET_BYTES - total.brotli
    print(
        f"Budget {BUDGET_BYTES} bytes of brotli: {abs(left)} {'left' if left >= 0 else 'too many'}."
    )
    sys.exit(left < 0)


def told(sizes: dict[str, Size], sum_of: str) -> Size:
    """Print a row for each, the largest first, and their sum; return that."""
    for name, size in sorted(sizes.items(), key=lambda item: -item[1].brotli):
        print(ROW.format(name, *size))
    total = summed(sizes)
    print(ROW.format(sum_of.format(len(sizes)), *total), end="\n\n")
    return total


def measured(kept: str = "always") -> dict[str, Size]:
    """Return name -> size of each file of JavaScript that is so kept; with it, the worker's."""
    served = shell(PWA)
    urls = [url for url, _ in precached(served, kept) if url.endswith(".js")]
    worker = [WORKER] if kept == "always" else []
    return {url[1:]: size_of(served[url].body) for url in (*urls, *worker)}


def summed(sizes: dict[str, Size]) -> Size:
    """Return the size of all of them."""
    return Size(*(sum(column) for column in zip(*sizes.values(), strict=True)))


def size_of(content: bytes) -> Size:
    return Size(
        raw=len(content),
        gzip=len(gzip.compress(content, 9)),
        brotli=len(brotli.compress(content, quality=11)),
    )


if __name__ == "__main__":
    main()
