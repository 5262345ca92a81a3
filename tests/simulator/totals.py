"""The closing line of many runs."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

SUMMED = ("lost", "diverged", "leaked", "violations", "steps", "saves", "receipts", "seconds")


def totals(lines: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Return what many runs come to: sums, the seeds that failed, and faults never injected."""
    found = [*lines]
    faults, languages = Counter[str](), Counter[str]()
    for line in found:
        faults.update(line["faults"])
        languages.update(line["languages"])
    return {
        "seeds": len(found),
        "failed": [line["seed"] for line in found if line["violations"]],
        **{name: round(sum(line[name] for line in found), 1) for name in SUMMED},
        "languages": languages,
        "faults": dict(faults),
        "never": sorted(name for name, count in faults.items() if not count),
    }
