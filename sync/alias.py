"""Which records are one person: joined by aliases, split when an alias is ruled out."""

from collections.abc import Iterable, Mapping

Pair = tuple[str, str]


def canonical(pairs: Iterable[Pair]) -> Mapping[str, str]:
    """Return id -> the smallest id of its connected set, for every id that a pair names."""
    smallest: dict[str, str] = {}
    members: dict[str, list[str]] = {}
    for one, other in pairs:
        sets = {smallest.get(id, id) for id in (one, other)}
        joined = [id for known in sorted(sets) for id in members.pop(known, [known])]
        least = min(joined)
        members[least] = joined
        smallest.update((id, least) for id in joined)
    return smallest
