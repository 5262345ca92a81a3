"""The server's keys: made once, kept from others' eyes, replaced and put back."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from starlette.testclient import TestClient

from server.__main__ import main
from server.access.keys import BadKeys, Keys, keys_beside, path_beside, read_keys, rotate
from server.ids import now_ms
from tests.sealing_phone import SealingPhone, kept
from tests.small_union import SmallUnion


@pytest.fixture
def ana(client: TestClient, union: SmallUnion) -> SealingPhone:
    return SealingPhone(client, union.link_token("ana"))


def rounds_keys(*args: object) -> Result:
    return CliRunner().invoke(main, ["keys", *map(str, args)])


def test_keys_are_made_once_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    db = tmp_path / "rounds.db"
    first, again = keys_beside(db), keys_beside(db)
    assert first.current.id == again.current.id
    assert path_beside(db).stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["rounds.keys"]


KEY = '[{"id": "a", "private": "%s", "made_at": 1}]'


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", "shopping list", KEY % "AAAA", KEY % ("A" * 43), KEY % ("_" * 43)]
)
def test_a_file_without_keys_is_said_at_the_start_and_left_alone(tmp_path: Path, text: str) -> None:
    db = tmp_path / "rounds.db"
    path_beside(db).write_text(text)
    with pytest.raises(BadKeys, match="holds no keys of Rounds"):
        keys_beside(db)
    assert path_beside(db).read_text() == text


def test_after_a_rotation_both_keys_open_and_phones_hear_of_the_new_one(
    ana: SealingPhone, union: SmallUnion
) -> None:
    before = ana.talk("minh")
    new = rotate(path_beside(union.db), now_ms())
    ana.exchange()
    assert ana.receipts[before]["verdict"] == "taken"
    assert ana.key == new.on_the_wire
    after = ana.talk("siobhan")
    assert ana.waiting[0]["header"]["key"] == new.id
    down = ana.exchange()
    assert ana.receipts[after]["verdict"] == "taken"
    assert "key" not in down


def test_a_phone_seals_again_what_the_server_lost_the_key_for(
    ana: SealingPhone, union: SmallUnion
) -> None:
    save = ana.talk("minh")
    path_beside(union.db).unlink()
    keys_beside(union.db)
    ana.exchange()
    assert ana.receipts[save]["reason"] == "cannot_open"
    ana.exchange()
    assert ana.receipts[save]["verdict"] == "taken"
    assert kept(union) == []


def test_an_old_key_put_back_opens_what_waits_for_it(ana: SealingPhone, union: SmallUnion) -> None:
    old = path_beside(union.db).rename(union.db.with_name("old.keys"))
    save = ana.talk("minh")
    ana.saves.clear()  # it cannot be read any more on the phone
    keys_beside(union.db)
    ana.exchange()
    assert ana.receipts[save]["reason"] == "cannot_open"
    result = rounds_keys("add", old, "--db", union.db)
    assert result.exit_code == 0, result.output
    assert "Sealed records opened: 1. Still closed: 0." in result.output
    assert kept(union) == []
    (row,) = union.read("SELECT author, verdict FROM save WHERE id = ?", save)
    assert row == {"author": "ana", "verdict": "taken"}
    ana.exchange()
    assert ana.receipts[save]["verdict"] == "taken"
    assert keys_beside(union.db).current.id != read_keys(old)[-1].id
    again = rounds_keys("add", old, "--db", union.db)
    assert "none, all were here already" in again.output


def test_what_waits_and_is_spoiled_stays_closed(ana: SealingPhone, union: SmallUnion) -> None:
    key = ana.key["id"]
    ana.waiting = [
        {"header": {"id": "x", "device": ana.me["device"], "n": 1, "key": key}, "sealed": "AAAA"}
    ]
    ana.exchange()
    result = rounds_keys("add", path_beside(union.db), "--db", union.db)
    assert "Sealed records opened: 0. Still closed: 1." in result.output
    assert len(kept(union)) == 1


def test_the_command_lists_and_rotates(union: SmallUnion) -> None:
    keys_beside(union.db)
    result = rounds_keys("rotate", "--db", union.db)
    assert result.exit_code == 0
    assert "Older keys kept: 1." in result.output
    lines = rounds_keys("list", "--db", union.db).output.splitlines()
    assert [line.rpartition("  ")[2] for line in lines] == ["kept", "in use"]
    assert lines[1].split()[0] in result.output


@pytest.mark.parametrize(
    ("args", "code", "told"),
    [
        (("add",), 2, "takes a FILE"),
        (("list", "x.keys"), 2, "takes a FILE"),
        (("add", "/nowhere/x.keys"), 1, "/nowhere/x.keys: No such file"),
        (("add", __file__), 1, "holds no keys of Rounds"),
        (("burn",), 2, "burn"),
    ],
)
def test_a_command_that_cannot_be_done_says_why_and_changes_nothing(
    union: SmallUnion, args: tuple[str, ...], code: int, told: str
) -> None:
    before = keys_beside(union.db).current.id
    result = rounds_keys(*args, "--db", union.db)
    assert result.exit_code == code
    assert told in result.output
    assert [key.id for key in keys_beside(union.db).all] == [before]


def test_there_is_no_key_without_a_database(tmp_path: Path) -> None:
    result = rounds_keys("list", "--db", tmp_path / "rounds.db")
    assert result.exit_code == 1
    assert [*tmp_path.iterdir()] == []


def test_a_running_server_goes_on_with_what_it_has_when_the_file_is_spoiled(
    ana: SealingPhone, union: SmallUnion
) -> None:
    for spoil in (lambda path: path.write_text("oops"), Path.unlink):
        spoil(path_beside(union.db))
        save = ana.talk("minh")
        ana.exchange()
        assert ana.receipts[save]["verdict"] == "taken"


def test_keys_that_another_process_rotated_are_read_again(tmp_path: Path) -> None:
    keys = keys_beside(tmp_path / "rounds.db")
    first = keys.current.id
    new = rotate(keys.path, now_ms())
    assert [key.id for key in keys.all] == [first, new.id]
    assert Keys(keys.path).current.id == new.id
