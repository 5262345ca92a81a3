"""rounds keys: what phones seal to."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click

from server.access.keys import BadKeys, Key, keys_beside, path_beside, rotate
from server.commands.common import Stop, database_problems, settings
from server.commands.database import database_option
from server.ids import now_ms


@click.command()
@click.argument("what", type=click.Choice(["list", "rotate"]))
@database_option
def keys(what: str, db: Path) -> None:
    """Show the server's keys, or put a new one into use.

    Phones seal what they send to the server's key, so that whoever carries it cannot read it. The
    keys stand in a file beside the database, rounds.keys, which only its owner may read. Whoever
    has that file and a sealed record can read it; without it, records that are still on phones
    have to be sealed anew.

    \b
      list    show them, the one in use last
      rotate  put a new key into use; phones hear of it at their next exchange

    A key that was replaced stays, because phones come back after weeks with what they sealed to
    it. A running server notices by itself.
    """
    chosen = settings(db=db)
    if not chosen.db.is_file():
        raise click.ClickException(f"There is no file {chosen.db}. Name another with --db.")
    with database_problems(chosen.db), key_problems():
        all_keys = keys_beside(chosen.db).all
        if what == "rotate":
            key = rotate(path_beside(chosen.db), now_ms())
            click.echo(f"New key in use: {key.id}. {len(all_keys)} older kept.")
            click.echo(
                "Make a backup now: only a backup that holds this key can open what it gets."
            )
            return
    for key in all_keys:
        click.echo(_line(key, key is all_keys[-1]))


@contextmanager
def key_problems() -> Iterator[None]:
    """Say in words that a file holds no keys. Raises Stop."""
    try:
        yield
    except BadKeys as problem:
        raise Stop(
            f"{problem}.",
            "Nothing was changed.",
            "Put the file from a backup in its place, or move it away: then a new key is made.",
        ) from None


def _line(key: Key, is_current: bool) -> str:
    made = datetime.fromtimestamp(key.stored.made_at / 1000, UTC).date()
    return f"{key.id}  made {made}  {'in use' if is_current else 'kept'}"
