"""What is done to whole records: two become one, lists are imported, people and phones go."""

import random
from typing import TYPE_CHECKING, Any

from server.access.devices import revoke
from server.ledger.erase import erase, records_about
from server.ledger.facts import SERVER
from server.schema import Connection
from sync.kinds import load_kinds
from sync.save import Change
from tests.simulator.acts import act
from tests.simulator.acts_desk import heads_shown
from tests.simulator.acts_phones import some_phone
from tests.simulator.brief import brief
from tests.simulator.talks import fresh_id
from tests.simulator.virtual import MINUTE_MS

if TYPE_CHECKING:
    from tests.simulator.world import World

MOST_PEOPLE = 1.5  # times those at the start
MOST_JOINED = 0.2
MOST_ERASED = 0.1


@act(1.5, fault=True)
def join_duplicates(world: "World", chance: random.Random) -> object:
    """A coordinator finds that two records are of one person."""
    standing = world.watcher.oracle.reference.folds
    joined = sum(1 for kind, _ in standing if kind == "alias")
    if joined > MOST_JOINED * len(world.union.people):
        return False
    one, other = chance.sample(world.union.people, 2)
    alias = fresh_id(world, chance)
    set_ = {"person": one, "same_as": other}
    return world.head_desk().save([Change("alias", alias, set_)])


@act(1.5, fault=True)
def split(world: "World", chance: random.Random) -> object:
    """They are two people after all; or, after all, one."""
    reference = world.watcher.oracle.reference
    saves = sorted(e.id for e in reference.entries.values() if _is_join(e.changes))
    if not saves:
        return False
    save = chance.choice(saves)
    counts = None if reference.rulings.get(save) is False else False
    return rule(world, save, counts)


@act(1, fault=True)
def import_list(world: "World", chance: random.Random) -> object:
    """An import writes what a list says, in chunks between which others save."""
    batch = fresh_id(world, chance)
    world.batches.append(batch)
    known = set(world.union.people)
    count = chance.randrange(5, 15)
    new = [f"p-{len(known) + n}" for n in range(count if len(known) < _most(world) else 0)]
    world.union.people += new
    people = [*chance.sample(sorted(known), count), *new]
    for chunk, start in enumerate(range(0, len(people), 5)):
        some = people[start : start + 5]
        shift = chance.choice(("days", "nights"))
        changes = [_listed(world, person, shift, person in new) for person in some]
        world.later(
            chunk * chance.randrange(MINUTE_MS),
            lambda changes=changes: world.save_at_desk(
                world.importer(), [_batch(world, batch), *changes]
            ),
        )
    return True


@act(1, fault=True)
def roll_back_import(world: "World", chance: random.Random) -> object:
    """One ruling takes a whole import back, also what of it is still to come; or brings it back."""
    if not world.batches:
        return False
    batch = chance.choice(world.batches)
    is_out = world.watcher.oracle.reference.rulings.get(batch) is False
    return rule(world, batch, None if is_out else False)


@act(0.5, fault=True)
def erase_person(world: "World", chance: random.Random) -> object:
    """Somebody asks that nothing be kept of them; phones still hold work about them."""
    erased = {id for kind, id in world.watcher.oracle.reference.erased if kind == "person"}
    left = [person for person in world.union.people if person not in erased]
    if len(erased) >= MOST_ERASED * len(world.union.people):
        return False
    person = chance.choice(left)

    def work(db: Connection) -> bool:
        device = db.execute("SELECT * FROM device WHERE id = ?", (SERVER,)).fetchone()
        records = records_about(db, load_kinds(), person)
        erase(db, load_kinds(), device, records, world.virtual.now)
        return True

    done = world.server_does(work)
    world.watcher.read_erased()
    world.erased |= world.watcher.oracle.reference.erased
    return done


@act(0.6, fault=True)
def revoke_phone(world: "World", chance: random.Random) -> object:
    """A phone is lost or stolen, and signed out; what waits on it may still come."""
    holder = some_phone(world, chance)
    out = world.revoked()
    if holder is None or sum(brief(one).device in out for one in world.holders) > world.size // 6:
        return False
    device = str(brief(holder).device)
    now = world.virtual.now
    return world.server_does(lambda db: revoke(db, device, now) or True)


@act(0.6)
def find_phone(world: "World", chance: random.Random) -> object:
    """A phone that was signed out is found again, and joins anew."""
    wiped = [h for h in world.holders if h.phone.is_alive() and brief(h).is_wiped]
    return bool(wiped) and world.join(chance.choice(wiped))


def rule(world: "World", target: str, counts: bool | None) -> bool:
    """Rule on a save or an import, having seen what was ruled before."""
    key, set_ = ("ruling", target), {"counts": counts}
    return world.head_desk().save([Change(*key, set_, heads_shown(world, key, set_))])


def _is_join(changes: list[dict[str, Any]]) -> bool:
    return bool(changes) and changes[0]["kind"] == "alias" and bool(changes[0]["set"])


def _listed(world: "World", person: str, shift: str, is_new: bool) -> Change:
    """Return what a list says of somebody, having seen what stands there now."""
    number = world.union.text("person", person, "member_number", person)
    set_: dict[str, Any] = {"member_number": number, "work_shift": shift}
    if is_new:
        set_ |= {"name": world.union.text("person", person, "name", person)}
        set_ |= {"worksite": world.union.worksites[0], "local": "local-0", "relation": "in_unit"}
    key = ("person", person)
    return Change(*key, set_, heads_shown(world, key, set_))


def _batch(world: "World", batch: str) -> Change:
    key, set_ = ("import", batch), {"source": "list"}
    return Change(*key, set_, heads_shown(world, key, set_))


def _most(world: "World") -> float:
    return world.founding_people * MOST_PEOPLE
