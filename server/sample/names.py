"""Names as they really are."""

import unicodedata

from server.sample.chance import Chance
from server.sample.words import words

SPELLED = str.maketrans({"’": "'", "Þ": "Th", "þ": "th", "ð": "d", "Æ": "Ae", "æ": "ae", "ı": "i"})


def named(chance: Chance, language: str) -> str:
    """Return a name; one in three families came from further away."""
    names = words("names")
    first = chance.choice(names["first"]["world" if chance.happens(0.36) else language])
    world = first in names["first"]["world"]
    last = chance.choice(names["last"]["world" if world or chance.happens(0.1) else language])
    return f"{first} {last}"


def preferred(name: str) -> str | None:
    """Return what somebody of this name likes to be called, if there is a custom."""
    known: dict[str, str] = words("names")["preferred"]
    return known.get(name.partition(" ")[0])


def first_name(name: str) -> str:
    """Return the part people call out."""
    return name.partition(" ")[0]


def plain_ascii(name: str) -> str:
    """Return a name as an old mail system spells it."""
    spelled = unicodedata.normalize("NFKD", name.translate(SPELLED))
    return spelled.encode("ascii", "ignore").decode()


def phone_number(chance: Chance) -> str:
    """Return a number from the range that is kept for stories."""
    return f"{chance.choice(('780', '587', '403'))}-555-01{chance.randrange(100):02d}"
