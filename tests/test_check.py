"""rounds check and rebuild: no cell of the log or of a table changes unnoticed."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from starlette.testclient import TestClient

from server.app import create_app
from server.commands.check import check
from server.commands.rebuild import rebuild
from server.config import Settings
from server.ledger.erase import erase
from server.ledger.facts import SERVER
from server.schema import connect, derived_tables
from sync.kinds import load_kinds
from sync.lift import FILE
from sync.save import Change
from tests.model_phone import ModelPhone
from tests.small_union import Opened, SmallUnion

TABLES = ["save", *derived_tables(load_kinds())]
OF_ERASURES = ["erasure", "erasure_kinds"]


@pytest.fixture
def lived(union: SmallUnion) -> Path:
    """A database in which something happened: talks, a conflict, a held save, a ruling, hours."""
    with TestClient(create_app(Settings(db=union.db))) as client:
        ana, other = (ModelPhone(client, union.link_token("ana")) for _ in range(2))
        cleo = ModelPhone(client, union.link_token("cleo"))
        held = ana.talk("ravneet")
        ana.talk("minh", platform="yes")
        asked = {"consent/phone": True, "consent_wording/phone": "May we call you?"}
        ana.save({"kind": "person", "record": "minh", "set": {"phone": "1", **asked}})
        ana.save({"kind": "person", "record": "adaeze", "set": {"do_not_contact/all": True}})
        ana.save({"kind": "follow_up", "record": "f", "set": {"person": "minh", "text": "form"}})
        ana.save({"kind": "follow_up", "record": "g", "set": {"person": "minh", "text": "pin"}})
        other.save({"kind": "person", "record": "minh", "set": {"phone": "2"}})
        event = {"line": "gate-3", "person": "minh", "way": "in", "when": 1}
        cleo.save({"kind": "check_event", "record": "e", "set": event})
        for phone in (ana, other, cleo):
            phone.exchange()
    union.write(Change("ruling", held, {"counts": True, "reason": "asked"}))
    union.write(Change("assignment", "minh", {"volunteer": "luc", "since": "2026-01-01"}))
    split = union.write(Change("alias", "c", {"person": "minh", "same_as": "adaeze"}))
    union.write(Change("ruling", split.save, {"counts": False}))
    union.write(Change("alias", "a", {"person": "zoe", "same_as": "adaeze"}))
    union.write(Change("apart", "b", {"person": "minh", "other": "siobhan"}))
    union.write(Change("in_use", "assessment", {"on": True}))
    union.write(Change("assessment", "x", {"person": "minh", "level": 2, "when": 1}))
    union.write(Change("employer", "h", {"name": "Health", "domains": "ahs.example"}))
    union.write(Change("report_back", "r", {"title/en": "Staff", "text/en": "From March."}))
    union.write(Change("told", "t", {"person": "minh", "report_back": "r", "state": "told"}))
    union.write(Change("action", "n", {"name/en": "Petition", "name/fr": "Pétition"}))
    about = {"person": "minh", "conversation": "talk"}
    union.write(Change("issue", "o", {**about, "themes/nights": True}))
    union.write(Change("story", "p", {**about, "text": "Alone on nights"}))
    union.write(Change("participation", "q", {**about, "action": "n", "answer": "yes"}))
    both = {"campaigns/campaign-1": True, "questionnaires/q-1": True}
    union.write(Change("conversation", "s", {"person": "minh", "when": 1, **both}))
    union.write(Change("campaign", "u", {"name/en": "Spring", "rap/en": "Listen first."}))
    union.write(Change("in_use", "assessment", {"trained/steward": True}))
    listed = {"source": "members", "file": "members.csv", "when": 1}
    union.write(Change("import", "i", listed), Change("person", "ravneet", {"job": "Nurse"}))
    return union.db


@pytest.fixture
def erased(lived: Path) -> Path:
    """The same, after a promise was erased."""
    with Opened(lived) as db:
        server = db.execute("SELECT * FROM device WHERE id = ?", (SERVER,)).fetchone()
        erase(db, load_kinds(), server, [(("follow_up", "f"), "minh")], 1)
    return lived


def run_check(path: Path) -> tuple[int, str]:
    result = CliRunner().invoke(check, ["--db", str(path)])
    return result.exit_code, result.output


def cells(path: Path, tables: list[str]) -> Iterator[tuple[str, str, int]]:
    """Give each of these tables, each of its columns, and a row of it."""
    db = connect(path, query_only=True)
    for table in tables:
        columns = [row["name"] for row in db.execute(f'PRAGMA table_info("{table}")')]
        count = db.execute(f'SELECT count(*) AS n FROM "{table}"').fetchone()["n"]
        assert count, f"nothing in {table} to change by hand"
        for column in columns:
            yield table, column, count // 2
    db.close()


def test_a_file_nobody_touched_is_whole(lived: Path) -> None:
    code, output = run_check(lived)
    assert (code, "every table as the log says" in output) == (0, True), output


def test_any_cell_changed_by_hand_is_found(lived: Path) -> None:
    change_every_cell(lived, [table for table in TABLES if table not in OF_ERASURES])


def test_any_cell_changed_by_hand_is_found_after_an_erasure(erased: Path) -> None:
    code, output = run_check(erased)
    assert code == 0, output
    change_every_cell(erased, ["save", "conversation", "person", *OF_ERASURES])


def change_every_cell(path: Path, tables: list[str]) -> None:
    """Change one cell of every column by hand; every time, the check must say so."""
    db = connect(path)
    for table, column, nth in cells(path, tables):
        db.execute("BEGIN IMMEDIATE")
        row = db.execute(f'SELECT * FROM "{table}" LIMIT 1 OFFSET ?', (nth,)).fetchone()
        where = " AND ".join(f'"{name}" IS ?' for name in row.keys())  # noqa: SIM118
        old = row[column]
        new = old + 1000 if isinstance(old, int) else f"{old or ''}x"
        db.execute(f'UPDATE "{table}" SET "{column}" = ? WHERE {where}', (new, *row))
        db.execute("COMMIT")
        code, _ = run_check(path)
        assert code == 1, f"{table}.{column} was changed unnoticed"
        where = " AND ".join(f'"{name}" IS ?' for name in row.keys())  # noqa: SIM118
        changed = [new if name == column else row[name] for name in row.keys()]  # noqa: SIM118
        db.execute(f'UPDATE "{table}" SET "{column}" = ? WHERE {where}', (old, *changed))
    db.close()
    assert run_check(path)[0] == 0


def test_a_row_taken_out_of_the_log_is_found(lived: Path) -> None:
    db = connect(lived)
    db.execute("DELETE FROM save WHERE seq = 5")
    db.close()
    code, output = run_check(lived)
    assert code == 1
    assert "save 5 is missing" in output


def test_a_phone_given_to_somebody_else_by_hand_is_found(lived: Path) -> None:
    db = connect(lived)
    db.execute("UPDATE device SET volunteer = 'luc' WHERE volunteer = 'cleo'")
    db.close()
    code, output = run_check(lived)
    assert (code, "does not belong to who wrote its 1 saves" in output) == (1, True)


def test_tables_of_another_version_are_made_anew_at_the_next_start(lived: Path) -> None:
    db = connect(lived)
    (before,) = db.execute("SELECT value FROM meta WHERE name = 'epoch'").fetchone()
    db.execute("UPDATE meta SET value = 'older' WHERE name = 'tables'")
    db.execute("UPDATE person SET name = NULL")
    assert "made by another version" in run_check(lived)[1]
    with TestClient(create_app(Settings(db=lived))):
        assert run_check(lived)[0] == 0
    (after,) = db.execute("SELECT value FROM meta WHERE name = 'epoch'").fetchone()
    assert after != before
    db.close()


def test_tables_made_when_old_saves_were_read_otherwise_are_made_anew(
    lived: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    more = {"to": 3, "kinds": {}, "registers": {"person": {"note": "remark"}}, "values": {}}
    lifts = tmp_path / "lifts.json"
    lifts.write_text(json.dumps([*json.loads(FILE.read_text()), more]))
    monkeypatch.setattr("sync.lift.FILE", lifts)
    assert "made by another version" in run_check(lived)[1]


def test_a_row_added_to_a_table_is_found_and_rebuilt_away(lived: Path) -> None:
    db = connect(lived)
    db.execute("INSERT INTO person (id, name) VALUES ('ghost', 'Nobody')")
    db.close()
    code, output = run_check(lived)
    assert (code, "person ghost: does not follow from the log" in output) == (1, True)
    assert CliRunner().invoke(rebuild, ["--db", str(lived)]).exit_code == 0
    assert run_check(lived)[0] == 0


def test_a_file_that_is_no_database_is_told_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "photo.db"
    path.write_bytes(b"not a database, and rather long to be one" * 100)
    code, output = run_check(path)
    assert (code, "is no database of Rounds" in output) == (1, True)
    assert path.read_bytes().startswith(b"not a database")


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    code, output = run_check(tmp_path / "none.db")
    assert (code, "There is no file" in output) == (1, True)
    assert not (tmp_path / "none.db").exists()
