"""Texts that give themselves away: each value written anywhere can be traced to its register."""

import re
from typing import NamedTuple

from tests.simulator.fold import Key

WORD = re.compile(rb"~[0-9a-z]+~")
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


class Place(NamedTuple):
    """Where a text was written, and whom that is about."""

    key: Key
    register: str
    subject: str


class Words:
    """Makes texts and knows where each was written."""

    def __init__(self) -> None:
        self.places: dict[bytes, set[Place]] = {}
        self._named: dict[Key, str] = {}  # whom each record was about when it was made
        self._made = 0

    def about(self, kind: str, record: str, register: str, subject: str) -> str:
        """Return a text that nobody else makes up."""
        self._made += 1
        word = f"~{_base36(self._made)}~"
        subject = self._named.setdefault((kind, record), subject)
        self.places[word.encode()] = {Place((kind, record), register, subject)}
        return f"{register.partition('/')[0]} {word}"

    def copied(self, value: str, key: Key, register: str) -> None:
        """Note that somebody wrote a text again elsewhere, as who settles two answers does."""
        for word in self.found_in(value.encode("utf-8", "replace")):
            self.places[word].add(Place(key, register, self._named.get(key, key[1])))

    def found_in(self, body: bytes) -> set[bytes]:
        """Return every word of ours that stands in some bytes."""
        return {word for word in WORD.findall(body) if word in self.places}


def _base36(number: int) -> str:
    text = ""
    while number:
        number, digit = divmod(number, 36)
        text = DIGITS[digit] + text
    return text
