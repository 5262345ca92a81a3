"""`python -m tests.simulator.mutants [name …]`: is each planted fault caught?"""

import sys

from tests.simulator.mutants import (
    in_javascript,
    in_the_fold,
    on_phones,
    on_the_server,
)  # each registers its own
from tests.simulator.mutants.hunt import hunt
from tests.simulator.mutants.mutant import MUTANTS

MODULES = (in_javascript, in_the_fold, on_phones, on_the_server)


def main(names: list[str]) -> int:
    """Hunt each fault and print a line of it; 0 when all were caught by what they break."""
    hunted = [MUTANTS[name] for name in names] if names else [*MUTANTS.values()]
    hunted.sort(key=lambda mutant: mutant.number)
    caught = 0
    for mutant in hunted:
        found = hunt(mutant)
        caught += found.is_right
        print(found, f"({found.seconds} s)", flush=True)
    print(f"{caught} of {len(hunted)}")
    return 0 if caught == len(hunted) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
