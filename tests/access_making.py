"""Fills the union of the access matrix with real saves: its places, people, lines, imports, work.

What is about p-minh reads “minh.phone”, “minh.answer” …: AccessUnion.words says whom it is about.
"""

from pathlib import Path

from server.access.devices import new_device, revoke
from server.ids import now_ms
from server.ledger import save_from_desk
from server.schema import Connection
from server.seen import having_seen
from sync.kinds import load_kinds
from sync.save import Change
from tests.access_belongings import belongings
from tests.access_union import (
    ALIKE,
    LOCALS,
    ROLES,
    SHARED,
    STATES,
    AccessUnion,
    Actor,
    Role,
    named,
    shows,
)
from tests.small_union import HOUR_MS, QUESTIONS, Opened, write


def make_access_union(path: Path) -> AccessUnion:
    """Make the file and fill it with real saves."""
    union = AccessUnion(path)
    union.ids = {local: {"line": [], "import": []} for local in (*LOCALS, "all")}
    with Opened(path) as db:
        _places(db, union)
        for role in ROLES:
            for state in STATES[:2]:
                _volunteer(db, union, role, f"{role.name.replace('+', '-')}{'-x' * bool(state)}")
        shared = {"roles/go_to": True, "local": "south"}
        named(db, union, SHARED, {"north", "south"}, shared)
        for local in LOCALS:
            _people(db, union, local)
            _lines(db, union, local)
        _lines(db, union, "all")
        for local in LOCALS:
            _imports(db, union, local)
        _imports(db, union, "all")
        for local in LOCALS:
            _work(db, union, local)
        _across(db, union)
        _end(db, union)
        for role in ROLES:
            for state in STATES:
                _actor(db, union, role, state)
        belongings(db, union)
    return union


def _places(db: Connection, union: AccessUnion) -> None:
    today = "2020-01-01"
    write(
        db,
        *(Change("local", local, {"name": f"{local}.local"}) for local in LOCALS),
        *(Change("worksite", f"w-{local}", {"name": f"{local}.worksite", "local": local})
          for local in LOCALS),
        Change("questionnaire", "q-1", {"name/en": "Q", "version": 1, "questions": QUESTIONS}),
        Change("campaign", "c-1", {"name/en": "Campaign", "starts": today, "ends": "2099-01-01",
               "goal_percent": 75, "questionnaire": "q-1"}),
        Change("in_use", "assessment", {"on": True}),
    )  # fmt: skip
    for local in LOCALS:
        shows(union, local, "everyone", f"{local}.local", f"{local}.worksite")
        answer = {"title/en": f"{local}.answered", "text/en": "Yes.", "local": local}
        write(db, Change("report_back", f"r-{local}", answer))
        shows(union, local, "everyone", f"{local}.answered")
        union.ids[local]["report_back"] = [f"r-{local}"]


def _volunteer(db: Connection, union: AccessUnion, role: Role, id: str) -> None:
    id = f"v-{id}"
    set_: dict[str, bool | str] = {f"roles/{one}": True for one in role.roles} | {
        f"locals/{one}": True for one in role.locals
    }
    set_ |= {} if role.coordinates else {"local": "north"}
    named(db, union, id, {*role.locals} or ({*LOCALS} if role.coordinates else {"north"}), set_)


def _people(db: Connection, union: AccessUnion, local: str) -> None:
    """One person on each list, two on a list of the local's, and one on nobody's."""
    go_to = f"v-{local}-go-to"
    named(db, union, go_to, {local}, {"local": local, "roles/go_to": True, "roles/steward": True})
    listeners = [v for v in union.volunteers if v.startswith("v-") and local == "north"]
    lists = [v for v in listeners if _listens(v)] + [SHARED] * (local == "north")
    lists += [go_to, go_to, ""]
    for n, volunteer in enumerate(lists):
        person = f"p-{n}-{local}"
        union.local_of[person] = local
        union.ids[local].setdefault("person", []).append(person)
        fields = {name: f"{person}.{name}" for name in ("name", "preferred_name", "phone", "email")}
        fields |= {name: f"{person}.{name}" for name in ("department", "member_number")}
        fields |= {"member_number": ALIKE} if n == 2 else {}
        end = f"~{local[0]}{n:x}"
        place = {"worksite": f"w-{local}", "local": local, "relation": "in_unit"}
        write(db, Change("person", person, {**fields, "number_end": end, **place}))
        shows(union, person, "card", fields["name"], fields["preferred_name"], end)
        shows(union, person, "list", *(fields[one] for one in ("phone", "email", "department")))
        if volunteer:
            union.list_of[person] = volunteer
            _handed_over(db, union, person, volunteer, f"v-{local}-go-to")


def _listens(volunteer: str) -> bool:
    return any(f"v-{role.name.replace('+', '-')}" == volunteer.removesuffix("-x")
               for role in ROLES if role.listens)  # fmt: skip


def _handed_over(
    db: Connection, union: AccessUnion, person: str, volunteer: str, before: str
) -> None:
    """Let somebody have talked with a person, and hand them over to who has them now."""
    assign = write(db, Change("assignment", person, {"volunteer": before}))
    for who in dict.fromkeys((before, volunteer)):
        if who != before:
            saw = {"volunteer": [f"{assign.save}:0"]}
            write(db, Change("assignment", person, {"volunteer": who}, saw))
        talk = {"person": person, "campaign": "c-1", "questionnaire": "q-1", "when": now_ms()}
        answer, note, said = (f"{person}.{what}.{who}" for what in ("answer", "note", "in-talk"))
        talk |= {"result": "talked", "answers/workload": answer, "note": said}
        _saves(db, who, Change("conversation", f"t-{person}-{who}", talk))
        _saves(db, who, Change("person", person, {"note": note}))
        promise = {"person": person, "text": f"{person}.promise.{who}", "due": "2020-01-01"}
        _saves(db, who, Change("follow_up", f"f-{person}-{who}", {**promise, "state": "open"}))
        support = {"person": person, "level": 2, "when": now_ms()}
        _saves(db, who, Change("assessment", f"a-{person}-{who}", support))
        shows(union, person, "list", answer, f"{person}.promise.{who}", f"t-{person}-{who}")
        shows(union, person, who, note, said)
        if who == before or "steward" in who or "organiser" in who:
            shows(union, person, who, f"a-{person}-{who}")


