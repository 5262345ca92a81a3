"""Volunteers at the desk: adding, inviting, their phones, and who may do it about whom."""

import html
import re

import pytest
from starlette.testclient import TestClient

from server.access.devices import new_device
from server.access.invitations import invite
from server.app import create_app
from server.config import Settings, secret_beside
from server.ids import now_ms
from server.reports.volunteers import SILENT_MS
from sync.save import Change
from tests.desk import DAY_MS, desk
from tests.small_union import Opened, SmallUnion
from tests.test_desk_pages import forms, seen


@pytest.fixture
def peopled(union: SmallUnion) -> SmallUnion:
    """Noor is Emil's: a go-to person of local 2. Sam administers."""
    with_name = {"active": True, "language": "en"}
    noor = {"name": "Noor Haddad", "roles/go_to": True, "local": "local-2"}
    sam = {"name": "Sam Olsen", "roles/administrator": True}
    union.write(Change("volunteer", "noor", with_name | noor))
    union.write(Change("volunteer", "sam", with_name | sam))
    return union


def phone_of(union: SmallUnion, volunteer: str, seen_at: int, **said: object) -> str:
    """Make a phone that was last heard of then, and return its id."""
    with Opened(union.db) as db:
        id = new_device(db, volunteer, "phone", seen_at, "Chrome · Android").device["id"]
        for name, value in said.items():
            db.execute(f"UPDATE device SET {name} = ? WHERE id = ?", (value, id))
        return str(id)


def named(client: TestClient, query: str = "") -> list[str]:
    """Return the names the list shows."""
    text = client.get(f"/desk/volunteers?{query}").text
    return [
        html.unescape(name)
        for name in re.findall(r'<th scope="row"><a href="/desk/volunteers/[^"]+">([^<]+)<', text)
    ]


def invited(client: TestClient, volunteer: str, **said: str) -> tuple[str, str]:
    """Invite somebody; return the link's token and the code that the page shows."""
    answer = client.post(f"/desk/volunteers/{volunteer}/invite", data=said)
    assert answer.status_code == 200, answer.text
    token = re.search(r'class="address"[^>]*>[^#<]+#([^<]+)<', answer.text)
    code = re.search(r'class="code">([^<]+)<', answer.text)
    assert token
    assert code
    return html.unescape(token[1]), code[1]


def test_somebody_new_is_added_invited_and_joins(peopled: SmallUnion):
    with desk(peopled) as client:
        said = {
            "name": " Tova  Lindqvist ",
            "role": ["steward"],
            "active": "yes",
            "local": "local-1",
        }
        answer = client.post("/desk/volunteers/new", data=said)
        assert "Added. Now invite them." in answer.text
        id = str(answer.url).split("/")[-1].split("#")[0]
        token, code = invited(client, id, way="here")
        noted = [row["what"] for row in peopled.read("SELECT what FROM audit ORDER BY n")]
        assert noted[-3:] == ["role.changed", "volunteer.read", "volunteer.invited"]
    with TestClient(create_app(Settings(db=peopled.db))) as phone:
        me = phone.post("/join", json={"code": code}).json()
        assert (me["name"], me["roles"]) == ("Tova Lindqvist", ["steward"])
        assert phone.post("/join", json={"token": token}).json()["from"] == "Dara Wójcik"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"name": "", "role": "go_to"}, "Write a name first."),
        ({"name": "Tova"}, "Choose at least one role."),
        ({"name": "Tova", "role": "coordinator"}, "Choose at least one role."),
        ({"name": "ana kowalczyk", "role": "go_to"}, "Somebody of this name is here already."),
    ],
)
def test_what_is_missing_is_said_and_nobody_is_added(peopled: SmallUnion, said, told):
    before = peopled.read("SELECT count(*) AS n FROM save")
    with desk(peopled) as client:
        answer = client.post("/desk/volunteers/new", data={**said, "active": "yes"})
        assert told in html.unescape(answer.text)
    assert peopled.read("SELECT count(*) AS n FROM save") == before


