"""Envelopes: a save's text, sealed to the server's key and to the device's own seal."""

import hmac
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

SUITE = Suite(KEM.P256, KDF.HKDF_SHA256, AEAD.AES_128_GCM)


def seal(text: str, header: dict, seal: str, public: str) -> dict:
    """Return the envelope of a save's text; `header` is its id, device, n and key."""
    info = "\n".join(
        ["rounds/1", header["id"], header["device"], str(header["n"]), header["key"]]
    ).encode()
    flag, data = smaller(text.encode())
    mac = hmac.digest(unbase64(seal), info + flag + data, "sha256")
    point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unbase64(public))
    return {"header": header, "sealed": base64(SUITE.encrypt(flag + mac + data, point, info))}


def smaller(data: bytes) -> tuple[bytes, bytes]:
    raw = zlib.compressobj(wbits=-15)
    packed = raw.compress(data) + raw.flush()
    return (b"\x01", packed) if len(packed) < len(data) else (b"\x00", data)


def base64(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def unbase64(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
