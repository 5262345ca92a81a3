"""The servers of one run, each a process of its own on this machine."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
POLL_S = 0.02
TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


class Server(NamedTuple):
    """A running server."""

    port: int
    pid: int

    def cpu_s(self) -> float:
        """Return the processor time it has used, with that of the processes it started."""
        return sum(_cpu_s(pid) for pid in (self.pid, *_children(self.pid)))


@contextmanager
def ours(db: Path) -> Iterator[Server]:
    """Serve a database as `rounds serve` does, with a clock around the app."""
    port = free_port()
    environment = {"ROUNDS_DB": str(db), "ROUNDS_PORT": str(port)}
    environment["ROUNDS_URL"] = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "tests.bench.timed_server"]
    with _running(command, port, "/health", environment) as server:
        yield server


@contextmanager
def bare_endpoint() -> Iterator[Server]:
    """Serve the endpoint that only reads JSON."""
    port = free_port()
    command = [sys.executable, "-m", "tests.bench.bare_endpoint", str(port)]
    with _running(command, port, "/", {}) as server:
        yield server


@contextmanager
def peer(folder: Path) -> Iterator[Server]:
    """Serve express-pouchdb on leveldb."""
    port = free_port()
    command = ["node", str(HERE / "peer" / "server.js"), str(folder), str(port)]
    with _running(command, port, "/__counts", {}) as server:
        yield server


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _running(
    command: list[str], port: int, path: str, environment: dict[str, str]
) -> Iterator[Server]:
    process = subprocess.Popen(
        command, env={**os.environ, **environment}, stdout=subprocess.DEVNULL
    )
    try:
        while not _answers(f"http://127.0.0.1:{port}{path}"):
            if process.poll() is not None:
                raise RuntimeError(f"{command} ended with {process.returncode}")
            time.sleep(POLL_S)  # leave it the processor it starts on
        yield Server(port, process.pid)
    finally:
        process.terminate()
        process.wait()


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=1):
            return True
    except urllib.error.HTTPError:
        return True
    except (urllib.error.URLError, TimeoutError, ConnectionError):
        return False


def _children(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in text.split()]


def _cpu_s(pid: int) -> float:
    # The name in brackets may hold blanks; utime and stime are the 14th and 15th fields.
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_A_SECOND
