"""`python -m tests.simulator --seed 1 --phones 40 --steps 20000`."""

import argparse
import json
import sys

from tests.simulator.run import run


def main() -> int:
    """Run one seed, print its line, and say how to have it again when something is wrong."""
    parser = argparse.ArgumentParser(prog="simulate")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--phones", type=int, default=40)
    parser.add_argument("--steps", type=int, default=20_000)
    asked = parser.parse_args()
    report = run(asked.seed, asked.phones, asked.steps)
    if report.violation:
        print(report.violation, file=sys.stderr)
    print(json.dumps(report.line))
    return 1 if report.violation else 0


if __name__ == "__main__":
    sys.exit(main())
