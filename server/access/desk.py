"""Who sits at the desk: a coordinator's session, or the way to sign in."""

from contextlib import suppress
from typing import NamedTuple

from starlette.requests import Request

from server.access.devices import credential_in, device_of
from server.access.sessions import has_lapsed
from server.ids import now_ms
from server.ledger.facts import locals_of, roles_of
from server.schema import Connection, Row
from server.writer import Busy

DESK_ROLES = frozenset({"coordinator", "administrator"})
FRESH_MS = 10 * 60 * 1000
SEEN_EVERY_MS = 60_000


class NotSignedIn(Exception):
    """No coordinator is signed in here."""


class NotFresh(Exception):
    """What is asked for needs a sign-in from the last minutes; `back` is where to go on."""

    def __init__(self, back: str, was_posted: bool) -> None:
        super().__init__(back)
        self.back = back
        self.was_posted = was_posted


class Session(NamedTuple):
    """A signed-in coordinator. No locals means the whole union."""

    volunteer: str
    device: Row
    name: str
    language: str
    locals: frozenset[str]
    roles: frozenset[str]

    def is_fresh(self, now: int) -> bool:
        """Whether the coordinator signed in, or confirmed it, within the last ten minutes."""
        at: int | None = self.device["fresh_at"]
        return at is not None and now - at <= FRESH_MS


async def signed_in(request: Request) -> Session:
    """Return the session behind a request. Raises NotSignedIn."""
    state, now = request.app.state, now_ms()
    credential = credential_in(request, state.settings, "desk")
    session: Session | None = (
        await state.reader.run(session_of, credential, state.settings.languages[0], now)
        if credential
        else None
    )
    if session is None:
        raise NotSignedIn
    if now - (session.device["seen_at"] or 0) > SEEN_EVERY_MS:
        # Nobody waits for this: where it cannot be noted now, it is with the next page.
        with suppress(Busy):
            state.writer.soon(lambda db: _note(db, session.device["id"], now))
    return session


def session_of(db: Connection, credential: str, language: str, now: int) -> Session | None:
    """Return the session of a desk credential, if its volunteer still coordinates.

    Whoever lost the role is out at once; so is a session that was left too long.
    """
    device = device_of(db, credential, "desk")
    if device is None or has_lapsed(device, now):
        return None
    roles = roles_of(db, device["volunteer"])
    if not roles & DESK_ROLES:
        return None
    row = db.execute(
        "SELECT name, language FROM volunteer WHERE id = ?", (device["volunteer"],)
    ).fetchone()
    return Session(
        device["volunteer"],
        device,
        row["name"],
        row["language"] or language,
        locals_of(db, device["volunteer"]),
        roles,
    )


def _note(db: Connection, device: str, now: int) -> None:
    db.execute("UPDATE device SET seen_at = ? WHERE id = ?", (now, device))
