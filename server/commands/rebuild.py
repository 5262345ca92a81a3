"""rounds rebuild: the tables made anew from the log."""

from pathlib import Path

import click

from server.commands.database import database_option, open_existing
from server.ids import now_ms
from server.ledger.rebuild import rebuild as rebuild_tables
from sync.kinds import load_kinds


@click.command()
@database_option
def rebuild(db: Path) -> None:
    """Make every table anew from the log of saves.

    Needed only when `rounds check` says that tables differ; `serve` does it by itself after an
    update that changed them. The log itself is never changed.
    Stop the server first. Phones load their lists anew afterwards; their work stays theirs.
    """
    connection = open_existing(db)
    try:
        count = rebuild_tables(connection, load_kinds(), now_ms())
    finally:
        connection.close()
    click.echo(f"{db}: tables made anew from {count} saves.")
