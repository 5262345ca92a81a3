"""`rounds erase-person` and `erase-volunteer`: no byte is left, also after a restore."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from starlette.testclient import TestClient

from server.__main__ import main
from server.access import audit
from server.access.devices import new_device
from server.ids import now_ms
from tests.model_phone import Join, ModelPhone
from tests.sealing_phone import SealingPhone
from tests.small_union import Opened, SmallUnion
from tests.test_backup import backup, rounds
from tests.test_restore import running

WORDS = "Quellwasser läuft über"
SECRETS = ("Minh Trần", "+1 587 555-0142", "minh.tran@example.org", WORDS, "Pörtner’s cousin")


def every_spelling(text: str) -> Iterator[bytes]:
    """Yield how a text may lie on a disk: UTF-8, both UTF-16, and both as JSON escapes it."""
    escaped = json.dumps(text)[1:-1]
    for said in {text, escaped, escaped.upper(), text.casefold()}:
        yield said.encode()
        yield said.encode("utf-16-le")
        yield said.encode("utf-16-be")


def left(folder: Path, texts: tuple[str, ...] = SECRETS) -> list[str]:
    """Return which texts still stand in which file of a folder, whatever the spelling."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    return sorted(
        f"{path.name}: {text}"
        for path in files
        for text in texts
        if any(spelling in path.read_bytes() for spelling in every_spelling(text))
    )


def talk_about_minh(ana: ModelPhone | SealingPhone) -> None:
    """Note all there is to note about somebody, some of it twice, held and taken back."""
    details = {"phone": SECRETS[1], "email": SECRETS[2], "note": SECRETS[4]}
    ana.save({"kind": "person", "record": "minh", "set": details})
    ana.save({"kind": "chat", "record": "c-1", "set": {"person": "minh", "text": WORDS}})
    for _ in range(30):  # rows grow, move to other pages and leave copies behind
        save = ana.talk("minh", platform=WORDS * 20)
        ana.save({"kind": "ruling", "record": save, "set": {"counts": False}})
    ana.talk("minh", platform=WORDS)
    ana.exchange()
    while ana.waiting:
        ana.exchange()


def test_no_byte_of_a_person_is_left_also_after_a_late_envelope_and_a_restore(
    union: SmallUnion, tmp_path: Path
) -> None:
    union.db = shutil.copy(union.db, folder_of(tmp_path) / "rounds.db")
    with running(union) as client:
        ana = SealingPhone(client, union.link_token("ana"))
        talk_about_minh(ana)
        made = backup(union, tmp_path / "elsewhere")
        late = ana.talk("minh", platform=WORDS)
        assert {line.partition(": ")[2] for line in left(union.db.parent)} == {*SECRETS}
        result = rounds("erase-person", "minh", "--yes", "--db", union.db)
        assert result.exit_code == 0, result.output
        assert "Conversation: 31" in result.output
        assert left(union.db.parent) == []
        ana.exchange()
        assert ana.receipts[late]["verdict"] == "erased"
        assert left(union.db.parent) == []
        assert client.get("/health").status_code == 200
    assert rounds("check", "--db", union.db).exit_code == 0
    assert rounds("audit", "verify", "--db", union.db).exit_code == 0
    with Opened(union.db) as db:
        assert [(one.what, one.ids) for one in audit.entries(db)] == [("person.erased", ("minh",))]
    again = rounds("erase-person", "minh", "--yes", "--db", union.db)
    assert again.exit_code == 0, again.output
    assert rounds("restore", made, "--force", "--db", union.db).exit_code == 0
    told = rounds("erase-person", "minh", "--yes", "--db", union.db)
    assert told.exit_code == 1
    assert "moved aside still hold everything" in told.output
    for path in union.db.parent.glob("*.before-*"):
        path.unlink()
    assert left(union.db.parent) == []
    assert rounds("check", "--db", union.db).exit_code == 0
    assert union.value("person", "siobhan", "name") == "Siobhán O’Keefe-Tremblay"


def test_an_erasure_wants_the_id_typed_and_knows_whom_it_erases(union: SmallUnion) -> None:
    def asked(typed: str, *args: str) -> str:
        result = CliRunner().invoke(main, [*args, "--db", str(union.db)], input=f"{typed}\n")
        assert result.exit_code == 1, result.output
        return result.output

    output = asked("mihn", "erase-person", "minh")
    assert "Minh Trần (minh). This goes:" in output
    assert "Nothing was erased." in output
    assert "Nobody has the ID “mihn”" in asked("", "erase-person", "mihn")
    assert "Nobody has the ID “mihn”" in asked("", "erase-volunteer", "mihn")
    assert union.value("person", "minh", "name") == "Minh Trần"


def test_a_volunteer_goes_and_what_they_noted_stays_under_no_name(
    client: TestClient, union: SmallUnion, join: Join, tmp_path_factory: pytest.TempPathFactory
) -> None:
    ana = join("ana")
    ana.talk("minh", "talk-1", platform="yes")
    ana.exchange()
    union.link_token("ana")
    with Opened(union.db) as db:
        desk = new_device(db, "ana", "desk", now_ms()).device["id"]
        db.execute("UPDATE device SET label = 'Ana’s old phone' WHERE volunteer = 'ana'")
    made = backup(union, tmp_path_factory.mktemp("elsewhere"))
    result = rounds("erase-volunteer", "ana", "--yes", "--db", union.db)
    assert result.exit_code == 0, result.output
    is_gone(union, ana, desk)
    ana.save({"kind": "person", "record": "minh", "set": {"job": "nurse"}})
    down = ana.exchange()
    assert (down["records"], down["wipe"]) == ([], True)
    assert rounds("check", "--db", union.db).exit_code == 0
    # The server of this test has the file open: a copy is restored.
    elsewhere = tmp_path_factory.mktemp("copy") / "data"
    union.db = shutil.copytree(union.db.parent, elsewhere) / "rounds.db"
    assert rounds("restore", made, "--force", "--db", union.db).exit_code == 0
    for path in union.db.parent.glob("*.before-*"):
        path.unlink()
    is_gone(union, ana, desk)
    assert rounds("check", "--db", union.db).exit_code == 0


def is_gone(union: SmallUnion, ana: ModelPhone, desk: str) -> None:
    """Look whether Ana is, and what she noted is not."""
    assert left(union.db.parent, ("Ana Kowalczyk", "Ana’s old phone")) == []
    assert union.value("conversation", "talk-1", "answers/platform") == "yes"
    assert union.read("SELECT * FROM invitation WHERE volunteer = 'ana'") == []
    rows = union.read("SELECT id, revoked_at FROM device WHERE volunteer = 'ana'")
    assert {row["id"] for row in rows} == {ana.me["device"], desk}
    assert all(row["revoked_at"] for row in rows)


def test_the_last_administrator_is_not_erased(union: SmallUnion) -> None:
    assert rounds("invite", "--name", "Dara Wójcik", "--role", "administrator", "--db", union.db)
    result = rounds("erase-volunteer", "dara", "--yes", "--db", union.db)
    assert result.exit_code == 1
    assert "the last administrator" in result.output
    assert union.value("volunteer", "dara", "name") == "Dara Wójcik"


def folder_of(tmp_path: Path) -> Path:
    """Make a data folder that holds nothing else."""
    folder = tmp_path / "data"
    folder.mkdir()
    return folder
