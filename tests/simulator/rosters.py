"""Who listens to whom, who leads which line, who works where: what rights are made of."""

from collections import defaultdict
from typing import TypeVar

from tests.simulator.fold import Key
from tests.simulator.reference import Reference

T = TypeVar("T")
LISTENING = ("go_to", "steward", "organiser")
LEADING = ("picket_captain",)


class Rosters:
    """What the rosters show now; `read` looks again at some records.

    volunteers: id -> whether active. holders: person -> volunteer. at: worksite -> persons.
    lines: id -> captains and expected worksites. listening, leading: active, with such a role.
    """

    def __init__(self, reference: Reference) -> None:
        self._reference = reference
        self.volunteers: dict[str, bool] = {}
        self.listening: set[str] = set()
        self.leading: set[str] = set()
        self.holders: dict[str, str] = {}
        self.at: dict[str, set[str]] = defaultdict(set)
        self.lines: dict[str, tuple[frozenset[str], frozenset[str]]] = {}
        self._place: dict[str, str] = {}

    def read(self, keys: set[Key]) -> bool:
        """Look again at these records; return whether anything is otherwise than it was."""
        found = [self._read(kind, id) for kind, id in keys]
        return any(found)

    def _read(self, kind: str, id: str) -> bool:
        stands = any(fold.heads for fold in self._reference.folds.get((kind, id), {}).values())
        if kind == "volunteer":
            return self._read_volunteer(id, stands)
        if kind == "assignment":
            return _put(self.holders, id, self._text(kind, id, "volunteer") if stands else None)
        if kind == "picket_line":
            roster = (self._on(id, "captains"), self._on(id, "expects"))
            return _put(self.lines, id, roster if stands else None)
        if kind == "person":
            return self._read_place(id, self._text(kind, id, "worksite") if stands else None)
        return False

    def _read_volunteer(self, id: str, stands: bool) -> bool:
        is_active = self._is(id, "active")
        changed = _put(self.volunteers, id, is_active if stands else None)
        for roles, having in ((LISTENING, self.listening), (LEADING, self.leading)):
            has = is_active and any(self._is(id, f"roles/{role}") for role in roles)
            changed |= has is not (id in having)
            (having.add if has else having.discard)(id)
        return changed

    def _read_place(self, person: str, worksite: str | None) -> bool:
        before = self._place.get(person)
        if before is not None:
            self.at[before].discard(person)
        if worksite is not None:
            self.at[worksite].add(person)
        _put(self._place, person, worksite)
        return before != worksite

    def _is(self, volunteer: str, register: str) -> bool:
        return self._reference.value("volunteer", volunteer, register) is True

    def _text(self, kind: str, id: str, register: str) -> str | None:
        found = self._reference.folds[kind, id].get(register)
        return found.value if found and isinstance(found.value, str) else None

    def _on(self, line: str, field: str) -> frozenset[str]:
        registers = self._reference.folds.get(("picket_line", line), {}).items()
        on = [register for register, fold in registers if fold.value is True]
        return frozenset(r.partition("/")[2] for r in on if r.startswith(f"{field}/"))


def _put(found: dict[str, T], id: str, value: T | None) -> bool:
    """Keep a value, or none; return whether that is another than before."""
    before = found.get(id)
    if value is None:
        found.pop(id, None)
    else:
        found[id] = value
    return before != value
