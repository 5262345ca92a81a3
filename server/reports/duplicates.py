"""Likely duplicates: people who share a number, a phone, an e-mail, or (nearly) a name at work.

Kept in memory: comparing 100,000 people takes seconds, so it is done once, and afterwards only
people who moved since are compared again.
"""

import threading
from collections.abc import Collection, Iterable
from itertools import combinations
from typing import NamedTuple
from weakref import WeakKeyDictionary

from server.reader import Reader
from server.reports.comparable import moved
from server.reports.likeness import REASONS, Facts, Key, blocks_of, is_near, keys_of, may_share
from server.schema import Connection

# A number that more people share is the switchboard's, and says nothing.
MOST_SHARED = 5
FAMILY = ("phone", "email")
_INDEXES: "WeakKeyDictionary[Reader, Likely]" = WeakKeyDictionary()
Pair = tuple[str, str]


class Group(NamedTuple):
    """People who may be one, in order of id, and why: some of REASONS, the strongest first."""

    people: tuple[str, ...]
    reasons: tuple[str, ...]


def likely_of(reader: Reader) -> "Likely":
    """Return the index that belongs to a reader's database."""
    return _INDEXES.setdefault(reader, Likely())


class Likely:
    """What of everybody is compared, and who shares what."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._moment = ("", -1)
        self._facts: dict[str, Facts] = {}
        self._at: dict[str, set[str]] = {}
        self._sharing: dict[Key, str | set[str]] = {}
        self._shared: set[Key] = set()
        self._near: dict[str, set[str]] = {}

    def groups(self, db: Connection, locals_: frozenset[str]) -> list[Group]:
        """Return who may be one person, the surest first, where all of them are in reach."""
        with self._lock:
            self._refresh(db)
            pairs = self._pairs(locals_)
            for row in db.execute("SELECT person, other FROM apart"):
                pairs.pop(_pair(row["person"], row["other"]), None)
            return sorted(_grouped(pairs), key=self._place)

    def _place(self, group: Group) -> tuple[int, tuple[str, ...]]:
        """Return what puts the surest first: one number, one name, nearly one name."""
        names = [set(self._facts[id].names) for id in group.people]
        if "number" in group.reasons:
            return 0, group.people
        if set.intersection(*names):
            return 1, group.people
        return (2 if "near_name" in group.reasons else 3), group.people

    def _pairs(self, locals_: frozenset[str]) -> dict[Pair, set[str]]:
        found: dict[Pair, set[str]] = {}
        for key in self._shared:
            people = self._sharing[key]
            if len(people) <= MOST_SHARED:
                for pair in combinations(sorted(people), 2):
                    if key[0] not in FAMILY or may_share(*(self._facts[id] for id in pair)):
                        found.setdefault(pair, set()).add(key[0])
        for id, others in self._near.items():
            for other in others:
                found.setdefault(_pair(id, other), set()).add("near_name")
        if locals_:
            reached = {id for id, facts in self._facts.items() if facts.local in locals_}
            found = {pair: why for pair, why in found.items() if reached.issuperset(pair)}
        return found

    def _refresh(self, db: Connection) -> None:
        epoch = db.execute("SELECT value FROM meta WHERE name = 'epoch'").fetchone()
        top = db.execute("SELECT coalesce(max(seq), 0) AS seq FROM save").fetchone()["seq"]
        moment = (epoch["value"] if epoch else "", top)
        if moment[0] != self._moment[0]:
            self._moment = (moment[0], -1)
            for kept in (self._facts, self._at, self._sharing, self._near):
                kept.clear()
            self._shared.clear()
        if moment == self._moment:
            return
        found = moved(db, self._moment[1])
        for id in found.people:
            self._drop(id)
        for id, facts in found.facts.items():
            self._put(id, facts)
        self._look_for_near(found.facts)
        self._moment = moment

    def _drop(self, id: str) -> None:
        facts = self._facts.pop(id, None)
        if facts is None:
            return
        self._at[facts.worksite].discard(id)
        for key in set(keys_of(facts)):
            sharing = self._sharing.pop(key)
            if isinstance(sharing, set):
                sharing.discard(id)
                self._sharing[key] = sharing if len(sharing) > 1 else sharing.pop()
                if not isinstance(self._sharing[key], set):
                    self._shared.discard(key)
        for other in self._near.pop(id, ()):
            self._near[other].discard(id)

    def _put(self, id: str, facts: Facts) -> None:
        self._facts[id] = facts
        self._at.setdefault(facts.worksite, set()).add(id)
        for key in set(keys_of(facts)):
            sharing = self._sharing.get(key)
            if sharing is None:
                self._sharing[key] = id
            elif isinstance(sharing, set):
                sharing.add(id)
            else:
                self._sharing[key] = {sharing, id}
                self._shared.add(key)

    def _look_for_near(self, moved: Collection[str]) -> None:
        """Compare the names of those who moved with the names at their worksites."""
        for worksite in {self._facts[id].worksite for id in moved} - {""}:
            blocks: dict[Key, list[str]] = {}
            here = self._at[worksite]
            for id in here:
                for key in set(blocks_of(self._facts[id])):
                    blocks.setdefault(key, []).append(id)
            for id in (id for id in here if id in moved):
                for key in set(blocks_of(self._facts[id])):
                    self._compare(id, blocks[key])

    def _compare(self, id: str, others: Iterable[str]) -> None:
        for other in others:
            if other != id and is_near(self._facts[id], self._facts[other]):
                self._near.setdefault(id, set()).add(other)
                self._near.setdefault(other, set()).add(id)


def _grouped(pairs: dict[Pair, set[str]]) -> list[Group]:
    """Return the connected sets of pairs."""
    of: dict[str, set[str]] = {}
    for one, other in pairs:
        together = of.get(one, {one}) | of.get(other, {other})
        of.update((id, together) for id in together)
    why: dict[tuple[str, ...], set[str]] = {}
    for (one, _), reasons in pairs.items():
        why.setdefault(tuple(sorted(of[one])), set()).update(reasons)
    return [
        Group(people, tuple(reason for reason in REASONS if reason in reasons))
        for people, reasons in why.items()
    ]


def _pair(one: str, other: str) -> Pair:
    return (one, other) if one < other else (other, one)
