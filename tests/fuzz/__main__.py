"""Fuzz every decoder with atheris, which watches what the code does with its input.

    python -m tests.fuzz --seconds 3600       the long run: each target its share, a line each
    python -m tests.fuzz --runs 4000          a short one, the same every time, all in one process
    python -m tests.fuzz --one save --runs 0  one target, without end

What is found is written to var/fuzz/found/ and told. Put it into tests/fuzz/found/<target>/, where
test_fuzz.py reads it from then on, and mend it.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

FOUND = Path("var/fuzz/found")
LONGEST = 20_000
SLOW_S = 30  # also on a machine that has a lot to do


def main() -> int:
    """Run what the command line asks for; 1 when something was found."""
    words = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    words.formatter_class = argparse.RawDescriptionHelpFormatter
    words.add_argument("--one", metavar="TARGET", default="every")
    words.add_argument("--runs", type=int, default=4000, help="0: without end")
    words.add_argument("--seconds", type=int, default=0)
    words.add_argument("--found", type=Path, default=FOUND)
    asked = words.parse_args()
    if asked.seconds and asked.one == "every":
        return long(asked.seconds, asked.found)
    return one(asked.one, asked.runs, asked.seconds, asked.found)


def long(seconds: int, found: Path) -> int:
    """Give each target its share of the time, in a process of its own."""
    from tests.fuzz.targets import TARGETS

    share, is_bad = max(1, seconds // len(TARGETS)), 0
    for name in TARGETS:
        asked = ["--one", name, "--runs", "0", "--seconds", str(share), "--found", str(found)]
        run = subprocess.run(
            [sys.executable, "-m", "tests.fuzz", *asked], capture_output=True, text=True
        )
        lines = run.stderr.splitlines()
        done = next((line for line in reversed(lines) if line.startswith("Done ")), "")
        runs = int(done.split()[1]) if done else None
        print(json.dumps({"target": name, "seconds": share, "runs": runs, "exit": run.returncode}))
        if run.returncode:
            is_bad = 1
            print("\n".join(lines[-40:]))
    return is_bad


def one(name: str, runs: int, seconds: int, found: Path) -> int:
    """Fuzz one target in this process. Does not return: libFuzzer ends it."""
    import atheris

    with atheris.instrument_imports(include=["sync", "server"]):
        from tests.fuzz import targets
        from tests.fuzz.seeds import seeds
    found.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        put(Path(folder), name, seeds(), [*targets.TARGETS])
        limits = [f"-runs={runs}"] if runs else []
        limits += [f"-max_total_time={seconds}"] if seconds else []
        options = [*limits, "-seed=1", f"-max_len={LONGEST}", f"-timeout={SLOW_S}"]
        options += [f"-artifact_prefix={found}/{name}-", "-rss_limit_mb=4096", "-verbosity=1"]
        atheris.Setup([sys.argv[0], *options, folder], getattr(targets, name))
        atheris.Fuzz()
    return 0


def put(folder: Path, name: str, all_seeds: dict[str, list[bytes]], order: list[str]) -> None:
    """Write the seeds of a target into a folder; of all, each behind the byte that chooses it."""
    for target, known in all_seeds.items():
        if name in (target, "every"):
            first = bytes([order.index(target)]) if name == "every" else b""
            for n, data in enumerate(known):
                (folder / f"{target}-{n}").write_bytes(first + data)


if __name__ == "__main__":
    sys.exit(main())
