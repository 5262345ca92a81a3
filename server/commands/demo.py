"""rounds demo: a made-up union to try out."""

import os
from dataclasses import dataclass, replace
from pathlib import Path

import click
import msgspec
import segno

from server.access.invitations import DAY_MS, invite, link
from server.commands.common import Stop, settings, writing
from server.commands.one_server import the_only_server
from server.commands.serve import bound, run
from server.config import Settings, address_in, secret_beside
from server.ids import now_ms
from server.sample import FEWEST, UNION, Sample, bring_to_today, make, version
from server.schema import Connection
from server.writer import Writer
from sync.kinds import load_kinds

MANY = 200_000
SEED = 1912
PORT = click.IntRange(1, 65535)
FILE = click.Path(dir_okay=False, path_type=Path)
SHOWN = (
    ("go_to", "Go-to person", "phone"),
    ("captain", "Picket captain", "phone"),
    ("coordinator", "Coordinator", "desk"),
)

NEXT = """
Each link works once, for 24 hours. Open each in a browser profile or private window of its own:
a browser is one phone.
  1. Open the go-to person's link, tap a name, note a talk; the word “Saved” means it is on disk.
  2. Switch the browser's network off, note another one, reload: it is still there. Switch it on.
  3. Open the coordinator's link: the talks are on the overview, and under Review the places
     where two people wrote different answers.
  4. Open the captain's link and check somebody in at the line."""
ON_A_PHONE = "A phone opens its link by pointing its camera at the code.\n"
NOT_ON_A_PHONE = """
A phone cannot open 127.0.0.1: that is this computer. README, “On a real phone”, says how to lend
the demo an https:// address and start it with --url.
"""


@dataclass(frozen=True)
class Made:
    """What a demo database was made from; kept beside it as made.json."""

    people: int
    seed: int
    version: str
    sample: Sample


@click.command()
@click.option("--port", type=PORT, help="The port. [default: ROUNDS_PORT, else 8000]")
@click.option(
    "--people",
    type=click.IntRange(FEWEST, MANY),
    default=1200,
    show_default=True,
    help="How many co-workers it has; 20000 take minutes to make, once.",
)
@click.option("--url", metavar="https://…", help="Where phones reach it; prints QR codes.")
@click.option("--fresh", is_flag=True, help="Make it anew, though one is there.")
@click.option("--seed", default=SEED, show_default=True, help="Another number, another union.")
@click.option(
    *("--db", "file"), type=FILE, default="var/demo/rounds.db", show_default=True, metavar="FILE"
)
def demo(
    port: int | None, people: int, url: str | None, fresh: bool, seed: int, file: Path
) -> None:
    """Run Rounds with a made-up union. Nobody in it exists; everything works.

    The union is made once and kept, with what you change in it. Every start prints fresh links
    for a go-to person, a picket captain and a coordinator.
    """
    chosen = _settings(file, port, url)
    wanted = Made(people, seed, version(), Sample("", "", ""))
    with the_only_server(chosen.db), bound(chosen) as listening:
        made = _made(file)
        if fresh or made is None or replace(made, sample=wanted.sample) != wanted:
            made = _make(chosen, wanted)
        _welcome(chosen, made)
        run(chosen, listening)


def _settings(file: Path, port: int | None, url: str | None) -> Settings:
    if url and not url.startswith("https://"):
        raise click.BadParameter(f"“{url}” must begin with https://", param_hint="--url")
    chosen = settings(db=file, port=port, union=UNION)
    return replace(chosen, url=address_in(url or f"http://{chosen.host}:{chosen.port}"))


def _made(file: Path) -> Made | None:
    """Return what a demo was made from, None when there is none. Raises Stop."""
    if not file.exists():
        return None
    try:
        return msgspec.json.decode(_notes(file).read_bytes(), type=Made)
    except (FileNotFoundError, msgspec.DecodeError):
        raise Stop(
            f"{file} was not made by `rounds demo`.",
            "It was not changed.",
            "Name another file with --db, or look at this one with `rounds serve --db`.",
        ) from None


def _make(chosen: Settings, wanted: Made) -> Made:
    """Make the sample beside the old one, which gives way only to a whole one."""
    making = chosen.db.with_suffix(".making")
    _drop(making)
    with (
        writing(replace(chosen, db=making)) as writer,
        click.progressbar(length=1000, label=f"Making a union of {wanted.people:,}") as bar,
    ):
        sample = make(
            writer,
            load_kinds(),
            now_ms(),
            chosen.zone,
            wanted.seed,
            wanted.people,
            lambda share: bar.update(round(1000 * share) - bar.pos),
        )
    made = replace(wanted, sample=sample)
    _drop(chosen.db)
    os.replace(making, chosen.db)
    _notes(chosen.db).write_bytes(msgspec.json.encode(made))
    return made


def _notes(file: Path) -> Path:
    return file.with_name("made.json")


def _drop(db: Path) -> None:
    for part in ("", "-wal", "-shm"):
        db.with_name(db.name + part).unlink(missing_ok=True)


def _welcome(chosen: Settings, made: Made) -> None:
    with writing(chosen) as writer:
        bring_to_today(writer, load_kinds(), now_ms(), chosen.zone, made.sample.captain)
        links = _links(chosen, writer, made)
    click.echo(f"\n{chosen.union}: {made.people:,} people, and a campaign that runs today.\n")
    for who, address in links:
        click.echo(f"{who}\n  {address}")
        if chosen.is_secure:
            segno.make(address, error="m").terminal(compact=True)
    click.echo(NEXT)
    click.echo(ON_A_PHONE if chosen.is_secure else NOT_ON_A_PHONE)
    click.echo("Stop with Ctrl-C; `rounds demo` goes on where you left it.\n")


def _links(chosen: Settings, writer: Writer, made: Made) -> list[tuple[str, str]]:
    """Return who is shown, and a fresh link for each."""
    secret, now = secret_beside(chosen.db), now_ms()
    found = []
    for role, label, kind in SHOWN:
        volunteer = getattr(made.sample, role)

        def job(db: Connection, volunteer: str = volunteer, kind: str = kind) -> tuple[str, str]:
            token = invite(db, secret, volunteer, kind, now, DAY_MS)
            row = db.execute("SELECT name FROM volunteer WHERE id = ?", (volunteer,)).fetchone()
            return row["name"], link(chosen.url, kind, token)

        name, address = writer.soon(job).result()
        found.append((f"{label}: {name}", address))
    return found