def test_in_person_lasts_a_quarter_of_an_hour_and_a_sent_link_a_day(peopled: SmallUnion):
    with desk(peopled) as client:
        peopled.read("DELETE FROM invitation")
        for way, hours in (("here", 0.25), ("away", 24)):
            invited(client, "ana", way=way)
            query = "SELECT expires_at - made_at AS ms FROM invitation ORDER BY made_at DESC, rowid"
            rows = peopled.read(query.replace(", rowid", ""))
            assert max(row["ms"] for row in rows) == hours * 3_600_000


def test_a_coordinator_of_a_local_sees_and_invites_only_its_volunteers(peopled: SmallUnion):
    with desk(peopled, "emil") as client:
        assert named(client) == ["Emil Santos", "Noor Haddad"]
        invited(client, "noor", way="here")
        invited(client, "emil", way="here")
        for path in ("ana", "dara", "sam", "nobody"):
            assert client.get(f"/desk/volunteers/{path}").status_code == 404
            answer = client.post(f"/desk/volunteers/{path}/invite", data={"way": "here"})
            assert answer.status_code == 404
        said = {"name": "Tova", "role": "go_to", "active": "yes"}
        assert "Choose the local." in client.post("/desk/volunteers/new", data=said).text
        added = client.post("/desk/volunteers/new", data={**said, "local": "local-2"})
        assert "Added." in added.text


def test_nobody_invites_or_signs_out_somebody_above(peopled: SmallUnion):
    phone = phone_of(peopled, "sam", now_ms())
    with desk(peopled) as client:
        assert "Make the invitation" not in seen(client, "/desk/volunteers/sam")
        for path, said in (
            ("invite", {"way": "here"}),
            ("sign-out", {"device": phone}),
            ("withdraw", {"hash": "x"}),
        ):
            assert client.post(f"/desk/volunteers/sam/{path}", data=said).status_code == 404
        assert client.get("/desk/volunteers/sam/edit").status_code == 404
    with desk(peopled, "sam") as client:
        assert "Make the invitation" in seen(client, "/desk/volunteers/dara")


def test_roles_change_only_by_a_fresh_sign_in_and_never_unseen(peopled: SmallUnion):
    with desk(peopled) as client:
        [form] = forms(client, "/desk/volunteers/ana/edit", "/desk/volunteers/ana/edit")
        said = {"name": "Ana Kowalczyk", "language": "en", "active": "yes"}
        changed = {**form, **said, "role": ["go_to", "steward"]}
        assert "Changed." in client.post("/desk/volunteers/ana/edit", data=changed).text
        assert peopled.value("volunteer", "ana", "roles/steward") is True
        late = {**form, **said, "role": ["organiser"]}
        answer = client.post("/desk/volunteers/ana/edit", data=late)
        assert "Somebody changed this meanwhile." in answer.text
        peopled.read("UPDATE device SET fresh_at = fresh_at - 3600000")
        for path in ("ana/edit", f"ana/sign-out?device={phone_of(peopled, 'ana', now_ms())}"):
            answer = client.get(f"/desk/volunteers/{path}", follow_redirects=False)
            assert answer.headers["location"].startswith("/desk/fresh"), path


def test_each_phone_says_when_it_was_heard_of_and_what_waits_on_it(peopled: SmallUnion):
    long_ago = now_ms() - SILENT_MS - DAY_MS
    phone_of(peopled, "ana", long_ago, app="3f2a1b", unsent=2)
    phone_of(peopled, "luc", now_ms(), app="3f2a1b", unsent=0)
    with desk(peopled) as client:
        said = seen(client, "/desk/volunteers/ana")
        assert "Chrome · Android" in said
        assert "2 saves still on it" in said
        assert "App version 3f2a1b" in said
        assert "nothing, all sent" in seen(client, "/desk/volunteers/luc")
        assert named(client, "show=silent") == ["Ana Kowalczyk"]
        assert named(client, "show=unsent") == ["Ana Kowalczyk"]
        assert named(client, "q=belanger") == ["Luc Bélanger"]
        assert "Luc Bélanger" not in named(client, "show=never")
        assert named(client, "role=picket_captain") == ["Cem Aydın", "Cleo Running Bird"]


