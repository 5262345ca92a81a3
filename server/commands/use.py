"""rounds use: what a union turns on for itself, and what it does without."""

from pathlib import Path

import click

from server.commands.common import Stop, settings, writing
from server.commands.database import database_option
from server.ids import now_ms
from server.ledger import Receipt, save_from_desk
from server.ledger.facts import SERVER
from server.schema import Connection
from server.seen import having_seen
from sync.exchange import IN_USE
from sync.kinds import load_kinds
from sync.save import Change

OPTIONAL = sorted(kind.kind for kind in load_kinds().values() if kind.optional)
ROLES = load_kinds()[IN_USE].fields["trained"].elements


@click.command()
@click.argument("what", type=click.Choice(OPTIONAL), required=False)
@click.option("--on/--off", default=True, show_default=True, help="Begin with it, or stop.")
@click.option(
    "--trained", type=click.Choice(ROLES), multiple=True, help="Only for this role, and this one …"
)
@database_option
def use(what: str | None, on: bool, trained: tuple[str, ...], db: Path) -> None:
    """Say what your union uses of what is off until it decides to.

    assessment: stewards and organisers write down, after parting, how strong somebody's support
    is, from 1 (strongest) to 5. It is an opinion about somebody, who may ask to read it. It never
    goes to a captain's phone, nor to that of whoever has the person next.

    Name with --trained the roles that your union has trained for it; without, it is for all of
    these. Phones of others do not offer it, and what they write is held.

    Without a word it lists what is on. What came while it was off is held under Review, and what
    was taken stays.

    \b
      rounds use
      rounds use assessment
      rounds use assessment --trained organiser
      rounds use assessment --off
    """
    with writing(settings(db=db)) as writer:
        if what is not None:
            receipt = writer.soon(lambda db: _turn(db, what, on, trained)).result()
            if receipt.verdict != "taken":
                raise Stop(
                    f"“{what}” could not be turned {'on' if on else 'off'}: {receipt.reason}.",
                    "Nothing was changed.",
                    "`rounds check` says whether the database is whole.",
                )
        for kind, said in writer.soon(_standing).result().items():
            click.echo(f"{kind}: {said}")


def _turn(db: Connection, what: str, on: bool, trained: tuple[str, ...]) -> Receipt:
    device = db.execute("SELECT * FROM device WHERE id = ?", (SERVER,)).fetchone()
    roles = {f"trained/{role}": role in trained for role in ROLES} if on else {}
    change = having_seen(db, Change(IN_USE, what, {"on": on, **roles}))
    return save_from_desk(db, load_kinds(), device, [change], now_ms())


def _standing(db: Connection) -> dict[str, str]:
    """Return what is optional -> whether the union uses it, and which roles it trained."""
    on = {row["id"] for row in db.execute(f'SELECT id FROM {IN_USE} WHERE "on" = 1')}
    found = dict.fromkeys(OPTIONAL, "off") | dict.fromkeys(sorted(on), "on")
    rows = db.execute(f"SELECT {IN_USE} AS kind, element FROM {IN_USE}_trained WHERE value = 1")
    for row in rows:
        if row["kind"] in on:
            found[row["kind"]] += f", {row['element']}"
    return found
