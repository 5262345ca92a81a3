"""The server's keys, to which phones seal what they send: one in use, older ones kept.

They stand in a file beside the database, never in it: a copy of the database opens nothing.
"""

import base64
import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from server.ids import now_ms
from server.whole import place, replace
from sync.envelope import Envelope, info_of, sealed_bytes

SUITE = Suite(KEM.P256, KDF.HKDF_SHA256, AEAD.AES_128_GCM)
CURVE = ec.SECP256R1()
PRIVATE_LENGTH = 32


class BadKeys(ValueError):
    """The file holds no keys of Rounds."""


class Stored(msgspec.Struct, frozen=True):
    """A key as it stands in the file: its private number in base64url, and when it was made."""

    id: str
    private: str
    made_at: int


class Key(NamedTuple):
    """A key ready for use. `public` is the uncompressed point, 65 bytes."""

    stored: Stored
    private: ec.EllipticCurvePrivateKey
    public: bytes

    @property
    def id(self) -> str:
        """The first 64 bits of the public key's SHA-256, in hex."""
        return self.stored.id

    @property
    def on_the_wire(self) -> dict[str, str]:
        """What a phone is told of it."""
        return {"id": self.id, "public": in_base64(self.public)}


class Keys:
    """The keys of one file, read again when another process has changed it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._seen: tuple[int, ...] = ()
        self._keys: dict[str, Key] = {}

    @property
    def current(self) -> Key:
        """The key that phones seal to from now on: the last of the file."""
        return [*self._read().values()][-1]

    @property
    def all(self) -> list[Key]:
        """Every key, the one in use last."""
        return [*self._read().values()]

    def unsealed(self, envelope: Envelope) -> bytes | None:
        """Return what HPKE gives for an envelope, None if no key here opens it."""
        return self.all_unsealed([envelope])[0]

    def all_unsealed(self, envelopes: Iterable[Envelope]) -> list[bytes | None]:
        """Return what HPKE gives for each envelope, in their order."""
        keys = self._read()
        return [_unsealed(keys.get(one.header.key or ""), one) for one in envelopes]

    def _read(self) -> dict[str, Key]:
        try:
            found = self.path.stat()
        except FileNotFoundError:
            if self._keys:
                return self._keys  # somebody moved the file: what was read still opens
            raise
        seen = (found.st_ino, found.st_mtime_ns, found.st_size)
        if seen != self._seen:
            self._keys = {key.id: key for key in self._readable()}
            self._seen = seen
        return self._keys

    def _readable(self) -> list[Key]:
        try:
            return read_keys(self.path)
        except BadKeys:
            if not self._keys:
                raise
            return [*self._keys.values()]  # edited by hand under a running server


def keys_beside(db: Path) -> Keys:
    """Return the keys of a database, made 0600 beside it at first start. Raises BadKeys."""
    path = path_beside(db)
    if not path.exists():
        place(path, _content([new_key(now_ms())]))
    keys = Keys(path)
    _ = keys.current  # a file that cannot be used is said at the start, not at the first envelope
    return keys


def path_beside(db: Path) -> Path:
    """Return where a database's keys stand."""
    return db.with_suffix(".keys")


def new_key(now: int) -> Key:
    """Make a key."""
    private = ec.generate_private_key(CURVE)
    number = private.private_numbers().private_value.to_bytes(PRIVATE_LENGTH, "big")
    return _key(number, now)


def read_keys(path: Path) -> list[Key]:
    """Return a file's keys, the one in use last. Raises BadKeys, OSError."""
    try:
        stored = msgspec.json.decode(path.read_bytes(), type=list[Stored])
        keys = [_key(_from_base64(one.private), one.made_at) for one in stored]
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError) as problem:
        raise BadKeys(f"{path} holds no keys of Rounds: {problem}") from None
    if not keys:
        raise BadKeys(f"{path} holds no keys of Rounds: it is empty")
    return keys


def rotate(path: Path, now: int) -> Key:
    """Put a new key into use; the others stay. Raises BadKeys, OSError."""
    key = new_key(now)
    replace(path, _content([*read_keys(path), key]))
    return key


def add(path: Path, more: Iterable[Key]) -> list[Key]:
    """Put old keys back, none of them into use; return those that were not there."""
    there = read_keys(path)
    known = {key.id for key in there}
    missing = [key for key in more if key.id not in known]
    if missing:
        replace(path, _content([*missing, *there]))
    return missing


def _unsealed(key: Key | None, envelope: Envelope) -> bytes | None:
    sealed = sealed_bytes(envelope)
    if key is None or sealed is None:
        return None
    try:
        return SUITE.decrypt(sealed, key.private, info=info_of(envelope.header))
    except (InvalidTag, ValueError):
        return None


def in_base64(data: bytes) -> str:
    """Return bytes as base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _from_base64(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def _key(number: bytes, made_at: int) -> Key:
    if len(number) != PRIVATE_LENGTH:
        raise ValueError("a private key has 32 bytes")
    private = ec.derive_private_key(int.from_bytes(number, "big"), CURVE)
    public = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    id = hashlib.sha256(public).hexdigest()[:16]
    return Key(Stored(id, in_base64(number), made_at), private, public)


def _content(keys: list[Key]) -> bytes:
    return msgspec.json.encode([key.stored for key in keys])
