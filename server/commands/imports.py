"""rounds imports: what each list wrote, and rolling one back."""

from datetime import UTC, datetime
from pathlib import Path

import click

from server.commands.common import Stop, database_problems, settings, writing
from server.commands.database import database_option, open_existing
from server.config import Settings
from server.ids import now_ms
from server.ledger import Receipt, save_from_desk
from server.ledger.facts import SERVER
from server.reports import imports as lists
from server.reports import names, rolling_back, rulings
from server.schema import Connection
from sync.kinds import load_kinds

SHORTEST_ID = 8


@click.command()
@click.option("--roll-back", metavar="ID", help="Make an import not count.")
@click.option("--bring-back", metavar="ID", help="Make one count again that was rolled back.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@database_option
def imports(roll_back: str | None, bring_back: str | None, yes: bool, db: Path) -> None:
    """List the imports, or roll one back.

    Without an option: every import with its ID, what it wrote, and whether it counts.

    Rolling an import back makes all it wrote not count, in one decision. Nothing is erased: it
    can be brought back whole. What somebody corrected since stays corrected, and conversations
    stay. The next file is compared with the last one that counts.

    ID is an import's id, or its beginning if no other begins like that. A list of 20,000 people
    takes a minute; while the server runs, better roll it back at the desk, under Imports: there
    phones only wait their turn.
    """
    if roll_back and bring_back:
        raise click.UsageError("--roll-back or --bring-back, not both.")
    chosen = settings(db=db)
    if not chosen.db.is_file():
        raise click.ClickException(f"There is no file {chosen.db}. Name another with --db.")
    with database_problems(chosen.db):
        if not (roll_back or bring_back):
            _list(chosen)
        else:
            _rule(chosen, str(roll_back or bring_back), counts=bool(bring_back), yes=yes)


def _list(chosen: Settings) -> None:
    db = open_existing(chosen.db)
    found = lists.every(db)
    by = names.names_of(db, {("volunteer", one.by) for one in found if one.by}, "en")
    db.close()
    if not found:
        click.echo("Nothing was imported yet. `rounds import-people --help` says how.")
    for one in found:
        click.echo(f"{one.id}  {_when(chosen, one.when)}  {one.source}: {one.file}")
        click.echo(f"    {_wrote(one)}; {_state(chosen, one, by.get(('volunteer', one.by or '')))}")


def _wrote(one: lists.Import) -> str:
    people = _count(one.people_new, "new person", "new people")
    places = f", {_count(one.places, 'place', 'places')} made" if one.places else ""
    short = f" (stopped after {one.saves:,} of {one.saves_to_come:,} saves)"
    return f"{people}, {one.people_changed:,} changed{places}{short if one.is_cut_short else ''}"


def _state(chosen: Settings, one: lists.Import, by: str | None) -> str:
    if one.stands:
        return "counts"
    who = f" by {by}" if by else ""
    return f"rolled back {_when(chosen, one.at or 0)}{who}, does not count"


def _when(chosen: Settings, ms: int) -> str:
    return f"{datetime.fromtimestamp(ms / 1000, UTC).astimezone(chosen.zone):%Y-%m-%d %H:%M}"


def _rule(chosen: Settings, id: str, *, counts: bool, yes: bool) -> None:
    with writing(chosen) as writer:
        one = writer.soon(lambda db: _find(db, id)).result()
        if one.stands is counts:
            word = "counts already" if counts else "is rolled back already"
            raise Stop(f"{one.file} {word}.", "Nothing was changed.", "`rounds imports` lists all.")
        effect = writer.soon(lambda db: rolling_back.effect(db, load_kinds(), one.id)).result()
        click.echo(f"{one.source}: {one.file}, imported {_when(chosen, one.when)}: {_wrote(one)}")
        for line in _back(effect) if counts else _gone(effect):
            click.echo(f"  {line}")
        if not yes:
            click.confirm("Bring it back?" if counts else "Roll it back?", abort=True)
        receipt = writer.soon(lambda db: _save(db, one, counts)).result()
    if receipt is None:
        raise Stop(
            "Somebody decided on this import meanwhile.",
            "Nothing was changed.",
            "`rounds imports` shows how it stands.",
        )
    done, other = ("Brought back", "roll") if counts else ("Rolled back", "bring")
    click.echo(f"{done}. `rounds imports --{other}-back {one.id}` takes that back.")


def _find(db: Connection, id: str) -> lists.Import:
    found = [one for one in lists.every(db) if one.id == id] or [
        one for one in lists.every(db) if len(id) >= SHORTEST_ID and one.id.startswith(id)
    ]
    if len(found) != 1:
        what = f"{len(found)} imports begin with {id}" if found else f"No import has the id {id}"
        raise Stop(
            f"{what}.", "Nothing was changed.", "`rounds imports` lists them with their ids."
        )
    return found[0]


def _gone(effect: rolling_back.Effect) -> list[str]:
    people = _count(effect.people, "person", "people")
    lists_ = _count(effect.lists, "person", "people")
    left = _count(effect.people_left, "person", "people")
    fields = _count(effect.fields, "field", "fields")
    changed = effect.corrected
    corrected = _count(changed, "field was", "fields were")
    stays = "stays" if changed == 1 else "stay"
    replaced = _count(effect.replaced, "field was", "fields were")
    talks = _count(effect.talks, "conversation", "conversations")
    kept = "is" if effect.talks == 1 else "are"
    gone = f"{effect.people_gone:,} of its {people} would be gone: nothing else is known of them"
    none = f"none of its {people} would be gone"
    return [
        gone if effect.people_gone else none,
        f"{fields} would show what was there before, or nothing",
        *([f"{lists_} would leave the go-to person it gave them"] if effect.lists else []),
        *([f"{corrected} corrected by somebody since and {stays} corrected"] if changed else []),
        *([f"{replaced} written over by a later list"] if effect.replaced else []),
        *([f"{left} would stay without a name"] if effect.people_left else []),
        *([f"{talks} with people who would be gone {kept} kept"] if effect.talks else []),
    ]


def _back(effect: rolling_back.Effect) -> list[str]:
    people = _count(effect.people_back, "person", "people")
    return [
        f"{people} would be back, with what was written about them",
        "what was corrected since stays corrected",
    ]


def _count(n: int, one: str, many: str) -> str:
    return f"{n:,} {one if n == 1 else many}"


def _save(db: Connection, one: lists.Import, counts: bool) -> Receipt | None:
    heads = rulings.standing_on(db, [one.id])
    if rulings.seen(heads, [one.id]) != [*one.saw]:
        return None
    device = db.execute("SELECT * FROM device WHERE id = ?", (SERVER,)).fetchone()
    change = rulings.ruling(one.id, None if counts else False, heads)
    return save_from_desk(db, load_kinds(), device, [change], now_ms())
