"""`rounds backup`: one checked file that holds everything, and what phones are told then."""

import io
import subprocess
import sys
import tarfile
from pathlib import Path

import pyrage
import pytest
from click.testing import CliRunner, Result
from starlette.testclient import TestClient

from server.__main__ import main
from server.app import open_database
from server.backups.archive import read_archive
from server.backups.making import note_backup
from server.config import Settings
from server.schema import connect
from tests.sealing_phone import SealingPhone
from tests.small_union import Opened, SmallUnion

HOUSE = Path(__file__).parent.parent
BACKS_UP_AND_STAYS = """
import sys, time
from pathlib import Path
from server.backups.files import workplace

with workplace(Path(sys.argv[1]), "backup"):
    print("at work", flush=True)
    time.sleep(600)
"""


def rounds(*args: object) -> Result:
    return CliRunner().invoke(main, [str(arg) for arg in args])


def backup(union: SmallUnion, folder: Path, *args: object) -> Path:
    """Make a backup and return its file."""
    before = {*folder.glob("*")}
    result = rounds("backup", "--db", union.db, "--to", folder, *args)
    assert result.exit_code == 0, result.output
    (made,) = {*folder.glob("*")} - before
    assert str(made) in result.output
    return made


def members(archive: bytes) -> dict[str, bytes]:
    """Return the files of a tar."""
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        return {m.name: tar.extractfile(m).read() for m in tar}  # type: ignore[union-attr]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "backups"


def test_a_backup_holds_the_database_the_keys_the_secret_and_what_was_erased(
    client: TestClient, union: SmallUnion, folder: Path, tmp_path: Path
) -> None:
    union.db.with_suffix(".erased").write_text('{"kind": "person", "record": "x"}\n')
    made = backup(union, folder)
    found = members(made.read_bytes())
    assert sorted(found) == [
        *("backup.json", "rounds.db", "rounds.erased", "rounds.keys", "rounds.secret")
    ]
    for end in (".keys", ".secret", ".erased"):
        assert found[f"rounds{end}"] == union.db.with_suffix(end).read_bytes()
    (tmp_path / "copy.db").write_bytes(found["rounds.db"])
    copy = connect(tmp_path / "copy.db", query_only=True)
    saves = copy.execute("SELECT * FROM save ORDER BY seq").fetchall()
    assert [dict(row) for row in saves] == union.read("SELECT * FROM save ORDER BY seq")
    assert copy.execute("PRAGMA freelist_count").fetchone()[0] == 0


def test_only_its_owner_reads_it_and_nothing_else_is_left_behind(
    client: TestClient, union: SmallUnion, folder: Path
) -> None:
    before = {path.name for path in union.db.parent.iterdir()}
    made = backup(union, folder)
    assert made.stat().st_mode & 0o777 == 0o600
    assert [*folder.iterdir()] == [made]
    after = {path.name for path in union.db.parent.iterdir()}
    assert after - before == {"backups"}


def test_phones_are_told_what_a_backup_holds_and_keep_the_rest(
    client: TestClient, union: SmallUnion, folder: Path
) -> None:
    ana = SealingPhone(client, union.link_token("ana"))
    first = ana.talk("minh")
    assert ana.exchange()["backed_up_to"] == 0
    assert [*ana.kept] == [first]
    backup(union, folder)
    assert ana.exchange()["backed_up_to"] == ana.receipts[first]["seq"]
    assert ana.kept == {}
    later = ana.talk("siobhan")
    ana.exchange()
    assert [*ana.kept] == [later]


def test_a_new_server_is_backed_up_beside_the_folder_of_its_database(tmp_path: Path) -> None:
    db = tmp_path / "var" / "rounds.db"
    db.parent.mkdir()
    open_database(Settings(db=db)).close()
    assert "0 saves, checked" in rounds("backup", "--db", db).output
    (made,) = (tmp_path / "backups").iterdir()
    assert made.suffix == ".tar"


