"""Joining: links and codes work once and briefly, say whom to ask, and cannot be guessed."""

import re

import pytest
from starlette.testclient import TestClient

from server.access import codes
from server.access.invitations import invite
from server.access.limits import Limit
from server.access.rooms import cleaned
from server.config import secret_beside
from server.ids import now_ms
from sync.save import Change
from tests.small_union import HOUR_MS, Opened, SmallUnion

# As messengers, search engines and mail filters look at links before anybody has.
LOOKS = ("GET", "HEAD", "OPTIONS")


def token_by(union: SmallUnion, volunteer: str = "ana", by: str = "dara", hours: float = 1) -> str:
    """Return the token of an invitation that a coordinator made."""
    with Opened(union.db) as db:
        secret, lasts_ms = secret_beside(union.db), int(hours * HOUR_MS)
        return invite(db, secret, volunteer, "phone", now_ms(), lasts_ms, by=by)


def code_of(client: TestClient, token: str) -> str:
    """Return the code that the holder of a link is given."""
    answer = client.post("/join/code", json={"token": token})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["code"])


def test_a_preview_of_a_link_leaves_it_unused(client: TestClient, union: SmallUnion):
    token = token_by(union)
    for method in LOOKS:
        for path in ("/join", f"/join?token={token}", "/desk/join"):
            client.request(method, path)
    assert client.post("/join", json={"token": token}).json()["name"] == "Ana Kowalczyk"


def test_a_code_joins_once_however_it_is_typed(client: TestClient, union: SmallUnion):
    token = token_by(union)
    code = code_of(client, token)
    assert re.fullmatch(r"[234679A-Z]{4} [234679A-Z]{4}", code)
    answer = client.post("/join", json={"code": f" {code.lower().replace(' ', '-')}"})
    assert answer.json()["volunteer"] == "ana"
    assert client.post("/join", json={"code": code}).json()["problem"] == "link_used"
    assert client.post("/join", json={"token": token}).json()["problem"] == "link_used"


def test_nothing_of_a_link_or_a_code_stands_in_the_file(client: TestClient, union: SmallUnion):
    token = token_by(union)
    code = codes.read_code(code_of(client, token))
    (row,) = union.read("SELECT * FROM invitation")
    stored = " ".join(str(value) for value in row.values())
    assert token not in stored
    assert code not in stored


def test_a_new_code_ends_the_one_before(client: TestClient, union: SmallUnion):
    token = token_by(union)
    first, second = code_of(client, token), code_of(client, token)
    assert client.post("/join", json={"code": first}).json()["problem"] == "code_unknown"
    assert client.post("/join", json={"code": second}).status_code == 200


def test_a_code_is_over_after_a_quarter_of_an_hour(client: TestClient, union: SmallUnion):
    code = code_of(client, token_by(union, hours=24))
    (row,) = union.read("SELECT code_until FROM invitation")
    assert row["code_until"] - now_ms() <= codes.LASTS_MS == 15 * 60_000
    union.read("UPDATE invitation SET code_until = 1")
    answer = client.post("/join", json={"code": code})
    assert (answer.status_code, answer.json()["problem"]) == (410, "code_expired")


def test_five_wrong_guesses_end_a_code_and_not_its_link(client: TestClient, union: SmallUnion):
    token = token_by(union)
    code = codes.read_code(code_of(client, token))
    wrong = code[:3] + ("AAAAA" if code[3:] != "AAAAA" else "CCCCC")
    for _ in range(codes.MOST_TRIES):
        assert client.post("/join", json={"code": wrong}).json()["problem"] == "code_unknown"
    assert client.post("/join", json={"code": code}).json()["problem"] == "code_blocked"
    assert client.post("/join", json={"code": code_of(client, token)}).status_code == 200


