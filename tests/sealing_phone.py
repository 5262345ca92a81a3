"""A phone that seals what it sends, as the protocol says, over a test client."""

import base64
import json

from cryptography.hazmat.primitives.asymmetric import ec

from server.access.keys import CURVE, SUITE, in_base64
from sync.envelope import Header, info_of, to_seal
from tests.model_phone import Json, ModelPhone


def from_base64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class SealingPhone(ModelPhone):
    """Seals to the key it was told when it joined, or to `key`."""

    key: Json | None = None

    @property
    def seal(self) -> bytes:
        """The device's own key."""
        return from_base64(self.me["seal"])

    def wrap(self, save: Json) -> Json:
        """Return a save in a sealed envelope."""
        key = self.key or self.me["key"]
        header = Header(save["id"], save["device"], save["n"], key["id"])
        text = json.dumps(save, ensure_ascii=False)
        return envelope(header, to_seal(header, text, self.seal), key["public"])

    def up(self) -> Json:
        """Return what would be sent now."""
        return {**super().up(), "key": (self.key or self.me["key"])["id"]}


def envelope(header: Header, inner: bytes, public: str) -> Json:
    """Return what a phone would send for any content at all."""
    point = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, from_base64(public))
    sealed = SUITE.encrypt(inner, point, info=info_of(header))
    said = {"id": header.id, "device": header.device, "n": header.n, "key": header.key}
    return {"header": said, "sealed": in_base64(sealed)}
