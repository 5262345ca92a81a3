"""`python -m tests.simulator --seed 1 --phones 40 --steps 20000`, or `--seeds 1-200`, or a trace.

Prints a line of JSON for each run. Of a failing one it says, beside it, what happened and how to
have it again, made small.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

from tests.simulator import traces
from tests.simulator.makers import maker
from tests.simulator.mutants.__main__ import MUTANTS
from tests.simulator.mutants.hunt import planted
from tests.simulator.run import Report, run
from tests.simulator.shrink import shrink
from tests.simulator.totals import totals


def main() -> int:
    """Run what was asked for; 0 when all held."""
    asked = arguments().parse_args()
    with planted(MUTANTS[asked.plant]) if asked.plant else nullcontext():
        lines = [*lines_of(asked)]
    if len(lines) > 1:
        print(json.dumps(totals(lines)))
    return int(any(line["violations"] for line in lines))


def lines_of(asked: argparse.Namespace) -> Iterator[dict[str, object]]:
    """Run one seed after the other, or a trace; print and yield the line of each."""
    for report in again(asked) if asked.trace else seeds(asked):
        if report.violation and not asked.trace:
            make_small(report, asked)
        print(json.dumps(report.line), flush=True)
        yield report.line


def seeds(asked: argparse.Namespace) -> Iterator[Report]:
    """Run each seed that was asked for."""
    for seed in asked.seeds or [asked.seed]:
        with maker(asked.node or 0) as make:
            yield run(seed, asked.phones, asked.steps, make=make)


def again(asked: argparse.Namespace) -> Iterator[Report]:
    """Run each trace, with other phones than it had when that was asked for."""
    for path in asked.trace:
        trace = traces.read(path)
        with maker(trace.node if asked.node is None else asked.node) as make:
            report = run(trace.seed, trace.phones, acts=trace.acts, make=make)
        if report.violation:
            print(traces.told(report, path), file=sys.stderr)
        yield report


def make_small(failed: Report, asked: argparse.Namespace) -> None:
    """Say how a run failed, make it small, and keep what is left."""
    print(failed.violation, file=sys.stderr)
    print(f"Seed {failed.seed}: making {len(failed.acts)} acts fewer …", file=sys.stderr)
    node = asked.node or 0
    with maker(node) as make:
        small = shrink(failed, make, asked.shrink)
    about = str(small.violation)
    trace = traces.Trace(about, asked.plant, small.seed, small.phones, node, small.acts)
    print(traces.told(small, traces.keep(trace, asked.keep)), file=sys.stderr)


def arguments() -> argparse.ArgumentParser:
    """Return what may be asked for."""
    parser = argparse.ArgumentParser(prog="simulate", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seeds", type=span, help="first-last, instead of one")
    parser.add_argument("--phones", type=int, default=40)
    parser.add_argument("--steps", type=int, default=20_000)
    parser.add_argument("--node", type=int, help="one phone in so many is JavaScript, 0: none")
    parser.add_argument("--trace", type=Path, nargs="+", help="runs that were kept")
    parser.add_argument("--plant", choices=sorted(MUTANTS), help="a fault, to see it caught")
    parser.add_argument("--shrink", type=float, default=180, help="at most so many seconds")
    parser.add_argument("--keep", type=Path, default=traces.KEPT, help="folder for failing runs")
    return parser


def span(text: str) -> range:
    """Return the seeds from the first to the last one named."""
    first, _, last = text.partition("-")
    return range(int(first), int(last or first) + 1)


if __name__ == "__main__":
    sys.exit(main())
