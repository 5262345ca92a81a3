"""A model phone: the whole protocol in Python, and a storage that outlives its process."""

import copy
import json
import random
from collections.abc import Callable

from server.ids import new_id
from sync.kinds import rank_of
from tests.simulator import phone_fold
from tests.simulator.phone import Asked, Clock, Json, Pause, Said, State
from tests.simulator.phone_page import take_page
from tests.simulator.phone_storage import Row, Storage
from tests.simulator.phone_turn import Turn
from tests.simulator.phone_wrap import OLD_SCHEMA, SCHEMA, as_written_then, wrap

DRIFT = 1e-4
UNKNOWN_MS = 24 * 3600 * 1000


class Died(Exception):
    """The process ended in the middle of what it was doing."""


class Full(Exception):
    """There is no room in the storage; nothing was written."""


class PythonPhone:
    """One process of the app on one storage. See phone.Phone for what each call means."""

    language = "Python"

    def __init__(self, name: str, clock: Clock, seed: int, *, is_old: bool = False) -> None:
        self.name = name
        self.storage = Storage()
        self.is_old = is_old
        self._true_time = clock
        self._offset = 0
        self._seed = seed
        self._chance = random.Random(f"{name} {seed}")
        self.is_plain = is_old  # sealing came later
        self._tickets = 0
        self._open: dict[int, Turn | None] = {}  # None: a join
        self._turn: Turn | None = None
        self._set_aside: set[str] = set()
        self._dies_in: int | None = None
        self._alive = True

    # --- What a person does -------------------------------------------------------------------

    def join(self, token: str) -> Said:
        """Redeem an invitation."""
        self.stop_turn()
        return [self.ask("/join", {"token": token}, None)]

    def save(self, changes: list[Json]) -> str | None:
        """Make a save; nothing is called saved before its transaction is over."""
        me = self.storage.me
        if me is None or self.storage.is_wiped:
            return None
        rows = phone_fold.own_rows(self.storage)
        changes = [as_written_then(change) for change in changes] if self.is_old else changes
        made = [
            {**change, "saw": self._saw((change["kind"], str(change["record"])), change, rows)}
            for change in changes
        ]
        return self._keep(me, made)

    def withdraw(self, save: str) -> str | None:
        """Undo an own save, and take back what it ruled itself."""
        row = self.storage.rows.get(save)
        if row is None:
            return None
        ruled = [c["record"] for c in row.save["changes"] if c["kind"] == "ruling"]
        back = [{"kind": "ruling", "record": id, "set": {"counts": None}} for id in ruled]
        undo = {"kind": "ruling", "record": save, "set": {"counts": False}}
        return self.save([undo, *back])

    def export(self) -> str:
        """Return what waits as a file's text."""
        envelopes = [row.envelope for row in self.storage.waiting()]
        return json.dumps({"rounds": 1, "envelopes": envelopes})

    def carry(self, text: str) -> None:
        """Keep another phone's envelopes, to send them along."""
        found = {one["header"]["id"]: one for one in json.loads(text)["envelopes"]}
        found = {id: one for id, one in found.items() if id not in self.storage.rows}
        self._alone(lambda: self.commit(lambda: self.storage.carried.update(found)))

    # --- What the network does ----------------------------------------------------------------

    def exchange(self) -> Said:
        """Begin to send and fetch, unless somebody does already."""
        held = self.storage.sender
        if self._turn or self.storage.me is None or (held is not None and held is not self):
            return []
        self.storage.sender = self
        self._turn = Turn(self)
        return self._alone(self._turn.go)

    def answer(self, ticket: int, status: int, headers: dict[str, str], body: bytes) -> Said:
        """Hear a reply."""
        if ticket not in self._open:
            return []
        turn = self._open.pop(ticket)
        if turn is None:
            return self._alone(lambda: self._joined(status, headers, body))
        return self._alone(lambda: turn.answered(status, headers, body))

    def fail(self, ticket: int, reason: str) -> Said:
        """Hear that there will be no reply."""
        turn = self._open.pop(ticket, None)
        return self._alone(lambda: turn.failed(reason)) if turn else []

    def wake(self, ticket: int) -> Said:
        """Go on after a pause."""
        turn = self._open.pop(ticket, None)
        return self._alone(turn.go) if turn else []

    def is_busy(self) -> bool:
        """Whether an exchange is under way here."""
        return self._turn is not None

    # --- What fate does -----------------------------------------------------------------------

    def kill(self, commits: int = 0) -> None:
        """Die now, or after so many more commits."""
        if commits:
            self._dies_in = commits
            return
        self._alive = False
        self._dies_in = None
        self._open.clear()
        self.stop_turn()

    def is_alive(self) -> bool:
        """Whether the process runs."""
        return self._alive

    def start(self) -> None:
        """Run again; what was set aside is offered anew."""
        self._alive = True
        self._set_aside.clear()

    def evict(self) -> None:
        """Lose the storage."""
        self.kill()
        self.storage.empty()
        self.start()

    def copy(self, name: str) -> "PythonPhone":
        """Return a phone that holds the same bytes."""
        other = PythonPhone(name, self._true_time, self._seed, is_old=self.is_old)
        held, self.storage.sender = self.storage.sender, None
        other.storage = copy.deepcopy(self.storage)
        self.storage.sender = held
        other._offset = self._offset
        return other

    def tab(self, name: str) -> "PythonPhone":
        """Return a second process on this storage."""
        other = PythonPhone(name, self._true_time, self._seed, is_old=self.is_old)
        other.storage = self.storage
        other._offset = self._offset
        return other

    def fill(self, is_full: bool) -> None:
        """Let the storage have no room, or have some again."""
        self.storage.is_full = is_full

    def clock(self, offset_ms: int) -> None:
        """Turn the device's clock."""
        self._offset = offset_ms

    def close(self) -> None:
        """Nothing to put away."""

    # --- What the world looks at --------------------------------------------------------------

    def state(self) -> State:
        """Return what the storage says."""
        storage = self.storage
        rows = phone_fold.own_rows(storage)
        keys = {*storage.base}
        keys |= {(c["kind"], str(c["record"])) for row in rows for c in row.save["changes"]}
        shown = {
            f"{kind}/{id}": {
                register: {"value": s.value, "id": s.id, "conflict": s.conflict}
                for register, s in phone_fold.fold_record(storage, (kind, id), rows).items()
            }
            for kind, id in sorted(keys)
            if kind != "ruling"
        }
        shown = {key: registers for key, registers in shown.items() if registers}
        return self.brief()._replace(shown=shown)

    def brief(self) -> State:
        """Return the same without what it shows, which takes long to find out."""
        storage = self.storage
        waiting = [row.id for row in storage.waiting()]
        return State(
            device=storage.me["device"] if storage.me else None,
            volunteer=storage.me["volunteer"] if storage.me else None,
            waiting=[*waiting, *storage.carried],
            set_aside=[id for id in waiting if id in self._set_aside],
            carried=[*storage.carried],
            receipts={row.id: row.receipt for row in storage.rows.values() if row.receipt},
            saved=list(storage.saved),
            cursor=storage.cursor,
            records={f"{kind}/{id}": fields for (kind, id), fields in storage.base.items()},
            shown={},
            is_wiped=storage.is_wiped,
        )

    def dump(self) -> str:
        """Return every readable text in the storage."""
        storage = self.storage
        held = [storage.me, [*storage.base.values()], [row.save for row in storage.rows.values()]]
        return json.dumps(held, ensure_ascii=False)

    # --- Within -------------------------------------------------------------------------------

    def device_time(self) -> int:
        """Return what the device's clock shows, ms."""
        return self._true_time() + self._offset

    def estimate(self) -> tuple[int, int]:
        """Return the best guess at true time and how wrong it may be, both ms."""
        now, clock = self.device_time(), self.storage.clock
        if clock is None or now < clock["at"]:
            return now, UNKNOWN_MS  # never measured, or somebody set it back since
        error = clock["error_ms"] + int((now - clock["at"]) * DRIFT) + 1
        return now + clock["offset_ms"], error

    def measure(self, sent: int, server: int) -> Json:
        """Return what one exchange tells about the device's clock."""
        now = self.device_time()
        offset = round(server - (sent + now) / 2)
        return {"offset_ms": offset, "error_ms": (max(0, now - sent) + 1) // 2, "at": now}

    def commit(self, work: Callable[[], None]) -> None:
        """Write to the storage, all or nothing. Raises Full; Died when that was the last thing."""
        if self.storage.is_full:
            raise Full
        work()
        if self._dies_in is not None:
            self._dies_in -= 1
            if self._dies_in <= 0:
                self.kill()
                raise Died

    def ask(self, path: str, body: Json, turn: Turn | None) -> Asked:
        """Return a request; its reply goes to the turn that made it."""
        self._tickets += 1
        self._open[self._tickets] = turn
        headers = {"content-type": "application/json", "accept-language": "en"}
        if self.storage.credential and turn is not None:
            headers["cookie"] = self.storage.credential
        if self.storage.me and turn is not None:
            headers["authorization"] = f"Bearer {self.storage.me['read']}"
        return Asked(self._tickets, "POST", path, headers, json.dumps(body).encode())

    def pause(self, ms: int, turn: Turn) -> Pause:
        """Return a wait, some of it by chance so that phones do not come back together."""
        self._tickets += 1
        self._open[self._tickets] = turn
        return Pause(self._tickets, int(ms * (1 + self._chance.random())))

    def stop_turn(self) -> None:
        """Let go of the exchange and of its lock."""
        self._turn = None
        if self.storage.sender is self:
            self.storage.sender = None

    @property
    def set_aside(self) -> set[str]:
        """Ids of saves not offered again before the next start."""
        return self._set_aside

    def apply(self, page: Json, sent: int, headers: dict[str, str]) -> None:
        """Take a page in: receipts, records and cursor in one transaction."""

        def write() -> None:
            take_page(self.storage, page, headers.get("set-cookie", ""))
            self.storage.clock = self.measure(sent, page["now"])

        self.commit(write)

    def _joined(self, status: int, headers: dict[str, str], body: bytes) -> Said:
        if status != 200:
            return []
        try:
            me = json.loads(body)
        except ValueError:
            return []
        self.commit(lambda: self._become(me, headers))
        return []

    def _become(self, me: Json, headers: dict[str, str]) -> None:
        storage = self.storage
        if storage.me is None or storage.me["volunteer"] != me["volunteer"]:
            storage.drop_records()
        storage.me, storage.cursor = me, None
        storage.leaving.clear()
        storage.credential = headers["set-cookie"].partition(";")[0]
        storage.key = me.get("key")
        storage.is_wiped = False

    def _keep(self, me: Json, changes: list[Json]) -> str | None:
        storage, device = self.storage, me["device"]
        at, error = self.estimate()
        id, n = (
            new_id(at % 2**47, self._chance.getrandbits(74)),
            storage.counters.get(device, 0) + 1,
        )
        save = {"id": id, "device": device, "n": n, "at": at, "at_error_ms": error}
        save |= {"schema": OLD_SCHEMA if self.is_old else SCHEMA, "changes": changes}
        seal = None if self.is_plain else me.get("seal")
        envelope = wrap(save, seal, storage.key)
        rank = rank_of(set(me["roles"]))
        row = Row(id, device, n, save, me["volunteer"], rank, envelope, seal)

        def write() -> None:
            storage.rows[id] = row
            storage.counters[device] = n
            storage.saved.append(id)

        # Who dies right after this commit has not said "saved", though it is.
        self._alone(lambda: self.commit(write))
        return id if id in storage.rows else None

    def _saw(self, key: tuple[str, str], change: Json, rows: list[Row]) -> dict[str, list[str]]:
        seen = {r: phone_fold.seen(self.storage, key, r, rows) for r in change["set"]}
        return {register: saw for register, saw in seen.items() if saw}

    def _alone(self, work: Callable[[], Said | None]) -> Said:
        try:
            return work() or []
        except Died:
            return []
        except Full:
            self.stop_turn()
            return []
