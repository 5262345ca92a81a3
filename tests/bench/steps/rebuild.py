"""Rebuild: every table anew from the log."""

import subprocess
import sys
import time
from collections.abc import Iterator

from server.schema import connect
from tests.bench.client import since
from tests.bench.figures import Figure, Goal, Row
from tests.bench.run import Run
from tests.bench.union import copy

WITHIN = Goal(most=60)


def measure(run: Run) -> Iterator[Row]:
    """Yield how long `rounds rebuild` takes."""
    run.say("rebuild")
    db = copy(run.big.joined.db, run.folder / "rebuilt")
    start = time.perf_counter()
    command = [sys.executable, "-m", "server", "rebuild", "--db", str(db)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    seconds = since(start)
    opened = connect(db)
    start = time.perf_counter()
    opened.execute("VACUUM INTO ?", (str(run.folder / "copied.db"),))
    copying = since(start)
    changes = opened.execute("SELECT count(*) AS n FROM change").fetchone()["n"]
    opened.close()
    what = f"rebuild of all tables from {changes:,} changes"
    limit = ("SQLite copying the whole file", Figure([copying], "s"))
    yield Row(what, Figure([seconds], "s"), *limit, goal=WITHIN, load=run.load)
