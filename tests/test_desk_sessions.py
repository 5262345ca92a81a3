"""One's own devices: which there are, ending one or all, and sessions that end by themselves."""

import pytest
from starlette.testclient import TestClient

from server.access.sessions import DAY_MS, IDLE_MS, LONGEST_MS, name_of
from tests.desk import desk
from tests.model_phone import ModelPhone
from tests.small_union import Opened

WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
HERE = "SELECT * FROM device WHERE volunteer = ? AND kind = ? AND revoked_at IS NULL"


@pytest.fixture
def client(union):
    with desk(union) as client:
        yield client


@pytest.fixture
def elsewhere(client, union) -> TestClient:
    """Another desk of Dara's."""
    other = TestClient(client.app, headers={"user-agent": WINDOWS})
    token = union.link_token("dara", "desk")
    assert other.post("/desk/join", json={"token": token}).status_code == 200
    return other


def phone(client, union, who: str = "dara") -> ModelPhone:
    return ModelPhone(TestClient(client.app), union.link_token(who))


def is_in(client) -> bool:
    return client.get("/desk", follow_redirects=False).status_code == 200


def test_the_list_names_each_device_and_says_which_is_this_one(client, union, elsewhere):
    phone(client, union)
    page = client.get("/desk/me").text
    assert "Firefox · Windows" in page
    assert "Phone" in page
    assert page.count("this one") == 1


def test_one_is_ended_and_the_others_stay(client, union, elsewhere):
    (row,) = union.read("SELECT id FROM device WHERE label LIKE 'Firefox%'")
    assert is_in(elsewhere)
    page = client.post("/desk/me/end", data={"device": row["id"]}).text
    assert "Ended. It is signed out." in page
    assert not is_in(elsewhere)
    assert is_in(client)


def test_nobody_ends_somebody_elses(client, union):
    emils = phone(client, union, "emil")
    (row,) = union.read(HERE, "emil", "phone")
    assert client.post("/desk/me/end", data={"device": row["id"]}).status_code == 404
    assert "wipe" not in emils.exchange()


@pytest.mark.parametrize(("form", "left"), [({}, 1), ({"phones": "yes"}, 0)])
def test_signing_out_everywhere_takes_phones_only_when_asked(client, union, elsewhere, form, left):
    phone(client, union)
    out = client.post("/desk/me/end-all", data=form, follow_redirects=False)
    assert out.headers["location"] == "/desk/join"
    assert not is_in(client)
    assert union.read(HERE, "dara", "desk") == []
    assert len(union.read(HERE, "dara", "phone")) == left


def test_signing_out_clears_the_cache_and_never_what_a_phone_keeps(client):
    out = client.post("/desk/sign-out", follow_redirects=False)
    assert out.headers["clear-site-data"] == '"cache"'
    assert "rounds-desk=" in out.headers["set-cookie"]


@pytest.mark.parametrize(
    ("column", "age_ms", "is_still_in"),
    [
        ("seen_at", IDLE_MS - DAY_MS, True),
        ("seen_at", IDLE_MS + 1, False),
        ("fresh_at", LONGEST_MS - DAY_MS, True),
        ("fresh_at", LONGEST_MS + 1, False),
    ],
)
def test_a_desk_ends_after_a_week_unused_and_a_month_in_all(
    client, union, column, age_ms, is_still_in
):
    with Opened(union.db) as db:
        db.execute(f"UPDATE device SET {column} = {column} - ? WHERE kind = 'desk'", (age_ms,))
    assert is_in(client) is is_still_in


def test_a_page_counts_as_use(client, union):
    with Opened(union.db) as db:
        db.execute("UPDATE device SET seen_at = seen_at - ?", (IDLE_MS - DAY_MS,))
    (before,) = union.read(HERE, "dara", "desk")
    client.get("/desk")
    client.get("/health")  # the writer takes one after the other
    (after,) = union.read(HERE, "dara", "desk")
    assert after["seen_at"] - before["seen_at"] > DAY_MS


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (WINDOWS, "Firefox · Windows"),
        ("Mozilla/5.0 (Macintosh) AppleWebKit/605 Version/18.5 Safari/605.1.15", "Safari · Mac"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140 Safari/537.36 Edg/140.0", "Edge · Windows"),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/140 Mobile Safari/537.36", "Chrome · Android"),
        ("<script>alert(1)</script>", ""),
        ("", ""),
    ],
)
def test_a_browser_is_called_what_people_call_it(header, said):
    assert name_of(header) == said
