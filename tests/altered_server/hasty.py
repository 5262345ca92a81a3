"""A server that answers before it commits: `python -m tests.altered_server.hasty serve`.

On a disk where a commit takes a while, a kill between answer and commit loses what was answered.
"""

import time
from concurrent.futures import Future
from typing import Any

from server.__main__ import main
from server.schema import Connection
from server.writer import Job, Writer

COMMIT_TAKES_S = 0.1
soon = Writer.soon


def answered_at_once(self: Writer, job: Job[Any]) -> Future[Any]:
    """Queue a job whose caller hears of it inside the transaction."""
    told: Future[Any] = Future()

    def hasty(db: Connection) -> None:
        try:
            told.set_result(job(db))
        except Exception as problem:
            told.set_exception(problem)
            raise
        time.sleep(COMMIT_TAKES_S)

    soon(self, hasty)
    return told


Writer.soon = answered_at_once  # type: ignore[method-assign,assignment]

if __name__ == "__main__":
    main()
