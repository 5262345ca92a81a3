"""A coordinator of one local sees that local, and nothing of any other, on any page."""

import pytest

from sync.save import Change
from tests.desk import desk, talked, two_phone_numbers, writes
from tests.test_desk_pages import PAGES, forms, listed, seen

STRANGERS = ("Minh", "Siobhán", "Adaeze", "Ravneet", "587 555")


@pytest.fixture
def busy(union):
    """Local 1 has talks, two different answers, a promise, a held save and a check-in."""
    talked(union, "ana", "minh", platform="yes")
    talked(union, "ana", "minh", platform="not_yet")
    two_phone_numbers(union)
    promise = {"person": "minh", "text": "Minh’s parking", "due": "2020-01-01", "state": "open"}
    writes(union, "ana", Change("follow_up", "promise-1", promise))
    writes(union, "luc", Change("person", "minh", {"note": "held about Minh"}))
    event = {"line": "gate-3", "person": "minh", "way": "in", "when": 1_700_000_000_000}
    writes(union, "cleo", Change("check_event", "in-1", event))
    return union


@pytest.mark.parametrize("path", [page for page in PAGES if page.count("/") < 3])
def test_no_page_names_anybody_of_another_local(busy, path):
    with desk(busy, "emil") as client:
        text = seen(client, path)
        assert [name for name in STRANGERS if name in text] == []


@pytest.mark.parametrize("path", ["/desk/people/minh", "/desk/lines/gate-3", "/desk/people/none"])
def test_what_is_out_of_reach_is_not_there(busy, path):
    with desk(busy, "emil") as client:
        assert client.get(path).status_code == 404


def test_the_own_local_is_there(busy):
    with desk(busy, "emil") as client:
        assert client.get("/desk/people/zoe").status_code == 200
        assert listed(client, "q=") == (1, ["Zoé"])
        assert "0 of 1" in seen(client, "/desk")


@pytest.mark.parametrize(
    "query", ["q=minh", "worksite=ward-42", "local=local-1", "volunteer=ana", "promise=overdue"]
)
def test_no_filter_reaches_another_local(busy, query):
    with desk(busy, "emil") as client:
        assert listed(client, query)[0] == 0


def test_another_locals_answers_cannot_be_settled_asked_or_undone(busy):
    with desk(busy) as client:
        [settle, *_] = forms(client, "/desk/review", "/desk/review/settle")
        [ask] = forms(client, "/desk/review", "/desk/review/ask")
        [undo, *_] = forms(client, "/desk/people/minh", "/desk/undo")
        [held] = forms(client, "/desk/review", "/desk/review/rule")
    before = busy.read("SELECT count(*) AS n FROM save")
    with desk(busy, "emil") as client:
        for path, data in (
            ("/desk/review/settle", {**settle, "other": "1"}),
            ("/desk/review/ask", ask),
            ("/desk/undo", undo),
            ("/desk/undo", {**undo, "person": "zoe"}),
            ("/desk/review/rule", {**held, "counts": "yes"}),
        ):
            assert client.post(path, data=data).status_code == 404, path
    assert busy.read("SELECT count(*) AS n FROM save") == before


def test_the_union_sees_all_of_it(busy):
    with desk(busy) as client:
        assert listed(client, "q=")[0] == 5
        assert "Minh" in seen(client, "/desk/review")
