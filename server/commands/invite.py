"""rounds invite: a link for somebody who signs in."""

import sys
from pathlib import Path
from typing import NamedTuple

import click
import segno

from server.access.codes import in_groups
from server.access.desk import DESK_ROLES
from server.access.invitations import code_for, link
from server.access.invitations import invite as new_invitation
from server.commands.common import Stop, settings, writing
from server.commands.database import database_option
from server.config import LANGUAGES, Settings, secret_beside
from server.ids import new_id, now_ms
from server.ledger import save_from_desk
from server.ledger.facts import SERVER, roles_of
from server.schema import Connection
from server.seen import having_seen
from sync.kinds import RANKS, load_kinds
from sync.save import Change, Value

HOUR_MS = 3600 * 1000
LONGEST_H = 24


@click.command()
@click.option("--name", help="Their name; made a volunteer when nobody is called that.")
@click.option("--volunteer", metavar="ID", help="Instead of --name, when two share one.")
@click.option(
    "--role", "roles", type=click.Choice([*RANKS]), multiple=True, help="May be repeated."
)
@click.option("--language", type=click.Choice(LANGUAGES), help="What they read.")
@click.option(
    "--local", "locals_", multiple=True, help="Name of a local they coordinate; none: all of them."
)
@click.option("--desk/--phone", default=None, help="What the link opens. [default: by role]")
@click.option(
    "--hours",
    type=click.IntRange(1, LONGEST_H),
    default=LONGEST_H,
    show_default=True,
    help="How long the link lasts.",
)
@click.option("--code", "with_code", is_flag=True, help="Also a code to type, for 15 minutes.")
@click.option(
    "--qr/--no-qr",
    default=None,
    help="A QR code to scan from the screen. [default: in a terminal, of an https:// address]",
)
@database_option
def invite(
    name: str | None,
    volunteer: str | None,
    roles: tuple[str, ...],
    language: str | None,
    locals_: tuple[str, ...],
    desk: bool | None,
    hours: int,
    with_code: bool,
    qr: bool | None,
    db: Path,
) -> None:
    """Print a link that signs somebody in. It works once.

    The first administrator of a new server:

    \b
      rounds invite --role administrator --name "Sam Olsen"

    Who lost their passkey comes back in the same way, without --role.
    """
    if (name is None) == (volunteer is None):
        raise click.UsageError("Say who: --name or --volunteer, one of them.")
    if name is not None and not name.strip():
        raise click.BadParameter("is empty", param_hint="--name")
    if locals_ and not (volunteer or "coordinator" in roles):
        raise click.UsageError("--local is for coordinators: add --role coordinator.")
    said: dict[str, Value] = {f"roles/{role}": True for role in roles}
    said |= {"language": language} if language else {}
    chosen = settings(db=db)
    with writing(chosen) as writer:
        secret = secret_beside(chosen.db)

        def job(db: Connection) -> Invited:
            said.update({f"locals/{_local(db, local)}": True for local in locals_})
            id = _volunteer(db, name, volunteer, said)
            kind = _kind(db, id, desk)
            token = new_invitation(db, secret, id, kind, now_ms(), hours * HOUR_MS)
            code = code_for(db, secret, token, now_ms()) if with_code else ""
            row = db.execute("SELECT name FROM volunteer WHERE id = ?", (id,)).fetchone()
            return Invited(row["name"], kind, token, code)

        invited = writer.soon(job).result()
    _tell(chosen, invited, hours, chosen.is_secure and sys.stdout.isatty() if qr is None else qr)


class Invited(NamedTuple):
    """Who was invited, to what, and the token of their link."""

    name: str
    kind: str
    token: str
    code: str


def _tell(chosen: Settings, invited: Invited, hours: int, qr: bool) -> None:
    opens = "the desk, on a computer" if invited.kind == "desk" else "Rounds, on a phone"
    click.echo(f"{invited.name}: this link opens {opens}. It works once, within {hours} hours.")
    address = link(chosen.url, invited.kind, invited.token)
    click.echo(f"  {address}")
    if invited.code:
        page = address.partition("#")[0]
        click.echo(f"Or type {in_groups(invited.code)} at {page}, within 15 minutes.")
    if qr:
        segno.make(address, error="m", micro=False).terminal(compact=True)


def _volunteer(
    db: Connection, name: str | None, volunteer: str | None, said: dict[str, Value]
) -> str:
    """Return the volunteer's id, made or given roles by a save when needed. Raises Stop."""
    id = _known(db, name, volunteer)
    if id is None:
        if not any(register.startswith("roles/") for register in said):
            raise click.UsageError(f"Nobody is called “{name}” yet. Say which --role they have.")
        id, said = new_id(now_ms()), {"name": name, "active": True, **said}
    if said:
        device = db.execute("SELECT * FROM device WHERE id = ?", (SERVER,)).fetchone()
        change = having_seen(db, Change("volunteer", id, said))
        receipt = save_from_desk(db, load_kinds(), device, [change], now_ms())
        if receipt.verdict != "taken":
            raise Stop(
                f"“{name}” cannot be a volunteer: {receipt.reason}.",
                "No link was made.",
                "A name has at most 120 characters.",
            )
    return id


def _known(db: Connection, name: str | None, volunteer: str | None) -> str | None:
    column, wanted = ("id", volunteer) if volunteer else ("name", name)
    rows = db.execute(f"SELECT id FROM volunteer WHERE {column} = ?", (wanted,)).fetchall()
    if len(rows) > 1:
        raise Stop(
            f"{len(rows)} volunteers are called “{name}”.",
            "No link was made.",
            "Choose one with --volunteer: " + ", ".join(row["id"] for row in rows),
        )
    if volunteer and not rows:
        raise Stop(
            f"No volunteer has the id “{volunteer}”.",
            "No link was made.",
            "Use --name, which also makes a new volunteer.",
        )
    return str(rows[0]["id"]) if rows else None


def _local(db: Connection, name: str) -> str:
    rows = db.execute("SELECT id, name FROM local WHERE name IS NOT NULL ORDER BY name").fetchall()
    found = [str(row["id"]) for row in rows if name in (row["name"], row["id"])]
    if len(found) != 1:
        known = ", ".join(f"“{row['name']}”" for row in rows) or "none yet"
        raise Stop(
            f"There is no local called “{name}”.",
            "No link was made.",
            f"Locals: {known}. `rounds import-people` makes those its file names.",
        )
    return found[0]


def _kind(db: Connection, volunteer: str, desk: bool | None) -> str:
    if desk is None:
        desk = bool(roles_of(db, volunteer) & DESK_ROLES)
    return "desk" if desk else "phone"
