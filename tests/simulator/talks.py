"""What people write: talks, notes, check-ins, what only a coordinator may, and nonsense."""

import random
from typing import TYPE_CHECKING, Any

from server.ids import new_id
from tests.simulator.fold import KINDS
from tests.simulator.union import LOCALS, RESULTS, SHIFTS

if TYPE_CHECKING:
    from tests.simulator.world import World

Json = dict[str, Any]
# What the moment of a check-in is called; it had another name in schema 1.
MOMENT = "when" if "when" in KINDS["check_event"]["fields"] else "at"
DEEP: Any = 1
for _ in range(60):
    DEEP = [DEEP]


def somebody(world: "World", volunteer: str, chance: random.Random) -> str:
    """Return whom somebody writes about: mostly their own people, sometimes anybody."""
    mine = world.watcher.oracle.subjects(volunteer, "list")
    return chance.choice(mine if mine and chance.random() < 0.85 else world.union.people)


def fresh_id(world: "World", chance: random.Random) -> str:
    """Return an id as a phone makes them."""
    return new_id(world.virtual.now, chance.getrandbits(74))


def a_talk(world: "World", volunteer: str, chance: random.Random) -> list[Json]:
    """Return a questionnaire's save: the talk, a promise, what was said of oneself."""
    person, talk = somebody(world, volunteer, chance), fresh_id(world, chance)
    text = world.union.text
    set_: Json = {"person": person, "when": world.virtual.now, "how": "in_person"}
    set_ |= {"result": chance.choice(RESULTS)}
    for question in chance.sample(("platform", "worry", "ask"), chance.randrange(1, 4)):
        set_[f"answers/{question}"] = text("conversation", talk, f"answers/{question}", person)
    changes = [{"kind": "conversation", "record": talk, "set": set_}]
    if chance.random() < 0.4:
        promise = fresh_id(world, chance)
        said = {
            "person": person,
            "text": text("follow_up", promise, "text", person),
            "state": "open",
        }
        changes.append({"kind": "follow_up", "record": promise, "set": said})
    if chance.random() < 0.5:
        changes.append(_about_person(world, person, chance))
    return changes


def somebody_new(world: "World", volunteer: str, person: str, chance: random.Random) -> list[Json]:
    """Return the save of whoever met somebody: who that is, and that they have them."""
    site = chance.randrange(len(world.union.worksites))
    said: Json = {r: world.union.text("person", person, r, person) for r in ("name", "phone")}
    said |= {"worksite": world.union.worksites[site], "local": LOCALS[site % 2]}
    list_ = {"volunteer": volunteer, "picked": True}
    return [
        {"kind": "person", "record": person, "set": said},
        {"kind": "assignment", "record": person, "set": list_},
    ]


def an_assessment(world: "World", volunteer: str, chance: random.Random) -> list[Json]:
    """Return a judgement of somebody's support; held where its author is not trained for it."""
    person = somebody(world, volunteer, chance)
    set_ = {"person": person, "level": chance.randrange(1, 6), "when": world.virtual.now}
    known = sorted(k for k in world.watcher.oracle.by_subject[person] if k[0] == "assessment")
    record = chance.choice(known)[1] if known and chance.random() < 0.2 else None
    return [{"kind": "assessment", "record": record or fresh_id(world, chance), "set": set_}]


def a_note(world: "World", volunteer: str, chance: random.Random) -> list[Json]:
    """Return a change to somebody, or to a talk or promise somebody made."""
    person = somebody(world, volunteer, chance)
    known = [key for key in world.watcher.oracle.by_subject[person] if key[0] in _REVISABLE]
    if known and chance.random() < 0.4:
        kind, record = chance.choice(sorted(known))
        register = chance.choice(_REVISABLE[kind])
        text = world.union.text(kind, record, register, person)
        return [{"kind": kind, "record": record, "set": {register: text}}]
    return [_about_person(world, person, chance)]


_REVISABLE = {"conversation": ("note", "answers/platform", "answers/worry"), "follow_up": ("text",)}


