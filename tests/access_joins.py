"""What the access matrix asks about joining and signing in: links, codes, passkeys, one's own page.

What ends a session is asked with a device, or by a volunteer, of its own: the actors' are needed.
"""

from collections.abc import Callable, Iterator

from server.access.rooms import token_of
from server.config import secret_beside
from server.ids import now_ms
from tests.access_case import Asks, Case, Request
from tests.soft_passkey import SoftPasskey, text


def _own_cookie(case: Case) -> dict[str, str]:
    """Return headers with a desk session of the asker's that may end."""
    return {"cookie": case.device(case.asker)[1]} if case.is_theirs else {}


def _token(case: Case, kind: str, hours: float = 1) -> str:
    return case.union.link_token(case.asker, kind, hours) if case.asker else "no link"


def _join(kind: str, hours: float = 1) -> Callable[[Case], Iterator[Request]]:
    def join(case: Case) -> Iterator[Request]:
        # Without a cookie: signing in would end the session that the browser held before.
        yield {"json": {"token": _token(case, kind, hours)}, "headers": {"cookie": ""}}

    return join


def _enter(case: Case) -> Iterator[Request]:
    room = case.union.rooms["v-union"]
    token = token_of(secret_beside(case.union.db), room)
    is_known = case.row.variant != "no code"
    yield {"json": {"token": token if is_known else "room.none", "name": "somebody"}}


def _fresh(case: Case) -> Iterator[Request]:
    whose = case.asker if case.row.variant == "own link" else "v-admin-2"
    link = case.union.link_token(whose, "desk") if case.is_theirs else "no link"
    yield {"data": {"link": f"/desk/join#{link}", "back": "/desk"}, "headers": _own_cookie(case)}


def _ask(case: Case) -> Iterator[Request]:
    yield {"json": {"act": case.row.variant}}


def _challenge(case: Case, act: str, device: str) -> str:
    return text(case.state.challenges.new(act, device, now_ms()))


def _signed(case: Case, whose: str, act: str, device: str) -> dict[str, object]:
    key = case.union.passkeys.get(whose) or SoftPasskey(handle="bm9ib2R5")
    return key.sign({"challenge": _challenge(case, act, device)})


def _sign_in(case: Case) -> Iterator[Request]:
    signed = _signed(case, case.asker, "sign_in", "")
    yield {"json": {"passkey": signed}, "headers": {"cookie": ""}}


def _confirm(case: Case) -> Iterator[Request]:
    is_own, device, headers = case.row.variant == "own", "", {}
    if case.actor and case.actor.role.coordinates and not case.actor.state:
        device, cookie = case.device(case.asker)
        headers = {"cookie": cookie}
    others = [one for one in ("v-union", "v-admin") if one != case.asker]
    for whose in [case.asker] if is_own else others:
        yield {"json": {"passkey": _signed(case, whose, "confirm", device)}, "headers": headers}


def _add(case: Case) -> Iterator[Request]:
    device = case.actor.desk if case.actor else ""
    asked = {"user": {"id": text(case.asker.encode())}, "challenge": ""}
    asked["challenge"] = _challenge(case, "add", device)
    yield {"json": {"passkey": SoftPasskey().make(asked), "name": f"{case.asker}.added"}}


def _remove(case: Case) -> Iterator[Request]:
    if case.is_theirs:
        with case.union.changing() as db:
            id = text(case.name().encode())
            db.execute(
                "INSERT INTO passkey (id, volunteer, name, public_key, sign_count, made_at) "
                "VALUES (?, ?, '', x'', 0, 0)",
                (id, case.asker),
            )
        yield {"data": {"id": id}}
        return
    for row in case.union.read("SELECT id FROM passkey WHERE volunteer != ?", case.asker):
        yield {"data": {"id": row["id"]}}


def _end(case: Case) -> Iterator[Request]:
    if case.is_theirs:
        yield {"data": {"device": case.device(case.asker)[0]}}
        return
    for actor in case.union.actors.values():
        if actor.volunteer != case.asker and not actor.state:
            yield {"data": {"device": actor.desk}}
    for owner, phone in case.union.phones.items():
        if owner != case.asker:
            yield {"data": {"device": phone}}


def _end_all(case: Case) -> Iterator[Request]:
    phones = {"data": {"phones": "yes"}}
    if not case.is_theirs:
        yield phones
        return
    spare = case.union.spares[case.asker]
    case.device(spare, "phone")
    yield {**phones, "headers": {"cookie": case.device(spare)[1]}}


POSTED: Asks = {
    "POST /join": _join("phone"),
    "POST /join/code": _join("phone"),
    "POST /join/again": _join("phone", hours=-1),
    "POST /join/room": _enter,
    "POST /desk/join": _join("desk"),
    "POST /desk/fresh": _fresh,
    "POST /desk/passkeys/ask": _ask,
    "POST /desk/passkeys/sign_in": _sign_in,
    "POST /desk/passkeys/confirm": _confirm,
    "POST /desk/passkeys/add": _add,
    "POST /desk/me/passkey/remove": _remove,
    "POST /desk/me/end": _end,
    "POST /desk/me/end-all": _end_all,
}
