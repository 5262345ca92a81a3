"""Devices: a volunteer's phones and desk sessions, known by a cookie of which a hash is stored."""

import hashlib
import hmac
import secrets
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from server.config import Settings
from server.ids import new_id
from server.schema import Connection, Row

COOKIE_MAX_AGE_S = 30 * 24 * 3600
SEAL_LENGTH = 32
COOKIES = {"phone": "rounds", "desk": "rounds-desk"}
MOST_OF_APP = 40
MOST_UNSENT = 10**6
# How many phones one volunteer has at once, unless somebody leaves it at more.
PHONES = 2


class Joined(NamedTuple):
    """A new device, the credential that only its cookie holds, and a phone's read token.

    read: empty for a desk session, and for a copy of a phone, which has that phone's.
    """

    device: Row
    credential: str
    read: str = ""


def new_device(
    db: Connection, volunteer: str, kind: str, now: int, label: str | None = None
) -> Joined:
    """Make a device for a volunteer; `kind` is phone or desk. Only phones seal what they send.

    label: what its browser calls itself, as people say it.
    """
    credential = secrets.token_urlsafe(32)
    id = new_id(now)
    is_phone = kind == "phone"
    seal = secrets.token_bytes(SEAL_LENGTH) if is_phone else None
    read = secrets.token_urlsafe(32) if is_phone else ""
    db.execute(
        "INSERT INTO device "
        "(id, volunteer, kind, hash, seal, read_hash, made_at, seen_at, fresh_at, label) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(id, volunteer, kind, _hash(credential), seal, _hash(read) if read else None),
            *(now, now, now, label),
        ),
    )
    row = db.execute("SELECT * FROM device WHERE id = ?", (id,)).fetchone()
    return Joined(row, credential, read)


def copy_of(db: Connection, device: Row, now: int) -> Joined:
    """Make the device that a copy of a phone goes on as: the same volunteer's, with a new name."""
    joined = new_device(db, device["volunteer"], device["kind"], now, device["label"])
    # Nothing it saved is older than the phone it was copied from, and it holds that one's token.
    id = joined.device["id"]
    db.execute(
        "UPDATE device SET made_at = ?, read_hash = ? WHERE id = ?",
        (device["made_at"], device["read_hash"], id),
    )
    return joined._replace(read="")


def device_of(
    db: Connection, credential: str, kind: str, *, also_revoked: bool = False
) -> Row | None:
    """Return the device a credential belongs to, unless it was revoked."""
    row: Row | None = db.execute(
        "SELECT * FROM device WHERE hash = ? AND kind = ?", (_hash(credential), kind)
    ).fetchone()
    return row if row is None or also_revoked or row["revoked_at"] is None else None


def may_read(device: Row, read: str) -> bool:
    """Return whether a token is the one this device is given records for."""
    return read != "" and hmac.compare_digest(device["read_hash"] or "", _hash(read))


def is_first_token(device: Row, read: str) -> bool:
    """Return whether a device from before there were read tokens shows one."""
    return read != "" and device["read_hash"] is None


def take_token(db: Connection, device: Row, read: str) -> Row:
    """Take the first token that a device shows as its own; return the device as it stands."""
    db.execute(
        "UPDATE device SET read_hash = ? WHERE id = ? AND read_hash IS NULL",
        (_hash(read), device["id"]),
    )
    row: Row = db.execute("SELECT * FROM device WHERE id = ?", (device["id"],)).fetchone()
    return row


def is_known(db: Connection, credential: str, kind: str) -> bool:
    """Return whether a credential is a device's, revoked or not."""
    return device_of(db, credential, kind, also_revoked=True) is not None


def seen(db: Connection, device: str, n: int, now: int) -> Row:
    """Note a device's contact and the highest n it sent; return what was known before."""
    row: Row = db.execute("SELECT * FROM device WHERE id = ?", (device,)).fetchone()
    db.execute("UPDATE device SET seen_at = ?, n = max(n, ?) WHERE id = ?", (now, n, device))
    return row


def renew(db: Connection, device: str) -> str:
    """Give a device a new credential, which ends the one before."""
    credential = secrets.token_urlsafe(32)
    db.execute("UPDATE device SET hash = ? WHERE id = ?", (_hash(credential), device))
    return credential


def has_news(device: Row, app: object, unsent: object) -> bool:
    """Return whether a phone says something of itself that is not noted yet."""
    return app is not None or (device["app"] is not None and device["unsent"] != _waiting(unsent))


def told(db: Connection, device: Row, app: object, unsent: object) -> None:
    """Note which app a phone runs and how much more waits on it, as it says itself.

    It says its app when it starts, and nothing of what waits when nothing does. Nothing relies on
    it: what is not as expected is passed over, and never a reason to refuse work.
    """
    if not has_news(device, app, unsent):
        return
    is_app = isinstance(app, str) and 0 < len(app) <= MOST_OF_APP and app.isprintable()
    db.execute(
        "UPDATE device SET app = coalesce(?, app), unsent = ? WHERE id = ?",
        (app if is_app else None, _waiting(unsent), device["id"]),
    )


def _waiting(unsent: object) -> int:
    return unsent if type(unsent) is int and 0 <= unsent <= MOST_UNSENT else 0


def revoke(db: Connection, device: str, now: int) -> None:
    """End a device's credential at once."""
    db.execute("UPDATE device SET revoked_at = ? WHERE id = ?", (now, device))


def credential_in(request: Request, settings: Settings, kind: str) -> str | None:
    """Return the credential a request's cookie holds."""
    return request.cookies.get(_cookie(settings, kind))


def read_token_in(request: Request) -> str:
    """Return the read token a request shows, empty when it shows none."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def set_cookie(response: Response, settings: Settings, kind: str, credential: str) -> None:
    """Give a device its cookie."""
    response.set_cookie(
        _cookie(settings, kind),
        credential,
        max_age=COOKIE_MAX_AGE_S,
        path="/",
        secure=settings.is_secure,
        httponly=True,
        samesite="strict",
    )


def drop_cookie(response: Response, settings: Settings, kind: str) -> None:
    """Take the cookie away."""
    response.delete_cookie(_cookie(settings, kind), path="/", secure=settings.is_secure)


def _cookie(settings: Settings, kind: str) -> str:
    # __Host- needs TLS, which a demo on 127.0.0.1 has not.
    return f"__Host-{COOKIES[kind]}" if settings.is_secure else COOKIES[kind]


def _hash(credential: str) -> str:
    return hashlib.sha256(credential.encode()).hexdigest()
