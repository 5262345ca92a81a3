"""What the access matrix asks about volunteers: adding, changing, inviting, rooms, erasing."""

from collections.abc import Iterator

from server.access.invitations import ask_again, hash_of
from server.access.rooms import open_room, open_room_of, token_of
from server.config import secret_beside
from server.ids import now_ms
from sync.save import Change
from sync.volunteers import DESK_ROLES, FIELD_ROLES
from tests.access_case import Asks, Case, Request
from tests.access_union import LOCALS

SAW = ("name", "language", "local", "active")


def _add(case: Case) -> Iterator[Request]:
    form = {"name": case.name(), "language": "en", "role": "go_to", "active": "yes"}
    local = case.row.of if case.row.of in LOCALS else ""
    form["role"] = case.row.variant or "go_to"
    yield {"data": {**form, "local": local}}


def _edit(case: Case) -> Iterator[Request]:
    """The form as it stands, in the other language; or moved to another local."""
    volunteer, more = case.volunteer, {}
    if case.row.variant and case.wanted != "in":
        name = case.name()
        volunteer = name.replace(" ", "-")
        said = {"name": name, "local": case.row.of, "active": True, "roles/go_to": True}
        case.union.write(Change("volunteer", volunteer, said))
        more = {"url": f"/desk/volunteers/{volunteer}/edit"}
    (row,) = case.union.read("SELECT * FROM volunteer WHERE id = ?", volunteer)
    query = "SELECT element FROM volunteer_roles WHERE volunteer = ? AND value = 1"
    roles = [one["element"] for one in case.union.read(query, volunteer)]
    registers = [*SAW, *(f"roles/{role}" for role in FIELD_ROLES + DESK_ROLES)]
    saw = [head for one in registers for head in case.heads("volunteer", volunteer, one)]
    language = "fr" if row["language"] == "en" else "en"
    local = case.row.variant.removeprefix("to ") or row["local"] or ""
    form = {"name": row["name"], "language": language, "local": local, "active": "yes"}
    yield {"data": {**form, "role": roles, "saw": saw}, **more}


def _invite(case: Case) -> Iterator[Request]:
    if case.row.variant.startswith("replacing"):
        whose = case.volunteer if case.row.variant == "replacing" else "v-admin"
        yield {"data": {"kind": "phone", "replaces": case.union.phones[whose]}}
        return
    kind = "desk" if case.row.of == "all" else "phone"
    yield {"data": {"way": "here", "kind": kind}}
    yield {"data": {"way": "away", "kind": kind}}


def _withdraw(case: Case) -> Iterator[Request]:
    if case.row.variant == "another’s":
        yield {"data": {"hash": case.union.ids["all"]["invitation"][0]}}
    elif case.is_theirs:
        yield {"data": {"hash": hash_of(case.union.link_token(case.volunteer))}}
    else:
        yield {"data": {"hash": case.there("invitation")[0]}}


def _sign_out(case: Case) -> Iterator[Request]:
    if case.row.variant == "another’s":
        yield {"data": {"device": case.union.phones["v-admin"]}}
    elif case.is_theirs:
        yield {"data": {"device": case.device(case.volunteer, "phone")[0]}}
    else:
        yield {"data": {"device": case.union.phones[case.volunteer]}}


def _dismiss(case: Case) -> Iterator[Request]:
    if not case.is_theirs:
        yield {"data": {"hash": case.there("invitation")[0]}}
        return
    token = case.union.link_token(case.volunteer, hours=-1)
    with case.union.changing() as db:
        ask_again(db, secret_beside(case.union.db), token, now_ms())
    yield {"data": {"hash": hash_of(token)}}


def _erase(case: Case) -> Iterator[Request]:
    if not case.is_theirs or case.row.of == "all":
        (row,) = case.union.read("SELECT name FROM volunteer WHERE id = ?", case.volunteer)
        yield {"data": {"typed": row["name"]}}
        return
    name = case.name()
    id = name.replace(" ", "-")
    case.union.write(Change("volunteer", id, {"name": name, "local": case.row.of, "active": True}))
    yield {"data": {"typed": name}, "url": f"/desk/volunteers/{id}/erase"}


def _begin(case: Case) -> Iterator[Request]:
    yield {"data": {"hours": "2", "local": case.row.of if case.row.of in LOCALS else ""}}


def _guest(case: Case, room: str) -> str:
    """Let somebody wait in a room; return their id on its page."""
    secret, now = secret_beside(case.union.db), now_ms()
    found = open_room_of(case.union.at_hand, secret, token_of(secret, room), now)
    guest: str = case.state.rooms.enter(found, case.name(), "10.0.0.2", now).id
    return guest


def _decide(case: Case) -> Iterator[Request]:
    if case.wanted == "in":
        yield {"data": {"guest": "none", "role": "go_to"}}
        return
    for room in case.rooms():
        form = {"guest": _guest(case, room)}
        form |= {"volunteer": case.volunteer} if case.row.of else {}
        form |= {"what": "decline"} if case.row.variant == "own, declined" else {"role": "go_to"}
        yield {"data": form, "url": f"/desk/rooms/{room}"}


def _of_a_room(what: str) -> Asks:
    """A room of one's own is opened for it; somebody else's are tried as they are."""

    def ask(case: Case) -> Iterator[Request]:
        if not case.is_theirs:
            yield {"data": {}}
            return
        with case.union.changing() as db:
            secret = secret_beside(case.union.db)
            room = open_room(db, secret, case.asker, None, now_ms(), 1)
        _guest(case, room)
        yield {"data": {}, "url": f"/desk/rooms/{room}/{what}"}

    return {f"POST /desk/rooms/{{room}}/{what}": ask}


POSTED: Asks = {
    "POST /desk/volunteers/new": _add,
    "POST /desk/volunteers/{volunteer}/edit": _edit,
    "POST /desk/volunteers/{volunteer}/invite": _invite,
    "POST /desk/volunteers/{volunteer}/withdraw": _withdraw,
    "POST /desk/volunteers/{volunteer}/sign-out": _sign_out,
    "POST /desk/volunteers/{volunteer}/erase": _erase,
    "POST /desk/volunteers/dismiss": _dismiss,
    "POST /desk/rooms": _begin,
    "POST /desk/rooms/{room}": _decide,
    **_of_a_room("decline"),
    **_of_a_room("close"),
}
