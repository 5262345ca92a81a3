"""Measure the phone's rows of section 12: `make bench-phone`, `ONLY=start,save`, `QUICK=1`."""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.bench import machine, table
from tests.bench.figures import Row
from tests.bench.phone import steps, union
from tests.bench.phone.hidden import hidden
from tests.bench.phone.lighthouse import lighthouse
from tests.bench.phone.steps import Bench
from tests.standing_server import StandingServer

HOUSE = Path(__file__).parents[3]
STEPS: dict[str, Callable[[Bench], Iterator[Row]]] = {
    "size": steps.size,
    "start": steps.start,
    "save": steps.save,
    "search": steps.search,
    "hidden": hidden,
    "lighthouse": lighthouse,
    "taps": steps.taps,  # last: it gives the campaign other questions
}


def main() -> None:
    """Run the steps asked for; only a whole run is written down."""
    asked = _arguments()
    chosen = asked.only.split(",") if asked.only else [*STEPS]
    (HOUSE / "var").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=HOUSE / "var") as name:
        folder = Path(name)
        facts = machine.facts(folder)
        print(table.says_of_phone(facts), flush=True)
        made = union.make(folder)
        server = StandingServer(made.db)
        with sync_playwright() as playwright:
            sizes = (2, 5) if asked.quick else (7, 60)
            bench = Bench(playwright, server, made, folder, *sizes)
            rows = [*_rows(bench, chosen)]
        server.kill()
    if not asked.quick and not asked.only:
        table.write_down_phone(HOUSE, facts, rows)


def _rows(bench: Bench, chosen: list[str]) -> Iterator[Row]:
    for name in chosen:
        for row in STEPS[name](bench):
            with_load = replace(row, load=os.getloadavg()[0])
            print(f"{table.line(with_load)} · load {with_load.load:.1f}", flush=True)
            yield with_load


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.phone", description=__doc__)
    parser.add_argument("--only", help=f"some steps, with commas: {', '.join(STEPS)}")
    parser.add_argument("--quick", action="store_true", help="few turns, to see that it runs")
    asked = parser.parse_args()
    if asked.only and not STEPS.keys() >= {*asked.only.split(",")}:
        parser.error(f"--only knows {', '.join(STEPS)}")
    return asked


if __name__ == "__main__":
    sys.exit(main())
