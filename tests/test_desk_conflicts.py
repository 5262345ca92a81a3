"""Two different answers, the whole way: settled, asked about, undone, and open again."""

import pytest
from starlette.testclient import TestClient

from sync.save import Change
from tests.desk import desk, two_phone_numbers, writes
from tests.model_phone import ModelPhone
from tests.small_union import SmallUnion
from tests.test_desk_pages import forms, heads, seen

FIRST, SECOND, THIRD = "587 555-0142", "587 555-0199", "825 555-0177"


@pytest.fixture
def ana(client: TestClient, union: SmallUnion) -> ModelPhone:
    return ModelPhone(client, union.link_token("ana"))


def writes_phone(phone: ModelPhone, number: str, **more) -> str:
    return phone.save({"kind": "person", "record": "minh", "set": {"phone": number}, **more})


def settle(client, value: str) -> str:
    """Use one of the answers to the newest question; return what is said then."""
    [first, *_] = forms(client, "/desk/review", "/desk/review/settle")
    return client.post("/desk/review/settle", data={**first, "head": heads(client)[value]}).text


def undo(client, way: str = "back") -> None:
    found = [f for f in forms(client, "/desk/review", "/desk/undo") if f["way"] == [way]]
    client.post("/desk/undo", data=found[0])


def ask(client) -> str:
    [form] = forms(client, "/desk/review", "/desk/review/ask")
    return client.post("/desk/review/ask", data=form).text


def test_what_was_settled_reaches_the_phone_as_one_answer(union, ana):
    two_phone_numbers(union)
    ana.exchange()
    assert len(ana.heads("person", "minh", "phone")) == 2
    with desk(union) as client:
        settle(client, FIRST)
    ana.exchange()
    [head] = ana.heads("person", "minh", "phone")
    assert (head["value"], head["by"]) == (FIRST, "dara")


def test_a_late_answer_that_had_not_seen_the_settlement_opens_it_again(union, ana):
    two_phone_numbers(union)
    ana.exchange()
    writes_phone(ana, THIRD)  # without signal
    with desk(union) as client:
        settle(client, FIRST)
        assert "Nothing to settle." in seen(client, "/desk/review")
        ana.exchange()
        assert set(heads(client)) == {FIRST, THIRD}
        settle(client, THIRD)
        assert union.value("person", "minh", "phone") == THIRD
        assert "Nothing to settle." in seen(client, "/desk/review")


def test_a_late_answer_that_replaced_one_of_the_two_opens_it_again(union, ana):
    two_phone_numbers(union)
    ana.exchange()
    of_second = [h["id"] for h in ana.heads("person", "minh", "phone") if h["value"] == SECOND]
    writes_phone(ana, THIRD, saw={"phone": of_second})
    with desk(union) as client:
        settle(client, FIRST)
        ana.exchange()
        assert set(heads(client)) == {FIRST, THIRD}


def test_a_later_answer_that_saw_the_settlement_replaces_it(union, ana):
    two_phone_numbers(union)
    with desk(union) as client:
        settle(client, FIRST)
        ana.exchange()
        writes_phone(ana, THIRD, saw=ana.saw("person", "minh", "phone"))
        ana.exchange()
        assert "Nothing to settle." in seen(client, "/desk/review")
        assert union.value("person", "minh", "phone") == THIRD


def test_the_same_answer_said_late_opens_nothing(union, ana):
    two_phone_numbers(union)
    writes_phone(ana, FIRST)
    with desk(union) as client:
        settle(client, FIRST)
        ana.exchange()
        assert "Nothing to settle." in seen(client, "/desk/review")


def test_a_settlement_is_undone_also_after_somebody_replaced_it(union, ana):
    two_phone_numbers(union)
    with desk(union) as client:
        settle(client, FIRST)
        ana.exchange()
        writes_phone(ana, THIRD, saw=ana.saw("person", "minh", "phone"))
        ana.exchange()
        undo(client)
        assert "Nothing to settle." in seen(client, "/desk/review")
        assert union.value("person", "minh", "phone") == THIRD
        undo(client, "again")
        assert union.value("person", "minh", "phone") == THIRD


