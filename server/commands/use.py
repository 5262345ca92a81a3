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


@click.command()
@click.argument("what", type=click.Choice(OPTIONAL), required=False)
@click.option("--on/--off", default=True, show_default=True, help="Begin with it, or stop.")
@database_option
def use(what: str | None, on: bool, db: Path) -> None:
    """Say what your union uses of what is off until it decides to.

    assessment: stewards and organisers write down, after parting, how strong somebody's support
    is, from 1 (strongest) to 5. It is an opinion about somebody, who may ask to read it. It never
    goes to a captain's phone, nor to that of whoever has the person next.

    Without a word it lists what is on. What came while it was off is held under Review, and what
    was taken stays.

    \b
      rounds use
      rounds use assessment
      rounds use assessment --off
    """
    with writing(settings(db=db)) as writer:
        if what is not None:
            receipt = writer.soon(lambda db: _turn(db, what, on)).result()
            if receipt.verdict != "taken":
                raise Stop(
                    f"“{what}” could not be turned {'on' if on else 'off'}: {receipt.reason}.",
                    "Nothing was changed.",
                    "`rounds check` says whether the database is whole.",
                )
        for kind, is_on in writer.soon(_standing).result().items():
            click.echo(f"{kind}: {'on' if is_on else 'off'}")


def _turn(db: Connection, what: str, on: bool) -> Receipt:
    device = db.execute("SELECT * FROM device WHERE id = ?", (SERVER,)).fetchone()
    change = having_seen(db, Change(IN_USE, what, {"on": on}))
    return save_from_desk(db, load_kinds(), device, [change], now_ms())


def _standing(db: Connection) -> dict[str, bool]:
    """Return what is optional -> whether the union uses it."""
    on = {row["id"] for row in db.execute(f'SELECT id FROM {IN_USE} WHERE "on" = 1')}
    return {kind: kind in on for kind in OPTIONAL}