def test_a_third_phone_replaces_the_one_silent_longest_once_it_joined(peopled: SmallUnion):
    old = phone_of(peopled, "ana", now_ms() - 9 * DAY_MS)
    new = phone_of(peopled, "ana", now_ms())
    with desk(peopled) as client:
        text = client.get("/desk/volunteers/ana").text
        assert re.search(rf'name="replaces" value="{old}" checked', text)
        _, code = invited(client, "ana", way="here", replaces=old)
        assert revoked(peopled) == []
        assert client.post("/join", json={"code": code}).status_code == 200
        assert revoked(peopled) == [old]
        assert "2 phones of 2" in seen(client, "/desk/volunteers/ana")
        _, code = invited(client, "ana", way="here", replaces="")
        assert client.post("/join", json={"code": code}).status_code == 200
        assert "Two phones are enough for one person." in seen(client, "/desk/volunteers/ana")
        assert named(client, "show=many") == ["Ana Kowalczyk"]
        assert new not in revoked(peopled)


def test_a_link_to_a_desk_takes_a_fresh_sign_in_also_of_ones_own(peopled: SmallUnion):
    with desk(peopled) as client:
        invited(client, "dara", way="here", kind="desk")
        assert client.get("/desk/volunteers/dara/invite").status_code == 200
        peopled.read("UPDATE device SET fresh_at = fresh_at - 3600000")
        before = peopled.read("SELECT count(*) AS n FROM invitation")
        for said in ({"kind": "desk"}, {"kind": "phone"}):
            answer = client.post("/desk/volunteers/dara/invite", data=said, follow_redirects=False)
            assert answer.headers["location"].startswith("/desk/fresh")
        assert peopled.read("SELECT count(*) AS n FROM invitation") == before


def revoked(union: SmallUnion) -> list[str]:
    return [row["id"] for row in union.read("SELECT id FROM device WHERE revoked_at IS NOT NULL")]


def test_a_phone_is_signed_out_after_what_will_happen_was_said(peopled: SmallUnion):
    phone = phone_of(peopled, "ana", now_ms(), app="3f2a1b", unsent=3)
    with desk(peopled) as client:
        said = seen(client, f"/desk/volunteers/ana/sign-out?device={phone}")
        assert "3 saves were still on it. They are taken when they come" in said
        answer = client.post("/desk/volunteers/ana/sign-out", data={"device": phone})
        assert "Signed out. What it has not sent is still taken." in answer.text
        assert revoked(peopled) == [phone]
        again = client.post("/desk/volunteers/ana/sign-out", data={"device": phone})
        assert again.status_code == 404


def test_an_invitation_can_be_taken_back_and_its_page_hears_of_it(peopled: SmallUnion):
    with desk(peopled) as client:
        token, _ = invited(client, "ana", way="away")
        [form] = forms(client, "/desk/volunteers/ana", "/desk/volunteers/ana/withdraw")
        state = f"/desk/invitations/{form['hash'][0]}"
        assert client.get(state).json() == {"state": "open", "said": ""}
        client.post("/desk/volunteers/ana/withdraw", data=form)
        assert client.get(state).json()["state"] == "over"
        assert client.post("/join", json={"token": token}).json()["problem"] == "link_withdrawn"
        token, _ = invited(client, "ana", way="away")
        [state] = re.findall(
            r'data-watch="([^"]+)"', client.post("/desk/volunteers/ana/invite").text
        )
    with desk(peopled, "emil") as client:
        assert client.get(state).status_code == 404


def test_who_asks_for_a_new_link_waits_on_the_desk_of_those_who_may_invite_them(
    peopled: SmallUnion,
):
    with Opened(peopled.db) as db:
        secret, now = secret_beside(peopled.db), now_ms()
        tokens = [
            invite(db, secret, volunteer, "phone", now - DAY_MS, 1000, by="dara")
            for volunteer in ("ana", "noor")
        ]
    with desk(peopled, "emil") as client:
        for token in tokens:
            assert client.post("/join/again", json={"token": token}).json() == {"asked": True}
        said = seen(client, "/desk/volunteers")
        assert "Noor Haddad" in said
        assert "Ana Kowalczyk" not in said
        [form] = forms(client, "/desk/volunteers", "/desk/volunteers/dismiss")
        assert "Set aside." in client.post("/desk/volunteers/dismiss", data=form).text
    with desk(peopled) as client:
        assert "Volunteers 1 waiting" in seen(client, "/desk")
        invited(client, "ana", way="away")
        assert "waiting" not in seen(client, "/desk/volunteers").split("Conversations")[0]
