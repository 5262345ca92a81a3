"""What needs a fresh sign-in asks for it, loses nothing silently, and leads nowhere else."""

from collections.abc import Iterator

import pytest
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from server.app import create_app
from server.config import Settings
from server.pages.desk import Desk, desk_page
from tests.small_union import Opened, SmallUnion

MINUTE_MS = 60_000


@desk_page
async def delicate(desk: Desk) -> Response:
    """A page of the kind that other rooms have: exports, erasure, roles."""
    desk.must_be_fresh()
    return PlainTextResponse("done")


@pytest.fixture
def client(union: SmallUnion) -> Iterator[TestClient]:
    app = create_app(Settings(db=union.db))
    app.router.routes.insert(0, Route("/desk/delicate", delicate, methods=["GET", "POST"]))
    with TestClient(app, follow_redirects=False) as client:
        token = union.link_token("dara", "desk")
        assert client.post("/desk/join", json={"token": token}).status_code == 200
        yield client


def wait(union: SmallUnion, minutes: int) -> None:
    """Let time pass since every desk signed in."""
    with Opened(union.db) as db:
        db.execute("UPDATE device SET fresh_at = fresh_at - ?", (minutes * MINUTE_MS,))


def confirm(client: TestClient, union: SmallUnion, who: str = "dara", **form: str) -> Response:
    link = f"https://rounds.example.org/desk/join#{union.link_token(who, 'desk')}"
    return client.post("/desk/fresh", data={"link": link, **form})


def test_within_ten_minutes_nobody_is_asked(client, union):
    wait(union, 9)
    assert client.get("/desk/delicate").text == "done"
    assert client.post("/desk/delicate").text == "done"


def test_after_ten_minutes_a_new_link_confirms_and_leads_back(client, union):
    wait(union, 11)
    asked = client.get("/desk/delicate?q=a%20b")
    assert asked.headers["location"] == "/desk/fresh?back=%2Fdesk%2Fdelicate%3Fq%3Da%2520b"
    page = client.get(asked.headers["location"]).text
    assert 'value="/desk/delicate?q=a%20b"' in page
    back = confirm(client, union, back="/desk/delicate?q=a%20b")
    assert (back.status_code, back.headers["location"]) == (303, "/desk/delicate?q=a%20b")
    assert client.get(back.headers["location"]).text == "done"


def test_who_posted_comes_back_to_the_form_and_is_told_to_send_again(client, union):
    wait(union, 11)
    page = "http://testserver/desk/people?q=minh"
    asked = client.post("/desk/delicate", headers={"referer": page})
    assert asked.headers["location"] == "/desk/fresh?back=%2Fdesk%2Fpeople%3Fq%3Dminh&again=yes"
    assert "Nothing was changed yet." in client.get(asked.headers["location"]).text
    back = confirm(client, union, back="/desk/people?q=minh", again="yes")
    assert back.headers["location"] == "/desk/people?q=minh"
    assert "please send it again now" in client.get("/desk/people?q=minh").text


@pytest.mark.parametrize("page", ["https://elsewhere.example/a", "//[", "http://x//y", ""])
def test_a_page_that_is_not_ours_is_never_led_back_to(client, union, page):
    wait(union, 11)
    asked = client.post("/desk/delicate", headers={"referer": page})
    assert asked.headers["location"] == "/desk/fresh?back=%2Fdesk&again=yes"
    assert confirm(client, union, back="//elsewhere.example").headers["location"] == "/desk"


def test_somebody_elses_link_confirms_nothing_and_stays_unused(client, union):
    wait(union, 11)
    link = f"https://rounds.example.org/desk/join#{union.link_token('emil', 'desk')}"
    answer = client.post("/desk/fresh", data={"link": link})
    assert "This link is not one of ours." in answer.text
    assert client.get("/desk/delicate").status_code == 303
    token = link.partition("#")[2]
    assert client.post("/desk/join", json={"token": token}).status_code == 200


def test_confirming_changes_the_cookie_and_ends_the_one_before(client, union):
    before = client.cookies["rounds-desk"]
    confirm(client, union)
    assert client.cookies["rounds-desk"] != before
    assert client.get("/desk").status_code == 200
    client.cookies.clear()
    old = client.get("/desk", headers={"cookie": f"rounds-desk={before}"})
    assert old.headers["location"] == "/desk/join"


def test_a_session_from_before_the_update_is_asked(client, union):
    with Opened(union.db) as db:
        db.execute("UPDATE device SET fresh_at = NULL")
    assert client.get("/desk/delicate").status_code == 303
