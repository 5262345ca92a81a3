"""rounds serve: run the server."""

import errno
import gc
import logging
import signal
import socket
from pathlib import Path

import click
import uvicorn

from server.app import create_app, open_database
from server.commands.common import Stop, database_problems, settings
from server.commands.database import database_option
from server.commands.one_server import the_only_server
from server.config import VARIABLES, Settings
from server.ids import now_ms
from server.schema import Connection
from sync.rules import UNCERTAIN_MS

STOPS_AFTER_S = 10
# A strike comes back to one server within a second.
BACKLOG = 4096
WIDEST = max(map(len, VARIABLES))
ENVIRONMENT = "\n".join(f"  {name:{WIDEST}}  {says}" for name, says in VARIABLES.items())
HELP = f"""Run the server.

One process, one worker: phones and desks share one writer. For anybody but yourself put a proxy
with TLS in front of it, and set ROUNDS_URL to the address people open. Ctrl-C or SIGTERM
finishes what has begun and stops.

\b
Settings, all from the environment:
{ENVIRONMENT}
"""


@click.command(help=HELP)
@click.option("--port", type=click.IntRange(1, 65535), help="The port. [default: ROUNDS_PORT]")
@click.option("--host", help="The address to listen on. [default: ROUNDS_HOST]")
@database_option
def serve(port: int | None, host: str | None, db: Path) -> None:
    """Run the server until it is told to stop."""
    chosen = settings(db=db, port=port, host=host)
    with the_only_server(chosen.db):
        with database_problems(chosen.db):
            opened = open_database(chosen)
            slow_ms = behind_ms(opened, now_ms())
            opened.close()
        if slow_ms > UNCERTAIN_MS:
            click.echo(_set_the_clock(slow_ms), err=True)
        with bound(chosen) as listening:
            click.echo(f"Rounds is at {chosen.url}, its data in {chosen.db}. Stop with Ctrl-C.")
            run(chosen, listening)


def run(settings: Settings, listening: socket.socket) -> None:
    """Serve on a socket until told to stop. Raises Stop."""
    server = uvicorn.Server(configuration(settings))
    # What stands for as long as the server does is not looked through again for garbage, and what
    # a push makes lives no longer than the push.
    gc.freeze()
    gc.set_threshold(200_000, 20, 50)
    # uvicorn finishes what has begun, then raises the signal again: that is no failure.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        server.run(sockets=[listening])
    except KeyboardInterrupt:
        click.echo("\nStopped. Everything that was answered is on disk.")
    if not server.started:
        raise Stop(
            "The server did not start; the lines above say why.",
            "Nothing was changed.",
            "`rounds check` looks whether the database is whole.",
        )


def behind_ms(db: Connection, now: int) -> int:
    """Return how long before the last save that arrived this machine's clock stands; 0 if after."""
    row = db.execute("SELECT received_at FROM save ORDER BY seq DESC LIMIT 1").fetchone()
    return max(0, row["received_at"] - now) if row else 0


def _set_the_clock(slow_ms: int) -> str:
    minutes = slow_ms // 60_000
    return (
        f"This machine's clock stands {minutes:,} minutes before the last save that arrived. "
        "Nothing is lost, and nothing is refused; but times will be marked as uncertain. "
        "Set the clock, and let it be kept (ntp)."
    )


def bound(settings: Settings) -> socket.socket:
    """Return a socket on the address to listen on. Raises Stop."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host, settings.port))
        listening.listen(BACKLOG)
    except OSError as problem:
        listening.close()
        raise _cannot_listen(settings, problem) from None
    return listening


def configuration(settings: Settings) -> uvicorn.Config:
    """Return how uvicorn runs: no access log, because addresses and ids are personal data."""
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s", level=logging.WARNING)
    return uvicorn.Config(
        create_app(settings),
        lifespan="on",
        ws="none",
        workers=1,
        access_log=False,
        log_config=None,
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=STOPS_AFTER_S,
    )


def _cannot_listen(settings: Settings, problem: OSError) -> Stop:
    where = f"{settings.host} port {settings.port}"
    if problem.errno == errno.EADDRINUSE:
        return Stop(
            f"Something is already listening on {where}, perhaps Rounds itself.",
            "Nothing was changed.",
            f"Stop it, or choose another port: --port {settings.port % 65535 + 1}",
        )
    return Stop(
        f"Cannot listen on {where}: {problem.strerror or problem}.",
        "Nothing was changed.",
        "Choose another --host or --port; ports below 1024 need rights of their own.",
    )
