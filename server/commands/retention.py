"""rounds retention: how long conversations are kept, and purging what is over."""

from datetime import UTC, datetime
from pathlib import Path

import click

from server.access import audit, purging
from server.commands.common import Stop, database_problems, settings, writing
from server.commands.database import database_option, open_existing
from server.commands.erasing import leave_no_byte
from server.config import Settings
from server.ids import now_ms
from server.ledger.facts import SERVER
from server.reports import retention as kept
from server.schema import Connection
from server.writer import Writer
from sync.kinds import load_kinds

WHO = audit.Who(SERVER, SERVER)


@click.command()
@click.option(
    "--preview", is_flag=True, help="Count what would go. Reads the log, changes nothing."
)
@click.option("--purge", metavar="ID", help="Erase the conversations of a campaign that is due.")
@click.option("--purge-due", is_flag=True, help="Those of every campaign that is due.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@database_option
def retention(preview: bool, purge: str | None, purge_due: bool, yes: bool, db: Path) -> None:
    """Show how long each campaign's conversations are kept, and erase what is over.

    A coordinator sets the day for each campaign at the desk, under Privacy. Nothing is erased by
    itself, unless you let a timer run `rounds retention --purge-due --yes`.

    Goes: the campaign's conversations, also undone and held ones, and the promises made in them
    that are kept or dropped. Stays: people's own records, do not contact, consent, open promises,
    and how many conversations there were. The file is written anew afterwards.
    """
    if purge and purge_due:
        raise click.UsageError("--purge or --purge-due, not both.")
    chosen = settings(db=db)
    if not chosen.db.is_file():
        raise click.ClickException(f"There is no file {chosen.db}. Name another with --db.")
    today = datetime.now(UTC).astimezone(chosen.zone).date()
    with database_problems(chosen.db):
        connection = open_existing(chosen.db)
        try:
            clocks = kept.clocks(connection)
        finally:
            connection.close()
        due = [clock for clock in clocks if clock.is_due(today)]
        if not (purge or purge_due):
            for clock in clocks:
                _show(chosen, clock, clock in due, preview)
            if not clocks:
                click.echo("No campaign yet.")
            return
        wanted = [clock for clock in due if purge_due or clock.id == purge]
        if purge and not wanted:
            raise Stop(
                f"No campaign with the ID “{purge}” is due.",
                "Nothing was erased.",
                "`rounds retention` lists them; the day is set at the desk, under Privacy.",
            )
        with writing(chosen) as writer:
            for clock in wanted:
                _purge(writer, clock, today.isoformat(), yes)
            if wanted:
                leave_no_byte(chosen, writer)
    click.echo(f"{len(wanted)} purged." if wanted else "Nothing is due.")


def _show(chosen: Settings, clock: kept.Clock, is_due: bool, preview: bool) -> None:
    until = f"kept until {clock.keep_until}" if clock.keep_until else "no day set"
    state = ", due" if is_due else ""
    click.echo(f"{clock.id}  {_name(clock)}: {clock.talks:,} conversations, {until}{state}")
    if clock.purged:
        click.echo(f"    {clock.purged_talks:,} were erased on {clock.purged}")
    if preview:
        connection = open_existing(chosen.db)
        try:
            click.echo(f"    {_told(kept.goes(connection, clock.id))}")
        finally:
            connection.close()


def _purge(writer: Writer, clock: kept.Clock, today: str, yes: bool) -> None:
    goes = writer.soon(lambda db: kept.goes(db, clock.id)).result()
    click.echo(f"{_name(clock)}: {_told(goes)}")
    if not yes:
        click.confirm("Erase them?", abort=True)
    for piece in purging.pieces(goes.records):

        def erase(db: Connection, piece: purging.Records = piece) -> None:
            purging.purge_piece(db, load_kinds(), WHO, clock.id, piece, now_ms())

        writer.soon(erase).result()
    people = len(goes.people)
    writer.soon(
        lambda db: purging.note_purge(
            db, load_kinds(), clock.id, today, goes.talks, people, now_ms()
        )
    ).result()


def _told(goes: kept.Goes) -> str:
    return (
        f"{goes.talks:,} conversations with {len(goes.people):,} people and "
        f"{goes.promises:,} promises would go; {goes.open_promises:,} open promises stay"
    )


def _name(clock: kept.Clock) -> str:
    return clock.names.get("en") or next(iter(clock.names.values()), clock.id)
