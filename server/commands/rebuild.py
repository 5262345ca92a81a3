"""rounds rebuild: the tables made anew from the log."""

from pathlib import Path

import click

from server.commands.database import database_option, open_existing
from server.ids import new_id, now_ms
from server.ledger.rebuild import rebuild as rebuild_tables
from sync.kinds import load_kinds


@click.command()
@database_option
def rebuild(db: Path) -> None:
    """Make every table anew from the log of saves.

    Needed only when `rounds check` says that tables differ. The log itself is never changed.
    Stop the server first. Phones load their lists anew afterwards; their work stays theirs.
    """
    connection = open_existing(db)
    connection.execute("BEGIN IMMEDIATE")
    try:
        count = rebuild_tables(connection, load_kinds())
        epoch = new_id(now_ms())
        connection.execute("UPDATE meta SET value = ? WHERE name = 'epoch'", (epoch,))
        connection.execute("COMMIT")
    finally:
        connection.close()
    click.echo(f"{db}: tables made anew from {count} saves.")
