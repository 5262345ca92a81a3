"""What a person may ask for: everything held, a correction, to be gone; and lists as files."""

import csv
import io
import json

import pytest

from server.access import audit
from server.reports.cells import as_csv, guarded
from sync.save import Change
from tests.desk import desk, talked, two_phone_numbers, writes
from tests.small_union import Opened, SmallUnion
from tests.test_audit import noted
from tests.test_backup import rounds
from tests.test_erase_commands import left

HOSTILE = {
    "=cmd|' /C calc'!A0": "'=cmd|' /C calc'!A0",
    "+1 587 555-0142": "'+1 587 555-0142",
    "-2+3": "'-2+3",
    "@SUM(A1:A9)": "'@SUM(A1:A9)",
    "\t=1": "'\t=1",
    "\r=1": "'\r=1",
    "\n=1": "'\n=1",
    "  =1": "'  =1",
    "＝1": "'＝1",
    'he said "hi", twice\nand left': 'he said "hi", twice\nand left',
    "Anne-Marie": "Anne-Marie",
    "": "",
}
DELICATE = (
    *("/desk/people.csv", "/desk/people/minh/everything", "/desk/people/minh/everything.json"),
    *("/desk/people/minh/erase", "/desk/volunteers/ana/erase"),
)


def stale(union: SmallUnion) -> None:
    """Let every sign-in be of yesterday."""
    with Opened(union.db) as db:
        db.execute("UPDATE device SET fresh_at = fresh_at - 86400000")


def test_what_leaves_the_desk_or_is_gone_for_good_needs_a_fresh_sign_in(
    union: SmallUnion,
) -> None:
    with desk(union) as client:
        stale(union)
        before = noted(union)
        for path in DELICATE:
            answer = client.get(path, follow_redirects=False)
            assert (answer.status_code, answer.headers["location"][:12]) == (303, "/desk/fresh?")
        for path in (path for path in DELICATE if path.endswith("erase")):
            answer = client.post(path, data={"typed": "Minh Trần"}, follow_redirects=False)
            assert answer.headers["location"].startswith("/desk/fresh?")
        back = client.get("/desk/people.csv?q=minh", follow_redirects=False).headers["location"]
        assert back == "/desk/fresh?back=%2Fdesk%2Fpeople%3Fq%3Dminh"
        assert noted(union) == before
    assert union.value("person", "minh", "name") == "Minh Trần"


def test_a_coordinator_bound_to_a_local_reaches_nobody_else_here(union: SmallUnion) -> None:
    with desk(union, "emil") as client:
        for path in DELICATE[1:]:
            assert client.get(path).status_code == 404
        people = rows_of(client.get("/desk/people.csv").text)
        assert [row["Name"] for row in people] == ["Zoé"]
        assert client.post(DELICATE[3], data={"typed": "Minh Trần"}).status_code == 404
    assert union.value("person", "minh", "name") == "Minh Trần"


def test_everything_held_about_a_person_can_be_read_by_them(union: SmallUnion) -> None:
    two_phone_numbers(union)
    talked(union, "ana", "minh", platform="yes")
    promise = {"person": "minh", "text": "Bring the card", "due": "2026-12-01", "state": "open"}
    writes(union, "ana", Change("follow_up", "f-1", promise))
    writes(union, "ana", Change("chat", "c-1", {"person": "minh", "text": "Seen at the gate"}))
    writes(union, "luc", Change("conversation", "x-1", {"person": "minh", "note": "Never mine"}))
    with desk(union) as client:
        page = client.get("/desk/people/minh/everything").text
        french = client.get("/desk/people/minh/everything?language=fr").text
        answer = client.get("/desk/people/minh/everything.json")
    said = ("587 555-0142", "587 555-0199", "Bring the card", "Seen at the gate", "Never mine")
    for text in (page, french, answer.text):
        assert [one for one in (*said, "Ana Kowalczyk", "Luc Bélanger") if one not in text] == []
    assert "Tout ce qui est conservé au sujet de Minh Trần" in french
    assert "attachment" in answer.headers["content-disposition"]
    found = answer.json()
    (phone,) = (f for f in found["records"][0]["fields"] if f["field"] == "phone")
    assert {past["value"]: (past["by"], past["standing"]) for past in phone["history"]} == {
        "587 555-0142": ("Ana Kowalczyk", "waiting"),
        "587 555-0199": ("Dara Wójcik", "shows"),
    }
    assert {one["by"] for one in found["on_phones_of"]} == {
        *("Ana Kowalczyk", "Cleo Running Bird", "Cem Aydın")
    }
    exported = [entry.what for entry in noted(union) if entry.what != "signed_in"]
    assert exported == ["person.exported"] * 3


