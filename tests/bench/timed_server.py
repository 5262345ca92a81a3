"""`rounds serve` as it is, with a clock around its app.

Every answer says in Server-Timing how long the app worked on it: from the request's head to the
first byte of the answer, so with body, database and packing, without uvicorn's reading and writing.
"""

import time
from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

import server.commands.serve as serving
from server.config import Settings


class Timed:
    """An app with a clock around it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on; write on the answer how long it took."""
        start = time.perf_counter()

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                took_ms = (time.perf_counter() - start) * 1000
                timing = (b"server-timing", b"app;dur=%.3f" % took_ms)
                message = {**message, "headers": [*message["headers"], timing]}
            await send(message)

        await self._app(scope, receive, answer)


def timed(make: Callable[[Settings], ASGIApp]) -> Callable[[Settings], ASGIApp]:
    """Return a maker of apps that have a clock."""
    return lambda settings: Timed(make(settings))


if __name__ == "__main__":
    serving.create_app = timed(serving.create_app)  # type: ignore[assignment]
    serving.serve()
