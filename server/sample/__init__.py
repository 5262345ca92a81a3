"""A made-up union to try Rounds out with. One seed makes one union; nobody in it exists."""

from server.sample.make import FEWEST, Sample, make, version
from server.sample.today import bring_to_today
from server.sample.words import words

UNION: str = words("places")["union"]

__all__ = ["FEWEST", "UNION", "Sample", "bring_to_today", "make", "version"]
