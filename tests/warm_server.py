"""A process that has read the product's code and forks a server from itself at each request.

Most tests with a browser begin with a server; reading the code is four fifths of its start. What
runs in the copy is the same `rounds serve`. It has no thread and no open file yet when it forks.
"""

import json
import os
import subprocess
import sys
from functools import cache
from typing import Any


class Forked:
    """A server forked by `warm()`, with as much of Popen as tests need."""

    def __init__(self, environment: dict[str, str], log: str) -> None:
        self.pid: int = _ask("start", environment, log)
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Return its exit code, None while it runs."""
        return self._ended(os.WNOHANG)

    def wait(self) -> int:
        """Return its exit code once it ended."""
        code = self._ended(0)
        assert code is not None
        return code

    def send_signal(self, signal: int) -> None:
        """Send it a signal."""
        os.kill(self.pid, signal)

    def _ended(self, options: int) -> int | None:
        if self.returncode is None:
            self.returncode = _ask("ended", self.pid, options)
        return self.returncode


def _ask(*request: Any) -> Any:
    warm = _warm()
    assert warm.stdin
    assert warm.stdout
    warm.stdin.write(json.dumps(request) + "\n")
    warm.stdin.flush()
    return json.loads(warm.stdout.readline())


@cache
def _warm() -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.warm_server"]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def _serve_requests() -> None:
    """Answer until whoever asks has gone."""
    import uvloop  # noqa: F401

    from server.__main__ import main
    from server.routes.phone import shell

    for file in shell().values():
        _ = file.br  # so that not every copy packs the same files again
    for line in sys.stdin:
        what, *rest = json.loads(line)
        if what == "start":
            pid = os.fork()
            if pid == 0:
                _become_server(*rest)
                main(["serve"], prog_name="rounds")
            _lead_a_group(pid)
            print(pid, flush=True)
        else:
            pid, status = os.waitpid(*rest)
            print(json.dumps(os.waitstatus_to_exitcode(status) if pid else None), flush=True)


def _become_server(environment: dict[str, str], log: str) -> None:
    _lead_a_group(0)
    os.environ.clear()
    os.environ.update(environment)
    for number, flags in ((0, os.O_RDONLY), (1, os.O_WRONLY), (2, os.O_WRONLY)):
        file = os.open(os.devnull if number == 0 else log, flags | os.O_APPEND)
        os.dup2(file, number)
        os.close(file)


def _lead_a_group(pid: int) -> None:
    os.setpgid(pid, pid)  # asked for on both sides of the fork: whoever is first


if __name__ == "__main__":
    _serve_requests()
