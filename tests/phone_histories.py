"""Phones that save, lose replies and fetch, over one log: what each holds and what is so.

No server: a save arrives with a verdict drawn for it, and a phone holds the heads of the log up to
its cursor and its own saves beside them, as docs/PROTOCOL.md says under "What to show".
"""

import random
from dataclasses import dataclass, field

from sync.kinds import load_kinds
from sync.merge import Folded, Written, fold_record, fold_rulings, written
from sync.rules import Write, heads, shown
from sync.save import Change, Save, Stamped, Value

KIND = load_kinds()["person"]
RECORD = "p"
REGISTERS: dict[str, tuple[Value, ...]] = {
    "phone": ("1", "2", "3"),
    "language": ("en", "fr", None),
    "worksite": ("stores", "kitchen"),
    "do_not_contact/all": (True, False),
    "signed": (True, False),
    "consent/phone": (True, False),
    "unheard_of": ("x", "y"),
}
RANKS = {"ana": 1, "luc": 1, "olga": 2, "dara": 3}


@dataclass
class Phone:
    """Own saves that the heads may lack, in order of n; heads of the log up to the cursor."""

    name: str
    cursor: int = 0
    n: int = 0
    kept: list[Stamped] = field(default_factory=list)
    receipts: dict[str, Stamped] = field(default_factory=dict)
    base: dict[str, list[Write]] = field(default_factory=dict)

    @property
    def waiting(self) -> list[Stamped]:
        """Return what has no receipt yet."""
        return [save for save in self.kept if save.save.id not in self.receipts]

    @property
    def own(self) -> list[Stamped]:
        """Return own saves as they fold: with their receipt's verdict, held ones not at all."""
        found = [self.receipts.get(save.save.id, save) for save in self.kept]
        return [save for save in found if save.verdict == "taken"]

    def heads(self, register: str) -> list[Write]:
        """Return the heads it holds, own ones too."""
        found = self.fold().get(register)
        return found.heads if found else []

    def fold(self) -> dict[str, Folded]:
        """Return what it shows: the heads from the server, and its own saves over them."""
        return over(self.base, self.own)


class Phones:
    """One log and some phones; `step` lets one of them do something."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.log: list[Stamped] = []
        self.phones = [Phone(name) for name in RANKS]

    def step(self) -> Phone:
        """Let a phone save, undo, or exchange; return it."""
        phone = self.chance.choice(self.phones)
        act = self.chance.choices((self.save, self.undo, self.exchange), (5, 1, 4))[0]
        act(phone)
        return phone

    def save(self, phone: Phone) -> None:
        """Write to some registers, having seen what the phone shows of them, or not looked."""
        names = self.chance.sample(sorted(REGISTERS), self.chance.randint(1, 3))
        looked = self.chance.random() < 0.8
        saw = {name: _closure(phone, name) if looked else [] for name in names}
        set_ = {name: self.chance.choice(REGISTERS[name]) for name in names}
        self._keep(phone, Change(KIND.kind, RECORD, set_, saw))

    def undo(self, phone: Phone) -> None:
        """Withdraw an own save that has no receipt yet."""
        if phone.waiting:
            target = self.chance.choice(phone.waiting).save.id
            self._keep(phone, Change("ruling", target, {"counts": False}))

    def exchange(self, phone: Phone) -> None:
        """Send what waits or a part of it, oldest first; the reply may be lost, or a first page."""
        known = {save.save.id for save in self.log}
        waiting = phone.waiting
        for save in waiting[: self._how_many(waiting)]:
            if save.save.id not in known:
                verdict = self.chance.choice(("taken", "taken", "taken", "held"))
                verdict = "taken" if _ruled(save) else verdict
                self.log.append(save._replace(seq=len(self.log) + 1, verdict=verdict))
        if self.chance.random() < 0.3:
            return
        own = [save for save in self.log if save.author == phone.name]
        phone.receipts.update({save.save.id: save for save in own})
        phone.cursor = self._end_of_page(phone, own)
        phone.base = {name: folded.heads for name, folded in fold(self.log[: phone.cursor]).items()}
        phone.kept = [
            save
            for save in phone.kept
            if save.save.id not in phone.receipts or phone.receipts[save.save.id].seq > phone.cursor
        ]

    def _how_many(self, waiting: list[Stamped]) -> int:
        """Return how many are sent.

        An undo goes with what it undoes: what that had replaced is not among the heads, and until
        the server says it again a phone shows what it remembers.
        """
        many = self.chance.randint(0, len(waiting)) if self.chance.random() < 0.3 else len(waiting)
        sent = {save.save.id for save in (*self.log, *waiting[:many])}
        return len(waiting) if any(_ruled(save) & sent for save in waiting[many:]) else many

    def _end_of_page(self, phone: Phone, own: list[Stamped]) -> int:
        end = self.chance.choice((len(self.log), self.chance.randint(phone.cursor, len(self.log))))
        undone = {id for save in own if save.seq > end for id in _ruled(save)}
        is_split = any(save.seq <= end and save.save.id in undone for save in own)
        return len(self.log) if is_split else end

    def so(self, phone: Phone) -> dict[str, Folded]:
        """Return what a phone would show if it held the whole log up to its cursor."""
        own = {save.save.id: save for save in phone.own}
        return fold([*self.log[: phone.cursor], *own.values()])

    def passed_on(self, phone: Phone) -> set[str]:
        """Return the registers in which an own save saw what another withdrew since.

        What that one saw is not among the heads: until the own save is, the phone shows more.
        """
        log = self.log[: phone.cursor]
        known = written(KIND, RECORD, log, fold_rulings(log))
        return {
            register
            for save in phone.own
            for change in save.save.changes
            for register, seen in change.saw.items()
            if register in known
            and any(
                id in seen and write.by != phone.name and id not in known[register].counted
                for id, write in known[register].writes.items()
            )
        }

    def _keep(self, phone: Phone, *changes: Change) -> None:
        phone.n += 1
        at = self.chance.randint(0, 50)
        error = self.chance.choice((0, 400_000))
        id = f"{phone.name}-{phone.n}"
        save = Save(id, phone.name, phone.n, at, error, 2, list(changes))
        phone.kept.append(Stamped(save, 0, phone.name, RANKS[phone.name], "taken"))


def fold(saves: list[Stamped]) -> dict[str, Folded]:
    """Return what saves add up to for the one record."""
    return fold_record(KIND, RECORD, saves, fold_rulings(saves))


def over(base: dict[str, list[Write]], own: list[Stamped]) -> dict[str, Folded]:
    """Return what own saves add up to over heads of which nobody says any more what they saw."""
    said = written(KIND, RECORD, own, fold_rulings(own))
    found = {}
    for register in base.keys() | said.keys():
        rule = KIND.rule_of(register)
        mine = said.get(register, Written({}, set()))
        writes = {head.id: head._replace(saw=()) for head in base.get(register, [])} | mine.writes
        standing = heads(rule, writes, (writes.keys() - mine.writes.keys()) | mine.counted)
        found[register] = Folded(standing, shown(rule, standing))
    return found


def _closure(phone: Phone, register: str) -> list[str]:
    """Return every head a phone holds, and what those of its own saw which are still kept."""
    mine = written(KIND, RECORD, phone.own, {}).get(register, Written({}, set())).writes
    seen = [head.id for head in phone.heads(register)]
    for id in seen:  # grows while it is walked
        seen += [more for more in (mine[id].saw if id in mine else ()) if more not in seen]
    return seen


def _ruled(save: Stamped) -> set[str]:
    return {change.record for change in save.save.changes if change.kind == "ruling"}
