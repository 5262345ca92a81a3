"""What the phone seals: judged by the RFC's vectors, by two other libraries and by the server."""

import json
import subprocess
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.exceptions import InvalidTag
from playwright.sync_api import Page

from server.access.keys import SUITE, Key, in_base64, new_key
from sync.envelope import AS_IT_IS, DEFLATED, Envelope, info_of, open_envelope
from tests.sealing_phone import from_base64

HOUSE = Path(__file__).parent.parent
NODE = ["node", str(HOUSE / "tests" / "open_in_node.mjs")]
SECRET = bytes(range(32))
NOTE = "Trần says: “short breaks” – très utile ☕ " * 20
SAVE = {
    "id": "0199aaaa-0000-7000-8000-000000000001",
    "device": "0199aaaa-0000-7000-8000-00000000000d",
    "n": 7,
    "at": 1_763_780_000_000,
    "at_error_ms": 200,
    "schema": 2,
    "changes": [{"kind": "person", "record": "minh", "set": {"note": NOTE}, "saw": {}}],
}

# RFC 9180, A.3.1: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-128-GCM, base mode, sequence 0.
RFC = {
    "enc": "04a92719c6195d5085104f469a8b9814d5838ff72b60501e2c4466e5e67b325ac98536d7b61a1af4b78e5b"
    "7f951c0900be863c403ce65c9bfcb9382657222d18c4",
    "skEm": "4995788ef4b9d6132b249ce59a77281493eb39af373d236a1fe415cb0c2d7beb",
    "pkRm": "04fe8c19ce0905191ebc298a9245792531f26f0cece2460639e8bc39cb7f706a826a779b4cf969b8a0e53"
    "9c7f62fb3d30ad6aa8f80e30f1d128aafd68a2ce72ea0",
    "info": "4f6465206f6e2061204772656369616e2055726e",
    "pt": "4265617574792069732074727574682c20747275746820626561757479",
    "aad": "436f756e742d30",
    "ct": "5ad590bb8baa577f8619db35a36311226a896e7342a6d836d8b7bcd2f20b6c7f9076ac232e3ab2523f3951"
    "3434",
}

SEAL_BY_RFC = """async ({ enc, skEm, pkRm, info, pt, aad }) => {
  const { seal } = await import("/sync/hpke.js")
  const bytes = (hex) => Uint8Array.from(hex.match(/../g), (two) => parseInt(two, 16))
  const base64 = (some) =>
    btoa(String.fromCharCode(...some)).replace(/\\+/g, "-").replace(/\\//g, "_").replace(/=/g, "")
  const [curve, point] = [{ name: "ECDH", namedCurve: "P-256" }, bytes(enc)]
  const [x, y, d] = [point.slice(1, 33), point.slice(33), bytes(skEm)].map(base64)
  const jwk = { kty: "EC", crv: "P-256", x, y, d }
  const privateKey = await crypto.subtle.importKey("jwk", jwk, curve, false, ["deriveBits"])
  const publicKey = await crypto.subtle.importKey("raw", point, curve, true, [])
  const pair = { privateKey, publicKey }
  const sealed = await seal(bytes(pkRm), bytes(info), bytes(pt), bytes(aad), pair)
  return Array.from(sealed, (byte) => byte.toString(16).padStart(2, "0")).join("")
}"""

SEAL = """async ([save, key, secret]) => {
  const { sealEnvelope } = await import("/sync/envelope.js")
  return JSON.parse(await sealEnvelope(save, key, secret))
}"""


@pytest.fixture
def key() -> Key:
    """A key of a server."""
    return new_key(0)


@pytest.fixture
def page(modules_page: Page) -> Page:
    """A page whose globals a test may take away, as fresh as they come."""
    modules_page.reload()
    return modules_page


def sealed(page: Page, key: Key, save: Any = SAVE) -> Any:
    """Return the envelope the phone makes of a save."""
    return page.evaluate(SEAL, [save, key.on_the_wire, in_base64(SECRET)])


class Opened:
    """An opener that asks `cryptography`, and remembers what was inside."""

    def __init__(self, key: Key) -> None:
        self.key = key
        self.inner = b""

    def unsealed(self, envelope: Envelope) -> bytes | None:
        info = info_of(envelope.header)
        try:
            inner = SUITE.decrypt(from_base64(envelope.sealed or ""), self.key.private, info=info)
        except InvalidTag:
            return None
        self.inner = inner
        return self.inner


