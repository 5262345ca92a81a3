"""Two records of one person: found, looked at side by side, joined, and split again."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from server.ids import now_ms
from sync.save import Change
from tests.desk import DAY_MS, HOUR_MS, desk, talked, writes
from tests.small_union import SmallUnion
from tests.test_desk_pages import forms, heads, listed, seen
from tests.test_imports import tables

SIDE_BY_SIDE = "/desk/same-person?id=minh&id=other"
LIKE_MINH = {"name": "Minh Tran", "worksite": "ward-42", "local": "local-1", "relation": "in_unit"}


def add(union: SmallUnion, id: str = "other", **fields: object) -> None:
    """Make another record; without fields one that is much like Minh's."""
    union.write(Change("person", id, {**LIKE_MINH, **fields}))


@pytest.fixture
def two(union: SmallUnion) -> SmallUnion:
    """Minh stands there twice: Ana has one record, with a talk, Luc the other, with two."""
    add(union, phone="587 555-0142", job="Porter")
    union.write(Change("assignment", "other", {"volunteer": "luc"}))
    union.write(Change("person", "minh", {"phone": "587 555-0199"}))
    talked(union, "ana", "minh", platform="yes")
    for days in (40, 41):
        talked(union, "luc", "other", at=now_ms() - days * DAY_MS)
    promise = {"person": "other", "text": "Ask about parking", "due": "2020-01-01"}
    writes(union, "luc", Change("follow_up", "promise-1", {**promise, "state": "open"}))
    event = {"line": "gate-3", "person": "other", "way": "in", "when": now_ms() - HOUR_MS}
    writes(union, "cleo", Change("check_event", "in-1", event))
    return union


def likely(client) -> list[tuple[str, ...]]:
    """Return who may be the same person: the names of each group, then why."""
    text = client.get("/desk/review").text
    found = re.search(r'aria-labelledby="likely">.*?</section>', text, re.S)
    items = re.findall(r"<li>.*?</li>", found[0], re.S) if found else []
    return [
        (*re.findall(r"<b>([^<]+)</b>", item), *re.findall(r'class="tag">([^<]+)<', item))
        for item in items
    ]


def decision(client, what: str, path: str = SIDE_BY_SIDE) -> dict:
    """Return what the page that shows records side by side posts."""
    [form] = forms(client, path, "/desk/same-person")
    return {**form, "what": what}


def join(client, path: str = SIDE_BY_SIDE):
    return client.post("/desk/same-person", data=decision(client, "joined", path))


def split(client) -> str:
    """Split what was joined from the page of the person; return what is said then."""
    [form, *_] = forms(client, "/desk/people/minh", "/desk/undo")
    return client.post("/desk/undo", data=form).text


# Found


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({}, "same name and worksite"),
        ({"name": "Trần Minh"}, "same name and worksite"),
        ({"name": "Minh Van Tran"}, "nearly the same name, same worksite"),
        ({"name": "Somebody", "member_number": " m-100 "}, "same member number"),
        ({"name": "Somebody", "phone": "+1 (587) 555-0142"}, "same phone"),
        ({"name": "Somebody", "email": "MINH@example.org"}, "same e-mail"),
    ],
)
def test_records_that_are_much_alike_are_on_the_review_page(union, fields, why):
    known = {"member_number": "M-100", "phone": "587-555-0142", "email": "minh@example.org"}
    union.write(Change("person", "minh", known))
    with desk(union) as client:
        assert likely(client) == []
        add(union, **fields)
        assert likely(client) == [("Minh Trần", fields.get("name", "Minh Tran"), why)]


@pytest.mark.parametrize(
    "fields", [{"worksite": "depot"}, {"name": "Minh Nguyễn"}, {"phone": "112"}, {"name": ""}]
)
def test_who_is_not_alike_is_not_asked_about(union, fields):
    union.write(Change("person", "minh", {"phone": "112"}))
    add(union, **{"name": "Somebody Else", **fields})
    with desk(union) as client:
        assert likely(client) == []


def test_a_phone_that_many_share_says_nothing(union):
    with desk(union) as client:
        for number in range(6):
            add(union, f"p-{number}", name=f"Person{'abcdef'[number] * 4}", phone="403 555-0100")
            assert bool(likely(client)) is (1 <= number <= 4)


