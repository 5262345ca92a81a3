"""A real `rounds serve` in a process of its own, that tests may kill and start again."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path

from tests.warm_server import Forked

BETWEEN_LOOKS_S = 0.01  # so that looking does not take the starting server's processor


class StandingServer:
    """Serves one database file on one port, over as many lives as a test needs.

    `module` is what is run instead of the product: one of tests/altered_server/. `environment`
    is what its process gets besides the settings, `host` the name people reach it by: browsers
    make passkeys at localhost, and none at 127.0.0.1. A warm one is the product, started sooner.
    """

    def __init__(
        self,
        db: Path,
        module: str = "server",
        host: str = "127.0.0.1",
        *,
        is_warm: bool = False,
        **environment: str,
    ) -> None:
        self.db = db
        self.module = module
        self.is_warm = is_warm
        self.environment = environment
        self.port = _free_port()
        self.url = f"http://{host}:{self.port}"
        self._process: subprocess.Popen[bytes] | Forked | None = None

    def start(self) -> None:
        """Start, and return once it answers."""
        self.launch()
        self.wait_until_it_answers()

    def launch(self) -> None:
        """Start its process, in a group of its own, and do not wait."""
        environment = {
            **os.environ,
            **self.environment,
            "ROUNDS_DB": str(self.db),
            "ROUNDS_PORT": str(self.port),
            "ROUNDS_URL": self.url,
        }
        log = self.db.with_suffix(".log")
        with log.open("ab") as open_log:
            if self.is_warm and self.module == "server":
                self._process = Forked(environment, str(log))
                return
            self._process = subprocess.Popen(
                [sys.executable, "-m", self.module, "serve"],
                env=environment,
                stdout=open_log,
                stderr=open_log,
                start_new_session=True,
            )

    def wait_until_it_answers(self) -> None:
        """Return once it answers. Raises RuntimeError with what it printed if it ended."""
        while not self._answers():
            if self._process is None or self._process.poll() is not None:
                raise RuntimeError(self.log())
            time.sleep(BETWEEN_LOOKS_S)

    @property
    def pid(self) -> int:
        """The process id of the one that serves."""
        assert self._process is not None
        return self._process.pid

    def kill(self) -> None:
        """End it as a power cut would, and every process it had started."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def kill_only_itself(self) -> None:
        """End it as a system short of memory would: what it had started may live on."""
        os.kill(self.pid, signal.SIGKILL)
        if self._process is not None:
            self._process.wait()

    def stop(self) -> int:
        """Ask it to end in good order, and return its exit code."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        code = self._process.wait()
        self.kill()
        return code

    def log(self) -> str:
        """Return what it printed so far."""
        return self.db.with_suffix(".log").read_text()

    def _answers(self) -> bool:
        try:
            urllib.request.urlopen(f"{self.url}/health", timeout=0.5).close()
            return True
        except urllib.error.HTTPError as answer:
            answer.close()
            return True  # also a server that cannot write has started
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
