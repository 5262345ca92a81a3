"""A phone that seals what it sends, as the protocol says, over a test client."""

import base64
import hmac
import json

from cryptography.hazmat.primitives.asymmetric import ec
from starlette.testclient import TestClient

from server.access.keys import CURVE, SUITE, in_base64
from sync.envelope import Header, info_of, to_seal
from tests.model_phone import Json, ModelPhone
from tests.small_union import SmallUnion


def from_base64(text: str) -> bytes:
    """Return the bytes of base64url without padding."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class SealingPhone(ModelPhone):
    """Seals what it saves, and keeps it until a backup of the server holds it.

    saves: what it can still read, by id. kept: envelopes with a receipt, not yet backed up.
    """

    def __init__(self, client: TestClient, token: str) -> None:
        super().__init__(client, token)
        self.key: Json = self.me["key"]
        self.saves: dict[str, Json] = {}
        self.kept: dict[str, Json] = {}

    @property
    def seal(self) -> bytes:
        """The device's own key."""
        return from_base64(self.me["seal"])

    def wrap(self, save: Json) -> Json:
        """Return a save in a sealed envelope."""
        self.saves[save["id"]] = save
        header = Header(save["id"], save["device"], save["n"], self.key["id"])
        text = json.dumps(save, ensure_ascii=False)
        return envelope(header, to_seal(header, text, self.seal), self.key["public"])

    def up(self) -> Json:
        """Return what would be sent now."""
        return {**super().up(), "key": self.key["id"]}

    def apply(self, down: Json) -> None:
        """Take a page in; in a new past what is kept waits again."""
        self.key = down.get("key", self.key)
        told = {receipt["save"]: receipt for receipt in down["receipts"]}
        if down["fresh"]:
            self.receipts.clear()
            self.waiting = [*self.kept.values(), *self.waiting]
        self.kept |= {one["header"]["id"]: one for one in self.waiting}
        super().apply(down)
        for id, receipt in told.items():
            if receipt["reason"] == "cannot_open" and id in self.saves:
                self.waiting.append(self.wrap(self.saves[id]))
        waits = {one["header"]["id"] for one in self.waiting}
        self.kept = {
            id: one
            for id, one in self.kept.items()
            if id not in waits and self.receipts[id]["seq"] > down["backed_up_to"]
        }


def envelope(header: Header, inner: bytes, public: str) -> Json:
    """Return what a phone would send for any content at all."""
    point = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, from_base64(public))
    sealed = SUITE.encrypt(inner, point, info=info_of(header))
    said = {"id": header.id, "device": header.device, "n": header.n, "key": header.key}
    return {"header": said, "sealed": in_base64(sealed)}


def only_sealed(phone: SealingPhone) -> Json:
    """Return the one envelope that waits."""
    (one,) = phone.waiting
    return one


def kept(union: SmallUnion) -> list[Json]:
    """Return what waits on the server because nothing opens it."""
    return union.read("SELECT device, id, key, sealed, reason, carrier FROM kept_sealed")


def flipped(text: str, at: int) -> str:
    """Return base64url with one bit of its bytes turned."""
    data = bytearray(from_base64(text))
    data[at] ^= 1
    return in_base64(bytes(data))


def sealed_by(phone: SealingPhone, save: Json, seal: bytes) -> Json:
    """Return a save in an envelope as a device with this seal would make it."""
    key = phone.me["key"]
    header = Header(save["id"], save["device"], save["n"], key["id"])
    return envelope(header, to_seal(header, json.dumps(save), seal), key["public"])


def with_flag(phone: SealingPhone, header: Header, flag: int, data: bytes) -> Json:
    """Return an envelope with a right mac around any data."""
    text = info_of(header) + bytes([flag]) + data
    mac = hmac.digest(phone.seal, text, "sha256")
    return envelope(header, bytes([flag]) + mac + data, phone.me["key"]["public"])