def opened(envelope: Any, key: Key, secret: bytes = SECRET) -> tuple[str | None, str | None, int]:
    """Return the text inside, what is wrong with it and its flag, as the server finds them."""
    opener = Opened(key)
    found = open_envelope(msgspec.convert(envelope, Envelope), opener, secret)
    return found.text, found.reason, opener.inner[0] if opener.inner else -1


def test_sealing_gives_what_the_rfc_gives(page: Page) -> None:
    assert page.evaluate(SEAL_BY_RFC, RFC) == RFC["enc"] + RFC["ct"]


def test_the_server_finds_the_very_text_of_the_save(page: Page, key: Key) -> None:
    envelope = sealed(page, key)
    header = {"id": SAVE["id"], "device": SAVE["device"], "n": 7, "key": key.id}
    assert (set(envelope), envelope["header"]) == ({"header", "sealed"}, header)
    text = json.dumps(SAVE, ensure_ascii=False, separators=(",", ":"))
    assert opened(envelope, key) == (text, None, DEFLATED)
    assert len(envelope["sealed"]) < len(text)


def test_hpke_core_opens_in_node_what_the_phone_sealed(page: Page, key: Key) -> None:
    envelope = sealed(page, key)
    numbers = key.private.private_numbers()
    point = numbers.public_numbers
    whole = {"x": point.x, "y": point.y, "d": numbers.private_value}
    jwk = {name: in_base64(number.to_bytes(32, "big")) for name, number in whole.items()}
    asked = json.dumps({**envelope, "private": {"kty": "EC", "crv": "P-256", **jwk}})
    told = subprocess.run(NODE, input=asked, capture_output=True, text=True, check=True)
    opener = Opened(key)
    open_envelope(msgspec.convert(envelope, Envelope), opener, SECRET)
    assert from_base64(told.stdout) == opener.inner


def test_a_save_sealed_twice_is_two_envelopes_with_one_text(page: Page, key: Key) -> None:
    one, other = sealed(page, key), sealed(page, key)
    assert one["sealed"] != other["sealed"]
    assert opened(one, key)[0] == opened(other, key)[0]


@pytest.mark.parametrize("part", ["id", "device", "n"])
def test_no_envelope_opens_under_another_header(page: Page, key: Key, part: str) -> None:
    envelope = sealed(page, key)
    envelope["header"][part] = 8 if part == "n" else "another"
    assert opened(envelope, key) == (None, "cannot_open", -1)


def test_a_seal_of_another_device_is_noticed(page: Page, key: Key) -> None:
    assert opened(sealed(page, key), key, bytes(32))[:2] == (None, "bad_seal")


def test_a_browser_that_cannot_compress_seals_the_text_as_it_is(page: Page, key: Key) -> None:
    page.evaluate("() => { delete globalThis.CompressionStream }")
    text, reason, flag = opened(sealed(page, key), key)
    assert (json.loads(text or ""), reason, flag) == (SAVE, None, AS_IT_IS)


def test_the_longest_save_is_sealed_whole(page: Page, key: Key) -> None:
    page.evaluate("() => { delete globalThis.CompressionStream }")
    change = {"kind": "person", "record": "minh", "saw": {}}
    long = {**SAVE, "changes": [{**change, "set": {"note": "ế" * 2000}} for _ in range(45)]}
    text, reason, _ = opened(sealed(page, key, long), key)
    assert (json.loads(text or ""), reason) == (long, None)


PLAIN = {
    "before the server gave a key": ("null", "null"),
    "of a device that never got a seal": ("KEY", "null"),
    "when the key is no point of the curve": ('{ id: "k", public: "BAAA" }', '"AAAA"'),
    "when the key is no text": ('{ id: "k", public: 7 }', '"AAAA"'),
}


@pytest.mark.parametrize(("given", "secret"), PLAIN.values(), ids=PLAIN)
def test_a_save_is_kept_plain(page: Page, key: Key, given: str, secret: str) -> None:
    server_key = given.replace("KEY", json.dumps(key.on_the_wire))
    envelope = page.evaluate(f"(save) => ({SEAL})([save, {server_key}, {secret}])", SAVE)
    assert set(envelope) == {"header", "plain"}
    assert json.loads(envelope["plain"]) == SAVE


def test_without_webcrypto_as_on_http_a_save_is_kept_plain(page: Page, key: Key) -> None:
    page.evaluate("() => Object.defineProperty(crypto, 'subtle', { value: undefined })")
    assert json.loads(sealed(page, key)["plain"]) == SAVE
