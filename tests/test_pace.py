"""Who asks too often is told how long to wait; everybody else on the same line goes on."""

import pytest
from starlette.testclient import TestClient

from server.access.pace import RATES, Pace, Rate
from server.problems import Problem
from tests.desk import desk
from tests.model_phone import ModelPhone

UP = {"protocol": 2, "cursor": None, "envelopes": []}


def slow(client) -> None:
    """Let everybody do everything three times."""
    client.app.state.pace = Pace(dict.fromkeys(RATES, Rate(3, 1)))


def is_told_to_wait(answer) -> bool:
    if answer.status_code != 429:
        return False
    assert int(answer.headers["retry-after"]) > 0
    return True


def statuses(ask) -> list[bool]:
    return [is_told_to_wait(ask()) for _ in range(4)]


PATIENCE = [False, False, False, True]


def test_a_phone_that_floods_waits_and_the_one_beside_it_does_not(client, union):
    ana, luc = (ModelPhone(client, union.link_token(who)) for who in ("ana", "luc"))
    slow(client)
    asks = {"cookie": ana.cookie}
    assert statuses(lambda: client.post("/sync", json=UP, headers=asks)) == PATIENCE
    said = client.post("/sync", json=UP, headers=asks).json()
    assert (said["problem"], said["safe"]) == ("too_often", "Nothing is lost.")
    assert luc.exchange()["receipts"] == []


def test_a_link_that_is_tried_again_and_again_waits_and_others_join(client, union):
    slow(client)
    used = union.link_token("ana")
    assert statuses(lambda: client.post("/join", json={"token": used})) == PATIENCE
    assert statuses(lambda: client.post("/desk/join", json={"token": used}))[0]
    assert client.post("/join", json={"token": union.link_token("luc")}).status_code == 200


def test_what_strangers_make_up_is_not_counted_and_reaches_no_database(client, union):
    slow(client)
    state = client.app.state
    state.writer.close()
    for path in ("/join", "/desk/join"):
        for n in range(5):
            answer = client.post(path, json={"token": f"made-up-{n}"})
            assert (answer.status_code, answer.json()["problem"]) == (404, "link_unknown")
    assert client.post("/sync", json=UP, headers={"cookie": "rounds=guess"}).status_code == 401
    assert len(state.pace) == 0


def test_each_desk_has_a_pace_for_pages_files_and_confirming(union):
    with desk(union) as client:
        slow(client)
        assert statuses(lambda: client.get("/desk/lines")) == PATIENCE
        other = TestClient(client.app)
        token = union.link_token("dara", "desk")
        assert other.post("/desk/join", json={"token": token}).status_code == 200
        assert other.get("/desk/lines").status_code == 200
        client.app.state.pace = Pace({**RATES, "upload": Rate(3, 1), "confirm": Rate(3, 1)})
        file = {"file": ("a.json", b"{}")}
        assert statuses(lambda: client.post("/desk/upload", files=file)) == PATIENCE
        said = [client.post("/desk/fresh", data={"link": "x"}).text for _ in range(4)]
        assert ["very often" in page for page in said] == PATIENCE


def test_patience_is_rewarded_and_memory_is_bounded():
    pace = Pace({"sync": Rate(2, 0.5)}, most=3)
    for _ in range(2):
        pace.keep("sync", "a", 0)
    with pytest.raises(Problem) as told:
        pace.keep("sync", "a", 1000)
    assert told.value.retry_after_s == 2
    pace.keep("sync", "a", 3000)
    with pytest.raises(Problem):
        pace.keep("sync", "a", -10_000_000)  # a clock that was put back gives nothing
    for key in "bcdef":
        pace.keep("sync", key, 0)
    assert len(pace) == 3