def test_the_command_writes_the_same_to_a_file_that_only_its_owner_reads(
    union: SmallUnion, tmp_path
) -> None:
    talked(union, "ana", "minh", platform="yes")
    file = tmp_path / "minh.json"
    args = ("export-person", "minh", "--db", union.db)
    assert rounds(*args, "--json", "--to", file).exit_code == 0
    assert json.loads(file.read_text())["name"] == "Minh Trần"
    assert file.stat().st_mode & 0o777 == 0o600
    assert rounds(*args, "--to", file).exit_code == 1
    text = rounds(*args, "--language", "fr").output
    assert "CONVERSATION" in text
    assert "par Ana Kowalczyk" in text
    assert rounds("export-person", "nobody", "--db", union.db).exit_code == 1


def test_a_person_is_erased_at_the_desk_by_typing_their_name(union: SmallUnion) -> None:
    talked(union, "ana", "minh", platform="yes")
    with desk(union) as client:
        page = client.get("/desk/people/minh/erase").text
        assert "Conversation: 1" in page
        wrong = client.post("/desk/people/minh/erase", data={"typed": "Min Tran"})
        assert "Nothing was erased" in wrong.text
        assert client.get("/desk/people?q=minh").text.count("Minh Trần") == 1
        done = client.post("/desk/people/minh/erase", data={"typed": " minh TRAN "})
        assert "No byte of it is left" in done.text
        assert client.get("/desk/people/minh").status_code == 404
        assert "Minh Trần" not in client.get("/desk/people?q=minh").text
        assert left(union.db.parent, ("Minh Trần",)) == []
    assert "person.erased" in [entry.what for entry in noted(union)]


def test_a_volunteer_is_erased_at_the_desk_and_their_notes_name_nobody(union: SmallUnion) -> None:
    talked(union, "ana", "minh", platform="yes")
    with desk(union) as client:
        assert "cannot erase yourself" in client.get("/desk/volunteers/dara/erase").text
        client.post("/desk/volunteers/dara/erase", data={"typed": "Dara Wójcik"})
        assert union.value("volunteer", "dara", "name") == "Dara Wójcik"
        done = client.post("/desk/volunteers/ana/erase", data={"typed": "Ana Kowalczyk"})
        assert "No byte of it is left" in done.text
        page = client.get("/desk/people/minh").text
        assert "Former volunteer ANA" in page
        assert client.get("/desk").status_code == 200
    assert left(union.db.parent, ("Ana Kowalczyk",)) == []


# The list of people as a file


def rows_of(text: str) -> list[dict[str, str]]:
    """Return the rows of a CSV file by its head."""
    assert text.startswith("\ufeff")
    return [*csv.DictReader(io.StringIO(text[1:], newline=""))]


@pytest.mark.parametrize(("cell", "shown"), HOSTILE.items(), ids=map(repr, HOSTILE))
def test_no_cell_is_a_formula(cell: str, shown: str) -> None:
    assert guarded(cell) == shown
    assert [*csv.reader(io.StringIO(as_csv([cell], [[cell]])[1:], newline=""))] == [[shown]] * 2


def test_the_filtered_list_comes_as_a_file_and_it_is_noted_who_is_in_it(union: SmallUnion) -> None:
    writes(union, "dara", Change("person", "minh", {"name": '=HYPERLINK("http://x","Minh")'}))
    writes(union, "dara", Change("person", "siobhan", {"department": "@ward", "phone": "+1 403"}))
    with desk(union) as client:
        every = rows_of(client.get("/desk/people.csv").text)
        some = rows_of(client.get("/desk/people.csv?q=siob&talked=no").text)
        assert 'href="/desk/people.csv?q=siob"' in client.get("/desk/people?q=siob").text
    assert len(every) == 5
    assert [row["Name"] for row in every if row["Name"].startswith("'=HYPERLINK")]
    assert [(row["Department"], row["Personal phone"]) for row in some] == [("'@ward", "'+1 403")]
    exported = [entry for entry in noted(union) if entry.what == "people.exported"]
    assert [entry.ids for entry in exported] == [("siobhan",), exported[1].ids]
    assert {*exported[1].ids} == {"minh", "siobhan", "adaeze", "ravneet", "zoe"}
    with Opened(union.db) as db:
        assert [*audit.faults(db)] == []
