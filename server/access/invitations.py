"""Invitations: signed, single-use, short-lived links. Only their hash is stored."""

import hashlib
import secrets

from itsdangerous import BadSignature, URLSafeSerializer

from server.access.devices import Joined, new_device
from server.problems import Problem
from server.schema import Connection

DAY_MS = 24 * 3600 * 1000


def invite(db: Connection, secret: str, volunteer: str, kind: str, now: int, for_ms: int) -> str:
    """Return a fresh token for a volunteer; `kind` is phone or desk, `for_ms` how long it lasts."""
    token = _signer(secret).dumps(secrets.token_urlsafe(16))
    db.execute(
        "INSERT INTO invitation (hash, volunteer, kind, made_at, expires_at) "
        "VALUES (?, ?, ?, ?, ?)",
        (_hash(token), volunteer, kind, now, now + for_ms),
    )
    return str(token)


def redeem(db: Connection, secret: str, token: str, kind: str, now: int) -> Joined:
    """Use a token up and return the device made for it. Raises Problem."""
    return new_device(db, spend(db, secret, token, kind, now), kind, now)


def spend(db: Connection, secret: str, token: str, kind: str, now: int) -> str:
    """Use a token up and return the volunteer it was made for. Raises Problem."""
    try:
        _signer(secret).loads(token)
    except BadSignature:
        raise Problem("link_unknown") from None
    found = db.execute(
        "SELECT * FROM invitation WHERE hash = ? AND kind = ?", (_hash(token), kind)
    ).fetchone()
    if found is None:
        raise Problem("link_unknown")
    if found["used_at"] is not None:
        raise Problem("link_used")
    if found["expires_at"] < now:
        raise Problem("link_expired")
    db.execute("UPDATE invitation SET used_at = ? WHERE hash = ?", (now, found["hash"]))
    return str(found["volunteer"])


def link(url: str, kind: str, token: str) -> str:
    """Return the link a person opens; the token lies in the fragment, which no server logs."""
    return f"{url}/desk/join#{token}" if kind == "desk" else f"{url}/join#{token}"


def _signer(secret: str) -> URLSafeSerializer:
    # itsdangerous signs with SHA-1 unless told otherwise.
    return URLSafeSerializer(
        secret, salt="invitation", signer_kwargs={"digest_method": hashlib.sha256}
    )


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