def test_a_correction_ends_the_likeness(union):
    add(union)
    with desk(union) as client:
        assert len(likely(client)) == 1
        union.write(Change("person", "other", {"name": "Somebody Else"}))
        assert likely(client) == []


def test_three_that_share_something_are_looked_at_together(union):
    add(union, phone="587 555-0142")
    add(union, "third", name="M. T.", phone="587 555-0142")
    with desk(union) as client:
        [(*names, _, _)] = likely(client)
        assert sorted(names) == ["M. T.", "Minh Tran", "Minh Trần"]


def test_a_coordinator_of_one_local_is_asked_only_where_all_are_in_reach(union):
    add(union, "zoe-2", name="Zoé", worksite="depot", local="local-2")
    add(union, "zoe-3", name="Zoé", worksite="depot", local="local-1")
    add(union)
    with desk(union, "emil") as client:
        assert likely(client) == [("Zoé", "Zoé", "same name and worksite")]
        [form] = forms(client, "/desk/same-person?id=zoe&id=zoe-2", "/desk/same-person")
        for ids in (["zoe", "zoe-3"], ["minh", "other"], ["zoe", "nobody"]):
            path = f"/desk/same-person?id={ids[0]}&id={ids[1]}"
            assert client.get(path).status_code == 404
            data = {**form, "id": ids, "what": "joined"}
            assert client.post("/desk/same-person", data=data).status_code == 404
        assert client.get("/desk/same-person?id=minh").status_code == 404
        assert "Minh" not in seen(client, "/desk/same-person?id=zoe&q=minh")


def test_told_apart_they_are_not_asked_about_again_until_that_is_undone(union):
    add(union)
    with desk(union) as client:
        page = client.post("/desk/same-person", data=decision(client, "apart"))
        assert "they are different people, and nobody is asked again" in page.text
        assert likely(client) == []
        said = seen(client, "/desk/review")
        assert "Told apart: different people · Minh Trần · Minh Tran" in said
        assert "Somebody at the desk has noted" in seen(client, SIDE_BY_SIDE)
        [undo] = [f for f in forms(client, "/desk/review", "/desk/undo") if f["way"] == ["back"]]
        client.post("/desk/undo", data=undo)
        assert len(likely(client)) == 1


def test_any_other_record_is_found_by_search_from_a_persons_page(two):
    with desk(two) as client:
        assert "/desk/same-person?id=minh" in client.get("/desk/people/minh").text
        page = client.get("/desk/same-person?id=minh").text
        assert "id=minh&amp;id=other" in page  # much alike
        page = client.get("/desk/same-person?id=minh&q=ravn").text
        assert "id=minh&amp;id=ravneet" in page


# Side by side


def test_every_field_of_both_stands_side_by_side_with_what_shows_then(two):
    with desk(two) as client:
        said = seen(client, SIDE_BY_SIDE)
        assert "Go-to person differ Ana Kowalczyk Luc Bélanger Luc Bélanger two answers" in said
        assert "Name differ Minh Trần Minh Tran Minh Tran two answers: both kept" in said
        assert "Worksite Foothills Hospital Foothills Hospital Foothills Hospital Dep" in said
        assert "Job — Porter Porter Unit Nursing — Nursing" in said
        assert "Conversations 1 2 3 Promises 0 1 1 Check-ins and check-outs 0 1 1" in said


def test_what_will_happen_is_said_in_plain_words(two):
    with desk(two) as client:
        said = seen(client, SIDE_BY_SIDE)
        assert "The 2 records become one. Nothing is dropped" in said
        assert "wait under Review: Go-to person, Name, Personal phone." in said
        assert "The phone of Luc Bélanger will show one person, with everything" in said
        assert "The phone of Ana Kowalczyk will no longer show this person" in said
        assert "captains’ phones of Cem Aydın, Cleo Running Bird will show one name card" in said
        assert "You can split them again at any time" in said


def test_of_three_records_each_can_be_left_out(two):
    path = f"{SIDE_BY_SIDE}&id=ravneet"
    with desk(two) as client:
        page = client.get(path).text
        assert "/desk/same-person?id=minh&amp;id=other" in page
        assert "The 3 records become one." in seen(client, path)
        assert "Leave out" not in seen(client, SIDE_BY_SIDE)