def test_several_who_say_the_same_are_one_answer(union):
    two_phone_numbers(union)
    writes(union, "dara", Change("person", "minh", {"phone": FIRST}))
    with desk(union) as client:
        assert set(heads(client)) == {FIRST, SECOND}
        [form] = forms(client, "/desk/review", "/desk/review/settle")[:1]
        assert len(form["saw"]) == 3
        settle(client, SECOND)
        assert "Nothing to settle." in seen(client, "/desk/review")
        assert union.value("person", "minh", "phone") == SECOND


@pytest.mark.parametrize(
    ("kind", "record", "register", "one", "other"),
    [
        ("person", "minh", "email", "a@example.org", "b@example.org"),
        ("person", "minh", "work_shift", "days", "rotating"),
        ("person", "minh", "worksite", "depot", "ward-42"),
        ("assignment", "minh", "volunteer", "luc", "ana"),
        ("worksite", "ward-42", "name", "Foothills", "Foothills Medical Centre"),
        ("picket_line", "gate-3", "name", "Gate 3 North", "Gate Three"),
        ("conversation", "talk-1", "result", "talked", "started"),
        ("conversation", "talk-1", "answers/platform", "yes", "not_yet"),
    ],
)
def test_two_answers_of_every_rule_are_settled_and_undone(
    union, kind, record, register, one, other
):
    if kind == "conversation":
        union.write(Change(kind, record, {"person": "minh", "questionnaire": "q-1"}))
    saw = {}
    if row := union.read(
        "SELECT heads ->> '$[0].id' AS id FROM register WHERE kind = ? "
        "AND record = ? AND field = ?",
        kind,
        record,
        register,
    ):
        saw = {register: [row[0]["id"]]}
    for value in (one, other):
        writes(union, "dara", Change(kind, record, {register: value}, saw))
    shown = union.value(kind, record, register)
    wanted = other if shown == one else one
    with desk(union) as client:
        [form, *_] = forms(client, "/desk/review", "/desk/review/settle")
        [head] = union.read(
            "SELECT head.value ->> 'id' AS id FROM register, json_each(heads) AS head "
            "WHERE kind = ? AND record = ? AND field = ? AND head.value ->> 'value' = ?",
            kind,
            record,
            register,
            wanted,
        )
        client.post("/desk/review/settle", data={**form, "head": head["id"]})
        assert union.value(kind, record, register) == wanted
        assert "Nothing to settle." in seen(client, "/desk/review")
        undo(client)
        assert union.value(kind, record, register) == shown
        assert "Nothing to settle." not in seen(client, "/desk/review")


def test_notes_by_an_uncertain_clock_are_settled_too(union, ana):
    ana.save({"kind": "person", "record": "minh", "set": {"note": "by 1970"}}, at=1)
    ana.exchange()
    writes(union, "dara", Change("person", "minh", {"note": "by today"}))
    with desk(union) as client:
        assert set(heads(client)) == {"by 1970", "by today"}
        settle(client, "by 1970")
        assert union.value("person", "minh", "note") == "by 1970"
        assert "Nothing to settle." in seen(client, "/desk/review")


def test_who_was_asked_settles_it_by_answering(union, ana):
    two_phone_numbers(union)
    with desk(union) as client:
        ask(client)
        ana.exchange()
        [promise] = [id for kind, id in ana.records if kind == "follow_up"]
        [text] = ana.heads("follow_up", promise, "text")
        assert "which is right" in text["value"]
        writes_phone(ana, FIRST, saw=ana.saw("person", "minh", "phone"))
        state = ana.saw("follow_up", promise, "state")
        done = {"kind": "follow_up", "record": promise, "set": {"state": "done"}, "saw": state}
        ana.save(done)
        ana.exchange()
        said = seen(client, "/desk/review")
        assert "Nothing to settle." in said
        assert "was asked to find out" not in said
        assert union.value("person", "minh", "phone") == FIRST


