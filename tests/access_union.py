"""A union of three locals in which every text says whose it is, for the access matrix.

North, South and East each have a worksite, a picket line, a list import, two different answers, a
held save and somebody without a list. What is about p-minh reads “minh.phone”, “minh.answer” …:
one of these words in an answer says what was told, and to whom it may be.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from server.access.invitations import invite
from server.config import secret_beside
from server.ids import now_ms
from server.ledger import Receipt
from server.schema import Connection, connect
from sync.save import Change
from tests.small_union import HOUR_MS, SmallUnion, write
from tests.soft_passkey import SoftPasskey

LOCALS = ("north", "south", "east")
SHARED = "v-shared"  # of South, with somebody of North on their list
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

    read: the token that lies in their phone's vault. desk: the id of their desk's device.
    """

    role: Role
    state: str
    volunteer: str
    cookie: str
    read: str
    desk: str
    has_left: bool = False

    @property
    def column(self) -> str:
        """Where the matrix says what they get."""
        return "left" if self.has_left else self.state or self.role.name

    @property
    def name(self) -> str:
        """What a failing test calls them."""
        return f"{self.role.name} ({self.state})" if self.state else self.role.name


@dataclass
class AccessUnion(SmallUnion):
    """The file, who asks, and what may be told to whom.

    words: text -> whom it is about, and the view that shows it: card, list, desk, self (at the desk
    of the volunteer it is about) or the id of the only volunteer to whose phone it goes.
    ids: local -> kind -> record ids there. phones, rooms, passkeys, spares: volunteer -> the one
    they have; a spare is somebody else with the same roles, whose sessions a row may end.
    """

    actors: dict[str, Actor] = field(default_factory=dict)
    words: dict[str, tuple[str, str]] = field(default_factory=dict)
    ids: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    local_of: dict[str, str] = field(default_factory=dict)
    list_of: dict[str, str] = field(default_factory=dict)
    volunteers: dict[str, set[str]] = field(default_factory=dict)  # id -> locals they work in
    inactive: set[str] = field(default_factory=set)
    phones: dict[str, str] = field(default_factory=dict)
    rooms: dict[str, str] = field(default_factory=dict)
    passkeys: dict[str, SoftPasskey] = field(default_factory=dict)
    spares: dict[str, str] = field(default_factory=dict)
    _counted: tuple[int, tuple[int, ...]] = (-1, ())

    @cached_property
    def at_hand(self) -> Connection:
        """A connection that stays: what is asked often need not open the file each time."""
        return connect(self.db, query_only=True)

    def counted(self, query: str) -> tuple[int, ...]:
        """Return a row of numbers; asked of the file only where somebody wrote to it meanwhile."""
        version = self.at_hand.execute("PRAGMA data_version").fetchone()[0]
        if self._counted[0] != version:
            self._counted = version, tuple(self.at_hand.execute(query).fetchone())
        return self._counted[1]

    def read(self, query: str, *values: object) -> list[dict[str, Any]]:
        """Return rows as they stand on disk."""
        return [dict(row) for row in self.at_hand.execute(query, values)]

    @contextmanager
    def changing(self) -> Iterator[Connection]:
        """A write transaction of the test's own, on a file that is known to be of today."""
        db = connect(self.db)
        db.execute("BEGIN IMMEDIATE")
        yield db
        db.execute("COMMIT")
        db.close()

    def write(self, *changes: Change) -> Receipt:
        """Store one save as the server itself."""
        with self.changing() as db:
            return write(db, *changes)

    def link_token(self, volunteer: str, kind: str = "phone", hours: float = 1) -> str:
        """Return a fresh invitation token."""
        with self.changing() as db:
            lasts_ms = int(hours * HOUR_MS)
            return invite(db, secret_beside(self.db), volunteer, kind, now_ms(), lasts_ms)

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
        if shown == "self":
            return desk and actor.role.coordinates and subject == actor.volunteer
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


def named(
    db: Connection, union: AccessUnion, id: str, locals_: set[str], set_: dict[str, bool | str]
) -> None:
    """Make a volunteer who works in some locals."""
    union.volunteers[id] = locals_
    name = f"{id}.name"
    write(db, Change("volunteer", id, {"name": name, "active": True, "language": "en", **set_}))
    shows(union, id, "own", name)


def shows(union: AccessUnion, subject: str, view: str, *texts: str) -> None:
    """Note whom texts are about, and the view that shows them."""
    for text in texts:
        union.words[text] = (subject, view)