@pytest.mark.parametrize("query", ["", "?id=nobody", "?id=minh&id=nobody", "?id="])
def test_who_is_not_there_is_not_compared(union, query):
    with desk(union) as client:
        assert client.get(f"/desk/same-person{query}").status_code == 404


# Joined


def test_one_click_makes_one_save_that_joins_them(two):
    before = two.read("SELECT count(*) AS n FROM save")[0]["n"]
    with desk(two) as client:
        page = join(client)
        assert page.url.path == "/desk/people/minh"
        assert "Joined: they are one person now." in page.text
        assert "Joined from 2 records by Dara Wójcik" in seen(client, "/desk/people/minh")
    rows = two.read("SELECT body FROM save WHERE seq > ?", before)
    assert len(rows) == 1
    [alias] = two.read("SELECT * FROM alias")
    assert (alias["person"], alias["same_as"]) == ("minh", "other")


def test_the_page_of_the_other_record_leads_to_the_one_that_stands(two):
    with desk(two) as client:
        join(client)
        answer = client.get("/desk/people/other", follow_redirects=False)
        assert answer.headers["location"] == "/desk/people/minh"
        answer = client.get(SIDE_BY_SIDE, follow_redirects=False)
        assert answer.headers["location"] == "/desk/people/minh"


def test_the_page_shows_both_histories(two):
    with desk(two) as client:
        join(client)
        said = seen(client, "/desk/people/minh")
        assert "History (2) : Name Minh Tran shows now" in said
        assert "Minh Trần waits: a different answer" in said
        assert "Ask about parking" in said
        assert said.count("Noted by Luc Bélanger") == 2
        assert said.count("Noted by Ana Kowalczyk") == 1
        saves = said[said.index("Everything that was written") :]
        assert "587 555-0142" in saves
        assert "587 555-0199" in saves
        assert "3 questions have two different answers" in said


def test_two_different_answers_of_the_joined_are_settled_like_any(two):
    with desk(two) as client:
        join(client)
        buttons = heads(client)
        assert {"587 555-0142", "587 555-0199", "Minh Tran", "Minh Trần"} <= set(buttons)
        settle = forms(client, "/desk/review", "/desk/review/settle")
        form = next(form for form in settle if form["register"] == ["phone"])
        client.post("/desk/review/settle", data={**form, "head": buttons["587 555-0142"]})
        assert two.value("person", "minh", "phone") == "587 555-0142"


def test_lists_and_numbers_count_the_joined_once_and_the_split_twice(two):
    with desk(two) as client:
        assert (listed(client, "q=")[0], listed(client, "q=minh")[0]) == (6, 2)
        assert "16 % 1 of 6" in seen(client, "/desk").replace("\u00a0", " ")
        join(client)
        assert listed(client, "q=")[0] == 5
        assert listed(client, "q=minh") == (1, ["Minh Tran"])
        for number in ("587 555 0142", "587 555 0199", "minh trần"):
            assert listed(client, f"q={number}") == (1, ["Minh Tran"])
        assert listed(client, "volunteer=luc")[0] == 2
        assert listed(client, "volunteer=ana")[0] == 2
        assert listed(client, "talked=yes") == (1, ["Minh Tran"])
        assert listed(client, "promise=overdue") == (1, ["Minh Tran"])
        assert "20 % 1 of 5" in seen(client, "/desk").replace("\u00a0", " ")
        assert "3 conversations" in seen(client, "/desk/conversations")
        assert "Minh Tran" in seen(client, "/desk/lines/gate-3")
        assert likely(client) == []
        assert "Split: each record has its own past again." in split(client)
        assert (listed(client, "q=")[0], listed(client, "q=minh")[0]) == (6, 2)
        assert "16 % 1 of 6" in seen(client, "/desk").replace("\u00a0", " ")
        assert len(likely(client)) == 1


def test_hours_of_the_joined_never_count_a_minute_twice(two):
    # Not today, which may just have begun: hours belong to the day on which they were stood.
    day = datetime.now(UTC).replace(hour=18, minute=0, second=0) - timedelta(days=8)
    for id, record, way, hours in (
        ("first-in", "minh", "in", 0),
        ("second-in", "other", "in", 2),
        ("first-out", "minh", "out", 2.5),
        ("second-out", "other", "out", 2.5),
    ):
        at = int(day.timestamp() * 1000 + hours * HOUR_MS)
        event = {"line": "gate-3", "person": record, "way": way, "when": at}
        writes(two, "cleo", Change("check_event", id, event))
    with desk(two) as client:
        join(client)
        said = seen(client, f"/desk/lines/gate-3?week={day.date()}").replace("\u00a0", " ")
        assert said.count("2 h 30") >= 1
        assert "3 h 00" not in said


