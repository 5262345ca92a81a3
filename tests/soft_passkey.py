"""A passkey in Python, which can also lie about everything a real one is bound to."""

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

PRESENT, VERIFIED, HAS_KEY = 1, 4, 64


@dataclass
class SoftPasskey:
    """One credential at one address; `counter` is told as it stands after each use."""

    host: str = "localhost"
    origin: str = "http://localhost:8000"
    flags: int = PRESENT | VERIFIED
    counter: int = 0
    steps: int = 1
    handle: str = ""
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    raw_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))

    def make(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Answer navigator.credentials.create()."""
        self.handle = asked["user"]["id"]
        point = self.key.public_key().public_numbers()
        x, y = (n.to_bytes(32, "big") for n in (point.x, point.y))
        cose = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})
        length = len(self.raw_id).to_bytes(2, "big")
        data = self._data(HAS_KEY) + bytes(16) + length + self.raw_id + cose
        attested = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", asked["challenge"])
        return self._answer(client, attestationObject=text(attested))

    def sign(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Answer navigator.credentials.get()."""
        self.counter += self.steps
        data, client = self._data(), self._client("webauthn.get", asked["challenge"])
        said = data + hashlib.sha256(client).digest()
        signature = self.key.sign(said, ec.ECDSA(hashes.SHA256()))
        parts = {"authenticatorData": text(data), "signature": text(signature)}
        return self._answer(client, **parts, userHandle=self.handle)

    def _data(self, more: int = 0) -> bytes:
        place = hashlib.sha256(self.host.encode()).digest()
        return place + bytes([self.flags | more]) + self.counter.to_bytes(4, "big")

    def _client(self, type: str, challenge: str) -> bytes:
        said = {"type": type, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(said).encode()

    def _answer(self, client: bytes, **parts: str) -> dict[str, Any]:
        id = text(self.raw_id)
        response = {"clientDataJSON": text(client), **parts}
        return {"id": id, "rawId": id, "type": "public-key", "response": response}


def text(data: bytes) -> str:
    """Return bytes as base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
