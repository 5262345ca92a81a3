"""The desk's pages: what they count, whom they show, and what one click does."""

import html
import re
from datetime import UTC, datetime, timedelta

import pytest
from starlette.testclient import TestClient

from server.app import create_app
from server.config import Settings
from server.ids import now_ms
from sync.save import Change
from tests.desk import DAY_MS, HOUR_MS, desk, talked, two_phone_numbers, writes
from tests.small_union import Opened, write

PAGES = [
    *("/desk", "/desk/people", "/desk/people/minh", "/desk/conversations", "/desk/review"),
    *("/desk/lines", "/desk/lines/gate-3", "/desk/upload", "/desk/imports"),
    *("/desk/volunteers", "/desk/volunteers/ana", "/desk/volunteers/new", "/desk/rooms"),
]
ACTIONS = [
    *("/desk/review/settle", "/desk/review/ask", "/desk/review/rule", "/desk/undo"),
    *("/desk/upload", "/desk/sign-out", "/desk/same-person", "/desk/imports/list-1"),
    *("/desk/volunteers/new", "/desk/volunteers/ana/edit", "/desk/volunteers/ana/invite"),
    *("/desk/volunteers/ana/withdraw", "/desk/volunteers/ana/sign-out", "/desk/rooms"),
    *("/desk/volunteers/dismiss", "/desk/rooms/room-1", "/desk/rooms/room-1/close"),
]
OUT_OF_TOWN = Change("person", "zoe", {"phone": "780 555-0100"})


def seen(client, path):
    """Return what a page says, without its markup."""
    answer = client.get(path)
    assert answer.status_code == 200, path
    text = re.sub(r"<[^>]*>", " ", answer.text)
    return re.sub(r"\s+", " ", html.unescape(text)).strip()


def listed(client, query):
    """Return how many people a search finds, and their names."""
    answer = client.get(f"/desk/people?{query}")
    names = re.findall(r'<th scope="row"><a href="/desk/people/[^"]+">([^<]+)</a>', answer.text)
    count = re.search(r"<h1>.*?<small>(\d+)", answer.text, re.S)
    return int(count[1]), [html.unescape(name) for name in names]


def forms(client, path, action):
    """Return what each form with an action would post, buttons left out."""
    text = client.get(path).text
    found = re.findall(rf'<form method="post" action="{action}".*?</form>', text, re.S)
    field = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
    posts = []
    for form in found:
        post = {}
        for name, value in field.findall(form):
            post.setdefault(name, []).append(html.unescape(value))
        posts.append(post)
    return posts


def heads(client):
    """Return the buttons of two different answers: what each says -> its head."""
    text = client.get("/desk/review").text
    button = r'<button name="head" value="([^"]+)".*?class="value">([^<]+)<'
    return {html.unescape(value): head for head, value in re.findall(button, text, re.S)}


@pytest.mark.parametrize("path", PAGES)
def test_nobody_reads_a_page_without_signing_in(union, path):
    with TestClient(create_app(Settings(db=union.db))) as client:
        answer = client.get(path, follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, "/desk/join")


@pytest.mark.parametrize("path", ACTIONS)
def test_nobody_decides_anything_without_signing_in(union, path):
    before = union.read("SELECT count(*) AS n FROM save")
    with TestClient(create_app(Settings(db=union.db))) as client:
        assert client.post(path, follow_redirects=False).headers["location"] == "/desk/join"
    assert union.read("SELECT count(*) AS n FROM save") == before


@pytest.mark.parametrize("path", PAGES)
def test_no_cache_keeps_a_page(union, path):
    with desk(union) as client:
        assert client.get(path).headers["cache-control"] == "no-store"


def test_looking_at_the_join_page_does_not_use_the_link_up(union):
    token = union.link_token("dara", "desk")
    with TestClient(create_app(Settings(db=union.db))) as client:
        assert client.get("/desk/join").status_code == client.get("/desk/join").status_code == 200
        assert client.post("/desk/join", json={"token": token}).status_code == 200
        assert client.get("/desk").status_code == 200


def test_a_go_to_person_has_no_desk(union):
    with TestClient(create_app(Settings(db=union.db))) as client:
        refused = client.post("/desk/join", json={"token": union.link_token("ana", "desk")})
        assert (refused.status_code, refused.json()["problem"]) == (403, "no_desk")
        assert client.get("/desk", follow_redirects=False).headers["location"] == "/desk/join"


