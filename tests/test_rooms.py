"""Rooms: who waits is let in by whoever opened the room, as nobody above, and is not kept."""

import re

import pytest
from starlette.testclient import TestClient

from server.access import rooms
from server.access.limits import Limit
from server.access.rooms import Room, Rooms, token_of
from server.config import secret_beside
from server.problems import Problem
from server.reports.alike import Called, likeliest
from sync.save import Change
from tests.desk import desk
from tests.small_union import SmallUnion
from tests.test_desk_pages import seen

HOUR_MS = 3600 * 1000
ROOM = Room("room-1", "dara", "Dara Wójcik", HOUR_MS)


def opened(client: TestClient, **said: str) -> str:
    """Open a room and return its page's address."""
    return str(client.post("/desk/rooms", data={"hours": "3", **said}).url).split("8000")[-1]


def token(union: SmallUnion) -> str:
    """Return the token of the newest room."""
    [row] = union.read("SELECT id FROM room ORDER BY made_at DESC LIMIT 1")
    return token_of(secret_beside(union.db), row["id"])


def enters(client: TestClient, union: SmallUnion, name: str) -> dict[str, str]:
    """Write a name in the newest room."""
    answer = client.post("/join/room", json={"token": token(union), "name": name})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def guests(client: TestClient, path: str) -> dict[str, str]:
    """Return sign -> guest of the coordinator's page."""
    found = re.findall(
        r'class="sign">.*?</span>(\d+)</span>.*?name="guest" value="([^"]+)"',
        client.get(path).text,
        re.S,
    )
    return dict(found)


def problem_of(client: TestClient, guest: dict[str, str]) -> str:
    """Return what a waiting phone is told."""
    return str(client.post("/join", json={"token": guest["place"]}).json()["problem"])


def test_somebody_who_waits_is_let_in_once(union):
    with desk(union) as client:
        path = opened(client)
        guest = enters(client, union, "Ana Kowalczyk")
        assert guest["from"] == "Dara Wójcik"
        assert problem_of(client, guest) == "still_waiting"
        id = guests(client, path)[guest["sign"]]
        client.post(path, data={"guest": id, "volunteer": "ana"})
        joined = client.post("/join", json={"token": guest["place"]})
        assert (joined.status_code, joined.json()["volunteer"]) == (200, "ana")
        assert problem_of(client, guest) == "not_waiting"
        again = client.post(path, data={"guest": id, "volunteer": "ana"})
        assert "They are not waiting any more." in again.text
        assert "1 joined" in seen(client, path)


def test_nobody_is_let_in_as_somebody_who_sits_at_a_desk_or_is_elsewhere(union):
    union.write(Change("volunteer", "luc", {"local": "local-1"}))
    with desk(union, "emil") as client:
        path = opened(client, local="local-2")
        guest = enters(client, union, "Luc Bélanger")
        [id] = guests(client, path).values()
        for volunteer in ("luc", "dara", "emil", "nobody"):
            answer = client.post(path, data={"guest": id, "volunteer": volunteer})
            assert answer.status_code == 404, volunteer
        client.post(path, data={"guest": id, "role": "administrator"})
        me = client.post("/join", json={"token": guest["place"]}).json()
        assert (me["name"], me["roles"]) == ("Luc Bélanger", ["go_to"])
        assert union.value("volunteer", me["volunteer"], "local") == "local-2"
        assert client.post("/desk/rooms", data={"local": "local-1"}).status_code == 404


def test_a_room_is_its_coordinators_own(union):
    with desk(union) as client:
        path = opened(client)
        enters(client, union, "Ana")
    with desk(union, "emil") as client:
        for end in ("", "/screen", "/waiting"):
            assert client.get(path + end).status_code == 404
        for end in ("", "/close", "/decline"):
            assert client.post(path + end).status_code == 404


def test_a_closed_room_lets_nobody_in_and_forgets_who_waited(union):
    with desk(union) as client:
        path = opened(client)
        guest, other = enters(client, union, "Ana"), enters(client, union, "Luc")
        client.post(f"{path}/decline")
        assert problem_of(client, other) == "declined"
        client.post(f"{path}/close")
        assert problem_of(client, guest) == "not_waiting"
        late = client.post("/join/room", json={"token": token(union), "name": "Late"})
        assert (late.status_code, late.json()["problem"]) == (410, "room_closed")
        assert "Ana" not in seen(client, path)
        forged = client.post("/join/room", json={"token": "room.x.y", "name": "Late"})
        assert forged.json()["problem"] == "link_unknown"


def test_a_room_lasts_six_hours_at_most(union):
    with desk(union) as client:
        for hours, lasts_h in (("6", 6), ("7", 3), ("", 3), ("1", 1)):
            opened(client, hours=hours)
            [row] = union.read("SELECT * FROM room ORDER BY made_at DESC LIMIT 1")
            assert row["expires_at"] - row["made_at"] == lasts_h * HOUR_MS
            union.read("DELETE FROM room")


def test_a_strangers_name_is_text_and_nothing_else(union):
    with desk(union) as client:
        path = opened(client)
        enters(client, union, '<img src=x onerror="alert(1)">')
        text = client.get(path).text
        assert "<img" not in text
        assert "&lt;img" in text


def test_a_room_that_is_flooded_is_full_and_says_so():
    waiting = Rooms(entering=Limit(rooms.MOST_WAITING + 2, HOUR_MS))
    for n in range(rooms.MOST_WAITING):
        waiting.enter(ROOM, f"Guest {n}", "hall", 1000)
    with pytest.raises(Problem, match="room_full"):
        waiting.enter(ROOM, "One more", "elsewhere", 1000)
    for guest in waiting.waiting(ROOM.id, 1000):
        guest.declined = True
    waiting.enter(ROOM, "One more", "hall", 1000)
    waiting.enter(ROOM, "And one", "hall", 1000)
    with pytest.raises(Problem, match="too_often"):
        waiting.enter(ROOM, "Again", "hall", 1000)


def test_numbers_are_different_while_there_are_any_left():
    waiting = Rooms()
    signs = {waiting.enter(ROOM, f"Guest {n}", "hall", 1000).sign for n in range(90)}
    assert len(signs) == 90
    assert waiting.enter(ROOM, "One more", "hall", 1000).sign in signs


def test_who_has_gone_home_and_a_room_that_is_over_are_forgotten():
    waiting = Rooms()
    guest = waiting.enter(ROOM, "Ana", "hall", 1000)
    assert waiting.waiting(ROOM.id, 1000 + rooms.GONE_MS) == [guest]
    assert waiting.waiting(ROOM.id, 1001 + rooms.GONE_MS) == []
    stays = waiting.enter(ROOM, "Luc", "hall", HOUR_MS - 1)
    with pytest.raises(Problem, match="still_waiting"):
        waiting.take(stays.place, HOUR_MS)
    with pytest.raises(Problem, match="not_waiting"):
        waiting.take(stays.place, HOUR_MS + 1)


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("ana kowalczyk", ["ana"]),
        ("Kowalczyk, Ana", ["ana"]),
        ("Ana Maria Kowalczyk", ["ana"]),
        ("Luc Belanger", ["luc"]),
        ("Luc Bélangr", ["luc"]),
        ("Ana", ["ana"]),
        ("Zo", []),
        ("", []),
    ],
)
def test_the_likeliest_are_proposed(written: str, found: list[str]):
    names = {"ana": "Ana Kowalczyk", "luc": "Luc Bélanger", "x": "Zo Li"}
    known = [Called.of(id, name) for id, name in names.items()]
    assert [one.id for one in likeliest(written, known)] == found
