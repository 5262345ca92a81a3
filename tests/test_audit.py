"""The audit log: what is noted, that nobody changes it, and that it outlives a restore."""

from pathlib import Path

import pytest

from server.access import audit
from server.schema import DatabaseError
from tests.desk import desk, talked
from tests.small_union import Opened, SmallUnion
from tests.test_backup import backup, rounds

PAGES = {
    "/desk/people/minh": ("person.read", {"minh"}, 1),
    "/desk/people?q=siob": ("people.listed", {"siobhan"}, 1),
    "/desk/people?q=nobody-is-called-so": ("people.listed", set(), 0),
    "/desk/conversations": ("conversations.read", {"minh"}, 1),
    "/desk/same-person?id=minh&id=adaeze": ("person.compared", {"minh", "adaeze"}, 2),
    "/desk/same-person?id=minh&q=siob": ("people.listed", {"minh", "siobhan"}, 2),
    "/desk/lines/gate-3": ("line.read", {"gate-3"}, 1),
    "/desk/review": ("review.read", set(), 0),
}


def noted(union: SmallUnion) -> list[audit.Entry]:
    """Return what was noted, the latest first."""
    with Opened(union.db) as db:
        return list(audit.entries(db))


def test_every_page_that_shows_people_is_noted_before_it_is_shown(union: SmallUnion) -> None:
    talked(union, "ana", "minh")
    with desk(union) as client:
        for path, (what, ids, count) in PAGES.items():
            assert client.get(path).status_code == 200
            last = noted(union)[0]
            assert (last.what, {*last.ids}, last.count) == (what, ids, count), path
            assert (last.volunteer, last.n) == ("dara", len(noted(union)))
        before = noted(union)
        assert client.get("/desk/people/nobody").status_code == 404
        assert noted(union) == before
    names = ("Minh", "Siobhán", "nobody-is", "Dara")
    rows = union.read("SELECT group_concat(ids || what || volunteer) AS said FROM audit")
    assert [name for name in names if name in rows[0]["said"]] == []


def test_what_cannot_be_noted_is_not_shown(
    union: SmallUnion, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: object) -> None:
        raise DatabaseError("database or disk is full")

    with desk(union) as client:
        monkeypatch.setattr(audit, "note", full)
        answer = client.get("/desk/people/minh")
    assert answer.status_code == 503
    assert "Minh" not in answer.text
    assert "could not be noted who looked" in answer.text


def test_who_looked_at_whom_is_read_by_who_reaches_everybody(union: SmallUnion) -> None:
    three_entries(union)
    with desk(union) as client:
        page = client.get("/desk/privacy/audit").text
        assert all(name in page for name in ("Minh Trần", "Siobhán", "Zoé", "Dara Wójcik"))
        assert noted(union)[0].what == "audit.read"
    with desk(union, "emil") as client:
        assert client.get("/desk/privacy/audit").status_code == 404


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET volunteer = 'emil' WHERE n = 2",
        "DELETE FROM audit WHERE n = 3",
        "INSERT OR REPLACE INTO audit SELECT 2, at, 'emil', device, what, ids, count, hash "
        "FROM audit WHERE n = 2",
        "INSERT INTO audit SELECT 9, at, volunteer, device, what, ids, count, hash "
        "FROM audit WHERE n = 3",
    ],
)
def test_the_file_refuses_to_change_what_was_noted(union: SmallUnion, statement: str) -> None:
    three_entries(union)
    with Opened(union.db) as db, pytest.raises(DatabaseError, match="only added to"):
        db.execute(statement)


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("UPDATE audit SET volunteer = 'emil' WHERE n = 2", "entry 2 is not what it was"),
        ("UPDATE audit SET ids = '[]' WHERE n = 3", "entry 3 is not what it was"),
        ("DELETE FROM audit WHERE n = 1", "entry 1 is missing before entry 2"),
        ("DELETE FROM audit WHERE n = 3", "it ends with entry 2, and had 3 once"),
    ],
)
def test_who_gets_past_that_is_found_out(union: SmallUnion, statement: str, told: str) -> None:
    three_entries(union)
    result = rounds("audit", "verify", "--db", union.db)
    assert result.exit_code == 0
    head = result.output.split("Head: ")[1].strip()
    with Opened(union.db) as db:
        for trigger in ("update", "delete"):
            db.execute(f"DROP TRIGGER audit_no_{trigger}")
        db.execute(statement)
    result = rounds("audit", "verify", "--head", head, "--db", union.db)
    assert result.exit_code == 1
    assert told in result.output
    # Only who knows the head from before sees that the last entries are gone.
    checked = rounds("check", "--db", union.db).output
    assert (told in checked) is ("had 3 once" not in told), checked


def test_show_says_who_looked_at_whom(union: SmallUnion) -> None:
    three_entries(union)
    result = rounds("audit", "show", "--person", "minh", "--since", "2001-01-01", "--db", union.db)
    (line,) = result.output.splitlines()
    assert "person.read  Dara Wójcik  minh" in line


def test_a_restore_keeps_what_was_noted_since_and_is_noted(
    union: SmallUnion, tmp_path: Path
) -> None:
    three_entries(union)
    made = backup(union, tmp_path / "elsewhere")
    three_entries(union)
    before = noted(union)
    assert rounds("restore", made, "--force", "--db", union.db).exit_code == 0
    restored, *kept = noted(union)
    assert kept == before
    assert (restored.what, restored.volunteer) == ("restored", "server")
    assert rounds("audit", "verify", "--db", union.db).exit_code == 0


def three_entries(union: SmallUnion) -> None:
    """Note three reads by a coordinator."""
    with Opened(union.db) as db:
        for person in ("minh", "siobhan", "zoe"):
            audit.note(db, audit.Who("dara", "desk-1"), "person.read", [person], 1_700_000_000_000)
