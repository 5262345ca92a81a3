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


def test_what_filters_offer_is_of_the_own_local(busy):
    writes(busy, "dara", Change("assignment", "zoe", {"volunteer": "luc"}))
    with desk(busy, "emil") as client:
        for path in ("/desk/people", "/desk/people?volunteer=ana", "/desk/conversations"):
            text = seen(client, path)
            assert [n for n in ("Foothills", "Ana", "Cleo", "Local 1") if n in text] == [], path
        assert [name for name in ("Bow Valley Depot", "Luc") if name in text] != []
    with desk(busy) as client:
        assert "list of Ana Kowalczyk" in seen(client, "/desk/people?volunteer=ana")


def test_who_bears_the_id_of_a_person_is_no_person(busy):
    for name in ("Zoé the elder", "Zoé the younger"):
        busy.write(Change("volunteer", "zoe", {"name": name}))
    with desk(busy) as client:
        assert "Zoé the elder" in seen(client, "/desk/review")
    form = {"kind": "volunteer", "record": "zoe", "register": "name", "other": "Nobody"}
    with desk(busy, "emil") as client:
        assert "Zoé the" not in seen(client, "/desk/review")
        assert client.post("/desk/review/settle", data=form).status_code == 404


def test_telling_two_people_apart_takes_the_reach_of_both(busy):
    apart = Change("apart", "apart-1", {"person": "zoe", "other": "minh"})
    assert writes(busy, "emil", apart).reason == "out_of_scope"
    dara = writes(busy, "dara", apart, kind="desk")
    with desk(busy, "emil") as client:
        assert "Minh" not in seen(client, "/desk/review")
        assert client.post("/desk/undo", data={"save": dara.save}).status_code == 404


def test_an_import_that_wrote_nothing_yet_is_the_unions(busy):
    busy.write(Change("import", "import-1", {"source": "members", "file": "all-of-us.csv"}))
    with desk(busy) as client:
        assert "all-of-us.csv" in seen(client, "/desk/imports")
    with desk(busy, "emil") as client:
        assert "all-of-us.csv" not in seen(client, "/desk/imports")
        assert client.get("/desk/imports/import-1").status_code == 404


def test_the_union_sees_all_of_it(busy):
    with desk(busy) as client:
        assert listed(client, "q=")[0] == 5
        assert "Minh" in seen(client, "/desk/review")
