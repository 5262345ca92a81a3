"""A union of three locals in which every text says whose it is, for the access matrix.

North, South and East each have a worksite, a picket line, a list import, two different answers, a
held save and somebody without a list. What is about p-minh reads “minh.phone”, “minh.answer” …:
one of these words in an answer says what was told, and to whom it may be.
"""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from server.access.devices import new_device, revoke
from server.ids import now_ms
from server.ledger import save_from_desk
from server.schema import Connection, connect
from server.seen import having_seen
from sync.kinds import load_kinds
from sync.save import Change
from tests.small_union import HOUR_MS, QUESTIONS, Opened, SmallUnion, write

LOCALS = ("north", "south", "east")
ALIKE = "0815"  # a number that somebody in each local bears: they may be one person


class Role(NamedTuple):
    """One column of the matrix: what its volunteers do, and for which locals (none: the union)."""

    name: str
    roles: tuple[str, ...]
    locals: tuple[str, ...] = ()

    @property
    def listens(self) -> bool:
        """Whether they have people on a list."""
        return not {"go_to", "steward", "organiser"}.isdisjoint(self.roles)

    @property
    def leads(self) -> bool:
        """Whether they are captains."""
        return "picket_captain" in self.roles

    @property
    def coordinates(self) -> bool:
        """Whether the desk is theirs."""
        return not {"coordinator", "administrator"}.isdisjoint(self.roles)


# All but coordinators are of North.
ROLES = (
    Role("go-to", ("go_to",)),
    Role("steward", ("steward",)),
    Role("organiser", ("organiser",)),
    Role("captain", ("picket_captain",)),
    Role("captain+go-to", ("picket_captain", "go_to")),
    Role("north", ("coordinator",), ("north",)),
    Role("south", ("coordinator",), ("south",)),
    Role("north+south", ("coordinator",), ("north", "south")),
    Role("union", ("coordinator",)),
    Role("admin", ("administrator",)),
)
STATES = ("", "ended", "revoked")


class Actor(NamedTuple):
    """Who asks: a volunteer in a role that stands, has ended, or whose devices were revoked.

    read: the token that lies in their phone's vault.
    """

    role: Role
    state: str
    volunteer: str
    cookie: str
    read: str

    @property
    def column(self) -> str:
        """Where the matrix says what they get."""
        return self.state or self.role.name

    @property
    def name(self) -> str:
        """What a failing test calls them."""
        return f"{self.role.name} ({self.state})" if self.state else self.role.name


@dataclass
class AccessUnion(SmallUnion):
    """The file, who asks, and what may be told to whom.

    words: text -> whom it is about, and the view that shows it: card, list, desk, or the id of the
    only volunteer to whose phone it goes. ids: local -> kind -> record ids there.
    """

    actors: dict[str, Actor] = field(default_factory=dict)
    words: dict[str, tuple[str, str]] = field(default_factory=dict)
    ids: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    local_of: dict[str, str] = field(default_factory=dict)
    list_of: dict[str, str] = field(default_factory=dict)
    volunteers: dict[str, set[str]] = field(default_factory=dict)  # id -> locals they work in
    inactive: set[str] = field(default_factory=set)

    @cached_property
    def at_hand(self) -> Connection:
        """A connection that stays: what is asked often need not open the file each time."""
        return connect(self.db, query_only=True)

    def read(self, query: str, *values: object) -> list[dict[str, Any]]:
        """Return rows as they stand on disk."""
        return [dict(row) for row in self.at_hand.execute(query, values)]

    def allowed(self, actor: Actor | None, *, desk: bool) -> set[str]:
        """Return the words that somebody may be told, at the desk or on their phone."""
        if actor is None:
            return set()
        found = {word for word, told in self.words.items() if self._may(actor, *told, desk)}
        return {f"{actor.volunteer}.name", *(found if actor.state != "revoked" else ())}

    def _may(self, actor: Actor, subject: str, shown: str, desk: bool) -> bool:
        if actor.state == "ended":
            is_for_all = shown == "everyone" and actor.volunteer not in self.inactive
            return is_for_all and not desk
        if desk:
            return actor.role.coordinates and self._reaches(actor.role, subject)
        if shown == "everyone":
            return True
        if subject in self.volunteers:
            return subject == actor.volunteer
        is_listed = self.list_of.get(subject) == actor.volunteer
        is_expected = actor.role.leads and subject.endswith("-north")
        if shown == "line":
            return actor.role.leads and subject == "north"
        if shown == "card":
            return is_listed or is_expected
        return is_listed and shown in ("list", actor.volunteer)

    def _reaches(self, role: Role, subject: str) -> bool:
        if not role.locals or subject == "all":
            return True
        if subject in self.volunteers:
            return not self.volunteers[subject].isdisjoint(role.locals)
        return self.local_of.get(subject, subject) in role.locals

    def told_in(self, body: str) -> set[str]:
        """Return the words that stand in an answer."""
        return {word for word in self.words if word in body}


