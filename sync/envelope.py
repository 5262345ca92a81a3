"""An envelope carries one save: a clear header, and the save sealed or plain.

The only place that knows how a save is wrapped. Twin: pwa/sync/envelope.js.
"""

import base64
import hashlib
import hmac
import zlib
from typing import Annotated, NamedTuple, Protocol

import msgspec

from sync.save import BadSave, Count, Id, Save, read_save

MAX_PLAIN = 100_000
MAX_UNPACKED = 4 * MAX_PLAIN  # bytes: UTF-8 spends at most four on a character
MAC_LENGTH = 32
# A point, a tag, a flag and a mac around the longest text that does not shrink, in base64.
MAX_SEALED = (65 + 16 + 1 + MAC_LENGTH + MAX_UNPACKED) * 4 // 3 + 4
AS_IT_IS, DEFLATED = 0, 1


class Header(msgspec.Struct, frozen=True, omit_defaults=True):
    """What can be read without opening: which save, whose counter, and which server key."""

    id: Id
    device: Id
    n: Count
    key: Id | None = None


class Envelope(msgspec.Struct, frozen=True, omit_defaults=True):
    """header and one of two: the save's JSON text, or that text sealed, as base64url."""

    header: Header
    plain: Annotated[str, msgspec.Meta(max_length=MAX_PLAIN)] | None = None
    sealed: Annotated[str, msgspec.Meta(max_length=MAX_SEALED)] | None = None

    def __post_init__(self) -> None:
        """Raise ValueError if it is not exactly one, or sealed for no key."""
        if (self.plain is None) == (self.sealed is None):
            raise ValueError("an envelope is either plain or sealed")
        if self.sealed is not None and self.header.key is None:
            raise ValueError("a sealed envelope names its key")


class Opener(Protocol):
    """Who holds the server's private keys."""

    def unsealed(self, envelope: Envelope) -> bytes | None:
        """Return what HPKE gives, bound to the header; None if no key here opens it."""


class Keyless:
    """Opens nothing: for what is never sealed."""

    def unsealed(self, envelope: Envelope) -> bytes | None:
        """Return None."""
        return None


KEYLESS = Keyless()


class Inside(NamedTuple):
    """What an envelope gave: its save, its text, and what is wrong as a problem code.

    Without a text nothing could be read, and the envelope itself is what must be kept.
    """

    save: Save | None
    text: str | None
    reason: str | None


def info_of(header: Header) -> bytes:
    """Return the header as bytes that sealing and mac are bound to."""
    return f"rounds/1\n{header.id}\n{header.device}\n{header.n}\n{header.key}".encode()


def sealed_bytes(envelope: Envelope) -> bytes | None:
    """Return enc ‖ ciphertext; None for what is no base64url."""
    text = envelope.sealed or ""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return None


def to_seal(header: Header, text: str, seal: bytes) -> bytes:
    """Return what goes into HPKE: flag ‖ mac ‖ data, deflated if that is shorter."""
    raw = text.encode()
    packed = _deflated(raw)
    flag, data = (DEFLATED, packed) if len(packed) < len(raw) else (AS_IT_IS, raw)
    return bytes([flag]) + _mac(header, flag, data, seal) + data


def open_envelope(envelope: Envelope, opener: Opener, seal: bytes | None) -> Inside:
    """Return what is inside. `seal` is the device's key, None for a device nobody knows here.

    Reasons: cannot_open, bad_seal, unreadable, header_differs; device_unknown when it can be
    read and nothing tells who made it.
    """
    if envelope.plain is not None:
        return _read(envelope.header, _sayable(envelope.plain))
    return _unwrapped(envelope.header, opener.unsealed(envelope), seal)


def _sayable(text: str) -> str:
    """Return a text that UTF-8 can hold: JSON can spell half a character, SQLite cannot hold it."""
    if text.isascii():
        return text
    return text.encode("utf-8", "backslashreplace").decode()


def _unwrapped(header: Header, inner: bytes | None, seal: bytes | None) -> Inside:
    if inner is None or len(inner) <= MAC_LENGTH:
        return Inside(None, None, "cannot_open")
    flag, mac, data = inner[0], inner[1 : 1 + MAC_LENGTH], inner[1 + MAC_LENGTH :]
    # Before unpacking: whoever knows the server's public key can seal anything at all.
    if seal is not None and not hmac.compare_digest(mac, _mac(header, flag, data, seal)):
        return Inside(None, None, "bad_seal")
    text = _text(flag, data)
    if text is None:
        return Inside(None, None, "unreadable")
    inside = _read(header, text)
    return inside if seal is not None else inside._replace(reason="device_unknown")


def _read(header: Header, text: str) -> Inside:
    try:
        save = read_save(text)
    except BadSave:
        return Inside(None, text, "unreadable")
    if (save.id, save.device, save.n) != (header.id, header.device, header.n):
        return Inside(None, text, "header_differs")
    return Inside(save, text, None)


def _mac(header: Header, flag: int, data: bytes, seal: bytes) -> bytes:
    return hmac.digest(seal, info_of(header) + bytes([flag]) + data, hashlib.sha256)


def _text(flag: int, data: bytes) -> str | None:
    raw = _inflated(data) if flag == DEFLATED else data if flag == AS_IT_IS else None
    try:
        text = None if raw is None else raw.decode()
    except UnicodeDecodeError:
        return None
    return text if text is not None and len(text) <= MAX_PLAIN else None


def _deflated(raw: bytes) -> bytes:
    packer = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    return packer.compress(raw) + packer.flush()


def _inflated(data: bytes) -> bytes | None:
    """Return what was deflated; None if it is cut, followed by more, or unpacks without end."""
    unpacker = zlib.decompressobj(wbits=-zlib.MAX_WBITS)
    try:
        raw = unpacker.decompress(data, MAX_UNPACKED + 1)
    except zlib.error:
        return None
    return raw if unpacker.eof and not unpacker.unused_data else None