def test_signing_out_ends_the_session(union):
    with desk(union) as client:
        cookies = dict(client.cookies)
        client.post("/desk/sign-out")
        client.cookies.update(cookies)
        assert client.get("/desk", follow_redirects=False).status_code == 303


def test_the_overview_counts_whom_the_lists_behind_it_show(union):
    talked(union, "ana", "minh")
    talked(union, "ana", "minh", at=now_ms() - HOUR_MS)
    with desk(union) as client:
        text = seen(client, "/desk")
        assert "20 % 1 of 5 · goal 75 %" in text
        assert "4 people not yet talked to" in text
        assert listed(client, "talked=yes") == (1, ["Minh Trần"])
        assert listed(client, "talked=no")[0] == 4
        assert "1 person without" in text
        assert listed(client, "go_to=no") == (1, ["Zoé"])


def test_a_talk_before_the_campaign_does_not_count(union):
    talked(union, "ana", "minh", at=now_ms() - 40 * DAY_MS)
    with desk(union) as client:
        assert "0 % 0 of 5" in seen(client, "/desk")
        assert listed(client, "talked=yes")[0] == 0


def test_people_who_left_the_unit_are_not_in_the_goal(union):
    union.write(Change("person", "zoe", {"relation": "retiree"}))
    with desk(union) as client:
        assert "0 of 4" in seen(client, "/desk")


def test_a_go_to_person_who_left_leaves_a_vacancy(union):
    union.write(Change("volunteer", "ana", {"active": False}))
    with desk(union) as client:
        text = seen(client, "/desk")
        assert "1 vacancy" in text
        assert "Ana Kowalczyk · 3 people" in text
        assert listed(client, "go_to=left")[0] == 3


def test_an_overdue_promise_is_counted_and_its_person_listed(union):
    yesterday = str(datetime.now(UTC).date() - timedelta(days=2))
    promise = {"person": "adaeze", "text": "Ask about parking", "due": yesterday}
    writes(union, "ana", Change("follow_up", "promise-1", {**promise, "state": "open"}))
    with desk(union) as client:
        assert "1 overdue promise" in seen(client, "/desk")
        assert listed(client, "promise=overdue") == (1, ["Adaeze Okonkwo"])
        assert "Ask about parking" in seen(client, "/desk/people/adaeze")


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("tran", "Minh Trần"),
        ("TRẦN minh", "Minh Trần"),
        ("o’keefe", "Siobhán O’Keefe-Tremblay"),
        ("o'keefe siobhan", "Siobhán O’Keefe-Tremblay"),
        ("(587) 555 0142", "Minh Trần"),
        ("M-100", "Ravneet Gill"),
    ],
)
def test_people_are_found_without_accents_by_number_and_by_phone(union, query, name):
    union.write(Change("person", "minh", {"phone": "587 555-0142"}))
    union.write(Change("person", "ravneet", {"member_number": "M-100"}))
    with desk(union) as client:
        assert listed(client, f"q={query}") == (1, [name])


def test_a_new_name_is_found_at_once(union):
    with desk(union) as client:
        assert listed(client, "q=nakamura")[0] == 0
        union.write(Change("person", "new", {"name": "Aiko Nakamura", "relation": "in_unit"}))
        assert listed(client, "q=nakamura") == (1, ["Aiko Nakamura"])


@pytest.mark.parametrize("query", ["page=999999", "page=-1", "page=x", "talked=maybe", "q=%00%FF"])
def test_a_strange_query_is_only_a_list(union, query):
    with desk(union) as client:
        assert client.get(f"/desk/people?{query}").status_code == 200


def test_over_a_hundred_answers_are_settled_as_two_are(union):
    with Opened(union.db) as db:
        for number in range(120):
            write(db, Change("person", "minh", {"phone": f"587 555-{number:04}"}))
    with desk(union) as client:
        [first, *_] = forms(client, "/desk/review", "/desk/review/settle")
        assert len(first["saw"]) == 120
        client.post("/desk/review/settle", data={**first, "head": heads(client)["587 555-0042"]})
        assert "Nothing to settle." in seen(client, "/desk/review")
    assert union.value("person", "minh", "phone") == "587 555-0042"


