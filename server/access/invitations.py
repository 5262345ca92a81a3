"""Invitations: signed, single-use, short-lived links. Only their hash is stored.

The same invitation can be redeemed by a short code instead (codes.py); either uses both up.
"""

import hashlib
import hmac
import secrets
from typing import Any, NoReturn

from itsdangerous import BadSignature, URLSafeSerializer

from server.access import codes
from server.access.devices import Joined, new_device, revoke
from server.problems import Problem
from server.schema import Connection, Row

DAY_MS = 24 * 3600 * 1000
IN_PERSON_MS = 15 * 60_000
MOST_CODES = 20
# Whoever holds an old link is told for so long who sent it; later it only says too much.
NAMED_MS = 30 * DAY_MS


def invite(
    db: Connection,
    secret: str,
    volunteer: str,
    kind: str,
    now: int,
    for_ms: int,
    *,
    by: str | None = None,
    replaces: str | None = None,
) -> str:
    """Return a fresh token for a volunteer; `kind` is phone or desk, `for_ms` how long it lasts.

    by: the coordinator who invites. replaces: the device that is signed out when it is redeemed.
    """
    token = _signer(secret).dumps(secrets.token_urlsafe(16))
    db.execute(
        "INSERT INTO invitation (hash, volunteer, kind, made_at, expires_at, made_by, replaces) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        (hash_of(token), volunteer, kind, now, now + for_ms, by, replaces),
    )
    # Who asked for a new link has one now.
    db.execute(
        "UPDATE invitation SET answered_at = ? WHERE volunteer = ? AND asked_at IS NOT NULL "
        "AND answered_at IS NULL",
        (now, volunteer),
    )
    return str(token)


def redeem(
    db: Connection, secret: str, token: str, kind: str, now: int, label: str | None = None
) -> Joined:
    """Use a token up and return the device made for it. Raises Problem.

    label: what its browser calls itself.
    """
    found = _open(db, secret, token, kind, now)
    return _use(db, found, now, label)


def key_of(secret: str, token: str) -> str:
    """Return what an invitation is stored under. Raises Problem link_unknown for no token of ours.

    Ask this first: what strangers make up reaches neither the database nor its writer.
    """
    try:
        _signer(secret).loads(token)
    except (BadSignature, UnicodeEncodeError):  # JSON can spell half a character
        raise Problem("link_unknown") from None
    return hash_of(token)


def spend(db: Connection, secret: str, token: str, kind: str, now: int) -> str:
    """Use a token up and return the volunteer it was made for. Raises Problem."""
    found = _open(db, secret, token, kind, now)
    db.execute("UPDATE invitation SET used_at = ? WHERE hash = ?", (now, found["hash"]))
    return str(found["volunteer"])


def redeem_code(
    db: Connection, secret: str, typed: str, kind: str, now: int, label: str | None = None
) -> Joined | Problem:
    """Use a code up and return the device made for its invitation.

    A problem is returned, not raised: the wrong guess has to be noted.
    """
    code = codes.read_code(typed)
    if code is None:
        return Problem("code_unknown")
    found = db.execute(
        "SELECT * FROM invitation WHERE code_start = ? AND kind = ?", (codes.start_of(code), kind)
    ).fetchone()
    if found is None:
        return Problem("code_unknown")
    if found["tries"] >= codes.MOST_TRIES:
        return Problem("code_blocked")
    if not hmac.compare_digest(found["code"], codes.hash_of(secret, code)):
        db.execute("UPDATE invitation SET tries = tries + 1 WHERE hash = ?", (found["hash"],))
        return Problem("code_unknown")
    if found["code_until"] < now:
        return Problem("code_expired")
    try:
        _check(db, found, now)
    except Problem as problem:
        return problem
    return _use(db, found, now, label)