def test_an_ask_is_undone_and_can_be_asked_again(union):
    two_phone_numbers(union)
    with desk(union) as client:
        assert "Asked. It is on their phone" in ask(client)
        assert "Ana Kowalczyk was asked to find out by" in seen(client, "/desk/review")
        undo(client)
        assert "was asked to find out" not in seen(client, "/desk/review")
        assert union.read("SELECT 1 FROM follow_up") == []
        ask(client)
        assert len(union.read("SELECT 1 FROM follow_up")) == 1


def test_two_coordinators_who_ask_at_once_ask_once(union):
    two_phone_numbers(union)
    with desk(union) as client:
        [form] = forms(client, "/desk/review", "/desk/review/ask")
        client.post("/desk/review/ask", data=form)
        page = client.post("/desk/review/ask", data=form)
        assert "Somebody changed this meanwhile." in page.text
        assert len(union.read("SELECT 1 FROM follow_up")) == 1


def test_nobody_is_asked_about_answers_that_were_not_shown(union):
    two_phone_numbers(union)
    with desk(union) as client:
        [form] = forms(client, "/desk/review", "/desk/review/ask")
        writes(union, "ana", Change("person", "minh", {"phone": THIRD}))
        page = client.post("/desk/review/ask", data=form)
        assert "Somebody changed this meanwhile." in page.text
        assert union.read("SELECT 1 FROM follow_up") == []


def test_two_coordinators_who_settle_otherwise_meet_again(union):
    two_phone_numbers(union)
    with desk(union) as dara, desk(union) as other:
        buttons = heads(dara)
        [form] = forms(dara, "/desk/review", "/desk/review/settle")[:1]
        [same] = forms(other, "/desk/review", "/desk/review/settle")[:1]
        dara.post("/desk/review/settle", data={**form, "head": buttons[FIRST]})
        page = other.post("/desk/review/settle", data={**same, "head": buttons[SECOND]})
        assert "Somebody changed this meanwhile." in page.text
        assert union.value("person", "minh", "phone") == FIRST


def test_a_taking_back_decided_otherwise_meanwhile_is_not_overwritten(union):
    two_phone_numbers(union)
    with desk(union) as client:
        settle(client, FIRST)
        shown = [f for f in forms(client, "/desk/review", "/desk/undo") if f["way"] == ["back"]]
        undo(client)
        undo(client, "again")
        page = client.post("/desk/undo", data=shown[0])
        assert "Somebody changed this meanwhile." in page.text
        assert union.value("person", "minh", "phone") == FIRST


def test_a_coordinator_of_one_local_settles_what_is_there(union):
    for phone in (FIRST, SECOND):
        writes(union, "dara", Change("person", "zoe", {"phone": phone}))
    two_phone_numbers(union)
    with desk(union, "emil") as client:
        assert set(heads(client)) == {FIRST, SECOND}
        settle(client, FIRST)
        assert union.value("person", "zoe", "phone") == FIRST
        undo(client)
        assert set(heads(client)) == {FIRST, SECOND}


def test_a_settled_answer_of_somebody_who_moved_out_of_reach_is_no_longer_theirs(union):
    for phone in (FIRST, SECOND):
        writes(union, "dara", Change("person", "zoe", {"phone": phone}))
    with desk(union, "emil") as client:
        settle(client, FIRST)
        shown = [f for f in forms(client, "/desk/review", "/desk/undo") if f["way"] == ["back"]]
        union.write(Change("person", "zoe", {"local": "local-1"}))
        assert client.post("/desk/undo", data=shown[0]).status_code == 404
    assert union.value("person", "zoe", "phone") == FIRST
