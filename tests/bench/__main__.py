"""Measure section 12's rows side by side: `make bench`, `make bench ONLY=push`, `QUICK=1`."""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench import machine, servers, table
from tests.bench.figures import Row
from tests.bench.run import QUICK, WHOLE, Run
from tests.bench.steps import absent, delta, herd, limits, pull, push, reassigned, rebuild, talk

HOUSE = Path(__file__).parents[2]
STEPS: dict[str, Callable[[Run], Iterator[Row]]] = {
    "limits": limits.measure,
    "push": push.measure,
    "pull": pull.measure,
    "talk": talk.measure,
    "delta": delta.measure,
    "absent": absent.measure,
    "reassigned": reassigned.measure,
    "herd": herd.measure,
    "rebuild": rebuild.measure,
}


def main() -> None:
    """Run the steps asked for; only a whole run is written down."""
    asked = _arguments()
    steps = asked.only.split(",") if asked.only else [*STEPS]
    with _folder() as folder:
        facts = machine.facts(folder)
        print(table.says(facts), flush=True)
        with _peer(folder, asked.without_peer) as peer:
            run = Run(QUICK if asked.quick else WHOLE, folder, peer)
            rows = [*_rows(run, steps)]
    if not asked.quick and not asked.only and not asked.without_peer:
        table.write_down(HOUSE, facts, rows)


def _rows(run: Run, steps: list[str]) -> Iterator[Row]:
    for name in steps:
        for row in STEPS[name](run):
            print(table.line(row), flush=True)
            yield row


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--only", help=f"some steps, with commas: {', '.join(STEPS)}")
    parser.add_argument("--quick", action="store_true", help="small sizes, to see that it runs")
    parser.add_argument("--without-peer", action="store_true", help="leave PouchDB out")
    asked = parser.parse_args()
    if asked.only and not STEPS.keys() >= {*asked.only.split(",")}:
        parser.error(f"--only knows {', '.join(STEPS)}")
    return asked


@contextmanager
def _folder() -> Iterator[Path]:
    """Give a folder on the disk the repository is on, never in memory."""
    (HOUSE / "var").mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="bench-", dir=HOUSE / "var"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@contextmanager
def _peer(folder: Path, is_left_out: bool) -> Iterator[servers.Server | None]:
    if is_left_out:
        yield None
        return
    with servers.peer(folder / "peer") as server:
        yield server


if __name__ == "__main__":
    sys.exit(main())