def test_an_encrypted_backup_opens_for_each_recipient_and_shows_nothing_to_others(
    client: TestClient, union: SmallUnion, folder: Path
) -> None:
    keys = [pyrage.x25519.Identity.generate() for _ in range(2)]
    args = [part for key in keys for part in ("--age", key.to_public())]
    made = backup(union, folder, *args)
    data = made.read_bytes()
    assert made.name.endswith(".tar.age")
    assert made.stat().st_mode & 0o777 == 0o600
    assert b"Siobh" not in data
    assert b"rounds.db" not in data
    for key in keys:
        assert "rounds.db" in members(pyrage.decrypt(data, [key]))
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(data, [pyrage.x25519.Identity.generate()])


@pytest.mark.parametrize("key", ["age1nobody", "AGE-SECRET-KEY-1X", "ssh-ed25519 AAAA", ""])
def test_a_recipient_that_is_none_is_a_usage_error(
    union: SmallUnion, folder: Path, key: str
) -> None:
    result = rounds("backup", "--db", union.db, "--to", folder, "--age", key)
    assert result.exit_code == 2
    assert "is no age or ssh public key" in result.output
    assert not folder.exists()


def test_a_damaged_log_is_not_backed_up_and_no_phone_is_told_so(
    client: TestClient, union: SmallUnion, folder: Path
) -> None:
    older = backup(union, folder)
    mark = union.read("SELECT value FROM meta WHERE name = 'backed_up_to'")
    ana = SealingPhone(client, union.link_token("ana"))
    ana.talk("minh")
    ana.exchange()
    with Opened(union.db) as db:
        db.execute("UPDATE save SET body = replace(body, 'Zoé', 'Zoë')")
    result = rounds("backup", "--db", union.db, "--to", folder)
    assert result.exit_code == 1
    assert "was changed after it was stored" in result.output
    assert [*folder.iterdir()] == [older]
    assert union.read("SELECT value FROM meta WHERE name = 'backed_up_to'") == mark


def test_two_backups_at_once_are_one_too_many(union: SmallUnion, folder: Path) -> None:
    command = [sys.executable, "-c", BACKS_UP_AND_STAYS, union.db]
    with subprocess.Popen(command, cwd=HOUSE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout
        assert other.stdout.readline() == "at work\n"
        result = rounds("backup", "--db", union.db, "--to", folder)
        other.kill()
    assert result.exit_code == 1
    assert "Another backup" in result.output
    assert not folder.exists()


def test_what_a_killed_backup_left_is_gone_after_the_next(
    client: TestClient, union: SmallUnion, folder: Path
) -> None:
    left = union.db.with_suffix(".backup")
    (left / "work").mkdir(parents=True)
    (left / "work" / "rounds.db").write_text("half a database")
    backup(union, folder)
    assert not left.exists()


def test_a_folder_that_cannot_be_written_is_said(union: SmallUnion, folder: Path) -> None:
    folder.write_text("a file")
    result = rounds("backup", "--db", union.db, "--to", folder)
    assert result.exit_code in (1, 2)
    assert "backups" in result.output
    assert "Traceback" not in result.output


def test_there_is_nothing_to_back_up_where_there_is_no_database(tmp_path: Path) -> None:
    result = rounds("backup", "--db", tmp_path / "rounds.db")
    assert result.exit_code == 1
    assert "There is no file" in result.output
    assert [*tmp_path.iterdir()] == []


def test_a_mark_never_goes_back_and_never_covers_another_past(
    client: TestClient, union: SmallUnion, folder: Path
) -> None:
    first = backup(union, folder)
    with first.open("rb") as stream:
        listed = read_archive(stream)
    with Opened(union.db) as db:
        db.execute("UPDATE meta SET value = '999' WHERE name = 'backed_up_to'")
        assert note_backup(db, listed)
        row = db.execute("SELECT value FROM meta WHERE name = 'backed_up_to'").fetchone()
        assert row["value"] == "999"
        db.execute("UPDATE save SET id = 'other' WHERE seq = ?", (listed.seq,))
        assert not note_backup(db, listed)
