"""rounds keys: the keys that phones seal to."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click

from server.access.keys import BadKeys, add, keys_beside, path_beside, read_keys, rotate
from server.commands.common import Stop, database_problems, settings, writing
from server.commands.database import database_option
from server.config import Settings
from server.ids import now_ms
from server.ledger.waiting import open_waiting
from sync.kinds import load_kinds


@click.command()
@click.argument("what", type=click.Choice(["list", "rotate", "add"]))
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
@database_option
def keys(what: str, file: Path | None, db: Path) -> None:
    """Show the server's keys, put a new one into use, or put an old one back.

    Phones seal what they send to the server's key, so that whoever carries it cannot read it. The
    keys stand in a file beside the database, rounds.keys, which only its owner may read. Whoever
    has that file can read sealed records; without it, what phones have sealed must be sealed anew.

    \b
      list      show them, the one in use last
      rotate    put a new key into use; phones hear of it at their next exchange
      add FILE  put back the keys of an older rounds.keys file, and open what waits for them

    A key that was replaced stays, because phones come back after weeks with what they sealed to
    it. A running server notices by itself.
    """
    if (what == "add") != (file is not None):
        raise click.UsageError("`rounds keys add` takes a FILE; list and rotate take none.")
    chosen = settings(db=db)
    if not chosen.db.is_file():
        raise click.ClickException(f"There is no file {chosen.db}. Name another with --db.")
    with database_problems(chosen.db), key_problems():
        if file is not None:
            _add(chosen, file)
        elif what == "rotate":
            _rotate(chosen)
        else:
            _list(chosen)


def _list(chosen: Settings) -> None:
    keys = keys_beside(chosen.db)
    for key in keys.all:
        made = datetime.fromtimestamp(key.stored.made_at / 1000, UTC).date()
        click.echo(f"{key.id}  made {made}  {'in use' if key.id == keys.current.id else 'kept'}")


def _rotate(chosen: Settings) -> None:
    older = len(keys_beside(chosen.db).all)
    key = rotate(path_beside(chosen.db), now_ms())
    click.echo(f"New key in use: {key.id}. Older keys kept: {older}.")
    click.echo("Make a backup now: `rounds backup`. One from before does not hold this key.")


def _add(chosen: Settings, file: Path) -> None:
    keys = keys_beside(chosen.db)
    added = [key.id for key in add(path_beside(chosen.db), read_keys(file))]
    # Also for keys that were here already: an earlier attempt may have been cut short.
    ids = [key.id for key in keys.all]
    with writing(chosen) as writer:
        found = writer.soon(lambda db: open_waiting(db, load_kinds(), keys, ids)).result()
    click.echo(f"Keys added: {', '.join(added) or 'none, all were here already'}.")
    click.echo(f"Sealed records opened: {found.opened}. Still closed: {found.waiting}.")


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
