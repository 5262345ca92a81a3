"""What volunteers have, for the access matrix: phones, invitations, rooms, passkeys.

And what is the union's own: employers, and campaigns whose time is over.
"""

import msgspec

from server.access import audit, ceremony, passkeys
from server.access.devices import new_device
from server.access.invitations import ask_again, hash_of, invite
from server.access.rooms import Rooms, open_room, open_room_of, token_of
from server.config import RelyingParty, secret_beside
from server.ids import now_ms
from server.schema import Connection
from sync.save import Change
from tests.access_union import LOCALS, SHARED, AccessUnion, Role, named, shows
from tests.small_union import HOUR_MS, write
from tests.soft_passkey import SoftPasskey, text

PARTY = RelyingParty("localhost", "http://localhost:8000", "Rounds")


def belongings(db: Connection, union: AccessUnion) -> None:
    """Give every volunteer what is theirs."""
    for local in LOCALS:
        _of_a_local(db, union, local)
    shared = new_device(db, SHARED, "phone", now_ms()).device["id"]
    db.execute("UPDATE device SET app = ? WHERE id = ?", (f"{SHARED}.app", shared))
    shows(union, "south", "desk", f"{SHARED}.app")
    union.phones[SHARED] = shared
    union.ids["south"]["volunteer"].append(SHARED)
    union.ids["south"]["invitation"].append(_invited(db, union, SHARED))
    admin = "v-admin"
    union.ids["all"] |= {"volunteer": [admin], "invitation": [_invited(db, union, admin)]}
    union.phones[admin] = new_device(db, admin, "phone", now_ms()).device["id"]
    _campaigns(db, union)
    for actor in [*union.actors.values()]:
        if actor.volunteer not in union.passkeys:
            _passkey(db, union, actor.volunteer)
        if actor.role.coordinates and not actor.state:
            _room(db, union, actor.role, actor.volunteer)
            _spare(db, union, actor.role, f"{actor.volunteer}-2")


def guests(union: AccessUnion, rooms: Rooms) -> None:
    """Let people wait in every room: a stranger, and one who may be somebody of each local."""
    now = now_ms()
    with union.changing() as db:
        secret = secret_beside(union.db)
        for owner, id in union.rooms.items():
            room = open_room_of(db, secret, token_of(secret, id), now)
            for name in (f"{owner}.guest", *(f"name v-{local}-go-to" for local in LOCALS)):
                rooms.enter(room, name, "10.0.0.1", now)


def _of_a_local(db: Connection, union: AccessUnion, local: str) -> None:
    """A volunteer's phone and open link, somebody who asks for a new one, and an employer."""
    volunteer = f"v-{local}-go-to"
    phone = new_device(db, volunteer, "phone", now_ms()).device["id"]
    app = f"{volunteer}.app"
    db.execute("UPDATE device SET app = ?, unsent = 3 WHERE id = ?", (app, phone))
    shows(union, volunteer, "own", app)
    union.phones[volunteer] = phone
    _asks(db, union, f"v-{local}-captain")
    union.ids[local] |= {
        "volunteer": [volunteer],
        "invitation": [_invited(db, union, volunteer)],
        "employer": [f"em-{local}"],
    }
    domains = f"{local}.employer.example"
    said = {"name": f"{local}.employer", "local": local, "domains": domains}
    write(db, Change("employer", f"em-{local}", said))
    shows(union, local, "everyone", f"{local}.employer", domains)


def _invited(db: Connection, union: AccessUnion, volunteer: str) -> str:
    secret = secret_beside(union.db)
    token = invite(db, secret, volunteer, "phone", now_ms(), HOUR_MS, by="v-union")
    return hash_of(token)


def _asks(db: Connection, union: AccessUnion, volunteer: str) -> None:
    secret = secret_beside(union.db)
    token = invite(db, secret, volunteer, "phone", now_ms() - 2 * HOUR_MS, HOUR_MS)
    ask_again(db, secret, token, now_ms())


def _campaigns(db: Connection, union: AccessUnion) -> None:
    """A campaign that is over and due, in which somebody of each local was talked with."""
    past = {"starts": "2019-01-01", "ends": "2019-02-01", "keep_until": "2020-01-01"}
    talks = [
        Change("conversation", f"t-due-{local}", {"person": f"p-1-{local}", "campaign": "c-due"})
        for local in LOCALS
    ]
    write(db, Change("campaign", "c-due", {"name/en": "Due", **past}), *talks)
    union.ids["all"]["campaign"] = ["c-due"]


def _passkey(db: Connection, union: AccessUnion, volunteer: str) -> None:
    key, name, challenge = SoftPasskey(), f"{volunteer}.passkey", b"a challenge"
    asked = {"user": {"id": text(volunteer.encode())}, "challenge": text(challenge)}
    answer = msgspec.convert(key.make(asked), passkeys.NewPasskey)
    made = ceremony.made(PARTY, answer, challenge)
    passkeys.add(db, audit.Who(volunteer, "none"), made, name, now_ms())
    union.passkeys[volunteer] = key
    shows(union, volunteer, "self", name)


def _room(db: Connection, union: AccessUnion, role: Role, volunteer: str) -> None:
    local = role.locals[0] if role.locals else None
    secret = secret_beside(union.db)
    union.rooms[volunteer] = open_room(db, secret, volunteer, local, now_ms(), 3)
    shows(union, volunteer, "self", f"{volunteer}.guest")


def _spare(db: Connection, union: AccessUnion, role: Role, id: str) -> None:
    roles = {f"roles/{one}": True for one in role.roles}
    locals_ = {f"locals/{one}": True for one in role.locals}
    named(db, union, id, {*role.locals} or {*LOCALS}, {**roles, **locals_})
    union.spares[id.removesuffix("-2")] = id
