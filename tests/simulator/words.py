"""Texts that give themselves away: each value written anywhere can be traced to its register."""

import re

from tests.simulator.fold import Key

WORD = re.compile(rb"~[0-9a-z]+~")
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


class Words:
    """Makes texts and knows where each was written."""

    def __init__(self) -> None:
        self.places: dict[bytes, tuple[Key, str]] = {}
        self._made = 0

    def about(self, kind: str, record: str, register: str) -> str:
        """Return a text that nobody else ever writes."""
        self._made += 1
        word = f"~{_base36(self._made)}~"
        self.places[word.encode()] = ((kind, record), register)
        return f"{register.partition('/')[0]} {word}"

    def found_in(self, body: bytes) -> set[bytes]:
        """Return every word of ours that stands in some bytes."""
        return {word for word in WORD.findall(body) if word in self.places}

    def of(self, record: str) -> list[bytes]:
        """Return every word written to a record."""
        return [word for word, (key, _) in self.places.items() if key[1] == record]


def _base36(number: int) -> str:
    text = ""
    while number:
        number, digit = divmod(number, 36)
        text = DIGITS[digit] + text
    return text
