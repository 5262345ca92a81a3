"""What a planted fault is: a break of one thing, undone when its context ends."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import NamedTuple

Plant = Callable[[], Iterator[None]]
NOTHING: Mapping[str, float] = {}
UNEDITED: Mapping[str, str] = {}


class Mutant(NamedTuple):
    """A fault, and the run that shows it soonest.

    number: the invariant it breaks, of DESIGN 7.
    often: weights of acts other than the usual ones, by name.
    is_alone: others of the sixteen see it sooner; they are silent, so that this one is put to use.
    edits: url -> text of modules of the app; all phones are JavaScript then.
    """

    name: str
    sentence: str
    number: int
    plant: Callable[[], AbstractContextManager[None]]
    seed: int
    steps: int
    often: Mapping[str, float]
    is_alone: bool
    edits: Mapping[str, str] = UNEDITED


MUTANTS: dict[str, Mutant] = {}


def mutant(
    number: int,
    *,
    seed: int = 1,
    steps: int = 300,
    often: Mapping[str, float] = NOTHING,
    alone: bool = False,
    edits: Mapping[str, str] = UNEDITED,
) -> Callable[[Plant], Plant]:
    """Register a fault under its function's name; its docstring says what is wrong."""

    def register(plant: Plant) -> Plant:
        name = plant.__name__
        sentence = (plant.__doc__ or "").strip()
        planted = contextmanager(plant)
        MUTANTS[name] = Mutant(name, sentence, number, planted, seed, steps, often, alone, edits)
        return plant

    return register
