"""Rooms: one code on the wall that lasts an evening, and the people who wait to be let in.

A room stands in the database; who waits stands only in memory. What strangers write there never
reaches the disk or a backup, and is gone when the room closes or the server stops: a phone that
still waits then asks again by itself. Used on the event loop only.
"""

import hashlib
import secrets
from dataclasses import dataclass, field
from typing import NamedTuple

from itsdangerous import BadSignature, URLSafeSerializer

from server.access.limits import Limit
from server.ids import new_id
from server.problems import Problem
from server.schema import Connection

HOUR_MS = 3600 * 1000
LONGEST_H = 6
MOST_WAITING, MOST_KEPT = 300, 900
MOST_NAME = 80
# Whoever has not asked for so long has gone home, or will ask again.
GONE_MS = 10 * 60_000
SIGNS = range(10, 100)
TOKEN, PLACE = "room.", "place."


class Room(NamedTuple):
    """An open room; `by` is the name of whoever opened it."""

    id: str
    made_by: str
    by: str
    expires_at: int


class Accepted(NamedTuple):
    """Whom a waiting phone was taken for, and who let it in."""

    room: str
    volunteer: str
    by: str


@dataclass
class Guest:
    """Somebody who waits. `place` is their phone's alone; `sign` stands on both screens."""

    id: str
    place: str
    sign: str
    name: str
    since: int
    seen_at: int
    accepted: Accepted | None = None
    declined: bool = False
    is_deciding: bool = False

    @property
    def is_waiting(self) -> bool:
        """Whether nobody has decided yet."""
        return self.accepted is None and not self.declined and not self.is_deciding


@dataclass
class Rooms:
    """Who waits in which room."""

    entering: Limit = field(default_factory=lambda: Limit(600, 10 * 60_000))
    _rooms: dict[str, dict[str, Guest]] = field(default_factory=dict)
    _ends: dict[str, int] = field(default_factory=dict)

    def enter(self, room: Room, name: str, address: str, now: int) -> Guest:
        """Put somebody into the waiting room. Raises Problem."""
        self._sweep(now)
        clean = cleaned(name)
        if not clean:
            raise Problem("name_empty")
        if wait_s := self.entering.wait_s(address, now):
            raise Problem("too_often", retry_after_s=wait_s)
        guests = self._rooms.setdefault(room.id, {})
        self._ends[room.id] = room.expires_at
        if sum(guest.is_waiting for guest in guests.values()) >= MOST_WAITING:
            raise Problem("room_full", retry_after_s=30)
        if len(guests) >= MOST_KEPT:
            declined = next((p for p, guest in guests.items() if guest.declined), None)
            if declined is None:
                raise Problem("room_full", retry_after_s=30)
            del guests[declined]  # they hear that they are not waiting, which is true
        self.entering.count(address, now)
        place = PLACE + secrets.token_urlsafe(24)
        guest = Guest(new_id(now), place, _sign(guests), clean, now, now)
        guests[place] = guest
        return guest

    def waiting(self, room: str, now: int) -> list[Guest]:
        """Return who waits in a room and was not decided on, in the order they came."""
        self._sweep(now)
        guests = self._rooms.get(room, {}).values()
        return [guest for guest in guests if guest.is_waiting]

    def guest(self, room: str, id: str, now: int) -> Guest | None:
        """Return one who waits, by the id that the coordinator's page goes by."""
        return next((guest for guest in self.waiting(room, now) if guest.id == id), None)

    def take(self, place: str, now: int) -> tuple[Guest, Accepted]:
        """Take out a guest who was accepted, and say as whom. Raises Problem while nobody was."""
        self._sweep(now)
        guest = next((guests[place] for guests in self._rooms.values() if place in guests), None)
        if guest is None:
            raise Problem("not_waiting")
        guest.seen_at = now
        if guest.declined:
            raise Problem("declined")
        if guest.accepted is None:
            raise Problem("still_waiting")
        # At once, so that asking twice does not make two phones.
        del self._rooms[guest.accepted.room][place]
        return guest, guest.accepted

    def put_back(self, guest: Guest, accepted: Accepted) -> None:
        """Let a guest whose joining failed ask again."""
        self._rooms.setdefault(accepted.room, {})[guest.place] = guest

    def close(self, room: str) -> None:
        """Forget everybody in a room."""
        self._rooms.pop(room, None)
        self._ends.pop(room, None)

    def _sweep(self, now: int) -> None:
        for room in [room for room, ends in self._ends.items() if ends < now]:
            self.close(room)
        for guests in self._rooms.values():
            for place in [p for p, guest in guests.items() if now - guest.seen_at > GONE_MS]:
                del guests[place]


def open_room(
    db: Connection, secret: str, made_by: str, local: str | None, now: int, hours: int
) -> str:
    """Open a room for some hours and return its id."""
    # Short, because it is in the code on the wall: the fewer its squares, the further it is read.
    id = secrets.token_urlsafe(9)
    db.execute(
        "INSERT INTO room (id, hash, made_by, local, made_at, expires_at) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        (id, _hash(token_of(secret, id)), made_by, local, now, now + hours * HOUR_MS),
    )
    return id


def token_of(secret: str, id: str) -> str:
    """Return a room's token. It can be shown again because the server's secret makes it anew."""
    return TOKEN + str(_signer(secret).dumps(id))


def open_room_of(db: Connection, secret: str, token: str, now: int) -> Room:
    """Return the open room of a token. Raises Problem."""
    try:
        _signer(secret).loads(token.removeprefix(TOKEN))
    except BadSignature:
        raise Problem("link_unknown") from None
    row = db.execute(
        "SELECT room.*, volunteer.name FROM room LEFT JOIN volunteer "
        "ON volunteer.id = room.made_by WHERE hash = ?",
        (_hash(token),),
    ).fetchone()
    if row is None:
        raise Problem("link_unknown")
    if row["closed_at"] is not None or row["expires_at"] < now:
        raise Problem("room_closed")
    return Room(row["id"], row["made_by"], row["name"] or "", row["expires_at"])


def close_room(db: Connection, id: str, now: int) -> None:
    """Close a room for good."""
    db.execute("UPDATE room SET closed_at = ? WHERE id = ? AND closed_at IS NULL", (now, id))


def is_place(token: str) -> bool:
    """Return whether what a phone redeems is its place in a waiting room."""
    return token.startswith(PLACE)


def cleaned(name: str) -> str:
    """Return a stranger's name as it is shown: one line, nothing that cannot be seen, not long."""
    shown = "".join(letter if letter.isprintable() else " " for letter in name[: 4 * MOST_NAME])
    return " ".join(shown.split())[:MOST_NAME].strip()


def _sign(guests: dict[str, Guest]) -> str:
    """Return two digits, of nobody else who waits here as long as there are some left."""
    taken = {guest.sign for guest in guests.values()}
    free = [str(n) for n in SIGNS if str(n) not in taken]
    return secrets.choice(free or [str(n) for n in SIGNS])


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _signer(secret: str) -> URLSafeSerializer:
    return URLSafeSerializer(secret, salt="room", signer_kwargs={"digest_method": hashlib.sha256})
