"""Passkeys: what signs in, and everything that only looks like it."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from server.access.challenges import LASTS_MS, Challenges
from server.app import create_app
from server.config import ConfigProblem, Settings, settings_from
from sync.save import Change
from tests.small_union import Opened, SmallUnion
from tests.soft_passkey import PRESENT, SoftPasskey

ASK, SIGN_IN = "/desk/passkeys/ask", "/desk/passkeys/sign_in"


@pytest.fixture
def client(union: SmallUnion) -> Iterator[TestClient]:
    """A browser at localhost, nobody signed in."""
    settings = Settings(db=union.db, url="http://localhost:8000")
    with TestClient(create_app(settings), follow_redirects=False) as client:
        yield client


def by_link(client: TestClient, union: SmallUnion, who: str = "dara") -> None:
    client.cookies.clear()
    token = union.link_token(who, "desk")
    assert client.post("/desk/join", json={"token": token}).status_code == 200


def asked(client: TestClient, act: str) -> dict:
    answer = client.post(ASK, json={"act": act})
    assert answer.status_code == 200, answer.text
    return answer.json()


def added(client: TestClient, passkey: SoftPasskey | None = None):
    passkey = passkey or SoftPasskey()
    body = {"passkey": passkey.make(asked(client, "add")), "name": "Laptop"}
    return client.post("/desk/passkeys/add", json=body), passkey


@pytest.fixture
def passkey(client: TestClient, union: SmallUnion) -> SoftPasskey:
    """Dara's, made at a desk that signed in by a link and is signed out again."""
    by_link(client, union)
    answer, passkey = added(client)
    assert answer.json() == {"next": "/desk/me"}
    client.cookies.clear()
    return passkey


def signs_in(client: TestClient, passkey: SoftPasskey):
    return client.post(SIGN_IN, json={"passkey": passkey.sign(asked(client, "sign_in"))})


def problem(answer) -> tuple[int, str]:
    return answer.status_code, answer.json()["problem"]


def test_a_passkey_signs_in_without_a_name(client, passkey):
    assert client.get("/desk").status_code == 303
    assert signs_in(client, passkey).json() == {"next": "/desk"}
    assert "Dara" in client.get("/desk").text


def test_a_synced_passkey_does_not_count_and_signs_in_again_and_again(client, union):
    by_link(client, union)
    _, synced = added(client, SoftPasskey(steps=0))
    assert [signs_in(client, synced).status_code for _ in range(3)] == [200, 200, 200]


def test_an_answer_works_once(client, passkey):
    answer = {"passkey": passkey.sign(asked(client, "sign_in"))}
    assert client.post(SIGN_IN, json=answer).status_code == 200
    assert problem(client.post(SIGN_IN, json=answer)) == (410, "passkey_late")


@pytest.mark.parametrize(
    "lie",
    [
        {"origin": "https://localhost:8000"},
        {"origin": "http://localhost:8001"},
        {"host": "rounds.example.org"},
        {"flags": PRESENT},
        {"flags": 0},
        {"handle": "ZW1pbA"},
        {"key": SoftPasskey().key},
    ],
    ids=["scheme", "port", "host", "nobody verified", "nobody there", "handle", "key"],
)
def test_what_was_signed_elsewhere_or_by_another_is_refused(client, passkey, lie):
    assert problem(signs_in(client, replace(passkey, **lie))) == (403, "passkey_refused")
    assert client.get("/desk").status_code == 303


def test_a_challenge_is_good_for_its_act_and_its_desk_only(client, union, passkey):
    stranger = asked(client, "sign_in")
    by_link(client, union)
    confirm = {"passkey": passkey.sign(stranger), "back": "/desk/people"}
    answer = client.post("/desk/passkeys/confirm", json=confirm)
    assert problem(answer) == (410, "passkey_late")
    mine = asked(client, "confirm")
    by_link(client, union)
    confirm["passkey"] = passkey.sign(mine)
    answer = client.post("/desk/passkeys/confirm", json=confirm)
    assert problem(answer) == (410, "passkey_late")


def test_a_counter_that_goes_back_means_a_copy_and_neither_signs_in(client, union, passkey):
    passkey.counter = 7
    assert signs_in(client, passkey).status_code == 200
    copy = replace(passkey, counter=3)
    assert problem(signs_in(client, copy)) == (403, "passkey_copied")
    assert problem(signs_in(client, passkey)) == (403, "passkey_copied")
    by_link(client, union)
    assert "possibly copied" in client.get("/desk/me").text


def test_confirming_makes_the_session_fresh_and_changes_its_cookie(client, union, passkey):
    assert signs_in(client, passkey).status_code == 200
    with Opened(union.db) as db:
        db.execute("UPDATE device SET fresh_at = 0, made_at = 0 WHERE kind = 'desk'")
        db.execute("UPDATE device SET fresh_at = seen_at - 3600000 WHERE kind = 'desk'")
    assert client.get("/desk/me/passkey").headers["location"].startswith("/desk/fresh?")
    assert problem(client.post(ASK, json={"act": "add"})) == (403, "confirm_first")
    before = client.cookies["rounds-desk"]
    body = {"passkey": passkey.sign(asked(client, "confirm")), "back": "/desk/me/passkey"}
    answer = client.post("/desk/passkeys/confirm", json=body)
    assert answer.json() == {"next": "/desk/me/passkey"}
    assert client.cookies["rounds-desk"] != before
    assert client.get("/desk/me/passkey").status_code == 200