def make_access_union(path: Path) -> AccessUnion:
    """Make the file and fill it with real saves."""
    union = AccessUnion(path)
    union.ids = {local: {"line": [], "import": []} for local in (*LOCALS, "all")}
    with Opened(path) as db:
        _places(db, union)
        for role in ROLES:
            for state in STATES[:2]:
                _volunteer(db, union, role, f"{role.name.replace('+', '-')}{'-x' * bool(state)}")
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
    return union


def _said(union: AccessUnion, subject: str, view: str, *texts: str) -> None:
    for text in texts:
        union.words[text] = (subject, view)


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
        _said(union, local, "everyone", f"{local}.local", f"{local}.worksite")


def _volunteer(db: Connection, union: AccessUnion, role: Role, id: str) -> None:
    id = f"v-{id}"
    set_ = {f"roles/{one}": True for one in role.roles} | {
        f"locals/{one}": True for one in role.locals
    }
    _named(db, union, id, {*role.locals} or ({*LOCALS} if role.coordinates else {"north"}), set_)


def _named(
    db: Connection, union: AccessUnion, id: str, locals_: set[str], set_: dict[str, bool]
) -> None:
    union.volunteers[id] = locals_
    name = f"{id}.name"
    write(db, Change("volunteer", id, {"name": name, "active": True, "language": "en", **set_}))
    _said(union, id, "own", name)


def _people(db: Connection, union: AccessUnion, local: str) -> None:
    """One person on each list, two on a list of the local's, and one on nobody's."""
    go_to = f"v-{local}-go-to"
    _named(db, union, go_to, {local}, {"roles/go_to": True, "roles/steward": True})
    listeners = [v for v in union.volunteers if v.startswith("v-") and local == "north"]
    lists = [v for v in listeners if _listens(v)] + [go_to, go_to, ""]
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
        _said(union, person, "card", fields["name"], fields["preferred_name"], end)
        _said(union, person, "list", *(fields[one] for one in ("phone", "email", "department")))
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
        _said(union, person, "list", answer, f"{person}.promise.{who}", f"t-{person}-{who}")
        _said(union, person, who, note, said)
        if who == before or "steward" in who or "organiser" in who:
            _said(union, person, who, f"a-{person}-{who}")


def _lines(db: Connection, union: AccessUnion, local: str) -> None:
    """A local's line, or the one where all are expected."""
    captain, line = f"v-{local}-captain", f"l-{local}"
    _named(
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
    _said(union, local, "line", f"{local}.line")
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
    _said(union, local if local != "all" else "nowhere", "desk", f"{local}.csv")
    for person in people:
        _said(union, person, "list", f"{person}.job.{local}")


def _work(db: Connection, union: AccessUnion, local: str) -> None:
    """What waits for a coordinator: different answers, held work; and a decision of theirs."""
    person, stranger = f"p-0-{local}", f"p-{len(union.ids[local]['person']) - 1}-{local}"
    go_to = f"v-{local}-go-to"
    for register in ("phone", "email", "department", "name"):
        value = f"{person}.{register}.other"
        _saves(db, go_to, Change("person", person, {register: value}))
        _said(union, person, "card" if register == "name" else "list", value)
    held = _saves(db, go_to, Change("person", stranger, {"job": f"{stranger}.held"}))
    noted = _saves(db, go_to, Change("person", person, {"job": f"{person}.noted"}))
    union.ids[local]["held"], union.ids[local]["save"] = [held], [noted]
    _said(union, person, "list", f"{person}.noted")
    _said(union, stranger, "desk", f"{stranger}.held")
    write(db, Change("person", f"p-old-{local}", {"name": f"p-old-{local}.name", "local": local}))
    union.local_of[f"p-old-{local}"] = local
    union.ids[local]["joined"] = [f"p-old-{local}"]
    _said(union, person, "card", f"p-old-{local}.name")
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
    actor = Actor(role, state, id, cookie, phone.read)
    union.actors[actor.name] = actor


def _saves(db: Connection, volunteer: str, *changes: Change, kind: str = "phone") -> str:
    """Store one save by a new device of a volunteer; return its id."""
    device = new_device(db, volunteer, kind, now_ms()).device
    return save_from_desk(db, load_kinds(), device, [*changes], now_ms()).save
