"""The app: a constructor and a list of routes."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

from brotli_asgi import BrotliMiddleware
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from server.access.challenges import Challenges
from server.access.keys import keys_beside
from server.access.limits import Limit
from server.access.pace import Pace
from server.access.rooms import Rooms
from server.access.unsealing import Unsealer
from server.config import Settings, secret_beside
from server.ids import now_ms
from server.ledger.facts import SERVER
from server.ledger.rebuild import keep_current
from server.pages import routes as desk
from server.problems import Problem, answer
from server.reader import Reader
from server.routes import join, phone, sync
from server.routes.turns import Turns
from server.schema import Connection, DatabaseError, connect, prepare
from server.security import Security
from server.writer import Busy, Writer
from sync.kinds import load_kinds

LARGEST_BODY = 2_000_000
# Wrong codes from one address: a line of fifty people with cold thumbs has twice that few.
MOST_GUESSES, GUESSES_MS = 200, 10 * 60_000
log = logging.getLogger("rounds")


def create_app(settings: Settings) -> Starlette:
    """Return the app on the settings' database, which is made when absent."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        open_rooms(app, settings)
        yield
        app.state.writer.close()
        app.state.reader.close()
        app.state.unsealer.close()

    app = App(
        routes=routes(settings),
        middleware=[
            # A tenth more bytes than quality 4 in a seventh of the time; without br it is gzip.
            Middleware(BrotliMiddleware, quality=1, minimum_size=500),
        ],
        exception_handlers={
            Problem: on_problem,
            Busy: on_busy,
            HTTPException: on_http,
            DatabaseError: on_database,
            Exception: on_broken,
        },
        lifespan=lifespan,
        max_body_size=LARGEST_BODY,
    )
    app.is_secure = settings.is_secure
    return app


class App(Starlette):
    """Starlette, with what is said to browsers around everything: also around its own limits."""

    is_secure = False

    def build_middleware_stack(self) -> ASGIApp:
        """Return all of it, security outermost."""
        return Security(super().build_middleware_stack(), self.is_secure)


def routes(settings: Settings) -> list[BaseRoute]:
    """Return every route of the server, its table of contents."""
    return [
        Route("/health", health),
        *sync.ROUTES,
        *join.ROUTES,
        *desk.ROUTES,
        *phone.routes(settings),  # the last of these matches every path
    ]


def open_rooms(app: Starlette, settings: Settings) -> None:
    """Open the database and put what routes share on the app's state."""
    settings.db.parent.mkdir(parents=True, exist_ok=True)
    app.state.settings = settings
    app.state.kinds = load_kinds()
    app.state.secret = secret_beside(settings.db)
    app.state.keys = keys_beside(settings.db)
    app.state.unsealer = Unsealer(app.state.keys)
    app.state.writer = Writer(open_database(settings))
    app.state.reader = Reader(settings.db)
    app.state.challenges = Challenges()
    app.state.guesses = Limit(MOST_GUESSES, GUESSES_MS)
    app.state.rooms = Rooms()
    app.state.pace = Pace()
    app.state.turns = Turns(app.state.writer, app.state.reader, app.state.kinds)


def open_database(settings: Settings) -> Connection:
    """Return the write connection of a database brought to today's schema."""
    db = connect(settings.db)
    prepare(db, load_kinds())
    keep_current(db, load_kinds(), now_ms())
    db.execute(
        "INSERT OR IGNORE INTO device (id, volunteer, kind, made_at) VALUES (?, ?, ?, ?)",
        (SERVER, SERVER, SERVER, 0),
    )
    return db


async def health(request: Request) -> Response:
    """Whether the server can write, for a supervisor."""
    state = request.app.state
    now = now_ms()
    # A real write: an empty transaction also succeeds on a full disk.
    seen = ("UPDATE device SET seen_at = ? WHERE id = ?", (now, SERVER))
    await state.writer.run(lambda db: db.execute(*seen).rowcount)
    return JSONResponse({"ok": True, "now": now}, headers={"Cache-Control": "no-store"})


async def on_problem(request: Request, problem: Exception) -> Response:
    """Answer a problem in words."""
    return answer(request, cast(Problem, problem))


async def on_busy(request: Request, problem: Exception) -> Response:
    """The queue is full; every phone keeps its work and asks again."""
    return answer(request, Problem("busy", retry_after_s=cast(Busy, problem).retry_after_s))


async def on_http(request: Request, problem: Exception) -> Response:
    """Starlette's own errors, in our words."""
    status = cast(HTTPException, problem).status_code
    code = {404: "not_found", 405: "wrong_method", 413: "too_large"}.get(status, "not_understood")
    return answer(request, Problem(code))


async def on_database(request: Request, problem: Exception) -> Response:
    """A full disk is no fault of the phone's: it asks again later."""
    log.error("database: %s on %s", problem, request.url.path)
    return answer(request, Problem("no_room", retry_after_s=60))


async def on_broken(request: Request, problem: Exception) -> Response:
    """Whatever nobody thought of; logged without what was sent."""
    log.error("%s on %s", type(problem).__name__, request.url.path, exc_info=problem)
    return answer(request, Problem("broken"))
