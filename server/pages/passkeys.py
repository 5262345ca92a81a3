"""What the desk's script asks for passkeys: a challenge, and the answer to it. JSON both ways."""

from typing import Annotated, Any, Literal

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from server.access import audit, passkeys, sessions
from server.access.desk import DESK_ROLES, NotSignedIn, Session, signed_in
from server.access.devices import Joined, credential_in, set_cookie
from server.access.passkeys import NewPasskey, UsedPasskey
from server.config import RelyingParty
from server.ids import now_ms
from server.ledger.facts import roles_of
from server.pages.desk import say_next
from server.pages.frame import own_path
from server.problems import Problem
from server.routes.body import read_body, read_json
from server.schema import Connection, Row

MAX_BODY = 60_000
ADDED = "/desk/me"


class Asked(msgspec.Struct, frozen=True):
    """What a challenge is wanted for."""

    act: Literal["sign_in", "confirm", "add"]


class SigningIn(msgspec.Struct, frozen=True):
    """A passkey that signs in."""

    passkey: UsedPasskey


class Confirming(msgspec.Struct, frozen=True):
    """A passkey that confirms who sits here; `back` is where to go on, `again` with a form."""

    passkey: UsedPasskey
    back: Annotated[str, msgspec.Meta(max_length=2000)] = ""
    again: bool = False


class Adding(msgspec.Struct, frozen=True):
    """A new passkey, and what its owner calls it."""

    passkey: NewPasskey
    name: Annotated[str, msgspec.Meta(max_length=passkeys.MOST_NAME, pattern=r"\S")]


async def ask(request: Request) -> Response:
    """Hand out a challenge."""
    from server.access import ceremony  # as there: not before it is needed

    act = read_json(await read_body(request, MAX_BODY), Asked).act
    state, now, party = request.app.state, now_ms(), _party(request)
    if act == "sign_in":
        challenge = state.challenges.new(act, "", now)
        return _json(ceremony.ask_to_sign(party, challenge, []))
    session = await _session(request, is_fresh=act == "add")
    state.pace.keep("passkey", session.device["id"], now)
    rows = await state.reader.run(passkeys.passkeys_of, session.volunteer)
    there = [row["id"] for row in rows]
    challenge = state.challenges.new(act, session.device["id"], now)
    if act == "confirm":
        return _json(ceremony.ask_to_sign(party, challenge, there))
    owner = (session.volunteer, session.name)
    return _json(ceremony.ask_to_make(party, challenge, *owner, there))


async def sign_in(request: Request) -> Response:
    """Sign in by a passkey; nobody typed a name."""
    answer = read_json(await read_body(request, MAX_BODY), SigningIn).passkey
    state, now = request.app.state, now_ms()
    passkey, counter = await _checked(request, answer, "sign_in", "")
    before = credential_in(request, state.settings, "desk")
    browser = sessions.name_of(request.headers.get("user-agent", ""))

    def job(db: Connection) -> Joined | None:
        if not passkeys.used(db, passkey["id"], counter, now):
            return None
        if not roles_of(db, passkey["volunteer"]) & DESK_ROLES:
            raise Problem("no_desk")
        return sessions.begin(db, passkey["volunteer"], now, browser, before)

    joined = await state.writer.run(job)
    if joined is None:
        raise Problem("passkey_copied")
    response = _json({"next": own_path("")})
    set_cookie(response, state.settings, "desk", joined.credential)
    return response


async def confirm_it(request: Request) -> Response:
    """Confirm by a passkey that it is still the same person."""
    asked = read_json(await read_body(request, MAX_BODY), Confirming)
    state, now, session = request.app.state, now_ms(), await _session(request)
    device = session.device["id"]
    passkey, counter = await _checked(request, asked.passkey, "confirm", device)
    if passkey["volunteer"] != session.volunteer:
        raise Problem("passkey_unknown")

    def job(db: Connection) -> str | None:
        is_good = passkeys.used(db, passkey["id"], counter, now)
        who = audit.Who(session.volunteer, device)
        return sessions.confirm(db, who, now) if is_good else None

    credential = await state.writer.run(job)
    if credential is None:
        raise Problem("passkey_copied")
    response = _json({"next": own_path(asked.back)})
    say_next(response, state.settings, "send_again" if asked.again else "confirmed")
    set_cookie(response, state.settings, "desk", credential)
    return response


async def add(request: Request) -> Response:
    """Keep a new passkey."""
    from server.access import ceremony

    asked = read_json(await read_body(request, MAX_BODY), Adding)
    state, now, session = request.app.state, now_ms(), await _session(request, is_fresh=True)
    challenge = ceremony.challenge_in(asked.passkey)
    if not state.challenges.spend(challenge, "add", session.device["id"], now):
        raise Problem("passkey_late")
    made = ceremony.made(_party(request), asked.passkey, challenge)
    who = audit.Who(session.volunteer, session.device["id"])
    name = asked.name.strip()
    await state.writer.run(lambda db: passkeys.add(db, who, made, name, now))
    response = _json({"next": ADDED})
    say_next(response, state.settings, "passkey_added")
    return response


async def _checked(request: Request, answer: UsedPasskey, act: str, device: str) -> tuple[Row, int]:
    """Return the passkey that answered, and its counter. Raises Problem."""
    from server.access import ceremony

    state, party = request.app.state, _party(request)
    challenge = ceremony.challenge_in(answer)
    if not state.challenges.spend(challenge, act, device, now_ms()):
        raise Problem("passkey_late")
    passkey: Row | None = await state.reader.run(passkeys.passkey_of, answer.id)
    if passkey is None:
        raise Problem("passkey_unknown")
    state.pace.keep("passkey", passkey["id"], now_ms())
    return passkey, ceremony.signed(party, answer, challenge, passkey)


async def _session(request: Request, *, is_fresh: bool = False) -> Session:
    try:
        session = await signed_in(request)
    except NotSignedIn:
        raise Problem("signed_out") from None
    if is_fresh and not session.is_fresh(now_ms()):
        raise Problem("confirm_first")
    return session


def _party(request: Request) -> RelyingParty:
    party: RelyingParty | None = request.app.state.settings.relying_party
    if party is None:
        raise Problem("no_passkeys_here")
    return party


def _json(content: dict[str, Any]) -> JSONResponse:
    return JSONResponse(content, headers={"Cache-Control": "no-store"})


ROUTES = [
    Route("/desk/passkeys/ask", ask, methods=["POST"]),
    Route("/desk/passkeys/sign_in", sign_in, methods=["POST"]),
    Route("/desk/passkeys/confirm", confirm_it, methods=["POST"]),
    Route("/desk/passkeys/add", add, methods=["POST"]),
]
