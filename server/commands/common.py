"""What commands say alike: the settings, and what went wrong."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import click

from server.app import open_database
from server.config import Settings, settings_from
from server.schema import DatabaseError, UnsoundSQLite
from server.writer import Writer


class Stop(click.ClickException):
    """Ends a command with exit code 1: what happened, what is safe, what to do next."""

    def __init__(self, what: str, safe: str, next: str) -> None:
        super().__init__(f"{what}\n{safe}\n{next}")


def settings(**given: Any) -> Settings:
    """Return the settings of the environment, with what the command line says instead.

    Without a ROUNDS_URL the address follows host and port. Raises ConfigProblem.
    """
    found = settings_from()
    chosen = replace(found, **{name: said for name, said in given.items() if said is not None})
    if "url" not in given and found.url == _own_address(found):
        return replace(chosen, url=_own_address(chosen))
    return chosen


def _own_address(settings: Settings) -> str:
    return f"http://{settings.host}:{settings.port}"


@contextmanager
def writing(settings: Settings) -> Iterator[Writer]:
    """Open the database, made when absent, and its writer; close both. Raises Stop."""
    with database_problems(settings.db):
        settings.db.parent.mkdir(parents=True, exist_ok=True)
        writer = Writer(open_database(settings))
        try:
            yield writer
        finally:
            writer.close()


@contextmanager
def database_problems(db: Path) -> Iterator[None]:
    """Say in words what SQLite or the disk objects to. Raises Stop."""
    try:
        yield
    except UnsoundSQLite as problem:
        _stop(str(problem), "No data was touched.", "`make setup` brings a sound SQLite.")
    except DatabaseError as problem:
        _stop(
            f"{db} cannot be used: {problem}.",
            "It was not changed.",
            "Name another file with --db, or put a backup in its place.",
        )
    except OSError as problem:
        _stop(
            f"{problem.filename or db}: {problem.strerror}.",
            "Nothing was changed.",
            "Look at the path and who may write there, or name another file with --db.",
        )


def _stop(what: str, safe: str, next: str) -> NoReturn:
    raise Stop(what, safe, next) from None
