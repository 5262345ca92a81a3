"""Random deliveries: saves of many devices reach the ledger in any order and by any carrier.

No phone and no network: what arrives is written here, so that it can be anything a device might
ever send. `saw` names what stands, what was replaced, and what has not come yet.
"""

import json
import random
from typing import Any

from server.ledger.erase import erase, records_about
from server.ledger.facts import SERVER
from server.ledger.opening import Opened
from server.ledger.receive import Carried, receive_all, save_from_desk
from server.schema import Connection, Row
from sync.envelope import Envelope, Header
from sync.kinds import Kinds
from sync.save import SCHEMA, Change, Save, Value, change_id, read_save, write_save
from tests.histories import PEOPLE, VOLUNTEERS, WRITES

# Aliases may also name somebody who is nowhere else.
PERSONS = (*PEOPLE, "nobody")
IMPORTS = ("import-1", "import-2")
ALIASES = ("alias-1", "alias-2", "alias-3")
DEVICES = {f"{volunteer}-phone": volunteer for volunteer in VOLUNTEERS}
DEVICES |= {"ana-other": "ana", "dara-other": "dara"}
BUSY = ("dara-phone", "dara-other", "ana-phone", "ana-other")
Registers = dict[str, tuple[Any, ...]]
Writes = tuple[tuple[str, ...], Registers]
DAY_MS = 24 * 3_600_000
START = 1_000 * DAY_MS
WEIGHTS = (60, 30, 5, 4, 1)


