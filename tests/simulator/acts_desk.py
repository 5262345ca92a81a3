"""What coordinators do at the desk: forms shown and sent later, rosters, rulings."""

import json
import random
from typing import TYPE_CHECKING, Any

from sync.save import Change
from tests.simulator.acts import act
from tests.simulator.desk import Desk
from tests.simulator.fold import Key
from tests.simulator.talks import by_a_coordinator

if TYPE_CHECKING:
    from tests.simulator.world import World

FORM_MS = 10 * 60_000


@act(6)
def send_a_form(world: "World", chance: random.Random) -> object:
    """A coordinator opens a form, thinks, and sends it: others may have saved meanwhile."""
    desk = some_desk(world, chance)
    [change] = by_a_coordinator(world, chance)
    key = (change["kind"], change["record"])
    saw = heads_shown(world, key, change["set"])
    then = Change(*key, change["set"], saw)
    world.later(chance.randrange(FORM_MS), lambda: desk.save([then]))
    return True


@act(2)
def write_unseen(world: "World", chance: random.Random) -> object:
    """Somebody writes from a list, without having looked."""
    changes = [Change(**change) for change in by_a_coordinator(world, chance)]
    return some_desk(world, chance).save(changes)


@act(2, fault=True)
def reassign(world: "World", chance: random.Random) -> object:
    """A go-to person left: their whole list goes to somebody else, whatever waits unsent."""
    leaver, successor = chance.sample(world.union.volunteers[3:], 2)
    people = world.watcher.oracle.subjects(leaver, "list")[:40]
    changes = []
    for person in people:
        key = ("assignment", person)
        set_ = {"volunteer": successor}
        changes.append(Change(*key, set_, heads_shown(world, key, set_)))
    return bool(changes) and some_desk(world, chance).save(changes)


@act(2, fault=True)
def move_worksite(world: "World", chance: random.Random) -> object:
    """Some people move to another worksite, and so to another line."""
    worksite = chance.choice(world.union.worksites)
    changes = []
    for person in chance.sample(world.union.people, 3):
        key, set_ = ("person", person), {"worksite": worksite}
        changes.append(Change(*key, set_, heads_shown(world, key, set_)))
    return some_desk(world, chance).save(changes)


@act(2, fault=True)
def take_a_role(world: "World", chance: random.Random) -> object:
    """Somebody with two roles loses one, or gets it back: what they see narrows or widens."""
    volunteer = chance.choice(world.union.volunteers[3:])
    key, set_ = ("volunteer", volunteer), {f"roles/{role}": chance.random() < 0.5 for role in ROLES}
    return some_desk(world, chance).save([Change(*key, set_, heads_shown(world, key, set_))])


ROLES = ("go_to", "picket_captain")


@act(3)
def settle(world: "World", chance: random.Random) -> object:
    """A coordinator settles two different answers."""
    rows = world.rows("SELECT kind, record, field, heads FROM register WHERE conflict = 1 LIMIT 20")
    if not rows:
        return False
    row = chance.choice(rows)
    heads = json.loads(row["heads"])
    form: list[tuple[str, str]] = [(name, row[name]) for name in ("kind", "record")]
    form += [("register", row["field"]), ("head", chance.choice(heads)["id"])]
    form += [("saw", head["id"]) for head in heads]
    return some_desk(world, chance).post("/desk/review/settle", form)


@act(4, fault=True)
def rule_on_held(world: "World", chance: random.Random) -> object:
    """A coordinator admits what was held, or sets it aside."""
    rows = world.rows("SELECT id FROM save WHERE verdict = 'held' ORDER BY seq DESC LIMIT 30")
    if not rows:
        return False
    save = chance.choice(rows)["id"]
    form = [("save", save), ("counts", chance.choice(("yes", "no"))), *ruled_so_far(world, [save])]
    return some_desk(world, chance).post("/desk/review/rule", form)


@act(4, fault=True)
def take_back(world: "World", chance: random.Random) -> object:
    """A coordinator takes a save back, or brings it back."""
    rows = world.rows("SELECT id FROM save ORDER BY seq DESC LIMIT 60")
    ids = [row["id"] for row in rows if world.may_be_undone(row["id"])]
    if not ids:
        return False
    way = chance.choice(("back", "back", "again"))
    return undo_at(some_desk(world, chance), chance.choice(ids), way)


def undo_at(desk: Desk, save: str, way: str) -> bool:
    """Take a save back at a desk, or bring it back: a ruling is not ruled on, but ruled again."""
    changes = desk.world.watcher.oracle.reference.entries[save].changes
    targets = [str(c["record"]) for c in changes if c["kind"] == "ruling"] or [save]
    form = [("save", save), ("way", way), *ruled_so_far(desk.world, targets)]
    return desk.post("/desk/undo", form)


def ruled_so_far(world: "World", targets: list[str]) -> list[tuple[str, str]]:
    """Return the rulings that a form about these has shown."""
    keys = [("ruling", target) for target in targets]
    shown = [heads_shown(world, key, {"counts": None}).get("counts", []) for key in keys]
    return [("saw", id) for heads in shown for id in heads]


def some_desk(world: "World", chance: random.Random) -> Desk:
    """Return the desk of one of the coordinators."""
    return world.desk(chance.choice(world.union.coordinators))


def heads_shown(world: "World", key: Key, set_: dict[str, Any]) -> dict[str, list[str]]:
    """Return what a form that shows these registers now has seen."""
    rows = world.rows(
        "SELECT field, heads FROM register WHERE kind = ? AND record = ? "
        "AND field IN (SELECT value FROM json_each(?))",
        *key,
        json.dumps([*set_]),
    )
    return {row["field"]: [head["id"] for head in json.loads(row["heads"])] for row in rows}
