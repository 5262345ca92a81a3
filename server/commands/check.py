"""rounds check: whether the file is whole."""

from pathlib import Path

import click

from server.access import audit
from server.commands.database import database_option, open_existing
from server.ledger.rebuild import faults
from server.schema import DatabaseError
from sync.kinds import load_kinds

MOST = 50


@click.command()
@database_option
def check(db: Path) -> None:
    """Verify the database: nothing in it was changed by hand or by a failing disk.

    Rebuilds every table from the log in memory and compares them cell by cell, verifies the
    digest of every stored save and the chain of the audit log, and asks SQLite for the file's
    integrity. Changes nothing.
    Exit code 0: all is as the log says. 1: it is not, and every difference is listed.
    """
    connection = open_existing(db)
    saves = 0
    found: list[str] = []
    try:
        connection.execute("BEGIN")  # one moment, also beside a running server
        saves = connection.execute("SELECT count(*) AS n FROM save").fetchone()["n"]
        found += faults(connection, load_kinds())
        found += audit.faults(connection)
    except DatabaseError as problem:
        found.append(f"SQLite: {problem}")
    finally:
        connection.close()
    for fault in found[:MOST]:
        click.echo(fault)
    if len(found) > MOST:
        click.echo(f"… and {len(found) - MOST} more")
    if found:
        click.echo(f"{db}: {len(found)} differences in {saves} saves. Nothing was changed.")
        click.echo("If only tables differ, `rounds rebuild` makes them anew from the log.")
        click.echo("If the log differs, keep this file and restore a backup beside it.")
        click.echo("If the audit log differs, keep this file and ask who may write to it.")
        raise SystemExit(1)
    click.echo(f"{db}: {saves} saves, every table as the log says.")