def a_check_in(world: "World", volunteer: str, chance: random.Random) -> list[Json]:
    """Return somebody's arrival at a line, or departure; mostly by a captain of that line."""
    mine = world.watcher.oracle.subjects(volunteer, "line")
    line = chance.choice(mine or world.union.lines)
    expected = world.watcher.oracle.subjects(volunteer, "card")
    person = chance.choice(expected or world.union.people)
    moment = world.virtual.now - chance.randrange(0, 3_600_000)
    set_ = {"line": line, "person": person, "way": chance.choice(("in", "in", "out"))}
    return [_event(fresh_id(world, chance), set_, moment)]


def by_a_coordinator(world: "World", chance: random.Random) -> list[Json]:
    """Return what only coordinators may write: who has whom, who works where, who is captain."""
    union = world.union
    person, volunteer = chance.choice(union.people), chance.choice(union.volunteers)
    line, worksite = chance.choice(union.lines), chance.choice(union.worksites)
    on = chance.random() < 0.6
    role = chance.choice(("go_to", "picket_captain", "organiser"))
    captain = chance.choice(union.volunteers)
    kind, record, set_ = chance.choice(
        (
            ("assignment", person, {"volunteer": volunteer}),
            ("assignment", person, {"volunteer": volunteer}),
            ("assignment", person, {"volunteer": None}),
            ("person", person, {"worksite": worksite}),
            ("volunteer", _not_a_coordinator(union.volunteers, chance), {f"roles/{role}": on}),
            ("volunteer", _not_a_coordinator(union.volunteers, chance), {"active": on}),
            ("picket_line", line, {f"captains/{captain}": on}),
            ("picket_line", line, {f"expects/{worksite}": on}),
            ("person", person, {"do_not_contact/all": False}),
            ("person", person, {"signed": False}),
        )
    )
    return [{"kind": kind, "record": record, "set": set_}]


def something_strange(world: "World", chance: random.Random) -> list[Json]:
    """Return what no app of today would write."""
    person = chance.choice(world.union.people)
    note: Json = {"kind": "person", "record": person, "set": {"note": "x"}}
    strange: list[list[Json]] = [
        [{"kind": "horoscope", "record": person, "set": {"sign": "lion"}}],
        [{**note, "set": {"note": "x" * 5000}}],
        [{**note, "set": {"shoe_size": "44", "do_not_contact/all": True}}],
        [{**note, "set": {"note": "x" * 3000, "do_not_contact/work": True}}],
        [{**note, "set": {"work_shift": "sometimes"}}],
        [{**note, "set": {"note": 1.5}}],
        [{**note, "set": {"note": DEEP}}],
        [{**note, "set": {"note": 2**70}}],
        [{**note, "record": "no such/id:"}],
        [{**note, "set": {"note": "half \ud800"}}],
        [{**note, "set": {"note": "nothing \x00"}}],
        [note] * 51,
        [{"kind": "ruling", "record": "nobody-made-this", "set": {"counts": False}}],
        [{"kind": "conversation", "record": fresh_id(world, chance), "set": {"how": "phone"}}],
    ]
    return chance.choice(strange)


def _about_person(world: "World", person: str, chance: random.Random) -> Json:
    text = world.union.text
    register = chance.choice(("phone", "email", "note", "job", "department", "name", "shoe_size"))
    value: Any = "email@" if register == "email" else ""
    value += text("person", person, register, person)
    set_ = chance.choice(
        (
            {register: value},
            {register: value},
            {register: value, "work_shift": chance.choice(SHIFTS)},
            {"work_shift": chance.choice(SHIFTS)},
            {"do_not_contact/phone": chance.random() < 0.6},
            {"do_not_contact/all": chance.random() < 0.6},
            {"signed": chance.random() < 0.7},
            {"consent/text": chance.random() < 0.5},
        )
    )
    return {"kind": "person", "record": person, "set": set_}


def _event(id: str, set_: Json, moment: int) -> Json:
    return {"kind": "check_event", "record": id, "set": {**set_, MOMENT: moment}}


def _not_a_coordinator(volunteers: list[str], chance: random.Random) -> str:
    # Those at the desk keep their roles, or nobody could go on.
    return chance.choice(volunteers[3:])
