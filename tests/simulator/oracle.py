"""Who may see what, worked out from the log by the rules of DESIGN 8 and PROTOCOL alone."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from tests.simulator.fold import KINDS, Entry, Fold, Key, is_private, own, shows
from tests.simulator.reference import Reference
from tests.simulator.rosters import Rosters

ROSTERS = {"volunteer", "assignment", "picket_line", "person", "alias", "erasure"}


class Right(NamedTuple):
    """A volunteer may see a subject through a view."""

    volunteer: str
    subject: str
    view: str


class Oracle:
    """The log so far: its fold, and who may see what since which save."""

    def __init__(self) -> None:
        self.reference = Reference()
        self.rights: dict[Right, int] = {}
        self.ever: set[Right] = set()
        self.views: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        self.by_subject: dict[str, set[Key]] = defaultdict(set)
        self._subject: dict[Key, str] = {}
        self._rosters = Rosters(self.reference)

    def add(self, entry: Entry) -> None:
        """Take one more save of the log in."""
        self._follow(self.reference.add(entry))

    def rewrite(self, entries: Iterable[Entry]) -> None:
        """Take in saves of which something was erased since."""
        self._follow(self.reference.rewrite(entries))

    def may_see(self, volunteer: str, key: Key, register: str) -> bool:
        """Return whether a volunteer may see a register of a record now."""
        key = self.reference.key(*key)
        if key[0] not in KINDS:
            return False
        subject = self.reference.subject(key)
        views = self.views[volunteer].get(subject or "", ())
        return any(shows(key[0], view, register) for view in views)

    def may_read(self, volunteer: str, key: Key, register: str, word: str) -> bool:
        """Return whether a volunteer may see a word that was written to a register."""
        if not self.may_see(volunteer, key, register):
            return False
        if not is_private(key[0], register):
            return True
        writes, _ = self.reference.writes(self.reference.key(*key)).get(register, ({}, set()))
        return any(write.by == volunteer and word in str(write.value) for write in writes.values())

    def may_know_of(self, volunteer: str, key: Key) -> bool:
        """Return whether a volunteer may be told that there is such a record."""
        if not all(field.get("private") for field in KINDS[key[0]]["fields"].values()):
            return True
        found = self.reference.writes(key).values()
        return any(write.by == volunteer for writes, _ in found for write in writes.values())

    def scope(self, volunteer: str) -> dict[Key, dict[str, Fold]]:
        """Return every record with something to show a volunteer, cut to what they may see."""
        found = {}
        for subject, views in self.views[volunteer].items():
            for key in self.by_subject[subject] if views else ():
                folds = {
                    register: own(key[0], register, fold, volunteer)
                    for register, fold in self.reference.folds.get(key, {}).items()
                    if any(shows(key[0], view, register) for view in views)
                }
                shown = {register: fold for register, fold in folds.items() if fold.heads}
                if shown:
                    found[key] = shown
        return found

    def subjects(self, volunteer: str, view: str) -> list[str]:
        """Return what a volunteer sees through a view, in order."""
        return sorted(s for s, views in self.views[volunteer].items() if view in views)

    def _follow(self, dirty: set[Key]) -> None:
        for key in dirty:
            if key[0] in KINDS and key[0] != "ruling":
                self._index(key)
        rosters = {key for key in dirty if key[0] in ROSTERS}
        if rosters and self._rosters.read(rosters):
            self._turn(self.reference.top)

    def _index(self, key: Key) -> None:
        subject = self.reference.subject(key)
        before = self._subject.get(key)
        if before is not None and before != subject:
            self.by_subject[before].discard(key)
        if subject is not None:
            self._subject[key] = subject
            self.by_subject[subject].add(key)

    def _turn(self, seq: int) -> None:
        entitled = set(self._entitled())
        for right in self.rights.keys() - entitled:
            del self.rights[right]
            self.views[right.volunteer][right.subject].discard(right.view)
        for right in entitled - self.rights.keys():
            self.rights[right] = seq
            self.ever.add(right)
            self.views[right.volunteer][right.subject].add(right.view)

    def _entitled(self) -> Iterator[Right]:
        rosters = self._rosters
        for volunteer, is_active in rosters.volunteers.items():
            yield Right(volunteer, volunteer, "own")
            if is_active:
                yield Right(volunteer, "*", "everyone")
        for person, holder in rosters.holders.items():
            if holder in rosters.listening:
                yield Right(holder, person, "list")
        for line, (captains, worksites) in rosters.lines.items():
            for captain in captains & rosters.leading:
                yield Right(captain, line, "line")
                for worksite in worksites:
                    for person in rosters.at.get(worksite, ()):
                        yield Right(captain, person, "card")
