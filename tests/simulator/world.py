"""One run: people and their phones, the network, the real server, and everything going wrong."""

import json
import random
from collections import Counter, deque
from collections.abc import Iterable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from server.access.invitations import invite
from server.config import secret_beside
from server.ledger import Receipt, save_from_desk
from server.ledger.facts import SERVER
from server.schema import Connection
from sync.kinds import load_kinds
from sync.save import Change
from tests.simulator.acts import ACTS
from tests.simulator.asgi import Reply
from tests.simulator.brief import brief
from tests.simulator.desk import Desk
from tests.simulator.holder import Holder, Made
from tests.simulator.network import Fate, Network, cut, said_in_place
from tests.simulator.phone import LATE, LOST, Asked, Json, Make, Pause, Said
from tests.simulator.python_phone import PythonPhone
from tests.simulator.real_server import Died, RealServer
from tests.simulator.scheduler import Due, Scheduler
from tests.simulator.union import Union
from tests.simulator.virtual import DAY_MS, STARTS_MS, Virtual
from tests.simulator.watcher import Watcher
from tests.simulator.words import Words

T = TypeVar("T")
OLD_APPS = 8  # one phone in so many was never updated


class World:
    """Everything one seed makes; `acts` are run one after the other, each with its own chance."""

    def __init__(self, folder: Path, seed: int, phones: int, make: Make = PythonPhone) -> None:
        self.seed = seed
        self.chance = random.Random(f"start {seed}")
        self.virtual = Virtual(seed)
        self.server = RealServer(folder, seed)
        self.network = Network(weather=self.chance.choice((0.5, 1, 1, 2)))
        self.scheduler = Scheduler()
        self.words = Words()
        self.watcher = Watcher(self.words)
        self.union = Union(self.words)
        self.make = make
        self.holders: list[Holder] = []
        self.made: dict[str, Made] = {}
        self.delivered: deque[tuple[Holder, Asked]] = deque(maxlen=2000)
        self.excused: set[str] = set()  # dropped by a phone that was told to wipe
        self.story: list[str] = []
        self.is_settling = False
        self.batches: list[str] = []
        self.erased: set[tuple[str, str]] = set()  # and not forgotten by a fire since
        self.faults: Counter[str] = Counter()
        self.desks: dict[str, Desk] = {}
        self.backups: list[tuple[int, Path]] = []
        self.size = phones
        self.steps = self.down_until = self.names_given = self.founded = 0

    def __enter__(self) -> "World":
        with ExitStack() as opened:
            opened.callback(self.server.loop.close)
            opened.enter_context(self.virtual.rules())
            opened.enter_context(self.server.rules())
            self.server.start()
            opened.callback(self.server.stop)
            self.watcher.follow(self.server.db)
            opened.callback(self.watcher.leave)
            opened.callback(self._close_phones)
            self._found()
            self._opened = opened.pop_all()
        return self

    def __exit__(self, *problem: object) -> None:
        self._opened.close()

    def _close_phones(self) -> None:
        for holder in self.holders:
            holder.phone.close()

    def _found(self) -> None:
        """Let there be a union, and phones that have yet to join it."""
        for changes in self.union.chunks(self.size, self.virtual.now, self.chance):
            self.save_at_desk(None, changes)
        self.founded = self.watcher.top
        self.founding_people = len(self.union.people)
        for n in range(self.size):
            volunteer = self.union.volunteers[n % len(self.union.volunteers)]
            self.add_phone(volunteer, is_old=n % OLD_APPS == OLD_APPS - 1)

    # --- Acts and time --------------------------------------------------------------------------

    def do(self, index: int, name: str) -> None:
        """Let a little time pass, then let one act happen."""
        self.chance = random.Random(f"{self.seed} {index}")
        self.pass_time(int(self.chance.expovariate(1 / 8000)))
        self.steps += 1
        self.tell(f"{index} {name}")
        did = ACTS[name].do(self, self.chance)
        if did and ACTS[name].is_fault:
            self.faults[name] += 1

    def tell(self, what: str) -> None:
        """Note what happened, for whoever reads why a run failed."""
        self.story.append(f"{self.virtual.now - STARTS_MS:>10} ms  {what}")

    def pass_time(self, ms: int) -> None:
        """Let everything happen that is due within so many ms."""
        until = self.virtual.now + ms
        while due := self.scheduler.next(until):
            self.virtual.now = max(self.virtual.now, due.at)
            self._happen(due)
        self.virtual.now = until

    def later(self, ms: int, do: Any) -> None:
        """Plan something that somebody does."""
        self.scheduler.add(self.virtual.now + ms, "do", do)

    def drain(self) -> None:
        """Let everything happen that is still planned."""
        while due := self.scheduler.next():
            self.virtual.now = max(self.virtual.now, due.at)
            self._happen(due)

    def _happen(self, due: Due) -> None:
        if due.kind == "arrives":
            self._arrive([found.what for found in self.scheduler.same(due)])
            return
        self.steps += not self.is_settling
        due.what()

    # --- Phones ---------------------------------------------------------------------------------

    def add_phone(self, volunteer: str, *, is_old: bool = False) -> Holder:
        """Give a volunteer a phone that has yet to join."""
        name = self.new_name()
        phone = self.make(name, self.virtual.clock, self.seed, is_old=is_old)
        holder = Holder(volunteer, phone, storage=self.names_given, is_old=is_old)
        self.holders.append(holder)
        return holder

    def new_name(self) -> str:
        """Return a name no phone had."""
        self.names_given += 1
        return f"phone-{self.names_given}"

    def join(self, holder: Holder) -> None:
        """Send somebody a link, which they open."""
        token = self.server_does(
            lambda db: invite(
                db,
                secret_beside(self.server.db),
                holder.volunteer,
                "phone",
                self.virtual.now,
                DAY_MS,
            )
        )
        if token:
            self.hear(holder, holder.phone.join(token))

    def hear(self, holder: Holder, said: Said) -> None:
        """Let what a phone said go out."""
        for one in said:
            if isinstance(one, Pause):
                self._plan(holder, holder.life, one.ms, partial(holder.phone.wake, one.ticket))
            else:
                self._send(holder, one)

    def _plan(self, holder: Holder, life: int, ms: int, do: Any) -> None:
        """Let a phone do something later, unless its process is another by then."""

        def then() -> None:
            if holder.life == life and holder.phone.is_alive():
                self.hear(holder, do())

        self.scheduler.add(self.virtual.now + ms, "phone", then)

    def _send(self, holder: Holder, asked: Asked) -> None:
        fate = self.network.fate(self.chance)
        for copy, delay in enumerate(fate.arrives):
            what = (holder, holder.life, asked, fate, copy == 0)
            self.scheduler.add(self.virtual.now + delay, "arrives", what)
        if fate.says:
            reply = said_in_place(fate.says, self.chance)
            self._answer(holder, holder.life, asked, reply, fate.reply_ms or 0)
        elif not fate.arrives:
            self._fail(holder, holder.life, asked, 100, LOST)
        elif fate.arrives[0] >= 30_000 or fate.reply_ms is None or fate.reply_ms >= 30_000:
            self._fail(holder, holder.life, asked, 30_000, LATE)

    def _answer(self, holder: Holder, life: int, asked: Asked, reply: Reply, ms: int) -> None:
        args = (asked.ticket, reply.status, reply.headers, reply.body)
        self._plan(holder, life, ms, lambda: holder.phone.answer(*args))

    def _fail(self, holder: Holder, life: int, asked: Asked, ms: int, reason: str) -> None:
        self._plan(holder, life, ms, lambda: holder.phone.fail(asked.ticket, reason))

    # --- The server -----------------------------------------------------------------------------

    def _arrive(self, found: list[tuple[Holder, int, Asked, Fate, bool]]) -> None:
        """Serve what reaches the server at the same moment."""
        self.steps += 0 if self.is_settling else len(found)
        if self.virtual.now < self.down_until:
            for holder, life, asked, _, is_first in found:
                if is_first:
                    self._fail(holder, life, asked, 10, LOST)
            return

        def heard(index: int, reply: Reply) -> None:
            holder, _, asked, _, _ = found[index]
            self.watcher.check_reply(holder.volunteer, asked.up(), reply)

        asked = [(a.method, a.path, a.headers, a.body) for _, _, a, _, _ in found]
        replies = self.server.ask(asked, heard)
        self.look_after_death()
        for (holder, life, one, fate, is_first), reply in zip(found, replies, strict=True):
            self._returned(holder, life, one, fate, is_first, reply)

    def _returned(
        self,
        holder: Holder,
        life: int,
        asked: Asked,
        fate: Fate,
        is_first: bool,
        reply: Reply | None,
    ) -> None:
        if not self.is_settling:
            said = f"{reply.status}: {reply.body[:300]!r}" if reply else "nothing: it dies"
            self.tell(f"  {holder.name} asks {asked.path} and is told {said}")
        if reply is None:
            if is_first:
                self._fail(holder, life, asked, 100, LOST)
            return
        if asked.path == "/sync":
            if reply.status == 200:
                self.delivered.append((holder, asked))
                self._excuse(holder, reply)
            elif reply.status == 401 and holder.life == life:
                self._set_needs_link(holder, True)
        if is_first and fate.reply_ms is not None and fate.reply_ms < 30_000:
            heard = cut(reply) if fate.cut else reply
            self._answer(holder, life, asked, heard, fate.reply_ms)
            if asked.path == "/join" and reply.status == 200:
                self._plan(holder, life, fate.reply_ms, lambda: self._joined(holder))

    def _excuse(self, holder: Holder, reply: Reply) -> None:
        """A phone drops what was erased, and one that is told to wipe all that was receipted.

        They are right to, also if the server burns later and its backup knows of neither.
        """
        if b'"erased"' not in reply.body and b'"wipe":true' not in reply.body:
            return
        down = json.loads(reply.body)
        wipes = down.get("wipe", False)
        told = {r["save"] for r in down["receipts"] if wipes or r["verdict"] == "erased"}
        self.excused |= told | (brief(holder).receipts.keys() if wipes else set())

    def _joined(self, holder: Holder) -> Said:
        # Unless it had given up waiting for this.
        self._set_needs_link(holder, brief(holder).device is None)
        return []

    def _set_needs_link(self, holder: Holder, needs: bool) -> None:
        for one in self.holders:
            if one.storage == holder.storage:
                one.needs_link = needs

    def ask_server(self, asked: tuple[str, str, dict[str, str], bytes]) -> Reply | None:
        """Ask something that no network comes between; None when the server died of it."""
        [reply] = self.server.ask([asked])
        self.look_after_death()
        self.watcher.catch_up()
        return reply

    def replay(self, holder: Holder, asked: Asked) -> None:
        """Send a request the server has answered once more, and throw the reply away."""

        def heard(_: int, reply: Reply) -> None:
            self.watcher.check_reply(holder.volunteer, asked.up(), reply)

        self.server.ask([(asked.method, asked.path, asked.headers, asked.body)], heard)
        self.watcher.catch_up()

    def look_after_death(self) -> None:
        """If the server died, follow the file it left, and look whether all is there."""
        if self.server.has_died:
            self.server.has_died = False
            self.faults[f"kill_{self.server.died_how}"] += 1
            self.tell(f"  the server dies: {self.server.died_how}")
            self.down_until = self.virtual.now + self.chance.randrange(60_000)
            self.watcher.follow(self.server.db)
            self.watcher.check_receipted()

    def server_does(self, job: Any) -> Any:
        """Run a job in the server's writer; None when the server died of it."""
        try:
            return self.server.do(job)
        except Died:
            return None
        finally:
            self.look_after_death()
            self.watcher.catch_up()

    def save_at_desk(self, device: str | None, changes: Iterable[Change]) -> Receipt | None:
        """Save as a desk's device, or as the server itself; None when the server died of it."""
        found = list(changes)

        def save(db: Connection) -> Receipt | None:
            row = db.execute("SELECT * FROM device WHERE id = ?", (device or SERVER,)).fetchone()
            if row is None:
                return None  # the server died before it knew this device
            return save_from_desk(db, load_kinds(), row, found, self.virtual.now)

        self.tell(f"  the desk saves {[msgspec.to_builtins(change) for change in found]}")
        receipt: Receipt | None = self.server_does(save)
        if receipt is not None and receipt.seq:
            self.watcher.receipted[receipt.seq] = receipt.save
        return receipt

    def restored(self, path: Path, *, elsewhere: bool) -> bool:
        """Go on from a backup; what was sent before may not be sent again as if it were known."""
        self.watcher.leave()
        self.server.restore(path, elsewhere=elsewhere)
        self.delivered.clear()
        self.watcher.begin_anew(self.server.db)
        if elsewhere:
            self.erased = set(self.watcher.oracle.reference.erased)
        return True

    # --- What acts and invariants ask -----------------------------------------------------------

    def desk(self, volunteer: str) -> Desk:
        """Return a coordinator's desk."""
        return self.desks.setdefault(volunteer, Desk(self, volunteer))

    def rows(self, query: str, *values: object) -> list[Any]:
        """Return rows as they stand on disk."""
        assert self.watcher.db is not None
        return self.watcher.db.execute(query, values).fetchall()

    def is_device(self, device: str) -> bool:
        """Return whether the server knows a device, which it may not after a restore."""
        return bool(self.rows("SELECT 1 FROM device WHERE id = ?", device))

    def is_founding(self, save: str) -> bool:
        """Return whether a save is one of those the union began with."""
        entry = self.watcher.oracle.reference.entries.get(save)
        return entry is not None and entry.seq <= self.founded

    def may_be_undone(self, save: str) -> bool:
        """Return whether undoing a save leaves a union to go on with."""
        entry = self.watcher.oracle.reference.entries.get(save)
        is_erasure = entry is not None and any(c["kind"] == "erasure" for c in entry.changes)
        return not is_erasure and not self.is_founding(save)

    def is_too_large(self, save: str) -> bool:
        """Return whether a save is larger than any request may be."""
        return save in self.made and self.made[save].is_too_large

    def is_erased(self, save: str) -> bool:
        """Return whether all that a save was about has been erased."""
        made = self.made.get(save)
        return bool(made and made.changes) and all(map(self._is_erased, made.changes))

    def _is_erased(self, change: Json) -> bool:
        erased = self.watcher.oracle.reference.erased
        persons = {id for kind, id in erased if kind == "person"}
        return (change["kind"], change["record"]) in erased or change["set"].get(
            "person"
        ) in persons

    def revoked(self) -> set[str]:
        """Return the devices that were signed out."""
        return {row["id"] for row in self.rows("SELECT id FROM device WHERE revoked_at > 0")}

    def head_desk(self) -> Desk:
        """Return the desk of the coordinator who reaches the whole union."""
        return self.desk(self.union.coordinators[0])

    def importer(self) -> str:
        """Return the device that imports are saved by, made when absent."""
        self.server_does(
            lambda db: db.execute(
                "INSERT OR IGNORE INTO device (id, volunteer, kind, made_at) "
                "VALUES ('import-list', ?, 'import', ?)",
                (SERVER, self.virtual.now),
            )
        )
        return "import-list"

    def standing(self) -> list[object]:
        """Return what moves as long as not all is quiet."""
        phones = [(h.needs_link, s.cursor, s.waiting) for h in self.holders for s in [brief(h)]]
        return [self.watcher.top, *phones]

    def note(self, holder: Holder, id: str | None, changes: list[Json], **how: bool) -> bool:
        """Remember a save a phone made."""
        self.tell(f"  {holder.name} of {holder.volunteer} saves {id}: {changes}")
        if id is not None:
            self.made[id] = Made(holder.volunteer, holder.storage, changes, **how)
            self.faults["save_on_old_app"] += holder.is_old
        return id is not None