def test_another_coordinators_passkey_does_not_confirm(client, union, passkey):
    by_link(client, union, "emil")
    body = {"passkey": passkey.sign(asked(client, "confirm"))}
    assert problem(client.post("/desk/passkeys/confirm", json=body)) == (404, "passkey_unknown")


def test_who_lost_the_role_is_out_and_does_not_come_in(client, union, passkey):
    assert signs_in(client, passkey).status_code == 200
    union.write(Change("volunteer", "dara", {"roles/coordinator": False}))
    assert client.get("/desk").headers["location"] == "/desk/join"
    assert problem(signs_in(client, passkey)) == (403, "no_desk")


def test_a_removed_passkey_does_not_sign_in_and_nobody_removes_anothers(client, union, passkey):
    [row] = union.read("SELECT id FROM passkey")
    by_link(client, union, "emil")
    assert client.post("/desk/me/passkey/remove", data=row).status_code == 404
    by_link(client, union)
    assert client.post("/desk/me/passkey/remove", data=row).headers["location"] == "/desk/me"
    assert problem(signs_in(client, passkey)) == (404, "passkey_unknown")


def test_a_passkey_is_added_once_by_whoever_is_fresh(client, union):
    assert problem(client.post(ASK, json={"act": "add"})) == (401, "signed_out")
    by_link(client, union)
    answer, passkey = added(client)
    assert answer.status_code == 200
    assert problem(added(client, passkey)[0]) == (403, "passkey_refused")
    assert problem(added(client, SoftPasskey(flags=PRESENT))[0]) == (403, "passkey_refused")
    listed = asked(client, "add")["excludeCredentials"]
    assert [one["type"] for one in listed] == ["public-key"]


def test_a_browser_that_signs_in_again_leaves_no_session_behind(client, union, passkey):
    for _ in range(2):
        assert signs_in(client, passkey).status_code == 200
    token = union.link_token("dara", "desk")
    assert client.post("/desk/join", json={"token": token}).status_code == 200
    listed = "SELECT * FROM device WHERE kind = 'desk' AND revoked_at IS NULL"
    assert len(union.read(listed)) == 2  # this browser's, and the one that made the passkey


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://rounds.example.org", "https://rounds.example.org"),
        ("https://Rounds.Example.org:443/", "https://rounds.example.org"),
        ("https://rounds.example.org:8443", "https://rounds.example.org:8443"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("http://127.0.0.1:8000", None),
        ("https://[2001:db8::1]", None),
        ("http://rounds.example.org", None),
    ],
)
def test_passkeys_are_for_the_address_that_is_configured(union, url, origin):
    party = settings_from({"ROUNDS_DB": str(union.db), "ROUNDS_URL": url}).relying_party
    assert (party.origin if party else None) == origin


@pytest.mark.parametrize("url", ["rounds.example.org", "ftp://a", "http://", "http://a:b", "//a"])
def test_an_address_that_is_none_is_said_at_the_start(url):
    with pytest.raises(ConfigProblem, match="ROUNDS_URL"):
        settings_from({"ROUNDS_URL": url})


def test_where_there_are_no_passkeys_the_desk_says_so(union):
    with TestClient(create_app(Settings(db=union.db))) as client:
        by_link(client, union)
        assert "At this address browsers make no passkeys" in client.get("/desk/me").text
        answer = client.post(ASK, json={"act": "sign_in"})
        assert problem(answer) == (404, "no_passkeys_here")


def test_challenges_end_after_five_minutes_and_the_oldest_goes_first():
    challenges = Challenges(most=2)
    first, second, third = (challenges.new("sign_in", "", n) for n in range(3))
    assert not challenges.spend(first, "sign_in", "", 3)
    assert not challenges.spend(second, "sign_in", "", 2 + LASTS_MS)
    assert challenges.spend(third, "sign_in", "", 2 + LASTS_MS)
    assert not challenges.spend(third, "sign_in", "", 3)


def test_signing_in_confirming_and_passkeys_are_noted_by_their_ids(client, union, passkey):
    signs_in(client, passkey)
    body = {"passkey": passkey.sign(asked(client, "confirm"))}
    client.post("/desk/passkeys/confirm", json=body)
    [row] = union.read("SELECT id FROM passkey")
    client.post("/desk/me/passkey/remove", data=row)
    client.post("/desk/sign-out")
    noted = union.read("SELECT what, ids, volunteer FROM audit ORDER BY n")
    said = ["signed_in", "passkey.added", "signed_in", "confirmed", "passkey.removed", "signed_out"]
    assert [one["what"] for one in noted] == said
    assert {one["volunteer"] for one in noted} == {"dara"}
    assert row["id"] in noted[1]["ids"]
