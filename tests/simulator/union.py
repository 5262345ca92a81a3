"""The union of one run: who is there at the start, and what everybody may write."""

import random
from dataclasses import dataclass, field
from typing import Any

from sync.save import Change
from tests.simulator.words import Words

LOCALS = ("local-0", "local-1")
SHIFTS = ("days", "evenings", "nights", "rotating")
RESULTS = ("talked", "started", "not_at_work", "busy", "not_today")
HOUR_MS = 3_600_000
CHUNK = 40


@dataclass
class Union:
    """Ids of everything that is there, in a fixed order."""

    words: Words
    volunteers: list[str] = field(default_factory=list)
    coordinators: list[str] = field(default_factory=list)
    people: list[str] = field(default_factory=list)
    worksites: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    def chunks(self, phones: int, now: int, chance: random.Random) -> list[list[Change]]:
        """Name everybody, and return the saves that found the union."""
        self.coordinators = ["v-0", "v-1", "v-2"]
        self.volunteers = [f"v-{n}" for n in range(max(6, phones * 4 // 5))]
        self.people = [f"p-{n}" for n in range(max(12, phones * 3))]
        self.worksites = [f"w-{n}" for n in range(max(3, phones // 6))]
        self.lines = [f"l-{n}" for n in range(max(2, phones // 10))]
        changes = [
            *(Change("local", id, {"name": id}) for id in LOCALS),
            *(self._worksite(n, id) for n, id in enumerate(self.worksites)),
            *(self._volunteer(n, id) for n, id in enumerate(self.volunteers)),
            *(self._person(n, id) for n, id in enumerate(self.people)),
            *(self._assignment(id, chance) for id in self.people),
            *(self._line(n, id, now) for n, id in enumerate(self.lines)),
            Change("in_use", "assessment", {"on": True}),
        ]
        return [changes[at : at + CHUNK] for at in range(0, len(changes), CHUNK)]

    def text(self, kind: str, record: str, register: str, subject: str) -> str:
        """Return a text that can be traced."""
        return self.words.about(kind, record, register, subject)

    def _worksite(self, n: int, id: str) -> Change:
        return Change("worksite", id, {"name": id, "local": LOCALS[n % 2]})

    def _volunteer(self, n: int, id: str) -> Change:
        roles = ["coordinator"] if n < len(self.coordinators) else ["go_to"]
        roles += ["picket_captain"] if n % 4 == 3 else []
        roles += ["organiser"] if n % 7 == 4 else []
        set_: dict[str, Any] = {f"roles/{role}": True for role in roles}
        set_ |= {"locals/local-0": True} if n == 1 else {}
        name = self.text("volunteer", id, "name", id)
        return Change("volunteer", id, {"name": name, "active": True, "language": "en", **set_})

    def _person(self, n: int, id: str) -> Change:
        texts = {r: self.text("person", id, r, id) for r in ("name", "department", "member_number")}
        place = {"worksite": self.worksites[n % len(self.worksites)], "local": LOCALS[n % 2]}
        shift = SHIFTS[n % len(SHIFTS)]
        return Change("person", id, {**texts, **place, "work_shift": shift, "relation": "in_unit"})

    def _assignment(self, person: str, chance: random.Random) -> Change:
        listeners = self.volunteers[len(self.coordinators) :]
        return Change("assignment", person, {"volunteer": chance.choice(listeners)})

    def _line(self, n: int, id: str, now: int) -> Change:
        captains = self.volunteers[3 + 4 * n :: 12][:3]
        set_: dict[str, Any] = {f"captains/{captain}": True for captain in captains}
        set_ |= {f"expects/{self.worksites[n % len(self.worksites)]}": True}
        set_ |= {"shift_starts": now - HOUR_MS, "shift_ends": now + 8 * HOUR_MS}
        return Change("picket_line", id, {"name": self.text("picket_line", id, "name", id), **set_})