def _lines(db: Connection, union: AccessUnion, local: str) -> None:
    """A local's line, or the one where all are expected."""
    captain, line = f"v-{local}-captain", f"l-{local}"
    named(
        db, union, captain, {*LOCALS} if local == "all" else {local}, {"roles/picket_captain": True}
    )
    leads = [captain]
    if local in ("north", "all"):
        leads += [v for v in union.volunteers if v.startswith("v-captain")]
    expects = LOCALS if local == "all" else (local,)
    set_: dict[str, bool | int | str] = {f"captains/{one}": True for one in leads}
    if local == "all":
        set_ = {f"captains/{captain}": True}
    set_ |= {f"expects/w-{one}": True for one in expects}
    start = now_ms()
    set_ |= {
        "name": f"{local}.line",
        "shift_starts": start - HOUR_MS,
        "shift_ends": start + HOUR_MS,
    }
    write(db, Change("picket_line", line, set_))
    shows(union, local, "line", f"{local}.line")
    union.ids[local]["line"].append(line)
    for one in expects:
        event = {"line": line, "person": f"p-0-{one}", "way": "in", "when": start - HOUR_MS}
        _saves(db, captain, Change("check_event", f"e-{local}-{one}", event))


def _imports(db: Connection, union: AccessUnion, local: str) -> None:
    """A list that said something about people of a local, or of all of them."""
    people = [f"p-0-{one}" for one in (LOCALS if local == "all" else (local,))]
    said = {"source": "members", "file": f"{local}.csv", "when": now_ms(), "saves": 1}
    jobs = [Change("person", person, {"job": f"{person}.job.{local}"}) for person in people]
    write(db, Change("import", f"i-{local}", said), *jobs)
    union.ids[local]["import"].append(f"i-{local}")
    shows(union, local if local != "all" else "nowhere", "desk", f"{local}.csv")
    for person in people:
        shows(union, person, "list", f"{person}.job.{local}")


def _work(db: Connection, union: AccessUnion, local: str) -> None:
    """What waits for a coordinator: different answers, held work; and a decision of theirs."""
    person, stranger = f"p-0-{local}", f"p-{len(union.ids[local]['person']) - 1}-{local}"
    go_to = f"v-{local}-go-to"
    for register in ("phone", "email", "department", "name"):
        value = f"{person}.{register}.other"
        _saves(db, go_to, Change("person", person, {register: value}))
        shows(union, person, "card" if register == "name" else "list", value)
    held = _saves(db, go_to, Change("person", stranger, {"job": f"{stranger}.held"}))
    noted = _saves(db, go_to, Change("person", person, {"job": f"{person}.noted"}))
    union.ids[local]["held"], union.ids[local]["save"] = [held], [noted]
    shows(union, person, "list", f"{person}.noted")
    shows(union, stranger, "desk", f"{stranger}.held")
    write(db, Change("person", f"p-old-{local}", {"name": f"p-old-{local}.name", "local": local}))
    union.local_of[f"p-old-{local}"] = local
    union.ids[local]["joined"] = [f"p-old-{local}"]
    shows(union, person, "card", f"p-old-{local}.name")
    write(db, Change("alias", f"al-{local}", {"person": person, "same_as": f"p-old-{local}"}))


def _across(db: Connection, union: AccessUnion) -> None:
    """What a coordinator of the union did about people of several locals at once."""
    apart = Change("apart", "ap-all", {"person": "p-1-north", "other": "p-1-south"})
    days = [Change("person", f"p-1-{one}", {"work_shift": "days"}) for one in LOCALS]
    union.ids["all"]["save"] = [_saves(db, "v-union", *c, kind="desk") for c in ([apart], days)]


def _end(db: Connection, union: AccessUnion) -> None:
    """Take their roles from those whose roles have ended; two of them are no longer active."""
    for n, role in enumerate(ROLES):
        id = f"v-{role.name.replace('+', '-')}-x"
        ends = {"active": False} if n % 3 == 0 else {f"roles/{one}": False for one in role.roles}
        union.inactive |= {id} if n % 3 == 0 else set()
        write(db, having_seen(db, Change("volunteer", id, {**ends})))


def _actor(db: Connection, union: AccessUnion, role: Role, state: str) -> None:
    id = f"v-{role.name.replace('+', '-')}{'-x' * (state == 'ended')}"
    phone, desk = (new_device(db, id, kind, now_ms()) for kind in ("phone", "desk"))
    if state == "revoked":
        for joined in (phone, desk):
            revoke(db, joined.device["id"], now_ms())
    cookie = f"rounds={phone.credential}; rounds-desk={desk.credential}"
    actor = Actor(role, state, id, cookie, phone.read, desk.device["id"], id in union.inactive)
    union.actors[actor.name] = actor


def _saves(db: Connection, volunteer: str, *changes: Change, kind: str = "phone") -> str:
    """Store one save by a new device of a volunteer; return its id."""
    device = new_device(db, volunteer, kind, now_ms()).device
    return save_from_desk(db, load_kinds(), device, [*changes], now_ms()).save
