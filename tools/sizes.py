"""Print the size of all JavaScript a go-to person's phone loads; exit 1 when over budget.

Counts what the service worker keeps, and itself: all that opens now or on demand, libraries
included, each file compressed by itself and as the server sends it.
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
    sizes = measured()
    total = summed(sizes)
    print(ROW.format("bytes of", "raw", "gzip", "brotli"))
    for name, size in sorted(sizes.items(), key=lambda item: -item[1].brotli):
        print(ROW.format(name, *size))
    print(ROW.format(f"all {len(sizes)} files", *total))
    left = BUDGET_BYTES - total.brotli
    print(
        f"Budget {BUDGET_BYTES} bytes of brotli: {abs(left)} {'left' if left >= 0 else 'too many'}."
    )
    sys.exit(left < 0)


def measured() -> dict[str, Size]:
    """Return name -> size of each file of JavaScript a phone loads."""
    served = shell(PWA)
    urls = [url for url, _ in precached(served) if url.endswith(".js")]
    return {url[1:]: size_of(served[url].body) for url in (*urls, WORKER)}


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