def test_guessing_from_one_address_is_slowed_and_links_are_not(
    client: TestClient, union: SmallUnion
):
    client.app.state.guesses = Limit(2, 60_000)
    for _ in range(2):
        assert client.post("/join", json={"code": "AAAA AAAA"}).status_code == 404
    answer = client.post("/join", json={"code": "AAAA AAAA"})
    assert (answer.status_code, answer.json()["problem"]) == (429, "too_often")
    assert 0 < int(answer.headers["retry-after"]) <= 60
    assert client.post("/join", json={"token": token_by(union)}).status_code == 200


def test_an_address_may_go_on_when_its_time_is_over():
    limit = Limit(1, 1000)
    limit.count("line", 5000)
    assert (limit.wait_s("line", 5500), limit.wait_s("hall", 5500)) == (1, 0)
    assert limit.wait_s("line", 6000) == 0


@pytest.mark.parametrize("body", [{}, {"token": "a", "code": "b"}, {"code": 7}, {"token": None}])
def test_what_is_neither_a_token_nor_a_code_is_not_understood(client: TestClient, body):
    answer = client.post("/join", json=body)
    assert (answer.status_code, answer.json()["problem"]) == (400, "not_understood")


@pytest.mark.parametrize(
    ("done", "problem"),
    [
        ("UPDATE invitation SET used_at = 1", "link_used"),
        ("UPDATE invitation SET expires_at = 1", "link_expired"),
        ("UPDATE invitation SET withdrawn_at = 1", "link_withdrawn"),
    ],
)
def test_a_link_that_opens_nothing_says_who_sent_it(
    client: TestClient, union: SmallUnion, done: str, problem: str
):
    token = token_by(union)
    union.read(done)
    said = client.post("/join", json={"token": token}).json()
    assert (said["problem"], said["from"]) == (problem, "Dara Wójcik")
    assert "Ana" not in str(said)
    union.read("UPDATE invitation SET made_at = 1")
    assert "from" not in client.post("/join", json={"token": token}).json()


def test_a_link_nobody_knows_says_nothing_about_anybody(client: TestClient, union: SmallUnion):
    said = client.post("/join", json={"token": token_by(union) + "x"}).json()
    assert said["problem"] == "link_unknown"
    assert "from" not in said


def test_who_is_no_longer_active_cannot_join(client: TestClient, union: SmallUnion):
    token = token_by(union)
    union.write(Change("volunteer", "ana", {"active": False}))
    assert client.post("/join", json={"token": token}).json()["problem"] == "link_withdrawn"


def test_asking_for_a_new_link_is_noted_once_and_tells_nothing(
    client: TestClient, union: SmallUnion
):
    token = token_by(union)
    assert client.post("/join/again", json={"token": token}).json() == {"asked": True}
    assert union.read("SELECT 1 FROM invitation WHERE asked_at IS NOT NULL") == []  # it is open
    union.read("UPDATE invitation SET expires_at = 1")
    for _ in range(3):
        assert client.post("/join/again", json={"token": token}).json() == {"asked": True}
    assert len(union.read("SELECT 1 FROM invitation WHERE asked_at IS NOT NULL")) == 1
    assert client.post("/join/again", json={"token": "none"}).json()["problem"] == "link_unknown"
    token_by(union)
    assert union.read("SELECT 1 FROM invitation WHERE asked_at > answered_at") == []
    assert len(union.read("SELECT 1 FROM invitation WHERE answered_at IS NOT NULL")) == 1


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("acde fghj", "ACDEFGHJ"),
        ("ACDE-FGHJ", "ACDEFGHJ"),
        ("ACDE FGH0", None),
        ("ACDE FGH", None),
        ("", None),
        ("ı" * 8, None),
    ],
)
def test_a_code_is_read_as_people_type(typed: str, read: str | None):
    assert codes.read_code(typed) == read


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("  Ana \n Kowalczyk ", "Ana Kowalczyk"),
        ("Ana\u202e\u0000K", "Ana K"),
        ("x" * 500, "x" * 80),
        ("\u200b\n", ""),
    ],
)
def test_a_strangers_name_is_one_short_line(written: str, shown: str):
    assert cleaned(written) == shown
