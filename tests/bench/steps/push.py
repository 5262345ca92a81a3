"""Push: new talks with auth, scope, fold, tables and fsync, beside PouchDB and the bare limits."""

from collections import Counter
from collections.abc import Iterator
from itertools import cycle, islice
from random import Random
from statistics import median
from typing import Any, NamedTuple

from sync.exchange import MAX_ENVELOPES
from tests.bench.bare_sqlite import rows, saves_a_second
from tests.bench.figures import NONE, Figure, Goal, Row
from tests.bench.load import Phone, Plan, run_load
from tests.bench.run import Run, Sizes
from tests.bench.servers import ours
from tests.bench.steps.limits import endpoint_rate
from tests.bench.union import Joined, copy, packed, phone_of
from tests.bench.workload import talks
from tests.bench.writer_alone import writer_rate

GOALS = {True: Goal(ratio=1), False: Goal(ratio=2)}
LIMITS = {"logged": "bare SQLite, log and dedup", "answered": "bare Starlette endpoint"}
FEWER = 5  # save by save takes so much longer that a part of them tells as much


class Way(NamedTuple):
    """One way to push: how many phones at once, how many envelopes a request, sealed or not."""

    clients: int
    batch: int
    is_sealed: bool

    def saves(self, sizes: Sizes) -> int:
        """Return how many saves are pushed this way."""
        return sizes.saves if self.batch > 1 else sizes.saves // FEWER

    def __str__(self) -> str:
        """As the table names it."""
        phones = "1 client" if self.clients == 1 else f"{self.clients} clients"
        each = "one save a request" if self.batch == 1 else f"{self.batch} a request"
        return f"{'sealed' if self.is_sealed else 'unsealed'}, {phones}, {each}"


class Pushed(NamedTuple):
    """One run: saves a second, processor time of the server in µs a save, bytes up a save."""

    rate: float
    cpu_us: float
    up: float


class Turn(NamedTuple):
    """One turn: ours each way, then our writer alone and both raw limits in saves a second."""

    pushed: dict[Way, Pushed]
    alone: float
    logged: float
    answered: float


def measure(run: Run) -> Iterator[Row]:
    """Yield a row for each way, and what it is beside the raw limits."""
    turns = [*_turns(run)]
    yield from _beside_peer(run, turns)
    yield _alone(run, turns)
    yield _beside_limit(run, turns, _most(run), "the file's limit", "logged")
    yield _beside_limit(run, turns, Way(run.sizes.crowd, 1, False), "the web's limit", "answered")


def _turns(run: Run) -> Iterator[Turn]:
    """Go every way once, then let the peer and the limits go, and so on."""
    base = run.base
    plans = {way: phones(base, way, way.saves(run.sizes)) for way in ways(run.sizes)}
    first = {is_sealed: warming(base, run.sizes.saves // 10, is_sealed) for is_sealed in GOALS}
    stored = rows(run.sizes.saves)
    for _ in run.turns("push"):
        yield Turn(
            {way: push(run, base, sent, first[way.is_sealed]) for way, sent in plans.items()},
            writer_rate(base, run.folder / "alone", run.sizes.saves),
            saves_a_second(run.folder / "bare.db", stored, MAX_ENVELOPES),
            endpoint_rate(run, 1),
        )


def _beside_peer(run: Run, turns: list[Turn]) -> Iterator[Row]:
    name, peer = run.best_peer(_pushed_a_second)
    theirs = _peer_costs(run)
    for way in ways(run.sizes):
        found = [turn.pushed[way] for turn in turns]
        rate = Figure([one.rate for one in found], "/s")
        cpu, up = median(one.cpu_us for one in found), median(one.up for one in found)
        said = f"{cpu:.0f} µs of processor and {up:.0f} B up a save{theirs}"
        goal = GOALS[way.is_sealed] if way.batch == MAX_ENVELOPES and peer else NONE
        yield Row(f"push {way}", rate, name, peer, goal, said, run.load)


def _alone(run: Run, turns: list[Turn]) -> Row:
    name, peer = run.best_peer(_pushed_a_second)
    rate = Figure([turn.alone for turn in turns], "/s")
    return Row("limit: our writer alone, no web, nothing answered", rate, name, peer, load=run.load)


def _beside_limit(run: Run, turns: list[Turn], way: Way, what: str, limit: str) -> Row:
    ours_ = Figure([turn.pushed[way].rate for turn in turns], "/s")
    theirs = Figure([getattr(turn, limit) for turn in turns], "/s")
    return Row(f"push {way}, beside {what}", ours_, LIMITS[limit], theirs, load=run.load)


def _pushed_a_second(one: dict[str, Any]) -> float:
    return float(1000 * one["push"]["documents"] / one["push"]["ms"])


def _most(run: Run) -> Way:
    together = max(count for count in run.sizes.clients if count <= run.sizes.crowd)
    return Way(together, MAX_ENVELOPES, False)


def ways(sizes: Sizes) -> list[Way]:
    """Return every way that is measured."""
    return [
        *(Way(c, MAX_ENVELOPES, is_sealed) for is_sealed in (False, True) for c in sizes.clients),
        *(Way(sizes.crowd, 1, is_sealed) for is_sealed in (False, True)),
    ]


def phones(base: Joined, way: Way, saves: int) -> list[Phone]:
    """Return the phones of a way with what they send, sealed beforehand."""
    chance = Random(way.clients)
    volunteers = islice(cycle(base.union.lists), way.clients)
    shares = [saves // way.clients + (i < saves % way.clients) for i in range(way.clients)]
    found = []
    for volunteer, share in zip(volunteers, shares, strict=True):
        device, people = base.devices[volunteer], base.union.lists[volunteer]
        made = talks(chance, device, people, 1, share)
        found.append(phone_of(device, [*packed(device, made, way.batch, way.is_sealed)]))
    return found


def warming(base: Joined, saves: int, is_sealed: bool) -> Phone:
    """Return a phone that sends before the clock starts; the peer is warmed alike."""
    volunteer, people = [*base.union.lists.items()][-1]
    device = base.devices[volunteer]
    made = talks(Random(11), device, people, 1, saves)
    return phone_of(device, [*packed(device, made, MAX_ENVELOPES, is_sealed)])


def push(run: Run, base: Joined, sent: list[Phone], first: Phone) -> Pushed:
    """Push to a server that has just started on a copy of the base. Raises RuntimeError."""
    saves = sum(packed.count for phone in sent for packed in phone.batches)
    with ours(copy(base.db, run.folder / "pushed")) as server:
        run_load(Plan(server.port, [first]))
        before = server.cpu_s()
        outcome = run_load(Plan(server.port, sent))
        cpu_s = server.cpu_s() - before
    verdicts = Counter(outcome.verdicts.values())
    if verdicts != {"taken": saves}:
        raise RuntimeError(f"of {saves} saves: {dict(verdicts)}")
    return Pushed(saves / outcome.seconds, cpu_s / saves * 1e6, outcome.up / saves)


def _peer_costs(run: Run) -> str:
    _, cpu = run.best_peer(lambda one: one["push"]["cpu_us"] / one["push"]["documents"], "µs")
    _, up = run.best_peer(lambda one: one["push"]["up"] / one["push"]["documents"], "B")
    return f"; PouchDB {cpu.median:.0f} µs and {up.median:.0f} B" if cpu and up else ""
