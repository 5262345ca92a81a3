"""rounds import-people: this month's file over last month's, and never over a steward."""

import csv
import io
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from server.__main__ import main
from server.imports.comparing import person_id
from sync.save import Change
from tests.small_union import SmallUnion

HEADER = "number,name,phone,worksite,department,local,go to\n"


class Office:
    """Somebody with a membership list and a command line."""

    def __init__(self, union: SmallUnion, folder: Path) -> None:
        self.union, self.folder = union, folder

    def imports(self, text: str | bytes, *options: str) -> Result:
        file = self.folder / "list.csv"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        args = ["import-people", str(file), "--db", str(self.union.db), *options]
        return CliRunner().invoke(main, args)

    def shows(self, number: str, field: str, source: str = "members") -> object:
        return self.union.value("person", person_id(source, number), field)

    def saves(self) -> int:
        return int(self.union.read("SELECT count(*) AS n FROM save")[0]["n"])


@pytest.fixture
def office(union: SmallUnion, tmp_path: Path) -> Office:
    return Office(union, tmp_path)


def rows(*lines: tuple[str, ...]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(lines)
    return HEADER + text.getvalue()


ZOE = ("88001234", "Zoë O’Brien-N’Diaye", "780-555-0101", "Ward 42", "Laundry", "Local 9", "")


def test_a_line_becomes_a_person_with_the_last_digits_of_the_number(office):
    result = office.imports(rows(ZOE))
    assert result.exit_code == 0, result.output
    assert "new 1, changed 0, unchanged 0" in result.output
    assert office.shows("88001234", "name") == "Zoë O’Brien-N’Diaye"
    assert office.shows("88001234", "member_number") == "88001234"
    assert office.shows("88001234", "number_end") == "1234"


def test_next_months_unchanged_file_writes_nothing(office):
    office.imports(rows(ZOE))
    before = office.saves()
    result = office.imports(rows(ZOE))
    assert "new 0, changed 0, unchanged 1" in result.output
    assert office.saves() == before


def test_an_unchanged_file_does_not_reopen_what_a_steward_corrected(office):
    office.imports(rows(ZOE))
    id = person_id("members", "88001234")
    (seen,) = office.union.read(
        "SELECT shown FROM register WHERE record = ? AND field = 'phone'", id
    )
    right = Change("person", id, {"phone": "587-555-0199"}, {"phone": [seen["shown"]]})
    office.union.write(right)
    office.imports(rows(ZOE))
    assert office.shows("88001234", "phone") == "587-555-0199"
    assert office.union.read("SELECT 1 FROM register WHERE conflict = 1") == []


def test_only_the_field_that_differs_is_written_and_it_saw_the_last_import(office):
    office.imports(rows(ZOE))
    moved = (*ZOE[:4], "Kitchen", *ZOE[5:])
    result = office.imports(rows(moved))
    assert "new 0, changed 1, unchanged 0" in result.output
    assert office.shows("88001234", "department") == "Kitchen"
    id = person_id("members", "88001234")
    heads = office.union.read(
        "SELECT json_array_length(heads) AS n FROM register WHERE record = ?", id
    )
    assert {head["n"] for head in heads} == {1}


def test_an_emptied_cell_empties_the_field_and_an_absent_column_leaves_it_alone(office):
    office.imports(rows(ZOE))
    office.imports("number,name,phone\n88001234,Zoë O’Brien-N’Diaye,\n")
    assert office.shows("88001234", "phone") is None
    assert office.shows("88001234", "department") == "Laundry"


def test_what_a_coordinator_ruled_out_is_written_again(office):
    office.imports(rows(ZOE))
    (save,) = office.union.read("SELECT id FROM save WHERE device = 'import-members' AND seq = "
                                "(SELECT max(seq) FROM save)")  # fmt: skip
    office.union.write(Change("ruling", save["id"], {"counts": False}))
    assert office.shows("88001234", "name") is None
    office.imports(rows(ZOE))
    assert office.shows("88001234", "name") == "Zoë O’Brien-N’Diaye"


def test_two_sources_do_not_share_numbers(office):
    office.imports(rows(ZOE))
    office.imports(rows(ZOE), "--source", "retirees")
    assert office.shows("88001234", "name", "retirees") == "Zoë O’Brien-N’Diaye"
    people = office.union.read("SELECT id FROM person WHERE member_number = '88001234'")
    assert len(people) == 2


def test_places_are_made_once_and_found_by_name(office):
    (known,) = office.union.read("SELECT id, name FROM worksite LIMIT 1")
    there = ("2", "Bo", "", known["name"].upper(), "", "local  9", "")
    result = office.imports(rows(ZOE, there))
    assert "made 2: local “Local 9”, worksite “Ward 42”" in result.output
    assert office.shows("2", "worksite") == known["id"]
    assert office.shows("2", "local") == office.shows("88001234", "local")


def test_a_worksite_renamed_at_the_desk_is_not_made_again(office):
    office.imports(rows(ZOE))
    (place,) = office.union.read("SELECT id FROM local WHERE name = 'Local 9'")
    (seen,) = office.union.read("SELECT shown FROM register WHERE record = ?", place["id"])
    renamed = Change("local", place["id"], {"name": "Local Nine"}, {"name": [seen["shown"]]})
    office.union.write(renamed)
    result = office.imports(rows(ZOE))
    assert "unchanged 1" in result.output
    assert "made" not in result.output


def test_a_go_to_person_is_found_by_name_and_gets_the_list(office):
    office.imports(rows((*ZOE[:6], "ana kowalczyk")))
    id = person_id("members", "88001234")
    assert office.union.value("assignment", id, "volunteer") == "ana"
    assert office.union.read("SELECT 1 FROM grant WHERE volunteer = 'ana' AND subject = ?", id)


def test_bad_lines_are_listed_by_line_and_column_and_good_ones_imported(office):
    result = office.imports(
        rows(
            ZOE,
            ("", "No Number", "", "", "", "", ""),
            ("3", "", "", "", "", "", ""),
            ("88001234", "Twice", "", "", "", "", ""),
            ("5", "Nobody’s", "", "", "", "", "Nobody Here"),
            ("6", "Long", "", "", "x" * 81, "", ""),
            ("7", "Wide", "", "", "", "", "", "", "more"),
        )
    )
    assert result.exit_code == 1
    assert "new 1, changed 0, unchanged 0" in result.output
    assert "skipped 6 lines" in result.output
    for told in (
        "line 3, column “number”: is empty",
        "line 4, column “name”: is empty",
        "line 5, column “number”: “88001234” stands twice",
        "line 6, column “go to”: no volunteer is called “Nobody Here”",
        "line 7, column “department”: is longer than 80 characters",
        "line 8: has more cells than there are columns",
    ):
        assert told in result.output


def test_somebody_gone_from_the_file_is_counted_and_kept(office):
    office.imports(rows(ZOE, ("2", "Bo", "", "", "", "", "")))
    result = office.imports(rows(("2", "Bo", "", "", "", "", "")))
    assert "gone from the file 1: kept" in result.output
    assert office.shows("88001234", "name") == "Zoë O’Brien-N’Diaye"


def test_somebody_on_a_bad_line_is_not_gone(office):
    office.imports(rows(ZOE))
    result = office.imports(rows((ZOE[0], "", *ZOE[2:])))
    assert result.exit_code == 1
    assert "gone" not in result.output


def test_a_formula_stays_text(office):
    office.imports(rows(("1", '=HYPERLINK("http://x","you won")', "+1", "", "@x", "", "")))
    assert office.shows("1", "name") == '=HYPERLINK("http://x","you won")'
    assert office.shows("1", "department") == "@x"


@pytest.mark.parametrize(
    "data",
    [
        "﻿Numéro;NOM;Quart de travail;Langue\r\n1;Zoë;nuit;français\r\n",
        "number,Name,shift,language\n1,Zoë,NIGHTS,fr\n",
        "MEMBER NUMBER\tFull Name\tWork Shift\tLangue\n1\tZoë\tnights\tFR\n",
    ],
)
def test_headers_and_choices_may_be_english_or_french_in_any_case(office, data):
    result = office.imports(data)
    assert result.exit_code == 0, result.output
    assert office.shows("1", "name") == "Zoë"
    assert office.shows("1", "work_shift") == "nights"
    assert office.shows("1", "language") == "fr"


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "no column is called “number” or “numéro”"),
        (b"number,phone\n1,2\n", "no column is called “name” or “nom”"),
        (b"number,nom,name\n1,a,b\n", "two columns are “name”"),
        (b"number,name\n1,Zo\xeb\n", "line 2 is not UTF-8"),
        (b'number,name\n1,"Zo"e\n', "line 2 is no CSV"),
    ],
)
def test_a_file_that_cannot_be_read_changes_nothing_and_says_what_helps(office, data, told):
    before = office.saves()
    result = office.imports(data)
    assert result.exit_code == 1
    assert told in result.output
    assert "Nothing was changed." in result.output
    assert office.saves() == before