class Deliveries:
    """Devices with saves of which some have arrived; `step` lets one more thing happen."""

    def __init__(self, db: Connection, kinds: Kinds, chance: random.Random) -> None:
        self.db = db
        self.kinds = kinds
        self.chance = chance
        self.now = START
        self.waiting: list[Save] = []
        self.sent: list[Save] = []
        self.n = dict.fromkeys(DEVICES, 0)
        # Few records, so that many writes meet in one register.
        kinds_ = chance.sample(list(WRITES), chance.randint(1, len(WRITES)))
        self.writes = {kind: _few(chance, *WRITES[kind]) for kind in ("person", *kinds_)}
        for device, volunteer in DEVICES.items():
            db.execute(
                "INSERT INTO device (id, volunteer, kind, made_at, seal) VALUES (?, ?, ?, ?, ?)",
                (device, volunteer, "phone", 0, b"seal"),
            )

    def step(self) -> None:
        """Let something happen: mostly a save, sometimes a delivery, seldom an erasure."""
        self.now += self.chance.randint(1, DAY_MS)
        act = self.chance.choices(
            (self.make, self.deliver, self.repeat, self.write_at_the_desk, self.erase_somebody),
            WEIGHTS,
        )[0]
        act()

    def finish(self) -> None:
        """Let everything arrive that still waits."""
        while self.waiting:
            self.deliver()

    def make(self) -> None:
        """Make a save on some device; coordinators have more to decide."""
        device = self.chance.choice((*DEVICES, *BUSY * 4))
        self.n[device] += 1
        count = self.chance.choice((1, 1, 2, 3))
        id = f"save-{self.chance.getrandbits(40):010x}"
        save = Save(
            id,
            device,
            self.n[device],
            self.now - self.chance.choice((0, 0, 1, DAY_MS, 40 * DAY_MS)),
            self.chance.choice((0, 0, 400_000)),
            self.chance.choice((1, SCHEMA)),
            [],
        )
        changes = [self._change(DEVICES[device], save, at) for at in range(count)]
        if DEVICES[device] in ("dara", "emil") and self.chance.random() < 0.3:
            changes.insert(0, Change("import", self.chance.choice(IMPORTS), {"source": "list"}))
        self.waiting.append(Save(*_but_changes(save), changes))

    def deliver(self) -> None:
        """Let a device bring some saves, its own and what it carries for others."""
        if not self.waiting:
            return
        some = self.chance.sample(
            self.waiting, min(len(self.waiting), self.chance.choice((1, 1, 2, 5)))
        )
        self.waiting = [save for save in self.waiting if save not in some]
        self.sent += some
        self._bring(some)

    def repeat(self) -> None:
        """Bring what has arrived already once more."""
        if self.sent:
            self._bring([self.chance.choice(self.sent)])

    def write_at_the_desk(self) -> None:
        """Store a save of the server's own, with what it shows as `saw`."""
        change = self._change("dara", None, 0)
        save_from_desk(self.db, self.kinds, self._device(SERVER), [change], self.now)

    def erase_somebody(self) -> None:
        """Erase a person."""
        person = self.chance.choice(PEOPLE)
        records = records_about(self.db, self.kinds, person)
        erase(self.db, self.kinds, self._device(SERVER), records, self.now)

    def _bring(self, saves: list[Save]) -> None:
        carrier = self.chance.choice(saves).device if self.chance.random() < 0.7 else "luc-phone"
        found = [self._opened(save, carrier) for save in saves]
        receive_all(self.db, self.kinds, found, Carried(self._device(carrier), self.now))

    def _opened(self, save: Save, carrier: str) -> tuple[Envelope, Opened]:
        """Return a save as it is found in its envelope; some are not as they should be."""
        dice = self.chance.random()
        if dice < 0.03:
            # Another save under the same name: a phone that was copied, or lies.
            save = Save(*_but_changes(save), save.changes[:-1])
        reason = "device_revoked" if 0.03 < dice < 0.06 else None
        header = Header(save.id, save.device, save.n, "key")
        is_sealed = save.device != carrier or self.chance.random() < 0.5
        is_sealed = is_sealed and not 0.06 < dice < 0.09
        text = write_save(save)
        envelope = Envelope(header, sealed="unread") if is_sealed else Envelope(header, plain=text)
        device = None if 0.09 < dice < 0.12 else self._device(save.device)
        return envelope, Opened(read_save(text), text, reason, device)

    def _device(self, id: str) -> Row:
        row: Row = self.db.execute("SELECT * FROM device WHERE id = ?", (id,)).fetchone()
        return row

    def _change(self, author: str, save: Save | None, position: int) -> Change:
        ids = [made.id for made in (*self.sent, *self.waiting)]
        dice = self.chance.random()
        if ids and dice < 0.2:
            return self._ruling(ids)
        if author in ("dara", "emil") and dice < 0.3:
            return self._alias(save, position)
        kind = self.chance.choice(self._kinds_of(author))
        records, registers = self.writes[kind]
        may = [name for name in registers if author == "dara" or not self._is_closed(kind, name)]
        names = self.chance.sample(may, self.chance.randint(1, min(3, len(may))))
        set_ = {name: self.chance.choice(registers[name]) for name in names}
        if save is not None and save.schema == 1 and "when" in set_ and kind == "check_event":
            set_["at"] = set_.pop("when")
        record = self.chance.choice(records)
        saw = {name: self._saw(kind, record, name, save, position) for name in set_}
        return Change(kind, record, set_, {name: seen for name, seen in saw.items() if seen})

    def _kinds_of(self, author: str) -> list[str]:
        """Return kinds to write; one's own, but for a few that will be held."""
        if author == "dara" or self.chance.random() < 0.1:
            return ["person", *self.writes]
        return ["person", *(["conversation"] if "conversation" in self.writes else [])]

    def _is_closed(self, kind: str, register: str) -> bool:
        field = self.kinds[kind].field_of(register)
        return bool(field and field.write) and self.chance.random() < 0.9

    def _ruling(self, ids: list[str]) -> Change:
        target = self.chance.choice((*ids[-6:], *IMPORTS))
        if target not in IMPORTS and self.chance.random() < 0.3:
            target = change_id(target, self.chance.randint(0, 2))
        counts: Value = self.chance.choice((True, False, False, None))
        saw = self._heads("ruling", target, "counts") if self.chance.random() < 0.6 else []
        return Change("ruling", target, {"counts": counts}, {"counts": saw} if saw else {})

    def _alias(self, save: Save | None, position: int) -> Change:
        record = self.chance.choice(ALIASES)
        set_: dict[str, Value] = {
            name: self.chance.choice(PERSONS)
            for name in ("person", "same_as")
            if self.chance.random() < 0.9
        }
        saw = {name: self._saw("alias", record, name, save, position) for name in set_}
        return Change("alias", record, set_, {name: seen for name, seen in saw.items() if seen})

    def _saw(
        self, kind: str, record: str, register: str, save: Save | None, position: int
    ) -> list[str]:
        dice = self.chance.random()
        if dice < 0.25:
            return []
        seen = self._heads(kind, record, register)
        if dice > 0.85:
            # Its own earlier work on the same register, arrived or not, and what it makes up.
            seen += [
                change_id(made.id, at)
                for made in (*self.sent, *self.waiting)
                for at, change in enumerate(made.changes)
                if (change.kind, change.record) == (kind, record) and register in change.set
            ][-3:]
        if save is not None and position and self.chance.random() < 0.3:
            seen.append(change_id(save.id, position - 1))
        if self.chance.random() < 0.03:
            seen.append("never:0")
        return sorted(set(seen))

    def _heads(self, kind: str, record: str, register: str) -> list[str]:
        row = self.db.execute(
            "SELECT heads FROM register WHERE kind = ? AND record = ? AND field = ?",
            (kind, record, register),
        ).fetchone()
        return [head["id"] for head in json.loads(row["heads"])] if row else []


def _few(chance: random.Random, records: tuple[str, ...], registers: Registers) -> Writes:
    few = chance.sample(records, min(len(records), chance.choice((1, 2, 2, 6))))
    return tuple(few), registers


def _but_changes(save: Save) -> tuple[Any, ...]:
    return save.id, save.device, save.n, save.at, save.at_error_ms, save.schema
