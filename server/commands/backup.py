"""rounds backup: one file that brings everything back."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from server.backups import age
from server.backups.archive import BadBackup
from server.backups.checking import Damaged
from server.backups.files import InUse
from server.backups.making import make_backup, note_backup
from server.commands.common import Stop, database_problems, settings, writing
from server.commands.database import database_option
from server.commands.keys import key_problems
from server.ids import now_ms


@click.command()
@click.option(
    "--to",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where it is put. [default: a folder backups beside the database's folder]",
)
@click.option(
    "--age",
    "recipients",
    multiple=True,
    metavar="PUBLIC-KEY",
    help="Encrypt it to this age1… or ssh-… public key. May be repeated.",
)
@database_option
def backup(folder: Path | None, recipients: tuple[str, ...], db: Path) -> None:
    """Make a backup, also beside a running server.

    One file with everything: the database as it stands at one moment, the server's keys and
    secret, and the list of what was erased. It is checked before it gets its name. Only then are
    phones told that they need not keep what it holds.

    Copy the file to another machine. Whoever can read it can read everything, unless it was
    encrypted with --age. `rounds restore FILE` brings it back.
    """
    chosen = settings(db=db)
    if not chosen.db.is_file():
        raise click.ClickException(f"There is no file {chosen.db}. Name another with --db.")
    try:
        keys = [age.recipient(text) for text in recipients]
    except age.AgeProblem as problem:
        raise click.BadParameter(str(problem), param_hint="--age") from None
    folder = folder or chosen.db.absolute().parent.parent / "backups"
    with database_problems(chosen.db), key_problems(), backup_problems(chosen.db):
        made = make_backup(chosen.db, folder, keys, now_ms())
    with writing(chosen) as writer:
        is_noted = writer.soon(lambda db: note_backup(db, made.listed)).result()
    click.echo(f"{made.path}: {made.listed.seq:,} saves, checked.")
    click.echo(f"Audit log up to {made.listed.audit}; `rounds audit verify --head` asks for it.")
    if not is_noted:
        click.echo("The database was replaced meanwhile: phones go on keeping what they sent.")
    if not keys:
        click.echo("It is not encrypted: whoever can read this file can read everything in it.")
    click.echo("Copy it to another machine; a backup beside the server burns with it.")


@contextmanager
def backup_problems(db: Path) -> Iterator[None]:
    """Say in words why no backup was made. Raises Stop."""
    try:
        yield
    except InUse:
        raise Stop(
            f"Another backup of {db} is being made.",
            "It goes on.",
            "Wait until it is done.",
        ) from None
    except BadBackup as problem:
        raise Stop(
            f"What was written could not be read back: {problem}.",
            "No backup was made, and older ones were left alone.",
            "Look at the disk, or choose another folder with --to.",
        ) from None
    except Damaged as problem:
        raise Stop(
            f"{db} is damaged: {problem}.",
            "No backup was made, and older ones were left alone.",
            "`rounds check` lists everything; keep this file and restore an older backup.",
        ) from None
