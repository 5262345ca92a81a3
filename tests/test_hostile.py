"""Hostile input: every answer is a 4xx with a problem code, and the server stays up."""

import gzip
import zlib

import pytest
from starlette.testclient import TestClient

from server.problems import PROBLEMS
from tests.model_phone import ModelPhone
from tests.small_union import SmallUnion

UP = b'{"protocol": 1, "cursor": null, "sent_at": 1, "envelopes": %s}'
ENVELOPE = b'{"header": {"id": "a", "device": "d", "n": 1}, "plain": ""}'
NOT_THIS = [
    pytest.param(b"", id="nothing"),
    pytest.param(b"[" * 100_000, id="a hundred thousand brackets"),
    pytest.param(UP % (b"[" * 50_000 + b"]" * 50_000), id="deep nesting inside"),
    pytest.param(b'{"protocol": 1, "cursor": "\xff\xfe"}', id="bytes that are no UTF-8"),
    pytest.param(UP % b'["\\ud800"]', id="half a surrogate"),
    pytest.param(b'{"protocol": 1e400}', id="a number out of range"),
    pytest.param(b'{"protocol": 99999999999999999999999}', id="an integer over 2^63"),
    pytest.param(b'{"protocol": true, "cursor": null, "envelopes": []}', id="true for one"),
    pytest.param(b'{"protocol": 3, "cursor": null, "envelopes": []}', id="a protocol to come"),
    pytest.param(b"null", id="null"),
    pytest.param(b"[]", id="a list"),
    pytest.param(b'{"protocol": 1, "cursor": null}', id="no envelopes"),
    pytest.param(b'{"protocol": 1, "cursor": {"epoch": 1}, "envelopes": []}', id="half a cursor"),
    pytest.param(UP % b'[{"header": {"id": "", "device": "d", "n": 1}, "plain": ""}]', id="no id"),
    pytest.param(
        UP % b'[{"header": {"id": "a\\u0000b", "device": "d", "n": 1}, "plain": ""}]',
        id="an id with a zero byte",
    ),
    pytest.param(
        UP % b'[{"header": {"id": "a", "device": "d", "n": 9223372036854775808}, "plain": ""}]',
        id="a counter over 2^63",
    ),
    pytest.param(
        UP % b'[{"header": {"id": "a", "device": "d", "n": -1}, "plain": ""}]', id="a counter below"
    ),
    pytest.param(
        UP % (b"[" + b",".join([ENVELOPE] * 101) + b"]"),
        id="more envelopes than one request holds",
    ),
    pytest.param(
        b'{"protocol": 1, "cursor": {"epoch": "e", "seq": 99999999999999999999, "id": ""}, '
        b'"envelopes": []}',
        id="a cursor over 2^63",
    ),
]


@pytest.fixture
def ana(client: TestClient, union: SmallUnion) -> ModelPhone:
    return ModelPhone(client, union.link_token("ana"))


@pytest.mark.parametrize("body", NOT_THIS)
def test_a_body_that_is_no_exchange_is_a_clear_400(ana: ModelPhone, body: bytes) -> None:
    answer = ana.client.post("/sync", content=body, headers=ana.headers)
    assert answer.status_code == 400
    said = answer.json()
    assert said["problem"] in ("not_json", "not_understood")
    assert said["safe"] == "Your work is kept on this phone."


@pytest.mark.parametrize("body", NOT_THIS)
def test_a_body_that_is_no_token_is_a_clear_400(client: TestClient, body: bytes) -> None:
    for path in ("/join", "/desk/join"):
        answer = client.post(path, content=body)
        assert answer.status_code in (400, 413)
        assert answer.json()["problem"] in ("not_json", "not_understood", "too_large")


@pytest.mark.parametrize("path", ["/join", "/desk/join", "/join/code", "/join/again"])
def test_a_token_with_half_a_character_is_not_one_of_ours(client: TestClient, path: str) -> None:
    answer = client.post(path, content=b'{"token": "\\ud800"}')
    told = (answer.status_code, answer.json()["problem"])
    assert told in ((404, "link_unknown"), (400, "not_json"))


def test_a_body_over_a_megabyte_is_a_413(ana: ModelPhone) -> None:
    body = b'{"x": "' + b"a" * 1_100_000 + b'"}'
    answer = ana.client.post("/sync", content=body, headers=ana.headers)
    assert (answer.status_code, answer.json()["problem"]) == (413, "too_large")


@pytest.mark.parametrize("path", ["/sync", "/join", "/desk/language", "/nowhere"])
def test_what_is_far_too_large_is_told_in_our_words_everywhere(
    client: TestClient, path: str
) -> None:
    answer = client.post(path, content=b" " * 2_000_001)
    assert (answer.status_code, answer.json()["problem"]) == (413, "too_large")
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")


def test_a_gzip_bomb_is_a_413(ana: ModelPhone) -> None:
    headers = {"cookie": ana.cookie, "content-encoding": "gzip"}
    answer = ana.client.post("/sync", content=gzip.compress(b" " * 50_000_000), headers=headers)
    assert (answer.status_code, answer.json()["problem"]) == (413, "too_large")


