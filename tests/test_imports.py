"""rounds imports: one decision takes all that a list wrote back, and one brings it back."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from server.__main__ import main
from server.imports.comparing import person_id
from sync.save import Change
from tests.desk import talked, writes
from tests.small_union import SmallUnion

HEADER = "number,name,phone,department,local,go to\n"
ZOE = "1,Zoë O’Brien,780 555-0101,Laundry,Local 1,Ana Kowalczyk\n"
BO = "2,Bo Nwosu,780 555-0102,Kitchen,Local 1,\n"
FIRST, SECOND = person_id("members", "1"), person_id("members", "2")


class Office:
    """Somebody with membership lists and a command line."""

    def __init__(self, union: SmallUnion, folder: Path) -> None:
        self.union, self.folder = union, folder

    def imports(self, lines: str, *options: str, name: str = "list.csv") -> str:
        """Import a file and return the import's id."""
        file = self.folder / name
        file.write_text(HEADER + lines)
        result = self.rounds("import-people", str(file), *options)
        assert result.exit_code == 0, result.output
        found = re.search(r"import (\S+);", result.output)
        return found[1] if found else ""

    def rounds(self, *args: str, says: str = "") -> Result:
        return CliRunner().invoke(main, [*args, "--db", str(self.union.db)], input=says)

    def rolls_back(self, id: str) -> Result:
        return self.rounds("imports", "--roll-back", id, "--yes")

    def brings_back(self, id: str) -> Result:
        return self.rounds("imports", "--bring-back", id, "--yes")

    def shows(self, person: str, field: str) -> object:
        return self.union.value("person", person, field)

    def corrects(self, person: str, field: str, value: str) -> None:
        """A steward who saw what the list said writes something else."""
        (row,) = self.union.read(
            "SELECT shown FROM register WHERE kind = 'person' AND record = ? AND field = ?",
            person,
            field,
        )
        writes(
            self.union, "dara", Change("person", person, {field: value}, {field: [row["shown"]]})
        )

    def conflicts(self) -> int:
        return len(self.union.read("SELECT 1 FROM register WHERE conflict = 1"))


@pytest.fixture
def office(union: SmallUnion, tmp_path: Path) -> Office:
    return Office(union, tmp_path)


def tables(union: SmallUnion) -> list[list[dict]]:
    """Return what people, assignments and grants show, without the moments they moved."""
    return [
        union.read("SELECT * FROM person ORDER BY id"),
        union.read("SELECT * FROM assignment ORDER BY id"),
        union.read("SELECT volunteer, subject, view FROM grant WHERE until IS NULL ORDER BY 1, 2"),
        union.read("SELECT kind, record, field, value, shown, conflict FROM register "
                   "WHERE value != 'null' AND kind != 'ruling' ORDER BY 1, 2, 3"),
    ]  # fmt: skip


def test_every_save_of_an_import_names_it_and_the_first_says_what_it_is_of(office):
    lines = "".join(f"{n},Person {n},,,,Ana Kowalczyk\n" for n in range(60))
    id = office.imports(lines)
    rows = office.union.read(
        "SELECT save_seq FROM change WHERE kind = 'import' AND record = ? AND position = 0", id
    )
    assert len(rows) == 3
    (said,) = office.union.read('SELECT * FROM "import" WHERE id = ?', id)
    assert (said["source"], said["file"], said["people_new"], said["saves"]) == (
        "members",
        "list.csv",
        60,
        3,
    )


def test_a_file_that_changes_nothing_is_no_import(office):
    office.imports(ZOE)
    assert office.imports(ZOE) == ""


def test_rolled_back_is_as_if_never_imported_and_brought_back_as_if_never_rolled_back(office):
    before = tables(office.union)
    id = office.imports(ZOE + BO)
    after = tables(office.union)
    assert office.rolls_back(id).exit_code == 0
    assert tables(office.union) == before
    assert office.brings_back(id).exit_code == 0
    assert tables(office.union) == after


def test_rolling_the_second_list_back_shows_what_the_first_said(office):
    office.imports(ZOE)
    second = office.imports(ZOE.replace("Laundry", "Kitchen"))
    office.rolls_back(second)
    assert office.shows(FIRST, "department") == "Laundry"


def test_what_people_corrected_since_stays_corrected(office):
    id = office.imports(ZOE)
    office.corrects(FIRST, "phone", "587 555-0199")
    result = office.rolls_back(id)
    assert "1 field was corrected by somebody since and stays corrected" in result.output
    assert "1 person would stay without a name" in result.output
    assert office.shows(FIRST, "phone") == "587 555-0199"
    assert office.shows(FIRST, "name") is None


