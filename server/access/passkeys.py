"""Passkeys: made at a desk that signed in, they sign in again without a link or a name.

Here is what is kept of them and what browsers send; `ceremony` checks it.
"""

from typing import Annotated, Literal, NamedTuple

import msgspec

from server.access import audit
from server.problems import Problem
from server.schema import Connection, Row

MOST_EACH = 10
MOST_NAME = 60
# The specification allows ids of 1,023 bytes.
Id = Annotated[str, msgspec.Meta(min_length=1, max_length=1364, pattern="^[A-Za-z0-9_-]+$")]
Part = Annotated[str, msgspec.Meta(min_length=1, max_length=8192, pattern="^[A-Za-z0-9_-]+$")]


class Attestation(msgspec.Struct, frozen=True, rename="camel"):
    """What a new passkey answers, each part in base64url."""

    attestation_object: Part
    client_data_json: Part = msgspec.field(name="clientDataJSON")


class Assertion(msgspec.Struct, frozen=True, rename="camel"):
    """What a passkey answers when it signs in, each part in base64url."""

    authenticator_data: Part
    signature: Part
    client_data_json: Part = msgspec.field(name="clientDataJSON")
    user_handle: Part | None = None


class NewPasskey(msgspec.Struct, frozen=True, rename="camel"):
    """A new passkey as browsers hand it over."""

    id: Id
    raw_id: Id
    type: Literal["public-key"]
    response: Attestation


class UsedPasskey(msgspec.Struct, frozen=True, rename="camel"):
    """A passkey's signature as browsers hand it over."""

    id: Id
    raw_id: Id
    type: Literal["public-key"]
    response: Assertion


class Made(NamedTuple):
    """A checked new passkey."""

    id: str
    public_key: bytes
    sign_count: int


def add(db: Connection, who: audit.Who, passkey: Made, name: str, now: int) -> None:
    """Keep a new passkey. Raises Problem."""
    volunteer = who.volunteer
    if len(passkeys_of(db, volunteer)) >= MOST_EACH:
        raise Problem("too_many_passkeys")
    added = db.execute(
        "INSERT OR IGNORE INTO passkey (id, volunteer, name, public_key, sign_count, made_at) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        (passkey.id, volunteer, name, passkey.public_key, passkey.sign_count, now),
    )
    if not added.rowcount:
        raise Problem("passkey_refused")
    audit.note(db, who, "passkey.added", [passkey.id], now)


def passkey_of(db: Connection, id: str) -> Row | None:
    """Return a passkey that was not removed."""
    row: Row | None = db.execute(
        "SELECT * FROM passkey WHERE id = ? AND removed_at IS NULL", (id,)
    ).fetchone()
    return row


def passkeys_of(db: Connection, volunteer: str) -> list[Row]:
    """Return a volunteer's passkeys, the oldest first."""
    return db.execute(
        "SELECT * FROM passkey WHERE volunteer = ? AND removed_at IS NULL ORDER BY made_at, id",
        (volunteer,),
    ).fetchall()


def used(db: Connection, id: str, sign_count: int, now: int) -> bool:
    """Note that a passkey was used; return False where its counter says that there is a copy.

    A device that counts must count up; where both are nought it does not count at all. Nobody can
    tell the copy from the first one, so neither signs in any more. Raises Problem passkey_unknown.
    """
    row = passkey_of(db, id)
    if row is None:
        raise Problem("passkey_unknown")
    if row["copied_at"] or (row["sign_count"] and sign_count <= row["sign_count"]):
        db.execute("UPDATE passkey SET copied_at = coalesce(copied_at, ?) WHERE id = ?", (now, id))
        audit.note(db, audit.Who(row["volunteer"], ""), "passkey.copied", [id], now)
        return False
    db.execute("UPDATE passkey SET sign_count = ?, used_at = ? WHERE id = ?", (sign_count, now, id))
    return True


def remove(db: Connection, who: audit.Who, id: str, now: int) -> bool:
    """Remove one of a volunteer's passkeys; return whether there was one."""
    found = db.execute(
        "UPDATE passkey SET removed_at = ?, name = '', public_key = x'' "
        "WHERE id = ? AND volunteer = ? AND removed_at IS NULL",
        (now, id, who.volunteer),
    )
    if found.rowcount:
        audit.note(db, who, "passkey.removed", [id], now)
    return found.rowcount > 0
