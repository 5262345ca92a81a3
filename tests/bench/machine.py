"""On what it was measured: facts without names, addresses or paths."""

import os
import platform
import subprocess
import time
from pathlib import Path
from statistics import median

from pysqlite3 import sqlite_version

from tests.bench.figures import Json

SYNCS = 300
PAGE = b"x" * 4096


def facts(folder: Path) -> Json:
    """Return the facts of this machine; `folder` is where the databases lie."""
    waits_ms = sync_waits_ms(folder)
    return {
        "cores": os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9),
        "system": f"{platform.system()} {platform.release().split('-')[0]}",
        "python": platform.python_version(),
        "sqlite": sqlite_version,
        "node": _node(),
        "filesystem": filesystem_of(folder),
        "fdatasync_4kB_ms_median": round(median(waits_ms), 3),
        "fdatasync_4kB_ms_p99": round(sorted(waits_ms)[int(SYNCS * 0.99)], 3),
        "load_at_start": round(os.getloadavg()[0], 2),
    }


def sync_waits_ms(folder: Path) -> list[float]:
    """Return how long the disk takes to say that 4 kB are on it, many times."""
    path = folder / "sync.probe"
    file = os.open(path, os.O_RDWR | os.O_CREAT)
    waits = []
    for turn in range(SYNCS):
        os.pwrite(file, PAGE, len(PAGE) * (turn % 64))
        start = time.perf_counter()
        os.fdatasync(file)
        waits.append((time.perf_counter() - start) * 1000)
    os.close(file)
    path.unlink()
    return waits


def filesystem_of(folder: Path) -> str:
    """Return the type of the file system a folder is on."""
    mounts = (line.split() for line in Path("/proc/self/mounts").read_text().splitlines())
    found = [(len(at), kind) for _, at, kind, *_ in mounts if folder.resolve().is_relative_to(at)]
    return max(found)[1]


def _node() -> str:
    try:
        said = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True)
    except FileNotFoundError:
        return "absent"
    return said.stdout.strip().removeprefix("v")
