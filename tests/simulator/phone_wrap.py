"""How a model phone puts a save in its envelope: sealed to the server's key, or plain.

Written from docs/PROTOCOL.md, not from sync/envelope.py.
"""

import base64
import hashlib
import hmac
import json
import re
import zlib
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

Json = dict[str, Any]
SUITE = Suite(KEM.P256, KDF.HKDF_SHA256, AEAD.AES_128_GCM)
OLD_SCHEMA, SCHEMA = 1, 2
HALVES = re.compile("[\ud800-\udfff]")
OLD_NAMES = {"check_event": {"when": "at"}}


def wrap(save: Json, seal: str | None, key: Json | None) -> Json:
    """Return a save's envelope; plain where the join gave nothing to seal with."""
    header = {name: save[name] for name in ("id", "device", "n")}
    text = as_javascript_writes(save)
    if seal is None or key is None:
        return {"header": header, "plain": text}
    header["key"] = key["id"]
    info = "rounds/1\n{id}\n{device}\n{n}\n{key}".format(**header).encode()
    packed = zlib.compress(text.encode(), 9, wbits=-15)
    flag, data = (b"\1", packed) if len(packed) < len(text) else (b"\0", text.encode())
    mac = hmac.digest(_bytes(seal), info + flag + data, hashlib.sha256)
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _bytes(key["public"]))
    sealed = SUITE.encrypt(flag + mac + data, public, info=info)
    return {"header": header, "sealed": base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()}


def as_javascript_writes(save: Json) -> str:
    """Return JSON text without spaces, and with half characters escaped."""
    text = json.dumps(save, ensure_ascii=False, separators=(",", ":"))
    return HALVES.sub(lambda half: f"\\u{ord(half[0]):04x}", text)


def as_written_then(change: Json) -> Json:
    """Return a change in the words of schema 1, which an old app never unlearns."""
    names = OLD_NAMES.get(change["kind"], {})
    return {**change, "set": {names.get(r, r): value for r, value in change["set"].items()}}


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