def test_one_of_two_answers_is_used_by_one_click_and_undone_by_another(union):
    two_phone_numbers(union)
    with desk(union) as client:
        [first, *_] = forms(client, "/desk/review", "/desk/review/settle")
        page = client.post(
            "/desk/review/settle", data={**first, "head": heads(client)["587 555-0142"]}
        )
        assert "Settled. The other answer stays in the history." in page.text
        assert union.value("person", "minh", "phone") == "587 555-0142"
        assert "Nothing to settle." in seen(client, "/desk/review")
        [undo] = [f for f in forms(client, "/desk/review", "/desk/undo") if f["way"] == ["back"]]
        assert "Taken back" in client.post("/desk/undo", data=undo).text
        assert set(heads(client)) == {"587 555-0142", "587 555-0199"}
        [again] = [f for f in forms(client, "/desk/review", "/desk/undo") if f["way"] == ["again"]]
        client.post("/desk/undo", data=again)
        assert union.value("person", "minh", "phone") == "587 555-0142"
        assert "Nothing to settle." in seen(client, "/desk/review")


def test_a_third_answer_can_be_entered(union):
    two_phone_numbers(union)
    with desk(union) as client:
        [first, *_] = forms(client, "/desk/review", "/desk/review/settle")
        client.post("/desk/review/settle", data={**first, "other": "403 555-0100"})
        assert union.value("person", "minh", "phone") == "403 555-0100"
        assert "Nothing to settle." in seen(client, "/desk/review")


def test_what_came_after_the_form_was_shown_is_not_overwritten(union):
    two_phone_numbers(union)
    with desk(union) as client:
        [first, *_] = forms(client, "/desk/review", "/desk/review/settle")
        chosen = heads(client)["587 555-0142"]
        writes(union, "ana", Change("person", "minh", {"phone": "825 555-0177"}))
        client.post("/desk/review/settle", data={**first, "head": chosen})
        assert set(heads(client)) == {"587 555-0142", "825 555-0177"}


def test_a_button_whose_answer_is_gone_changes_nothing(union):
    two_phone_numbers(union)
    with desk(union) as client:
        [first, *_] = forms(client, "/desk/review", "/desk/review/settle")
        buttons = heads(client)
        client.post("/desk/review/settle", data={**first, "head": buttons["587 555-0142"]})
        page = client.post("/desk/review/settle", data={**first, "head": buttons["587 555-0199"]})
        assert "Nothing was overwritten" in page.text
        assert union.value("person", "minh", "phone") == "587 555-0142"


def test_asking_gives_the_go_to_person_a_promise_for_a_week(union):
    two_phone_numbers(union)
    with desk(union) as client:
        [form] = forms(client, "/desk/review", "/desk/review/ask")
        client.post("/desk/review/ask", data=form)
        [asked] = union.read("SELECT * FROM follow_up")
        assert (asked["person"], asked["owner"], asked["state"]) == ("minh", "ana", "open")
        assert asked["asks"] == "person/minh/phone"
        assert asked["text"] == (
            "Ask Minh which is right. Personal phone: 587 555-0142 or 587 555-0199?"
        )
        assert "Ana Kowalczyk was asked to find out by" in seen(client, "/desk/review")
        assert forms(client, "/desk/review", "/desk/review/ask") == []


def test_a_held_save_is_admitted_and_undone(union):
    held = writes(union, "luc", Change("person", "minh", {"note": "Prefers evenings"}))
    assert held.verdict == "held"
    with desk(union) as client:
        text = seen(client, "/desk/review")
        assert "This is about somebody who was never on this list." in text
        assert "About Minh Trần" in text
        assert "Prefers evenings" in text
        client.post("/desk/review/rule", data={"save": held.save, "counts": "yes"})
        assert union.value("person", "minh", "note") == "Prefers evenings"
        assert "Nothing is held." in seen(client, "/desk/review")
        [undo] = [f for f in forms(client, "/desk/review", "/desk/undo") if f["way"] == ["back"]]
        client.post("/desk/undo", data=undo)
        assert union.value("person", "minh", "note") is None
        assert "This is about somebody" in seen(client, "/desk/review")


def test_a_person_shows_what_was_written_by_whom_and_what_lost(union):
    first, _ = two_phone_numbers(union)
    writes(
        union,
        "ana",
        Change("person", "minh", {"phone": "403 555-0100"}, {"phone": [f"{first.save}:0"]}),
    )
    with desk(union) as client:
        text = seen(client, "/desk/people/minh")
        assert "History (3)" in text
        assert "587 555-0142 replaced by Ana Kowalczyk, who had seen it" in text
        assert "587 555-0199 waits: a different answer" in text
        assert "403 555-0100 shows" in text


