"""Rulings: which of them act, and what of a save counts by them.

Twins: pwa/sync/merge.js, and whole.js for what only who folds everybody's saves decides.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from sync.kinds import COORDINATOR
from sync.save import Stamped, change_id, import_of

Rulings = Mapping[str, bool]  # save, change or import id -> counts


class Named(NamedTuple):
    """What a ruling names: who wrote the save of this id, and the first seq that bears it.

    None where there is no such save, or no save nor import.
    """

    author: str | None = None
    since: int | None = None


def ruled(kind: str) -> bool:
    """Return whether rulings apply to a kind; nobody rules on a ruling."""
    return kind != "ruling"


def is_heard(stamped: Stamped, named: Named) -> bool:
    """Return whether a ruling acts on what it names.

    On what was there when it came: then its author was asked for the right to. What comes later
    it acts on only if both are one author's: an undo may be quicker than what it undoes.
    """
    was_there = named.since is not None and named.since <= stamped.seq
    return was_there or named.author == stamped.author


def unheard(past: Iterable[tuple[Stamped, int]], named: Named) -> Rulings:
    """Return the rulings on one target that do not act, each as one that does not count."""
    return {
        change_id(stamped.save.id, position): False
        for stamped, position in past
        if not is_heard(stamped, named)
    }


def named_in(saves: Iterable[Stamped]) -> Callable[[str], Named]:
    """Return what tells of a ruling's target what these saves say of it."""
    authors = {}
    seqs: dict[str, list[int]] = defaultdict(list)
    for stamped in saves:
        authors[stamped.save.id] = stamped.author
        for id in {stamped.save.id, batch_of(stamped) or stamped.save.id}:
            seqs[id].append(stamped.seq)

    def named(target: str) -> Named:
        id = target.partition(":")[0]
        return Named(authors.get(id), min(seqs[id]) if id in seqs else None)

    return named


def batch_of(stamped: Stamped) -> str | None:
    """Return the import a save came with: anybody can name one, only coordinators make one."""
    return import_of(stamped.save) if stamped.rank >= COORDINATOR else None


def counts(stamped: Stamped, position: int, sticky_on: bool, rulings: Rulings) -> bool:
    """Return whether one change of a save counts; `sticky_on` for a sticky register set to on.

    What was ruled on the change goes before what was ruled on its save, and that before what was
    ruled on the import it came with.
    """
    if rulings:
        id = stamped.save.id
        for target in (change_id(id, position), id, batch_of(stamped)):
            if target is not None and target in rulings:
                return rulings[target]
    return stamped.verdict == "taken" or (sticky_on and position in stamped.early)
