"""What lies between phones and the server: each request and each reply has a fate of its own."""

import json
import random
from dataclasses import dataclass, field
from typing import NamedTuple

from tests.simulator.asgi import Reply

TIME_OUT_MS = 30_000
LONGEST_MS = 20 * 60_000


class Fate(NamedTuple):
    """What becomes of one request: when copies arrive, and what becomes of the reply.

    arrives: ms until each copy reaches the server; none when it is lost.
    says: a status that something on the way answers in the server's place.
    reply_ms: how long the reply takes; None when it is lost.
    cut: whether only half of its body comes.
    """

    arrives: tuple[int, ...]
    says: int | None = None
    reply_ms: int | None = 50
    cut: bool = False


CALM = Fate(arrives=(20,))


@dataclass
class Network:
    """Draws fates; `weather` is how bad it is, 0 for a quiet point."""

    weather: float = 1.0
    counts: dict[str, int] = field(default_factory=dict)

    def fate(self, chance: random.Random) -> Fate:
        """Return the fate of one request."""
        if not self.weather:
            return CALM
        trouble = self._trouble(chance)
        delay, back = _delay(chance), _delay(chance)
        if trouble:
            self.counts[trouble] = self.counts.get(trouble, 0) + 1
        match trouble:
            case "drop_request":
                return Fate(arrives=())
            case "drop_reply":
                return Fate((delay,), reply_ms=None)
            case "repeat_request":
                return Fate((delay, delay + chance.randrange(1, LONGEST_MS)), reply_ms=back)
            case "late_request":
                return Fate((TIME_OUT_MS + chance.randrange(LONGEST_MS),), reply_ms=back)
            case "late_reply":
                return Fate((delay,), reply_ms=TIME_OUT_MS + 1)
            case "cut_reply":
                return Fate((delay,), reply_ms=back, cut=True)
            case "says_413" | "says_429" | "says_503":
                return Fate((), says=int(trouble[-3:]), reply_ms=back)
        return Fate((delay,), reply_ms=back)

    def _trouble(self, chance: random.Random) -> str | None:
        draw = chance.random()
        for name, odds in TROUBLES.items():
            draw -= odds * self.weather
            if draw < 0:
                return name
        return None


TROUBLES = {
    "drop_request": 0.04,
    "drop_reply": 0.05,
    "repeat_request": 0.04,
    "late_request": 0.02,
    "late_reply": 0.02,
    "cut_reply": 0.02,
    "says_413": 0.015,
    "says_429": 0.01,
    "says_503": 0.015,
}


def said_in_place(status: int, chance: random.Random) -> Reply:
    """Return what a proxy or a tired server says instead of the server."""
    headers = {"content-type": "application/json"}
    if status != 413:
        headers["retry-after"] = str(chance.randrange(1, 20))
    return Reply(status, headers, json.dumps({"problem": "busy"}).encode())


def cut(reply: Reply) -> Reply:
    """Return a reply of which half the body came."""
    return reply._replace(body=reply.body[: len(reply.body) // 2])


def _delay(chance: random.Random) -> int:
    # A few in a hundred take seconds: requests overtake each other.
    return chance.randrange(20, 400) if chance.random() < 0.9 else chance.randrange(400, 20_000)
