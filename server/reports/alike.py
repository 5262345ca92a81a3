"""Whom somebody means who writes a name of their own into a waiting room."""

from collections.abc import Iterable
from typing import NamedTuple

from server.reports.likeness import are_near, words_of
from server.reports.search import folded

MOST = 3
EXACT, NEAR, SHARED = 3, 2, 1


class Called(NamedTuple):
    """Somebody, and what they are called."""

    id: str
    name: str


def likeliest(written: str, known: Iterable[Called]) -> list[Called]:
    """Return at most three who may have written this, the likeliest first.

    The same words in any order, then names that differ by a slip or by a name in the middle, then
    those that share a whole word. Pure.
    """
    words = words_of(folded(written))
    scored = [(_score(words, words_of(folded(one.name))), one) for one in known]
    found = sorted((-score, folded(one.name), one.id, one) for score, one in scored if score)
    return [one for *_, one in found[:MOST]]


def _score(written: tuple[str, ...], known: tuple[str, ...]) -> int:
    if not written or not known:
        return 0
    if sorted(written) == sorted(known):
        return EXACT
    if are_near(written, known):
        return NEAR
    return SHARED if any(len(word) > 2 for word in {*written} & {*known}) else 0