def code_for(db: Connection, secret: str, token: str, now: int) -> str:
    """Return a fresh code for an open invitation, in place of the one it had. Raises Problem.

    Whoever opened the link gets it to type where the link cannot go.
    """
    found = _open(db, secret, token, None, now)
    if found["codes"] >= MOST_CODES:
        raise Problem("too_often", retry_after_s=codes.LASTS_MS // 1000)
    # The start of an old code is free again for another.
    db.execute("UPDATE invitation SET code_start = NULL WHERE code_until < ?", (now,))
    code = codes.new_code()
    while db.execute(
        "SELECT 1 FROM invitation WHERE code_start = ?", (codes.start_of(code),)
    ).fetchone():
        code = codes.new_code()
    until = min(now + codes.LASTS_MS, found["expires_at"])
    db.execute(
        "UPDATE invitation SET code_start = ?, code = ?, code_until = ?, tries = 0, "
        "codes = codes + 1 WHERE hash = ?",
        (codes.start_of(code), codes.hash_of(secret, code), until, found["hash"]),
    )
    return code


def ask_again(db: Connection, secret: str, token: str, now: int) -> None:
    """Note that the holder of a link that opens nothing more asks for a new one. Raises Problem.

    It says nothing about anybody, and asking twice is asking once.
    """
    found = _known(db, secret, token, None)
    is_over = found["used_at"] is not None or found["expires_at"] < now
    if is_over and found["withdrawn_at"] is None:
        db.execute(
            "UPDATE invitation SET asked_at = coalesce(asked_at, ?) WHERE hash = ?",
            (now, found["hash"]),
        )


def withdraw(db: Connection, volunteer: str, hash: str, now: int) -> None:
    """End one open invitation of a volunteer's."""
    db.execute(
        "UPDATE invitation SET withdrawn_at = ? "
        "WHERE hash = ? AND volunteer = ? AND used_at IS NULL",
        (now, hash, volunteer),
    )


def link(url: str, kind: str, token: str) -> str:
    """Return the link a person opens; the token lies in the fragment, which no server logs."""
    return f"{url}/desk/join#{token}" if kind == "desk" else f"{url}/join#{token}"


def hash_of(token: str) -> str:
    """Return what is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def _known(db: Connection, secret: str, token: str, kind: str | None) -> Row:
    """Return the invitation behind a token, of a kind or of any. Raises Problem."""
    found: Row | None = db.execute(
        "SELECT * FROM invitation WHERE hash = ?", (key_of(secret, token),)
    ).fetchone()
    if found is None or kind not in (None, found["kind"]):
        raise Problem("link_unknown")
    return found


def _open(db: Connection, secret: str, token: str, kind: str | None, now: int) -> Row:
    found = _known(db, secret, token, kind)
    _check(db, found, now)
    return found


def _check(db: Connection, found: Row, now: int) -> None:
    """Raise the problem an invitation has, with the name of whoever can make another."""
    row = db.execute("SELECT active FROM volunteer WHERE id = ?", (found["volunteer"],)).fetchone()
    if found["withdrawn_at"] is not None or (row is not None and row["active"] == 0):
        _refuse(db, found, now, "link_withdrawn")
    if found["used_at"] is not None:
        _refuse(db, found, now, "link_used")
    if found["expires_at"] < now:
        _refuse(db, found, now, "link_expired")


def _refuse(db: Connection, found: Row, now: int, code: str) -> NoReturn:
    more: dict[str, Any] = {}
    row = db.execute("SELECT name FROM volunteer WHERE id = ?", (found["made_by"],)).fetchone()
    if row is not None and row["name"] and now - found["made_at"] < NAMED_MS:
        more["from"] = row["name"]
    raise Problem(code, more=more)


def _use(db: Connection, found: Row, now: int, label: str | None) -> Joined:
    joined = new_device(db, found["volunteer"], found["kind"], now, label)
    db.execute(
        "UPDATE invitation SET used_at = ?, device = ? WHERE hash = ?",
        (now, joined.device["id"], found["hash"]),
    )
    replaced = db.execute("SELECT * FROM device WHERE id = ?", (found["replaces"],)).fetchone()
    if replaced is not None and replaced["revoked_at"] is None:
        revoke(db, replaced["id"], now)
    return joined


def _signer(secret: str) -> URLSafeSerializer:
    # itsdangerous signs with SHA-1 unless told otherwise.
    return URLSafeSerializer(
        secret, salt="invitation", signer_kwargs={"digest_method": hashlib.sha256}
    )
