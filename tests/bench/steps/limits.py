"""The raw limits: SQLite and Starlette doing next to nothing."""

from collections.abc import Iterator
from random import Random

from sync.exchange import MAX_ENVELOPES
from tests.bench.bare_sqlite import DEVICE, rows, saves_a_second
from tests.bench.figures import Figure, Row
from tests.bench.load import Phone, Plan, run_load
from tests.bench.packing import pack
from tests.bench.run import Run
from tests.bench.servers import bare_endpoint
from tests.bench.union import chunks
from tests.bench.workload import plain, talks


def measure(run: Run) -> Iterator[Row]:
    """Yield the limits; push.py measures against them."""
    for batch in (MAX_ENVELOPES, run.sizes.saves):
        yield _sqlite(run, batch)
    for batch in (1, MAX_ENVELOPES):
        yield _endpoint(run, batch)


def _sqlite(run: Run, batch: int) -> Row:
    found = rows(run.sizes.saves)
    path = run.folder / "bare.db"
    rates = [saves_a_second(path, found, batch) for _ in range(run.sizes.rounds)]
    what = f"limit: bare SQLite, log and dedup, {batch:,} a transaction"
    return Row(what, Figure(rates, "/s"), load=run.load)


def _endpoint(run: Run, batch: int) -> Row:
    rates = [endpoint_rate(run, batch) for _ in range(run.sizes.rounds)]
    what = f"limit: bare Starlette endpoint, {batch} a request, {run.sizes.crowd} clients"
    return Row(what, Figure(rates, "/s"), load=run.load)


def endpoint_rate(run: Run, batch: int) -> float:
    """Return how many saves a second an endpoint takes that only reads and answers JSON."""
    saves = talks(Random(6), DEVICE, ["2" * 36], 1, run.sizes.saves)
    packed = [pack([plain(save) for save in some]) for some in chunks(saves, batch)]
    crowd = run.sizes.crowd
    shares = [packed[i::crowd] for i in range(crowd)]
    with bare_endpoint() as server:
        phones = [Phone("", None, b"null", share) for share in shares]
        return len(saves) / run_load(Plan(server.port, phones)).seconds
