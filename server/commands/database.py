"""What the commands share: which file, opened with care."""

from pathlib import Path

import click

from server.config import settings_from
from server.schema import Connection, DatabaseError, connect, prepare
from sync.kinds import load_kinds

database_option = click.option(
    "--db",
    type=click.Path(path_type=Path, dir_okay=False),
    default=lambda: settings_from().db,
    show_default="$ROUNDS_DB or var/rounds.db",
    help="The SQLite file.",
)


def open_existing(path: Path) -> Connection:
    """Open a database that must be there. Ends the command with a sentence if it is not."""
    if not path.is_file():
        raise click.ClickException(f"There is no file {path}. Name another with --db.")
    try:
        db = connect(path)
        prepare(db, load_kinds())
    except DatabaseError as problem:
        message = f"{path} is no database of Rounds: {problem}. It was not changed."
        raise click.ClickException(message) from None
    return db