def test_taking_back_one_person_of_a_shared_save_leaves_the_others(union):
    with desk(union) as client:
        shared = [f for f in forms(client, "/desk/people/minh", "/desk/undo") if "person" in f]
        [[of_all]] = [
            [f] for f in shared if union.read(
                "SELECT 1 FROM save WHERE id = ? AND body LIKE '%Ravneet%'", f["save"][0])
        ]  # fmt: skip
        answer = client.post("/desk/undo", data=of_all, follow_redirects=False)
        assert union.value("person", "minh", "name") is None
        assert union.value("person", "ravneet", "name") == "Ravneet Gill"
        # Nothing is left of Minh, so neither is a page.
        assert answer.headers["location"] == "/desk/people"
        [undo] = forms(client, "/desk/people", "/desk/undo")
        client.post("/desk/undo", data=undo)
        assert union.value("person", "minh", "name") == "Minh Trần"


def test_two_talks_in_one_week_are_told_and_kept(union):
    talked(union, "ana", "minh", at=now_ms() - DAY_MS)
    talked(union, "ana", "minh")
    with desk(union) as client:
        assert "Two talks with one person in one week" in seen(client, "/desk/review")
        assert "2 conversations" in seen(client, "/desk/conversations")


def test_conversations_are_counted_by_answer_and_read_in_words(union):
    talked(union, "ana", "minh", platform="yes")
    talked(union, "luc", "ravneet", platform="not_yet")
    with desk(union) as client:
        everything = seen(client, "/desk/conversations")
        assert "2 answered" in everything
        assert "Minh Trần Foothills Hospital to Ana Kowalczyk" in everything
        of_luc = seen(client, "/desk/conversations?volunteer=luc")
        assert "1 conversation" in of_luc
        assert "Minh" not in of_luc


def test_hours_are_shown_per_person_and_day(union):
    now = now_ms()
    for person, way, at in (
        ("minh", "in", now - 5 * 60_000),
        ("adaeze", "in", now - 3 * 60_000),
        ("adaeze", "out", now - 60_000),
        ("siobhan", "out", now - 60_000),
    ):
        event = {"line": "gate-3", "person": person, "way": way, "when": at}
        writes(union, "cleo", Change("check_event", f"{person}-{way}", event))
    with desk(union) as client:
        assert "1 person here now" in seen(client, "/desk/lines")
        text = seen(client, "/desk/lines/gate-3")
        assert "still here" in text
        assert "Adaeze Okonkwo" in text
        assert "Check-outs without a check-in" in text
        assert "Captains: Cem Aydın, Cleo Running Bird" in text


def test_an_empty_desk_is_five_steps_and_no_noughts(tmp_path):
    from tests.small_union import Opened, SmallUnion, write

    union = SmallUnion(tmp_path / "empty.db")
    with Opened(union.db) as db:
        roles = {"roles/coordinator": True, "active": True, "language": "en"}
        write(db, Change("volunteer", "dara", {"name": "Dara Wójcik", **roles}))
    with desk(union) as client:
        text = seen(client, "/desk")
        assert "Five steps to the first conversation" in text
        assert "Mapped" not in text


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_language_is_switched_from_the_footer(union, language):
    with desk(union) as client:
        client.post("/desk/language", data={"language": language, "back": "/desk/people"})
        answer = client.get("/desk/people")
        assert answer.headers["content-language"] == language
        assert ("Personne-ressource" in answer.text) is (language == "fr")


@pytest.mark.parametrize("back", ["https://elsewhere.example/", "//elsewhere.example", "/join"])
def test_a_form_never_leads_away_from_the_desk(union, back):
    with desk(union) as client:
        data = {"language": "fr", "back": back}
        answer = client.post("/desk/language", data=data, follow_redirects=False)
        assert answer.headers["location"] == "/desk"


def test_what_people_typed_is_never_markup(union):
    writes(union, "ana", Change("person", "minh", {"note": "<script>alert(1)</script>"}))
    with desk(union) as client:
        text = client.get("/desk/people/minh").text
        assert "&lt;script&gt;alert(1)" in text
        assert "<script>alert" not in text
