"""The one Node process of a run, spoken to in lines of JSON. Its other end: node/main.js."""

import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any

MAIN = Path(__file__).parent / "node" / "main.js"
FLAGS = (
    "--experimental-vm-modules",  # each tab has modules of its own
    "--no-compilation-cache",  # which would keep the modules of dead tabs
    "--max-old-space-size=600",  # else a gigabyte of dead tabs lies about
    "--no-warnings",
)
COMMAND = ("node", *FLAGS, str(MAIN))
LAST_WORDS = 4000  # characters of stderr in a message


class NodeProblem(Exception):
    """Node died, or was asked what it cannot do, or a phone's code threw what nobody caught."""


class NodeProcess:
    """Starts when it is first asked. Python writes a line, then reads one: neither waits twice."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self.alive: dict[str, bool] = {}  # phone -> whether it runs, as of the last reply

    def ask(self, asked: list[Any]) -> list[dict[str, Any]]:
        """Return a reply to each [now_ms, what, phone, …], in this order. Raises NodeProblem."""
        process = self._running()
        try:
            print(json.dumps(asked), file=process.stdin, flush=True)
            line = process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            raise NodeProblem(f"Node ended with {process.wait()}: {self._last_words()}")
        replies: list[dict[str, Any]] = json.loads(line)
        for reply in replies:
            self.alive.update(reply.get("alive", {}))
            if reply.get("troubles") or "crash" in reply:
                raise NodeProblem(reply.get("crash") or "\n".join(reply["troubles"]))
        return replies

    def kill(self) -> None:
        """Let it die at once; what is asked then says so."""
        self._running().kill()

    def close(self) -> None:
        """End it."""
        process, self._process = self._process, None
        if process is not None:
            process.communicate()
            self._stderr.close()

    def _running(self) -> subprocess.Popen[str]:
        if self._process is None:
            # A file: a pipe that nobody reads would fill up and stop Node.
            self._stderr = tempfile.TemporaryFile("w+")  # noqa: SIM115 it lives as long as Node
            pipe = subprocess.PIPE
            self._process = subprocess.Popen(
                COMMAND, stdin=pipe, stdout=pipe, stderr=self._stderr, text=True
            )
        return self._process

    def _last_words(self) -> str:
        self._stderr.seek(0)
        return self._stderr.read()[-LAST_WORDS:]
