"""A strike's morning: every phone comes back at once, each with three saves."""

from collections.abc import Iterator
from random import Random

from server.schema import connect
from tests.bench.figures import Figure, Goal, Row
from tests.bench.load import Outcome, Phone, Plan, run_load
from tests.bench.run import Run
from tests.bench.servers import bare_endpoint, ours
from tests.bench.union import Big, cursor_of, packed, phone_of
from tests.bench.workload import talks

SAVES_EACH = 3
ALL_DONE = Goal(most=10)
ONE_IN_A_HUNDRED = Goal(most=3)


def measure(run: Run) -> Iterator[Row]:
    """Yield how long until all were done, how long one waited, what is lost or there twice."""
    big = run.big
    mornings, bare = [], []
    for turn in range(run.sizes.herds):
        run.say(f"herd, turn {turn + 1} of {run.sizes.herds}")
        phones = _phones(big, turn)
        with ours(big.joined.db) as server:
            cursor = cursor_of(server, big.joined)
            sent = [phone._replace(cursor=cursor) for phone in phones]
            mornings.append(run_load(Plan(server.port, sent)))
        with bare_endpoint() as server:
            sent = [phone._replace(cursor=b"null") for phone in phones]
            bare.append(run_load(Plan(server.port, sent)))
    name = "bare Starlette endpoint"
    what = f"{len(big.made):,} phones × {SAVES_EACH} sealed saves at once: all done"
    busy = f"{sum(one.busy for one in mornings):,} answers 503"
    done, least = ([one.seconds for one in each] for each in (mornings, bare))
    yield Row(what, Figure(done, "s"), name, Figure(least, "s"), ALL_DONE, busy, run.load)
    waits, least = ([one.p99_s for one in each] for each in (mornings, bare))
    what = "herd: p99 of a request, waits after 503 counted in"
    yield Row(what, Figure(waits, "s"), name, Figure(least, "s"), ONE_IN_A_HUNDRED, load=run.load)
    lost, twice = lost_and_twice(big, mornings)
    what = "herd: saves not in the file afterwards, or in it twice"
    yield Row(what, Figure([float(lost + twice)], "saves"), goal=Goal(most=0), load=run.load)


def lost_and_twice(big: Big, mornings: list[Outcome]) -> tuple[int, int]:
    """Return how many saves with a receipt the file does not hold, and how many it holds twice."""
    sent = {save for one in mornings for save, verdict in one.verdicts.items() if verdict}
    db = connect(big.joined.db, query_only=True)
    ids = [row["id"] for row in db.execute("SELECT id FROM save")]
    bodies = db.execute("SELECT count(*) - count(DISTINCT body) AS twice FROM save").fetchone()
    db.close()
    expected = len(mornings) * len(big.made) * SAVES_EACH
    return expected - len(sent & {*ids}), bodies["twice"]


def _phones(big: Big, turn: int) -> list[Phone]:
    found = []
    for volunteer, made in big.made.items():
        device, people = big.joined.devices[volunteer], big.joined.union.lists[volunteer]
        first = made + turn * SAVES_EACH + 1
        saves = talks(Random(f"{volunteer}{first}"), device, people, first, SAVES_EACH)
        found.append(phone_of(device, [*packed(device, saves, SAVES_EACH, is_sealed=True)]))
    return found
