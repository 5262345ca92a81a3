"""rounds erase-person, rounds erase-volunteer: gone, to the last byte in the data folder."""

from collections.abc import Callable
from pathlib import Path

import click

from server.access import audit, erasing
from server.backups.files import InUse, workplace
from server.commands.common import Stop, database_problems, settings, writing
from server.commands.database import database_option
from server.config import Settings
from server.ids import now_ms
from server.ledger.erased_file import path_beside, remembered
from server.ledger.facts import SERVER
from server.ledger.scrub import StillRead, scrub, standing_aside
from server.schema import Connection
from server.text import Words
from server.writer import Writer
from sync.kinds import load_kinds

WHO = audit.Who(SERVER, SERVER)
yes_option = click.option("--yes", is_flag=True, help="Do not ask.")


@click.command("erase-person")
@click.argument("id")
@yes_option
@database_option
def erase_person(id: str, yes: bool, db: Path) -> None:
    """Erase all that is known about a person, for good.

    Goes: their fields, conversations, promises, check-ins at picket lines, and every word about
    them in what was held or taken back. Stays: that there were saves, by whom and when, without
    what they said. What comes later about them is erased as it comes, and no restore brings them
    back. Give them their data first if they asked for it: `rounds export-person ID`.

    ID stands in the address of their page at the desk. The file is written anew afterwards: phones
    wait meanwhile, some seconds in a large union. Backups from before still hold them until you
    delete those; docs/PRIVACY.md says so.
    """
    _erase(id, yes, db, _person, erasing.erase_person)


@click.command("erase-volunteer")
@click.argument("id")
@yes_option
@database_option
def erase_volunteer(id: str, yes: bool, db: Path) -> None:
    """Erase who a volunteer is, for good; what they noted about others stays.

    Goes: their name, roles, phones, passkeys and invitations; they are signed out everywhere.
    Stays: their saves, by an id that is nobody's name any more. Whoever they had on their list
    needs somebody else. If they are also a co-worker on a list, that is a record of its own.
    """
    _erase(id, yes, db, _volunteer, erasing.erase_volunteer)


def _erase(
    id: str,
    yes: bool,
    db: Path,
    describe: Callable[[Connection, Words, str], list[str]],
    job: Callable[..., object],
) -> None:
    chosen = settings(db=db)
    if not chosen.db.is_file():
        raise click.ClickException(f"There is no file {chosen.db}. Name another with --db.")
    words = Words("en", chosen.zone, load_kinds())
    with database_problems(chosen.db), writing(chosen) as writer:
        lines = writer.soon(lambda db: describe(db, words, id)).result()
        if lines:
            click.echo("\n".join(lines))
            if not yes and click.prompt("Type the ID to erase", type=str) != id:
                raise Stop(
                    "That is another ID.", "Nothing was erased.", "Look again whom you mean."
                )
            writer.soon(lambda db: job(db, load_kinds(), WHO, id, now_ms())).result()
        elif not any(one.record == id for one in remembered(path_beside(chosen.db))):
            raise Stop(
                f"Nobody has the ID “{id}”.",
                "Nothing was erased.",
                "It stands in the address of their page at the desk.",
            )
        leave_no_byte(chosen, writer)
    click.echo("Erased: no byte of it is left in the data folder.")
    click.echo("Backups from before still hold it. Delete them as docs/OPERATIONS.md says.")


def leave_no_byte(chosen: Settings, writer: Writer) -> None:
    """Write the file anew, and look for what else holds copies of it. Raises Stop."""
    try:
        writer.alone(scrub).result()
    except StillRead:
        raise Stop(
            "It is erased, but something still reads the file as it was before.",
            "Nobody is shown it any more; its bytes are still in the write-ahead log.",
            "Run this command again in a minute.",
        ) from None
    for purpose in ("backup", "restore"):
        try:
            with workplace(chosen.db, purpose):
                pass  # what a killed command left there is removed
        except InUse:
            click.echo(f"A {purpose} is being made just now; what it copied goes when it ends.")
    if aside := standing_aside(chosen.db):
        raise Stop(
            "It is erased, but databases that a restore moved aside still hold everything.",
            "Nobody is shown what is in them.",
            "Delete them: " + ", ".join(map(str, aside)),
        )


def _person(db: Connection, words: Words, id: str) -> list[str]:
    if not erasing.is_known(db, id):
        return []
    goes = erasing.goes_with_person(db, load_kinds(), id)
    row = db.execute("SELECT name FROM person WHERE id = ?", (id,)).fetchone()
    counted = [f"  {words.kind(kind)}: {n:,}" for kind, n in sorted(goes.items())]
    return [f"{(row and row['name']) or words('value.no_name')} ({id}). This goes:", *counted]


def _volunteer(db: Connection, words: Words, id: str) -> list[str]:
    row = db.execute("SELECT name FROM volunteer WHERE id = ?", (id,)).fetchone()
    if row is None:
        return []
    if erasing.is_last_administrator(db, id):
        raise Stop(
            f"{row['name']} is the last administrator.",
            "Nothing was erased.",
            "Make somebody else administrator first: rounds invite --role administrator …",
        )
    return [f"{row['name'] or words('value.no_name')} ({id})"]