def test_a_dry_run_reports_and_writes_nothing(office):
    before = office.union.db.read_bytes()
    result = office.imports(rows(ZOE), "--dry-run")
    assert "new 1" in result.output
    assert office.union.db.read_bytes() == before
    assert office.shows("88001234", "name") is None


def test_a_dry_run_makes_no_database(tmp_path):
    (tmp_path / "list.csv").write_text(rows(ZOE))
    args = ["import-people", str(tmp_path / "list.csv"), "--dry-run"]
    result = CliRunner().invoke(main, [*args, "--db", str(tmp_path / "new.db")])
    assert "new 1" in result.output
    assert not (tmp_path / "new.db").exists()


def test_a_long_list_goes_in_saves_of_at_most_50_changes(office):
    lines = [(str(n), f"Person {n}", "", "", "", "", "Ana Kowalczyk") for n in range(60)]
    assert "new 60" in office.imports(rows(*lines)).output
    sizes = office.union.read(
        "SELECT json_array_length(body, '$.changes') AS n FROM save WHERE device = 'import-members'"
    )
    assert [size["n"] for size in sizes] == [49, 49, 25]


@pytest.mark.parametrize("source", ["a b", "", "x" * 51, "../x"])
def test_a_source_that_is_no_plain_word_is_a_usage_error(office, source):
    assert office.imports(rows(ZOE), "--source", source).exit_code == 2
