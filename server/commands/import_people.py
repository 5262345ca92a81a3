"""rounds import-people: the membership list."""

import re
from datetime import UTC, datetime
from pathlib import Path

import click

from server.commands.common import Stop, database_problems, settings, writing
from server.commands.database import database_option
from server.config import Settings
from server.ids import new_id, now_ms
from server.imports.columns import COLUMNS
from server.imports.comparing import Difference, compare
from server.imports.reading import BadFile, Listed, read_list
from server.imports.writing import Batch, save_import, what_is_known
from server.schema import Connection, connect, prepare
from sync.kinds import load_kinds

MOST_LISTED = 50
WIDEST = max(len(f"{c.en} / {c.fr}") for c in COLUMNS.values())
TABLE = "\n".join(
    f"  {f'{column.en} / {column.fr}':{WIDEST}}  {column.says}".rstrip()
    for column in COLUMNS.values()
)
HELP = f"""Import a membership list; import next month's over it.

FILE is CSV in UTF-8, separated by commas or semicolons. Its first line names the columns, in
English or French, in any order; those it does not name are left alone:

\b
{TABLE}

A number stands for one person for ever. A field is written only where the file differs from this
source's previous file: what stewards corrected in between stays. Nobody is deleted.

Exit code 0: every line was imported. 1: some lines were skipped and are listed, the others were
imported; correct them and import the file again.
"""


@click.command(name="import-people", help=HELP)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--source", default="members", show_default=True, help="Which list this is; its name for good."
)
@click.option("--dry-run", is_flag=True, help="Only report what would change.")
@database_option
def import_people(file: Path, source: str, dry_run: bool, db: Path) -> None:
    """Import a file and report."""
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,50}", source):
        raise click.BadParameter("letters, digits, - and _ only, at most 50", param_hint="--source")
    chosen = settings(db=db)
    listed = _read(file)
    now = now_ms()
    batch = Batch(new_id(now), source, file.name, now)
    found = _look(chosen, listed, source) if dry_run else _import(chosen, listed, batch)
    _report(file, listed, found, dry_run)
    if found.groups and not dry_run:
        click.echo(f"  import {batch.id}; `rounds imports` lists it and can roll it back")
    if found.faults:
        raise SystemExit(1)


def _read(file: Path) -> Listed:
    try:
        with database_problems(file):
            data = file.read_bytes()
        return read_list(data, load_kinds()["person"])
    except BadFile as problem:
        raise Stop(
            f"{file} cannot be imported: {problem}",
            "Nothing was changed.",
            "`rounds import-people --help` shows what the columns may be called.",
        ) from None


def _look(chosen: Settings, listed: Listed, source: str) -> Difference:
    """Compare only; the database is opened for reading, and not made."""
    with database_problems(chosen.db):
        there = chosen.db.is_file()
        db = connect(chosen.db, query_only=True) if there else connect(":memory:")
        try:
            if not there:
                prepare(db, load_kinds())
            return _compare(db, chosen, listed, source)
        finally:
            db.close()


def _import(chosen: Settings, listed: Listed, batch: Batch) -> Difference:
    with writing(chosen) as writer:
        found = writer.soon(lambda db: _compare(db, chosen, listed, batch.source)).result()
        receipts = save_import(writer, load_kinds(), batch, found)
        held = [receipt for receipt in receipts if receipt.verdict != "taken"]
    if held:
        raise Stop(
            f"{len(held)} saves were held instead of taken: {held[0].reason}.",
            "They are kept, with the lines that were imported.",
            "A coordinator finds them under Review.",
        )
    return found


def _compare(db: Connection, chosen: Settings, listed: Listed, source: str) -> Difference:
    today = datetime.fromtimestamp(now_ms() / 1000, UTC).astimezone(chosen.zone).date()
    return compare(listed, what_is_known(db, source), source, today.isoformat())


def _report(file: Path, listed: Listed, found: Difference, dry_run: bool) -> None:
    click.echo(f"{file}{' (dry run, nothing was written)' if dry_run else ''}")
    click.echo(f"  new {found.new:,}, changed {found.changed:,}, unchanged {found.unchanged:,}")
    if found.gone:
        click.echo(f"  gone from the file {len(found.gone):,}: kept, nobody is deleted")
    if found.made:
        click.echo(f"  made {len(found.made):,}: {_some(found.made)}")
    if listed.unused:
        click.echo(f"  columns not used: {_some([f'“{name}”' for name in listed.unused])}")
    if found.faults:
        lines = len({fault.line for fault in found.faults})
        click.echo(f"  skipped {lines:,} lines:")
        for fault in found.faults[:MOST_LISTED]:
            column = f", column “{fault.column}”" if fault.column else ""
            click.echo(f"    line {fault.line}{column}: {fault.what}")
        if len(found.faults) > MOST_LISTED:
            click.echo(f"    … and {len(found.faults) - MOST_LISTED} more")
        click.echo("  Correct these and import the file again; all else stays as it is.")


def _some(names: list[str]) -> str:
    more = len(names) - 8
    return ", ".join(names[:8]) + (f" and {more} more" if more > 0 else "")