def test_the_next_list_is_compared_with_the_last_one_that_counts(office):
    office.imports(ZOE)
    office.rolls_back(office.imports(ZOE.replace("Laundry", "Kitchen")))
    assert office.imports(ZOE) == ""
    third = office.imports(ZOE.replace("Laundry", "Kitchen"))
    assert third != ""
    assert office.shows(FIRST, "department") == "Kitchen"


def test_an_older_list_brought_back_does_not_contradict_a_newer_one(office):
    office.imports(ZOE)
    wrong = office.imports(ZOE.replace("0101", "0999"))
    office.rolls_back(wrong)
    office.imports(ZOE.replace("0101", "0555"))
    office.brings_back(wrong)
    assert office.shows(FIRST, "phone") == "780 555-0555"
    assert office.conflicts() == 0


def test_somebody_rolled_back_is_new_in_the_next_list_and_not_gone_from_it(office):
    office.rolls_back(office.imports(ZOE + BO))
    result = office.rounds("import-people", str(office.folder / "list.csv"), "--dry-run")
    assert "new 2, changed 0, unchanged 0" in result.output
    (office.folder / "list.csv").write_text(HEADER + BO)
    result = office.rounds("import-people", str(office.folder / "list.csv"), "--dry-run")
    assert "gone" not in result.output


def test_nothing_is_rolled_back_before_somebody_says_yes(office):
    id = office.imports(ZOE + BO)
    result = office.rounds("imports", "--roll-back", id, says="n\n")
    assert result.exit_code == 1
    assert "2 of its 2 people would be gone" in result.output
    assert "1 person would leave the go-to person it gave them" in result.output
    assert office.shows(FIRST, "name") == "Zoë O’Brien"
    assert office.rounds("imports", "--roll-back", id, says="y\n").exit_code == 0
    assert office.shows(FIRST, "name") is None


def test_conversations_outlive_the_people_of_a_list_and_are_counted_first(office):
    id = office.imports(ZOE)
    talked(office.union, "ana", FIRST)
    result = office.rolls_back(id)
    assert "1 conversation with people who would be gone is kept" in result.output
    assert office.union.read("SELECT 1 FROM conversation WHERE person = ?", FIRST)
    office.brings_back(id)
    assert office.union.value("assignment", FIRST, "volunteer") == "ana"


def test_the_list_says_what_each_wrote_and_whether_it_counts(office):
    first = office.imports(ZOE + BO, name="may.csv")
    second = office.imports(ZOE.replace("Laundry", "Kitchen") + BO, name="june.csv")
    office.rolls_back(second)
    said = office.rounds("imports").output
    assert said.index(second) < said.index(first)
    assert re.search(rf"{first}.*members: may.csv\n    2 new people, 0 changed; counts", said)
    assert re.search(r"june.csv\n    0 new people, 1 changed; rolled back 20\d\d-.*does not", said)


def test_an_import_cut_short_says_how_far_it_came(office):
    lines = "".join(f"{n},Person {n},,,,\n" for n in range(120))
    id = office.imports(lines)
    office.union.write(Change("import", "elsewhere", {"source": "members", "saves": 9}))
    said = office.rounds("imports").output
    assert "stopped after 1 of 9 saves" in said
    assert f"{id}  " in said


@pytest.mark.parametrize("option", ["--roll-back", "--bring-back"])
def test_an_id_that_is_none_is_said_and_changes_nothing(office, option):
    office.imports(ZOE)
    result = office.rounds("imports", option, "nothing-here", "--yes")
    assert result.exit_code == 1
    assert "No import has the id nothing-here" in result.output


def test_the_beginning_of_an_id_is_enough_unless_two_begin_alike(office):
    office.union.write(Change("import", "alike-one", {"source": "members"}))
    office.union.write(Change("import", "alike-two", {"source": "members"}))
    assert "No import has the id alike-" in office.rolls_back("alike-").output
    assert office.rolls_back("alike-on").exit_code == 0
    assert "is rolled back already" in office.rolls_back("alike-on").output
    assert "counts already" in office.brings_back("alike-two").output


def test_a_database_that_is_not_there_is_not_made(tmp_path):
    result = CliRunner().invoke(main, ["imports", "--db", str(tmp_path / "none.db")])
    assert result.exit_code == 1
    assert not (tmp_path / "none.db").exists()
