"""Whom somebody means who writes a name of their own into a waiting room."""

from collections.abc import Iterable
from typing import NamedTuple

from server.reports.likeness import are_near, words_of
from server.reports.search import folded

MOST = 3
EXACT, NEAR, SHARED = 3, 2, 1
SHORTEST = 3  # letters of a word that two names share
Words = tuple[str, ...]


class Called(NamedTuple):
    """Somebody, what they are called, and the words of it as names are compared."""

    id: str
    name: str
    words: Words

    @classmethod
    def of(cls, id: str, name: str) -> "Called":
        """Return somebody by a name."""
        return cls(id, name, words_of(folded(name)))


def likeliest(written: str, known: Iterable[Called]) -> list[Called]:
    """Return at most three who may have written this, the likeliest first. Pure.

    The same words in any order, then names that differ by a slip or by a name in the middle, then
    those that share a whole word.
    """
    words = words_of(folded(written))
    scored = [(_score(words, one.words), one) for one in known]
    found = sorted((-score, one.words, one) for score, one in scored if score)
    return [one for *_, one in found[:MOST]]


def _score(written: Words, known: Words) -> int:
    if not written or not known:
        return 0
    if sorted(written) == sorted(known):
        return EXACT
    if are_near(written, known):
        return NEAR
    return SHARED if any(len(word) >= SHORTEST for word in {*written} & {*known}) else 0
