"""Imports at the desk: what each list wrote, and one click to roll it back or bring it back."""

import re

import pytest

from server.imports.comparing import person_id
from sync.save import Change
from tests.desk import desk, talked, writes
from tests.small_union import SmallUnion
from tests.test_desk_pages import forms, listed, seen
from tests.test_imports import BO, FIRST, ZOE, Office

ELSEWHERE = person_id("members", "9")


@pytest.fixture
def office(union: SmallUnion, tmp_path) -> Office:
    return Office(union, tmp_path)


def of_local(number: int, name: str, local: str) -> str:
    return f"{number},{name},,,{local},\n"


def decision(client, path: str) -> dict:
    """Return what the one form on an import's page posts, and its button."""
    [form] = forms(client, path, path)
    button = re.search(r'<button name="counts" value="(\w+)"', client.get(path).text)
    return {**form, "counts": button[1]}


def test_the_page_lists_what_each_list_wrote(office):
    office.imports(ZOE + BO, name="may.csv")
    office.imports(ZOE.replace("Laundry", "Kitchen") + BO, name="june.csv")
    with desk(office.union) as client:
        said = seen(client, "/desk/imports")
        assert re.search(r"june.csv · list “members” · .*? 0 new people · 1 changed counts", said)
        assert re.search(r"may.csv · list “members” · .*? 2 new people · 0 changed counts", said)


def test_a_desk_without_imports_says_how_to_begin(union):
    with desk(union) as client:
        assert "Nothing was imported yet. On the server:" in seen(client, "/desk/imports")


def test_an_import_that_says_it_saw_a_whole_save_can_be_looked_at(office):
    seen_save = office.union.write(Change("person", "minh", {"job": "Porter"})).save
    said = Change("person", "minh", {"job": "Nurse"}, {"job": [seen_save, f"{seen_save}:0"]})
    writes(office.union, "dara", Change("import", "import-1", {"file": "mine.csv"}), said)
    with desk(office.union) as client:
        assert client.get("/desk/imports/import-1").status_code == 200


def test_one_click_rolls_an_import_back_and_another_undoes_that(office):
    id = office.imports(ZOE + BO)
    with desk(office.union) as client:
        path = f"/desk/imports/{id}"
        page = client.post(path, data=decision(client, path))
        assert "Rolled back. Nothing is erased" in page.text
        assert listed(client, "q=bo+nwosu")[0] == 0
        said = seen(client, "/desk/imports")
        assert "rolled back by Dara Wójcik" in said
        assert "An import was rolled back · list.csv" in seen(client, "/desk/review")
        [undo] = [f for f in forms(client, "/desk/review", "/desk/undo") if f["way"] == ["back"]]
        assert "Undone" in client.post("/desk/undo", data=undo).text
        assert listed(client, "q=bo+nwosu") == (1, ["Bo Nwosu"])


def test_one_click_brings_an_import_back_from_the_list(office):
    id = office.imports(ZOE)
    with desk(office.union) as client:
        path = f"/desk/imports/{id}"
        client.post(path, data=decision(client, path))
        [form] = forms(client, "/desk/imports", path)
        page = client.post(path, data={**form, "counts": "yes"})
        assert "Brought back" in page.text
        assert office.shows(FIRST, "name") == "Zoë O’Brien"


def test_the_page_says_beforehand_what_would_change(office):
    id = office.imports(ZOE + BO)
    office.corrects(FIRST, "phone", "587 555-0199")
    talked(office.union, "dara", person_id("members", "2"))
    with desk(office.union) as client:
        said = seen(client, f"/desk/imports/{id}")
        assert "1 of its 2 people is gone from every list" in said
        assert "1 person stays without a name" in said
        assert "1 person leaves the list of the go-to person it gave them" in said
        assert "1 field was corrected by somebody since and stays corrected" in said
        assert "1 conversation with people who go is kept" in said
        path = f"/desk/imports/{id}"
        client.post(path, data=decision(client, path))
        assert "1 person is back, with all that was written" in seen(client, path)


def test_fields_of_a_later_list_are_told_apart_from_corrections(office):
    first = office.imports(ZOE)
    office.imports(ZOE.replace("Laundry", "Kitchen"))
    with desk(office.union) as client:
        said = seen(client, f"/desk/imports/{first}")
        assert "1 field was written over by a later list and stays as it is." in said
        assert "corrected" not in said


