"""Short codes to type where a link cannot be opened: in the home-screen app of an iPhone, say.

Eight characters, of which the first three only say which code is meant and the other five are the
secret: so wrong guesses count against the one code they are at, and five of them end it. Whoever
guesses from ten thousand addresses has no more tries at a code than one at the next table.
"""

import hashlib
import hmac
import secrets

# Nothing that looks or sounds like another: no 0 O, 1 I L, 5 S, 8 B.
ALPHABET = "234679ACDEFGHJKMNPQRTUVWXYZ"
LENGTH, START = 8, 3
MINUTE_MS = 60_000
LASTS_MS = 15 * MINUTE_MS
MOST_TRIES = 5


def new_code() -> str:
    """Return eight characters by chance."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def read_code(typed: str) -> str | None:
    """Return a code as it was made, however it was typed; None if it is none."""
    found = "".join(letter for letter in typed.upper() if letter not in " -–.\N{NO-BREAK SPACE}")
    return found if len(found) == LENGTH and set(found) <= set(ALPHABET) else None


def in_groups(code: str) -> str:
    """Return a code as people read it: two groups of four."""
    return f"{code[:4]} {code[4:]}"


def start_of(code: str) -> str:
    """Return the part that says which code is meant."""
    return code[:START]


def hash_of(secret: str, code: str) -> str:
    """Return what is stored of a code. Keyed: it is too short to withstand guessing otherwise."""
    return hmac.new(secret.encode(), f"code {code}".encode(), hashlib.sha256).hexdigest()
