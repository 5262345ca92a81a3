"""Answers of the executive: for whom each is, who may write one, and how many were told."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from server.reports.answers import Answer, answers, count
from server.reports.scope import reach
from sync.save import Change
from tests.desk import desk, talked, writes
from tests.small_union import Opened, SmallUnion
from tests.test_desk_pages import forms, seen

CASES = json.loads((Path(__file__).parent.parent / "sync/cases/report_back.json").read_text())
Case = dict[str, Any]
by_description = pytest.mark.parametrize("case", CASES, ids=[one["description"] for one in CASES])


@by_description
def test_whom_an_answer_is_for_on_the_server(case: Case, union: SmallUnion) -> None:
    union.write(
        Change("person", "case", {"name": "Case", **case["person"]}),
        Change("report_back", "answer", {"title/en": "Answer", **case["report_back"]}),
        *(talk_of(n, **talk) for n, talk in enumerate(case["talks"])),
    )
    with Opened(union.db) as db:
        (answer,) = answers(db)
        # Everybody else is told apart by having been somebody before.
        before = count_without(db, answer)
        assert count(db, reach(frozenset()), answer).people - before == case["is_for"]


def talk_of(n: int, **talk: Any) -> Change:
    given = {
        f"{field}/{key}": value
        for field in ("answers", "campaigns")
        for key, value in talk.pop(field, {}).items()
    }
    return Change("conversation", f"case-{n}", {"person": "case", **talk, **given})


def count_without(db: Any, answer: Answer) -> int:
    db.execute("SAVEPOINT without")
    db.execute("DELETE FROM person WHERE id = 'case'")
    found = count(db, reach(frozenset()), answer).people
    db.execute("ROLLBACK TO without")
    return found


@by_description
def test_whom_an_answer_is_for_on_the_phone(case: Case, modules_page: Page) -> None:
    found = modules_page.evaluate(
        """async ([answer, person, talks]) =>
          (await import("/sync/report_back.js")).isFor(answer, person, talks)""",
        [case["report_back"], case["person"], case["talks"]],
    )
    assert found is case["is_for"]


NIGHTS = {"title.en": "Two more night staff", "text.en": "Two more on Ward 42 from 1 March."}


def test_an_answer_is_written_for_who_said_so_and_its_told_are_counted(union: SmallUnion) -> None:
    talked(union, "ana", "minh", platform="yes")
    talked(union, "ana", "siobhan", platform="not_yet")
    talked(union, "luc", "ravneet", platform="yes")
    with desk(union) as client:
        client.post("/desk/answers", data={**NIGHTS, "said": "platform=yes"})
        page = seen(client, "/desk/answers")
        assert "Two more night staff" in page
        assert "0 of 2 told" in page
        [answer] = union.read("SELECT id FROM report_back")
        told = {"person": "minh", "report_back": answer["id"], "state": "told", "said": "glad"}
        writes(union, "ana", Change("told", "told-1", told))
        page = seen(client, "/desk/answers")
    assert "1 of 2 told" in page
    assert "glad to hear it: 1" in page


def test_somebody_without_a_go_to_person_is_said_to_have_none(union: SmallUnion) -> None:
    with desk(union) as client:
        client.post("/desk/answers", data={**NIGHTS, "worksite": "depot"})
        assert "1 has no go-to person to tell them" in seen(client, "/desk/answers")


def test_an_answer_without_words_is_not_sent(union: SmallUnion) -> None:
    with desk(union) as client:
        client.post("/desk/answers", data={"title.en": "Two more", "text.en": " "})
    assert union.read("SELECT * FROM report_back") == []


def test_an_answer_is_closed_and_opened_again(union: SmallUnion) -> None:
    with desk(union) as client:
        client.post("/desk/answers", data=NIGHTS)
        [answer] = union.read("SELECT id, state FROM report_back")
        path = f"/desk/answers/{answer['id']}"
        for state in ("closed", "open"):
            [form] = forms(client, "/desk/answers", path)
            assert form["state"] == [state]
            client.post(path, data=form)
            assert union.value("report_back", answer["id"], "state") == state


def test_a_local_answers_for_itself_and_for_no_other(union: SmallUnion) -> None:
    with desk(union, "emil") as client:
        client.post("/desk/answers", data=NIGHTS)
        assert client.post("/desk/answers", data={**NIGHTS, "local": "local-1"}).status_code == 404
        assert "0 of 1 told" in seen(client, "/desk/answers")
    [answer] = union.read("SELECT * FROM report_back")
    assert answer["local"] == "local-2"
    of_all = Change("report_back", "all", {"title/en": "For all"})
    claimed = Change("report_back", "one", {"title/en": "Taken", "local": "local-2"})
    union.write(Change("report_back", "one", {"title/en": "For one", "local": "local-1"}))
    for change in (of_all, claimed):
        assert writes(union, "emil", change, kind="desk").reason == "out_of_scope"


def test_another_locals_answer_cannot_be_closed(union: SmallUnion) -> None:
    union.write(Change("report_back", "one", {"title/en": "For one", "local": "local-1"}))
    with desk(union, "emil") as client:
        assert client.post("/desk/answers/one", data={"state": "closed"}).status_code == 404


def test_no_go_to_person_writes_an_answer(union: SmallUnion) -> None:
    change = Change("report_back", "one", {"title/en": "Mine"})
    assert writes(union, "ana", change).reason == "role_too_low"