# Each has a name: gzip writes the time of day into its head, and two workers must find one test.
NO_GZIP = {"no gzip": b"no gzip", "cut": gzip.compress(b"{}")[:-4], "zlib": zlib.compress(b"{}")}


@pytest.mark.parametrize("body", NO_GZIP.values(), ids=NO_GZIP)
def test_a_broken_gzip_is_a_400(ana: ModelPhone, body: bytes) -> None:
    headers = {"cookie": ana.cookie, "content-encoding": "gzip"}
    answer = ana.client.post("/sync", content=body, headers=headers)
    assert (answer.status_code, answer.json()["problem"]) == (400, "not_json")


def test_an_encoding_nobody_speaks_is_a_400(ana: ModelPhone) -> None:
    headers = {"cookie": ana.cookie, "content-encoding": "zstd"}
    answer = ana.client.post("/sync", content=b"{}", headers=headers)
    assert (answer.status_code, answer.json()["problem"]) == (400, "not_understood")


HOSTILE_SAVES = [
    pytest.param('{"a": ' + "[" * 20_000, id="deep nesting"),
    pytest.param("\x00", id="a zero byte"),
    pytest.param("null", id="null"),
    pytest.param("{}", id="nothing in it"),
    pytest.param('{"id": "\\ud800"}', id="half a surrogate"),
]


@pytest.mark.parametrize("plain", HOSTILE_SAVES)
def test_a_hostile_save_is_held_as_it_came(ana: ModelPhone, union: SmallUnion, plain: str) -> None:
    save = ana.talk("minh")
    ana.waiting[0]["plain"] = plain
    ana.exchange()
    assert ana.receipts[save]["verdict"] == "held"
    (row,) = union.read("SELECT body FROM save WHERE id = ?", save)
    assert row["body"] == plain


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "person", "record": "minh", "set": {"phone": 2**63}},
        {"kind": "person", "record": "minh", "set": {"phone": 1.5}},
        {"kind": "person", "record": "minh", "set": {"phone": ["a"]}},
        {"kind": "person", "record": "minh", "set": {'"; DROP TABLE person; --': "x"}},
        {"kind": "person", "record": "../../etc", "set": {"phone": "1"}},
        {"kind": "conversation", "record": "c", "set": {"person": "minh", "when": -1}},
        {"kind": "follow_up", "record": "f", "set": {"person": "minh", "due": "2026-02-31"}},
        {"kind": "follow_up", "record": "f", "set": {"person": "minh", "due": "٢٠٢٦-٠١-٠١"}},
    ],
)
def test_a_hostile_value_is_held(ana: ModelPhone, change: dict[str, object]) -> None:
    save = ana.save(change)
    ana.exchange()
    assert ana.receipts[save]["verdict"] == "held"


def test_another_phones_cookie_does_not_carry_its_saves(
    client: TestClient, union: SmallUnion, ana: ModelPhone
) -> None:
    luc = ModelPhone(client, union.link_token("luc"))
    save = ana.talk("minh")
    luc.waiting = ana.waiting
    luc.exchange()
    assert luc.receipts[save]["reason"] == "carried_unsealed"


def test_without_a_cookie_nothing_is_read(client: TestClient) -> None:
    body = {"protocol": 1, "cursor": None, "sent_at": 1, "envelopes": []}
    for headers in ({}, {"cookie": "rounds=guess"}):
        answer = client.post("/sync", json=body, headers=headers)
        assert (answer.status_code, answer.json()["problem"]) == (401, "not_joined")


@pytest.mark.parametrize("body", [b"no json", gzip.compress(bytes(20_000_000)), bytes(900_000)])
def test_of_a_stranger_nothing_is_unpacked_or_opened(client: TestClient, body: bytes) -> None:
    headers = {"cookie": "rounds=guess", "content-encoding": "gzip"}
    answer = client.post("/sync", content=body, headers=headers)
    assert (answer.status_code, answer.json()["problem"]) == (401, "not_joined")


def test_a_post_from_another_website_is_refused(ana: ModelPhone) -> None:
    for headers in ({"sec-fetch-site": "cross-site"}, {"origin": "https://elsewhere.example"}):
        headers = {"cookie": ana.cookie, **headers}
        answer = ana.client.post("/sync", json=ana.up(), headers=headers)
        assert (answer.status_code, answer.json()["problem"]) == (403, "from_elsewhere")


def test_problems_speak_french_to_who_asks_for_it(client: TestClient) -> None:
    answer = client.post("/join", content=b"", headers={"accept-language": "fr-CA,fr;q=0.9"})
    assert answer.json()["title"] == "Le serveur n’a pas pu lire l’envoi du téléphone."


def test_every_answer_has_the_headers(client: TestClient) -> None:
    for answer in (client.get("/health"), client.get("/nowhere"), client.post("/sync")):
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_every_problem_is_complete() -> None:
    for code, problem in PROBLEMS.items():
        assert set(problem) == {"status", "title", "safe", "next"}, code
        for part in ("title", "safe", "next"):
            assert set(problem[part]) == {"en", "fr"}, code
            assert all(problem[part].values()), code
