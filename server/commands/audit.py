"""rounds audit: who looked at whom, and whether the log of it is whole."""

from datetime import UTC, datetime
from pathlib import Path

import click

from server.access import audit as log
from server.commands.common import database_problems, settings
from server.commands.database import database_option, open_existing
from server.config import Settings
from server.ledger.joins import members_with
from server.reports import names


@click.group()
def audit() -> None:
    """Show who looked at whom, or verify that nobody changed the log of it.

    Every page of the desk that shows people, every export and every erasure is noted: who, when,
    on which device, about which ids. Names stand nowhere in it. Each entry is bound to the one
    before, and the file refuses to change or drop any. Whoever may write to the file could still
    make the whole log anew; so `rounds backup` prints the log's head, and `verify --head` tells
    whether that head is still in it. `verify` and `show` take --db FILE.
    """


@audit.command()
@click.option("--head", "known", metavar="N:HASH", help="A head from before: is it still there?")
@database_option
def verify(known: str | None, db: Path) -> None:
    """Verify that the log is as it was written.

    Exit code 0: it is, and its head is printed. 1: it is not; the first broken link is named.
    """
    head = _head(known) if known else None
    connection = open_existing(db)
    try:
        connection.execute("BEGIN")
        found = list(log.faults(connection, head))
        last = log.head(connection)
    finally:
        connection.close()
    if found:
        click.echo(found[0])
        click.echo("Keep this file as it is, and compare it with the backups from before.")
        raise SystemExit(1)
    click.echo(f"{db}: {last.n:,} entries, each as it was written.")
    click.echo(f"Head: {last}")


@audit.command()
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="From this day on.")
@click.option("--person", metavar="ID", help="About this person, or by this volunteer.")
@click.option("--most", type=click.IntRange(1), default=200, show_default=True)
@database_option
def show(since: datetime | None, person: str | None, most: int, db: Path) -> None:
    """Show entries, the latest first: when, who, what, about how many and whom."""
    chosen = settings(db=db)
    from_ms = int(since.replace(tzinfo=chosen.zone).timestamp() * 1000) if since else 0
    with database_problems(chosen.db):
        connection = open_existing(chosen.db)
    try:
        connection.execute("BEGIN")
        ids = members_with(connection, person) if person else ()
        found = list(log.entries(connection, from_ms, ids, most))
        by = {("volunteer", entry.volunteer) for entry in found}
        named = names.names_of(connection, by, "en")
    finally:
        connection.close()
    for entry in found:
        who = named.get(("volunteer", entry.volunteer), entry.volunteer)
        click.echo(f"{_when(chosen, entry.at)}  {entry.what}  {who}  {_whom(entry)}")
    if not found:
        click.echo("Nothing is noted.")


def _when(chosen: Settings, ms: int) -> str:
    return f"{datetime.fromtimestamp(ms / 1000, UTC).astimezone(chosen.zone):%Y-%m-%d %H:%M}"


def _whom(entry: log.Entry) -> str:
    shown = " ".join(entry.ids[:5])
    more = entry.count - min(len(entry.ids), 5)
    return f"{shown} … {more:,} more" if more > 0 and shown else shown or f"{entry.count:,}"


def _head(text: str) -> log.Head:
    n, _, hash = text.partition(":")
    if not n.isdecimal() or len(hash) != 64:
        raise click.BadParameter("is no head; it looks like 12:9f0c…", param_hint="--head")
    return log.Head(int(n), hash)
