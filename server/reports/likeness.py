"""How much two people's records are alike: what they share, or nearly share. Pure.

Accents, case, hyphens and the order of names do not matter; birthdays are not kept and not asked.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

# The strongest first: one number is one person, a phone may be a family's.
REASONS = ("number", "phone", "email", "name", "near_name")
SHORTEST_NEAR = 9
SHORTEST_WORDS = 7  # of two names together: Jon is near John, Kim is not near Lim
SHORTEST_PHONE = 7
AT_END = 4
Key = tuple[str, str, str]  # what is shared, where, its text


class Facts(NamedTuple):
    """What of a person is compared; texts folded, empty when unknown.

    names: the words of the name, and with the preferred name in place of the first.
    numbered_by: the device whose list gave the member number.
    """

    number: str
    phone: str
    email: str
    names: tuple[tuple[str, ...], ...]
    worksite: str
    local: str
    numbered_by: str


def words_of(folded_name: str) -> tuple[str, ...]:
    """Return the words of a folded name: “jae-won” are two, “o'keefe” is one."""
    return tuple(re.findall(r"\w+", folded_name.replace("'", "")))


def digits_of(phone: str) -> str:
    """Return the last ten digits of a phone number; empty when there are too few to tell."""
    digits = re.sub(r"\D", "", phone)
    return digits[-10:] if len(digits) >= SHORTEST_PHONE else ""


def keys_of(facts: Facts) -> Iterator[Key]:
    """Yield what a person may share with others: each key that two have makes them alike."""
    for name in ("number", "phone", "email"):
        if text := getattr(facts, name):
            yield name, "", text
    if facts.worksite:
        for words in facts.names:
            yield "name", facts.worksite, _sorted(words)


def blocks_of(facts: Facts) -> Iterator[Key]:
    """Yield keys of which those with near names at one worksite share one at least."""
    for words in facts.names:
        text = _sorted(words)
        # One slip cannot be at both ends.
        yield "starts", facts.worksite, text[:AT_END]
        yield "ends", facts.worksite, text[-AT_END:]
        yield "around", facts.worksite, f"{words[0]} {words[-1]}"


def may_share(one: Facts, other: Facts) -> bool:
    """Return whether a shared phone or e-mail makes two people alike.

    Where one list numbered both, and no name of one is a name of the other, it is a family's.
    """
    if not _are_two_on_one_list(one, other):
        return True
    words = [(a, b) for a in _all_words(one) for b in _all_words(other)]
    return any(a == b or (len(a + b) >= SHORTEST_WORDS and _one_slip(a, b)) for a, b in words)


def is_near(one: Facts, other: Facts) -> bool:
    """Return whether two names at one worksite differ by one slip, or by a name in the middle.

    Where one list numbered both, it says that they are two.
    """
    if not one.worksite or one.worksite != other.worksite or _are_two_on_one_list(one, other):
        return False
    return any(are_near(a, b) for a in one.names for b in other.names)


def are_near(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Return whether the words of two names differ by one slip, or by a name in the middle."""
    if len(one) != len(other) and min(len(one), len(other)) > 1:
        return (one[0], one[-1]) == (other[0], other[-1])
    a, b = _sorted(one), _sorted(other)
    return a != b and min(len(a), len(b)) >= SHORTEST_NEAR and _one_slip(a, b)


def _are_two_on_one_list(one: Facts, other: Facts) -> bool:
    numbered = bool(one.number and other.number)
    return numbered and one.number != other.number and one.numbered_by == other.numbered_by


def _all_words(facts: Facts) -> set[str]:
    return {word for words in facts.names for word in words}


def _one_slip(one: str, other: str) -> bool:
    """Return whether one letter more, less or other, or two swapped, make the texts the same."""
    if abs(len(one) - len(other)) > 1:
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    a, b = one[start:], other[start:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[:2][::-1] and a[2:] == b[2:])


def _sorted(words: tuple[str, ...]) -> str:
    return "".join(sorted(words))
