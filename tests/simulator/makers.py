"""Which phones a world is made of: all of Python, or some of the app's real JavaScript."""

import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from tests.simulator.node_phone import NodePhones
from tests.simulator.phone import Clock, Make, Phone
from tests.simulator.python_phone import PythonPhone

NOTHING: Mapping[str, str] = {}


@contextmanager
def maker(one_in: int, edits: Mapping[str, str] = NOTHING) -> Iterator[Make]:
    """Give what makes phones; one in so many is JavaScript, none with 0.

    edits: url -> text of modules in place of the app's own.
    """
    if not one_in:
        yield PythonPhone
        return
    with NodePhones(dict(edits)) as nodes:

        def make(name: str, clock: Clock, seed: int, *, is_old: bool = False) -> Phone:
            # By its name, so that the same run made again has the same phones.
            chance = random.Random(f"kind of {name} {seed}")
            kind: Make = PythonPhone if chance.randrange(one_in) else nodes
            return kind(name, clock, seed, is_old=is_old)

        yield make
