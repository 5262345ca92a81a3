"""Phones that never rest: threads that talk, push over real HTTP, and send again what was cut.

Every receipt is kept as it first came; `judge` compares them with what stands in the log.
"""

import random
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from httpx2 import Client, TransportError

from server.app import open_database
from server.config import Settings
from server.ledger.rebuild import faults
from sync.kinds import load_kinds
from sync.save import Change
from tests.model_phone import Json, ModelPhone
from tests.sealing_phone import SealingPhone
from tests.small_union import SmallUnion

PEOPLE_EACH = 3
LARGEST_BATCH = 12
PATIENCE_S = 30


class BusyPhone(SealingPhone):
    """A phone of a go-to person's; it knows what it made and what it was told first.

    Every other save goes plain, as an old app sends it. It drops a save at its receipt, so that
    it cannot heal what the server lost; and it drops what it reads.
    """

    def __init__(self, url: str, token: str, people: list[str], chance: random.Random) -> None:
        # Uncompressed, so that a recorder of what leaves the server can read the receipts.
        http = Client(base_url=url, timeout=PATIENCE_S, headers={"accept-encoding": "identity"})
        super().__init__(http, token)  # type: ignore[arg-type]
        self.people = people
        self.chance = chance
        self.made: list[str] = []
        self.told: dict[str, Json] = {}
        self.changed: list[tuple[Json, Json]] = []
        self.under_way: list[str] = []

    def wrap(self, save: Json) -> Json:
        """Return a save in its envelope."""
        return super().wrap(save) if save["n"] % 2 else ModelPhone.wrap(self, save)

    def work(self) -> None:
        """Make a batch of saves."""
        for _ in range(self.chance.randint(1, LARGEST_BATCH)):
            answers = {"platform": self.chance.choice(["yes", "no", "not_sure"])}
            self.made.append(self.talk(self.chance.choice(self.people), **answers))

    def try_to_exchange(self) -> bool:
        """Send what waits; False if the server was gone before all was answered."""
        self.under_way = [envelope["header"]["id"] for envelope in self.waiting]
        try:
            self.exchange()
        except TransportError:
            return False
        self.under_way = []
        return True

    def apply(self, down: Json) -> None:
        """Take a page in, and notice a receipt that says something else than the first time."""
        for receipt in down["receipts"]:
            first = self.told.setdefault(receipt["save"], receipt)
            if first != receipt:
                self.changed.append((first, receipt))
        super().apply(down)
        for dropped in (self.kept, self.saves, self.records):
            dropped.clear()


class Crowd:
    """Busy phones, each in a thread of its own, that wait while there is no server."""

    def __init__(self, phones: list[BusyPhone]) -> None:
        self.phones = phones
        self.answered = 0
        self._there = threading.Event()
        self._enough = threading.Event()
        self._moved = threading.Condition()
        self._given_up = False

    def server_is_there(self) -> None:
        """Let everybody send."""
        self._there.set()

    def server_is_gone(self) -> None:
        """Hold everybody back until the server is there again."""
        self._there.clear()

    def wait_for(self, more: int) -> None:
        """Return once so many more requests were answered. Raises TimeoutError."""
        wanted = self.answered + more
        with self._moved:
            if not self._moved.wait_for(lambda: self.answered >= wanted, PATIENCE_S):
                raise TimeoutError(f"only {self.answered} of {wanted} requests were answered")

    def under_way(self) -> set[str]:
        """Return the saves that were sent and whose answer has not come."""
        return {id for phone in self.phones for id in phone.under_way}

    def finish(self) -> None:
        """Make nothing new; only send what waits."""
        self._enough.set()
        self._there.set()

    def give_up(self) -> None:
        """Stop at once, whatever waits: there may be no server any more."""
        self._given_up = True
        self.finish()

    def live(self, phone: BusyPhone) -> None:
        """Work and send until it is enough and nothing waits."""
        while not self._given_up and (phone.waiting or not self._enough.is_set()):
            if not phone.waiting:
                phone.work()
            self._there.wait()
            if phone.try_to_exchange():
                with self._moved:
                    self.answered += 1
                    self._moved.notify_all()


@contextmanager
def working(phones: list[BusyPhone]) -> Iterator[Crowd]:
    """Let phones work while the block runs, then until everything they made has a receipt.

    What goes wrong in a phone comes out here.
    """
    crowd = Crowd(phones)
    with ThreadPoolExecutor(len(phones)) as threads:
        lives = [threads.submit(crowd.live, phone) for phone in phones]
        try:
            yield crowd
            crowd.finish()
        except BaseException:
            crowd.give_up()
            raise
        finally:
            for life in lives:
                life.result()


def join_phones(union: SmallUnion, url: str, count: int, seed: int) -> list[BusyPhone]:
    """Return phones of as many new go-to people, each with people of their own."""
    phones = []
    for index in range(count):
        volunteer, people = f"busy-{index}", [f"p-{index}-{i}" for i in range(PEOPLE_EACH)]
        roles = {"roles/go_to": True, "active": True, "language": "en"}
        union.write(Change("volunteer", volunteer, {"name": f"Busy {index}", **roles}))
        union.write(*(Change("person", id, {"name": id, "relation": "in_unit"}) for id in people))
        union.write(*(Change("assignment", id, {"volunteer": volunteer}) for id in people))
        chance = random.Random(f"{seed}/{index}")
        phones.append(BusyPhone(url, union.link_token(volunteer), people, chance))
    return phones


def close(phones: list[BusyPhone]) -> None:
    """Hang up."""
    for phone in phones:
        phone.client.close()


class Judgement(NamedTuple):
    """What became of receipts and saves: everything but the first two must be zero."""

    receipts: int
    saves: int
    lost: int
    duplicates: int
    missing: int
    changed: int


def judge(phones: list[BusyPhone], union: SmallUnion) -> Judgement:
    """Compare what phones were told with what stands in the log."""
    rows = union.read("SELECT seq, id, device, n, verdict FROM save")
    log = {row["id"]: row for row in rows}
    told = [receipt for phone in phones for receipt in phone.told.values()]
    return Judgement(
        receipts=len(told),
        saves=len(rows),
        lost=sum(not stands(receipt, log.get(receipt["save"])) for receipt in told),
        duplicates=len(rows) - len({(row["device"], row["n"]) for row in rows}),
        missing=sum(id not in log for phone in phones for id in phone.made),
        changed=sum(len(phone.changed) for phone in phones),
    )


def stands(receipt: Json, row: dict[str, Any] | None) -> bool:
    """Return whether a receipt is true: the save is there, with that very seq and verdict."""
    return row is not None and all(row[name] == receipt[name] for name in ("n", "seq", "verdict"))


def faults_of(path: Path) -> list[str]:
    """Return what `rounds check` finds wrong."""
    db = open_database(Settings(db=path))
    found = [*faults(db, load_kinds())]
    db.close()
    return found