def test_split_again_all_is_as_it_was(two):
    before = tables(two)
    with desk(two) as client:
        join(client)
        assert tables(two) != before
        split(client)
        assert tables(two) == [*before[:3], tables(two)[3]]
        without = [row for row in tables(two)[3] if row["kind"] != "alias"]
        assert without == before[3]
        assert client.get("/desk/people/other").url.path == "/desk/people/other"
        assert "Joined from" not in seen(client, "/desk/people/minh")


def test_a_split_is_undone_like_any_decision(two):
    with desk(two) as client:
        join(client)
        split(client)
        again = [f for f in forms(client, "/desk/review", "/desk/undo") if f["way"] == ["again"]]
        page = client.post("/desk/undo", data=again[0])
        assert "Joined again" in page.text
        assert listed(client, "q=minh")[0] == 1


def test_three_are_joined_by_one_save_and_split_by_one_ruling(two):
    path = f"{SIDE_BY_SIDE}&id=ravneet"
    with desk(two) as client:
        join(client, path)
        assert "Joined from 3 records" in seen(client, "/desk/people/minh")
        assert listed(client, "q=")[0] == 4
        split(client)
        assert listed(client, "q=")[0] == 6


def test_a_third_joins_two_and_each_join_is_split_alone(two):
    with desk(two) as client:
        join(client)
        join(client, "/desk/same-person?id=ravneet&id=other")
        said = seen(client, "/desk/people/minh")
        assert said.count("Split again") >= 2
        assert listed(client, "q=")[0] == 4
        split(client)
        assert listed(client, "q=")[0] == 5


def test_unsent_work_about_the_other_record_counts_for_the_one_that_stands(two, join):
    luc = join("luc")
    luc.exchange()
    with desk(two) as client:
        client.post("/desk/same-person", data=decision(client, "joined"))
        talk = luc.talk("other", platform="yes")
        luc.exchange()
        assert luc.receipts[talk]["verdict"] == "taken"
        assert "4 conversations" in seen(client, "/desk/conversations")
        assert "to Luc Bélanger" in seen(client, "/desk/conversations")


def test_who_was_asked_before_the_join_is_still_asked(two):
    writes(two, "dara", Change("person", "other", {"phone": "403 555-0100"}))
    with desk(two) as client:
        [ask] = forms(client, "/desk/review", "/desk/review/ask")
        client.post("/desk/review/ask", data=ask)
        join(client)
        assert "Luc Bélanger was asked to find out by" in seen(client, "/desk/review")


# Meanwhile


@pytest.mark.parametrize(
    "change",
    [
        Change("person", "minh", {"note": "Prefers evenings"}),
        Change("assignment", "other", {"volunteer": "ana"}),
        Change("conversation", "late", {"person": "other", "result": "talked", "when": 1}),
        Change("check_event", "in-2", {"line": "gate-3", "person": "minh", "way": "in"}),
        Change("alias", "same", {"person": "ravneet", "same_as": "minh"}),
    ],
    ids=["field", "go-to", "talk", "check-in", "join"],
)
@pytest.mark.parametrize("what", ["joined", "apart"])
def test_what_changed_meanwhile_is_looked_at_again_first(two, change, what):
    with desk(two) as client:
        shown = decision(client, what)
        two.write(change)
        page = client.post("/desk/same-person", data=shown)
        assert "Somebody changed this meanwhile." in page.text
        assert two.read("SELECT 1 FROM alias WHERE id != 'same'") == []
        assert two.read("SELECT 1 FROM apart") == []


def test_two_coordinators_who_join_at_once_join_once(two):
    with desk(two) as client:
        shown = decision(client, "joined")
        client.post("/desk/same-person", data=shown)
        page = client.post("/desk/same-person", data=shown)
        assert "Somebody changed this meanwhile." in page.text
        assert len(two.read("SELECT 1 FROM alias")) == 1
