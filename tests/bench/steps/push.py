"""Push: new talks with auth, scope, fold, tables and fsync, beside PouchDB and the bare limits."""

from collections import Counter
from collections.abc import Iterator
from itertools import cycle, islice
from random import Random
from typing import NamedTuple

from sync.exchange import MAX_ENVELOPES
from tests.bench.bare_sqlite import rows, saves_a_second
from tests.bench.figures import NONE, Goal, Row, figure
from tests.bench.load import Phone, Plan, run_load
from tests.bench.run import Run, Sizes
from tests.bench.servers import ours
from tests.bench.steps.limits import endpoint_rate
from tests.bench.union import Joined, copy, packed, phone_of
from tests.bench.workload import talks

GOALS = {True: Goal(ratio=1), False: Goal(ratio=2)}


class Way(NamedTuple):
    """One way to push: how many phones at once, how many envelopes a request, sealed or not."""

    clients: int
    batch: int
    is_sealed: bool

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


def measure(run: Run) -> Iterator[Row]:
    """Yield a row for each way; one turn of every way, then one of the peer, and so on."""
    base = run.base
    plans = {way: phones(base, way, run.sizes.saves) for way in ways(run.sizes)}
    first = {is_sealed: warming(base, run.sizes.saves // 10, is_sealed) for is_sealed in GOALS}
    pushed: dict[Way, list[Pushed]] = {way: [] for way in plans}
    logged, answered = [], []
    stored = rows(run.sizes.saves)
    for turn in range(run.sizes.rounds):
        run.say(f"push, turn {turn + 1} of {run.sizes.rounds}")
        for way, sent in plans.items():
            pushed[way].append(push(run, base, sent, first[way.is_sealed]))
        run.run_peer()
        logged.append(saves_a_second(run.folder / "bare.db", stored, MAX_ENVELOPES))
        answered.append(endpoint_rate(run, 1))
    name, peer = run.best_peer(lambda one: 1000 * one["push"]["documents"] / one["push"]["ms"])
    theirs = _peer_costs(run)
    for way, found in pushed.items():
        rate = figure([one.rate for one in found], "/s")
        cpu, up = (figure([one[i] for one in found], "").median for i in (1, 2))
        said = f"{cpu:.0f} µs of processor and {up:.0f} B up a save{theirs}"
        goal = GOALS[way.is_sealed] if way.batch == MAX_ENVELOPES and peer else NONE
        yield Row(f"push {way}", rate, name, peer, goal, said, run.load)
    together = max(count for count in run.sizes.clients if count <= run.sizes.crowd)
    at_best = pushed[Way(together, MAX_ENVELOPES, False)]
    unsealed = figure([one.rate for one in at_best], "/s")
    name = "bare SQLite, log and dedup"
    yield Row("push unsealed beside the file's limit", unsealed, name, figure(logged, "/s"))
    alone = figure([one.rate for one in pushed[Way(run.sizes.crowd, 1, False)]], "/s")
    name = "bare Starlette endpoint"
    yield Row("push one save a request beside the web's limit", alone, name, figure(answered, "/s"))


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
    saves = run.sizes.saves
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
