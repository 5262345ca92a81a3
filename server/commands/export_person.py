"""rounds export-person: everything held about one person, for them to read."""

from pathlib import Path

import click

from server.access import audit
from server.backups.files import new_file
from server.commands.common import Stop, database_problems, settings, writing
from server.commands.database import database_option
from server.config import LANGUAGES
from server.ids import now_ms
from server.ledger.facts import SERVER
from server.ledger.joins import members_with
from server.pages.everything import as_json, as_text, tell
from server.reports.joined import stands_for
from server.reports.scope import may_see_person
from server.schema import Connection
from server.text import Words
from sync.kinds import load_kinds


@click.command("export-person")
@click.argument("id")
@click.option("--json", "is_json", is_flag=True, help="As JSON, instead of text to read.")
@click.option("--language", type=click.Choice(LANGUAGES), default="en", show_default=True)
@click.option(
    "--to",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A new file that only you may read. [default: printed]",
)
@database_option
def export_person(id: str, is_json: bool, language: str, file: Path | None, db: Path) -> None:
    """Write down everything that is held about a person.

    All fields and their history, conversations, promises, check-ins and opinions of others: who
    wrote what and when, also what was held or taken back; on whose phones they stand; and when
    somebody looked at them on the desk. It is noted in the audit log.

    ID stands in the address of their page at the desk, which can do the same. Read it before you
    hand it out: what somebody noted may also speak of somebody else.
    """
    chosen = settings(db=db)
    if not chosen.db.is_file():
        raise click.ClickException(f"There is no file {chosen.db}. Name another with --db.")
    words, now = Words(language, chosen.zone, load_kinds()), now_ms()

    def job(db: Connection) -> str | None:
        person = stands_for(db, id)
        if not may_see_person(db, frozenset(), person):
            return None
        shown = tell(db, words, load_kinds(), person, now)
        who = audit.Who(SERVER, SERVER)
        audit.note(db, who, "person.exported", members_with(db, person), now)
        return as_json(shown) if is_json else as_text(words, shown)

    with database_problems(chosen.db), writing(chosen) as writer:
        text = writer.soon(job).result()
    if text is None:
        raise Stop(
            f"Nobody has the ID “{id}”.",
            "Nothing was written.",
            "It stands in the address of their page at the desk.",
        )
    if file is None:
        click.echo(text)
        return
    with database_problems(file), new_file(file) as stream:
        stream.write(text.encode())
    click.echo(f"{file}: everything that is held about {id}.")
