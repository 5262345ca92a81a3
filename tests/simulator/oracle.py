"""Who may see what, worked out from the log by the rules of DESIGN 8 and PROTOCOL alone."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from tests.simulator.fold import KINDS, Entry, Fold, Key, shows
from tests.simulator.reference import Reference

LISTING = {"go_to", "steward", "organiser"}
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
        self.records: dict[str, set[str]] = defaultdict(set)
        self._subject: dict[Key, str] = {}

    def add(self, entry: Entry) -> None:
        """Take one more save of the log in."""
        self._follow(self.reference.add(entry))

    def rewrite(self, entries: Iterable[Entry]) -> None:
        """Take in saves of which something was erased since."""
        self._follow(self.reference.rewrite(entries))

    def _follow(self, dirty: set[Key]) -> None:
        for key in dirty:
            self._index(key)
        if any(kind in ROSTERS for kind, _ in dirty):
            self._turn(self.reference.top)

    def may_see(self, volunteer: str, key: Key, register: str) -> bool:
        """Return whether a volunteer may see a register of a record now."""
        key = self.reference.key(*key)
        if key[0] not in KINDS:
            return False
        subject = self.reference.subject(key)
        views = self.views[volunteer].get(subject or "", ())
        return any(shows(key[0], view, register) for view in views)

    def scope(self, volunteer: str) -> dict[Key, dict[str, Fold]]:
        """Return every record with something to show a volunteer, cut to what they may see."""
        found = {}
        for subject, views in self.views[volunteer].items():
            for key in self.by_subject[subject] if views else ():
                shown = {
                    register: fold
                    for register, fold in self.reference.folds.get(key, {}).items()
                    if fold.heads and any(shows(key[0], view, register) for view in views)
                }
                if shown:
                    found[key] = shown
        return found

    def subjects(self, volunteer: str, view: str) -> list[str]:
        """Return what a volunteer sees through a view, in order."""
        return sorted(s for s, views in self.views[volunteer].items() if view in views)

    def _index(self, key: Key) -> None:
        if key[0] not in KINDS or key[0] == "ruling":
            return
        self.records[key[0]].add(key[1])
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
        value = self.reference.value
        for volunteer in self._standing("volunteer"):
            yield Right(volunteer, volunteer, "own")
            if value("volunteer", volunteer, "active") is True:
                yield Right(volunteer, "*", "everyone")
        for person in self._standing("assignment"):
            holder = value("assignment", person, "volunteer")
            if isinstance(holder, str) and self._is(holder, LISTING):
                yield Right(holder, person, "list")
        yield from self._on_lines()

    def _on_lines(self) -> Iterator[Right]:
        at: dict[str, list[str]] = defaultdict(list)
        for person in self._standing("person"):
            at[str(self.reference.value("person", person, "worksite"))].append(person)
        for line in self._standing("picket_line"):
            captains = [id for id in self._on(line, "captains") if self._is(id, {"picket_captain"})]
            expected = [person for worksite in self._on(line, "expects") for person in at[worksite]]
            for captain in captains:
                yield Right(captain, line, "line")
                yield from (Right(captain, person, "card") for person in expected)

    def _standing(self, kind: str) -> list[str]:
        folds = self.reference.folds
        found = [(id, folds.get((kind, id), {})) for id in sorted(self.records[kind])]
        return [id for id, registers in found if any(fold.heads for fold in registers.values())]

    def _on(self, line: str, field: str) -> list[str]:
        registers = self.reference.folds["picket_line", line].items()
        on = [register for register, fold in registers if fold.value is True]
        return [r.partition("/")[2] for r in on if r.startswith(f"{field}/")]

    def _is(self, volunteer: str, roles: set[str]) -> bool:
        value = self.reference.value
        return value("volunteer", volunteer, "active") is True and any(
            value("volunteer", volunteer, f"roles/{role}") is True for role in roles
        )