def test_the_second_import_of_people_known_before_takes_nobody_away(office):
    office.imports(ZOE)
    second = office.imports(ZOE.replace("Laundry", "Kitchen"))
    with desk(office.union) as client:
        assert "Nobody goes: its 1 person stays" in seen(client, f"/desk/imports/{second}")


def test_what_was_imported_again_after_a_rollback_is_all_that_is_known(office):
    office.rolls_back(office.imports(ZOE))
    again = office.imports(ZOE)
    with desk(office.union) as client:
        assert "1 of its 1 people is gone" in seen(client, f"/desk/imports/{again}")


def test_a_decision_made_meanwhile_is_not_overwritten(office):
    id = office.imports(ZOE)
    path = f"/desk/imports/{id}"
    with desk(office.union) as client:
        shown = decision(client, path)
        office.rolls_back(id)
        page = client.post(path, data=shown)
        assert "Somebody changed this meanwhile" in page.text
        office.brings_back(id)
        page = client.post(path, data=shown)
        assert "Somebody changed this meanwhile" in page.text
        assert office.shows(FIRST, "name") == "Zoë O’Brien"


def test_people_joined_since_are_counted_once_and_split_by_nothing(office):
    id = office.imports(ZOE)
    office.union.write(Change("alias", "same", {"person": "zoe", "same_as": FIRST}))
    with desk(office.union) as client:
        said = seen(client, f"/desk/imports/{id}")
        assert "Nobody goes: its 1 person stays" in said
        path = f"/desk/imports/{id}"
        client.post(path, data=decision(client, path))
        assert listed(client, "q=zoé")[0] == 1


def test_a_coordinator_of_one_local_sees_and_rolls_back_what_is_wholly_there(office):
    own = office.imports(of_local(8, "Own Person", "Local 2"), name="own.csv")
    both = office.imports(
        of_local(8, "Own Person", "Local 2") + of_local(9, "Other Person", "Local 1"),
        name="both.csv",
    )
    place = office.imports(of_local(7, "New Place", "Local 9"), name="place.csv")
    with desk(office.union, "emil") as client:
        said = seen(client, "/desk/imports")
        assert "own.csv" in said
        assert "both.csv" not in said
        assert "place.csv" not in said
        for id in (both, place):
            assert client.get(f"/desk/imports/{id}").status_code == 404
            answer = client.post(f"/desk/imports/{id}", data={"counts": "no"})
            assert answer.status_code == 404
        path = f"/desk/imports/{own}"
        client.post(path, data=decision(client, path))
        assert listed(client, "q=own")[0] == 0


def test_who_rolled_back_what_was_in_reach_may_bring_it_back(office):
    id = office.imports(of_local(8, "Own Person", "Local 2"))
    path = f"/desk/imports/{id}"
    with desk(office.union, "emil") as client:
        client.post(path, data=decision(client, path))
        assert listed(client, "q=own")[0] == 0
        client.post(path, data=decision(client, path))
        assert listed(client, "q=own") == (1, ["Own Person"])
        client.post(path, data=decision(client, path))
        [undo, *_] = [
            f for f in forms(client, "/desk/review", "/desk/undo") if f["way"] == ["back"]
        ]
        client.post("/desk/undo", data=undo)
        assert listed(client, "q=own") == (1, ["Own Person"])


def test_what_the_union_rolled_back_is_not_a_locals_to_bring_back(office):
    id = office.imports(of_local(8, "Own Person", "Local 2"))
    office.rolls_back(id)
    with desk(office.union, "emil") as client:
        assert "list.csv" not in seen(client, "/desk/imports")
        assert client.post(f"/desk/imports/{id}", data={"counts": "yes"}).status_code == 404


@pytest.mark.parametrize("path", ["/desk/imports/none", "/desk/imports/ward-42"])
def test_an_import_that_is_none_is_not_there(union, path):
    with desk(union) as client:
        assert client.get(path).status_code == 404
        assert client.post(path, data={"counts": "no"}).status_code == 404


def test_a_person_of_an_import_that_was_rolled_back_can_come_back_alone(office):
    id = office.imports(ZOE + BO)
    talked(office.union, "ana", FIRST)
    office.corrects(FIRST, "phone", "587 555-0199")
    office.rolls_back(id)
    with desk(office.union) as client:
        [again] = [
            f for f in forms(client, f"/desk/people/{FIRST}", "/desk/undo") if f["way"] == ["again"]
        ]
        client.post("/desk/undo", data=again)
        assert office.shows(FIRST, "name") == "Zoë O’Brien"
        assert office.shows(FIRST, "phone") == "587 555-0199"
        assert listed(client, "q=bo+nwosu")[0] == 0
