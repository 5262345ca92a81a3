"""Envelopes as docs/PROTOCOL.md says, made from that page alone."""

import base64
import hashlib
import hmac
import zlib
from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from tests.bench.workload import Device, Json, text_of

SUITE = Suite(KEM.P256, KDF.HKDF_SHA256, AEAD.AES_128_GCM)
DEFLATED = b"\x01"


def plain(save: Json) -> Json:
    """Return a save in an envelope that anybody can read."""
    header = {name: save[name] for name in ("id", "device", "n")}
    return {"header": header, "plain": text_of(save)}


def sealed(save: Json, device: Device) -> Json:
    """Return a save in an envelope that only the server can open."""
    assert device.key is not None
    assert device.seal is not None
    header = {**{name: save[name] for name in ("id", "device", "n")}, "key": device.key["id"]}
    info = "rounds/1\n{id}\n{device}\n{n}\n{key}".format(**header).encode()
    data = _deflated(text_of(save).encode())
    mac = hmac.digest(device.seal, info + DEFLATED + data, hashlib.sha256)
    box = SUITE.encrypt(DEFLATED + mac + data, _public(device.key["public"]), info)
    return {"header": header, "sealed": base64.urlsafe_b64encode(box).decode().rstrip("=")}


def from_base64(text: str) -> bytes:
    """Return the bytes of base64url without padding."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _deflated(raw: bytes) -> bytes:
    packer = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    return packer.compress(raw) + packer.flush()


@lru_cache
def _public(point: str) -> EllipticCurvePublicKey:
    return EllipticCurvePublicKey.from_encoded_point(SECP256R1(), from_base64(point))
