"""rounds restore: a server brought back from a backup."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from server.backups import age
from server.backups.archive import BadBackup
from server.backups.files import InUse
from server.backups.restoring import restore_backup
from server.commands.common import Stop, database_problems, settings
from server.commands.database import database_option
from server.commands.one_server import the_only_server
from server.ids import now_ms

FILE = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.argument("file", type=FILE)
@click.option("--identity", type=FILE, help="The age identity (or ssh key) that opens it.")
@click.option("--force", is_flag=True, help="Move a database that stands there aside.")
@database_option
def restore(file: Path, identity: Path | None, force: bool, db: Path) -> None:
    """Bring a server back from a backup. Stop the server first.

    Checks the whole backup before it changes anything. A database that stands in the way stays,
    and with --force it is moved aside under another name. Phones hear that the past is another
    one, and send again whatever the backup missed. What was erased since stays erased, phones
    that were signed out since stay signed out, and open invitations end.
    """
    chosen = settings(db=db)
    if chosen.db.exists() and not force:
        raise Stop(
            f"There is a database at {chosen.db}.",
            "Nothing was changed.",
            "With --force it is moved aside, not deleted; or name another place with --db.",
        )
    with database_problems(file), restore_problems(file, chosen.db), the_only_server(chosen.db):
        keys = age.identities(identity) if identity else []
        found = restore_backup(file, chosen.db, keys, now_ms())
    click.echo(f"{chosen.db}: {found.listed.seq:,} saves, as of the backup.")
    if found.aside:
        click.echo(f"What stood there is {found.aside}. Delete it once you are sure.")
    click.echo(
        "Start the server. Phones send again what the backup missed, at their next exchange."
    )
    click.echo("Phones that joined after the backup ask for a new link; their work waits on them.")


@contextmanager
def restore_problems(file: Path, db: Path) -> Iterator[None]:
    """Say in words why nothing was restored. Raises Stop."""
    try:
        yield
    except InUse:
        raise Stop(
            f"Something has {db} open.",
            "Nothing was changed.",
            "Stop the server and every other rounds command first.",
        ) from None
    except BadBackup as problem:
        raise Stop(
            f"{file} is no whole backup: {problem}.",
            "Nothing was changed.",
            "Take another backup, or fetch this one again from where it was copied to.",
        ) from None
    except age.AgeProblem as problem:
        raise Stop(
            f"{problem}.",
            "Nothing was changed.",
            "An encrypted backup needs --identity: the file with the key it was encrypted to.",
        ) from None
