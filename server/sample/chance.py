"""Chance that comes from a seed, so that a sample can be made twice."""

from collections.abc import Mapping
from random import Random

from server.ids import new_id


class Chance(Random):
    """Random, with the few throws a sample needs."""

    def id(self, at: int) -> str:
        """Return a UUIDv7 for a moment in ms."""
        return new_id(at, self.getrandbits(74))

    def happens(self, share: float) -> bool:
        """Return True in that share of throws."""
        return self.random() < share

    def weighted(self, weights: Mapping[str, float]) -> str:
        """Return a key, the heavier the likelier."""
        return self.choices([*weights], [*weights.values()])[0]
