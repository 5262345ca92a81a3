"""`rounds restore`: the drill, what is checked first, and what a restore must not undo."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyrage
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from starlette.testclient import TestClient

from server.access.audit import Who
from server.access.devices import device_of, new_device, revoke
from server.access.keys import keys_beside, path_beside, rotate
from server.access.passkeys import Made, add, passkeys_of, remove, used
from server.access.rooms import open_room
from server.access.sessions import confirm
from server.app import create_app
from server.config import Settings, secret_beside
from server.ids import now_ms
from server.ledger.erase import erase, records_about
from server.ledger.erased_file import Erased, remembered
from server.ledger.facts import SERVER
from server.schema import connect
from sync.kinds import load_kinds
from sync.save import Change
from tests.sealing_phone import SealingPhone
from tests.small_union import Opened, SmallUnion
from tests.standing_server import StandingServer
from tests.test_backup import backup, members, rounds


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "elsewhere"


@contextmanager
def running(union: SmallUnion, *phones: SealingPhone) -> Iterator[TestClient]:
    """Run the server, and let phones speak to it from now on."""
    with TestClient(create_app(Settings(db=union.db))) as client:
        for phone in phones:
            phone.client = client
        yield client


def lose(union: SmallUnion) -> None:
    """Lose the server's disk."""
    for path in union.db.parent.glob(f"{union.db.stem}.*"):
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def restore(union: SmallUnion, file: Path, *args: object) -> str:
    result = rounds("restore", file, "--db", union.db, *args)
    assert result.exit_code == 0, result.output
    return result.output


def exchange_all(*phones: SealingPhone) -> None:
    for phone in phones:
        phone.exchange()
        while phone.waiting:
            phone.exchange()


# The drill


def test_a_lost_server_comes_back_and_phones_bring_what_the_backup_missed(
    union: SmallUnion, folder: Path
) -> None:
    with running(union) as client:
        ana = SealingPhone(client, union.link_token("ana"))
        luc = SealingPhone(client, union.link_token("luc"))
        before = {ana.talk("minh"), ana.talk("siobhan"), luc.talk("ravneet")}
        exchange_all(ana, luc)
        made = backup(union, folder)
        exchange_all(ana, luc)
        assert ana.kept == luc.kept == {}
        missed = {ana.talk("minh"), ana.talk("adaeze"), luc.talk("ravneet")}
        exchange_all(ana, luc)
        unsent = {luc.talk("ravneet")}
        epoch = ana.cursor["epoch"]
        held = {key: ana.records[key] for key in ana.records if key[0] == "person"}
    lose(union)
    assert "as of the backup" in restore(union, made)
    stored = {row["id"] for row in union.read("SELECT id FROM save")}
    assert before <= stored
    assert not missed & stored
    with running(union, ana, luc):
        exchange_all(ana, luc)
    rows = union.read("SELECT id, body, verdict FROM save")
    everything = before | missed | unsent
    assert everything <= {row["id"] for row in rows}
    assert len({row["body"] for row in rows}) == len(rows)
    assert {row["verdict"] for row in rows if row["id"] in everything} == {"taken"}
    assert ana.cursor["epoch"] != epoch
    assert {key: ana.records[key] for key in held} == held
    assert "every table as the log says" in rounds("check", "--db", union.db).output


def test_a_restored_server_tells_phones_no_more_than_the_backup_held(
    union: SmallUnion, folder: Path
) -> None:
    with running(union) as client:
        ana = SealingPhone(client, union.link_token("ana"))
        ana.talk("minh")
        ana.exchange()
        held = union.read("SELECT max(seq) AS seq FROM save")[0]["seq"]
        made = backup(union, folder)
        later = ana.talk("minh")
        ana.exchange()
        backup(union, folder, "--age", pyrage.x25519.Identity.generate().to_public())
    lose(union)
    restore(union, made)
    with running(union, ana):
        assert ana.exchange()["backed_up_to"] == held
        ana.exchange()
        assert ana.receipts[later]["seq"] > held
        assert [*ana.kept] == [later]


def test_who_joined_after_the_backup_joins_again_and_their_work_waits_for_a_coordinator(
    union: SmallUnion, folder: Path
) -> None:
    with running(union) as client:
        made = backup(union, folder)
        ana = SealingPhone(client, union.link_token("ana"))
        save = ana.talk("minh")
        ana.exchange()
        assert ana.receipts[save]["verdict"] == "taken"
    lose(union)
    restore(union, made)
    with running(union, ana) as client:
        asked = client.post("/sync", json=ana.up(), headers=ana.headers)
        assert asked.status_code == 401
        again = SealingPhone(client, union.link_token("ana"))
        again.waiting = [*ana.kept.values()]
        exchange_all(again)
        assert (again.receipts[save]["verdict"], again.receipts[save]["reason"]) == (
            "held",
            "device_unknown",
        )
    (row,) = union.read("SELECT author, body FROM save WHERE id = ?", save)
    assert row["author"] == "ana"


def test_keys_of_before_and_after_the_backup_open_alike(union: SmallUnion, folder: Path) -> None:
    with running(union) as client:
        ana = SealingPhone(client, union.link_token("ana"))
        early = ana.talk("minh")
        made = backup(union, folder)
        rotate(path_beside(union.db), now_ms())
        waiting, ana.waiting = ana.waiting, []
        ana.exchange()
        late = ana.talk("siobhan")
        ana.waiting = [*waiting, *ana.waiting]
        used = {one["header"]["key"] for one in ana.waiting}
        assert len(used) == 2
    restore(union, made, "--force")
    with running(union, ana):
        ana.exchange()
    assert {ana.receipts[save]["verdict"] for save in (early, late)} == {"taken"}
    assert {key.id for key in keys_beside(union.db).all} == used


# What a restore must not undo


def test_what_was_erased_since_the_backup_is_erased_again(union: SmallUnion, folder: Path) -> None:
    with running(union) as client:
        ana = SealingPhone(client, union.link_token("ana"))
        ana.talk("minh", platform="Quellwasser")
        ana.exchange()
    made = backup(union, folder)
    with Opened(union.db) as db:
        device = db.execute("SELECT * FROM device WHERE id = ?", (SERVER,)).fetchone()
        erase(db, load_kinds(), device, records_about(db, load_kinds(), "minh"), now_ms())
    listed = remembered(union.db.with_suffix(".erased"))
    assert Erased("person", "minh", "minh") in listed
    output = restore(union, made, "--force")
    data = union.db.read_bytes()
    assert b"Quellwasser" not in data
    assert "Minh Trần".encode() not in data
    assert b"Quellwasser" in members(made.read_bytes())["rounds.db"]
    assert remembered(union.db.with_suffix(".erased")) == listed
    assert "every table as the log says" in rounds("check", "--db", union.db).output
    assert ".before-" in output
    with running(union, ana):
        again = ana.talk("minh", platform="Quellwasser")
        exchange_all(ana)
        assert ana.receipts[again]["verdict"] == "erased"
    assert b"Quellwasser" not in union.db.read_bytes()


def test_after_a_restore_nobody_has_one_of_two_who_were_erased_as_one(
    union: SmallUnion, folder: Path
) -> None:
    union.write(Change("person", "zoe", {"name": "Minh Tran"}))
    union.write(Change("alias", "alias-1", {"person": "minh", "same_as": "zoe"}))
    union.write(Change("assignment", "zoe", {"volunteer": "luc"}))
    made = backup(union, folder)
    with Opened(union.db) as db:
        device = db.execute("SELECT * FROM device WHERE id = ?", (SERVER,)).fetchone()
        erase(db, load_kinds(), device, records_about(db, load_kinds(), "minh"), now_ms())
    restore(union, made, "--force")
    assert union.read("SELECT * FROM assignment WHERE id IN ('minh', 'zoe')") == []


def test_the_list_of_what_was_erased_is_only_added_to(union: SmallUnion, folder: Path) -> None:
    beside = union.db.with_suffix(".erased")
    beside.write_text('{"kind": "person", "record": "old"}\n')
    made = backup(union, folder)
    beside.write_text('{"kind": "person", "record": "new"}\n{"kind": "person", "reco')
    restore(union, made, "--force")
    assert [one.record for one in remembered(beside)] == ["new", "old"]


def test_a_passkey_removed_or_copied_since_does_not_come_back(
    union: SmallUnion, folder: Path
) -> None:
    who = Who("dara", "desk")
    with Opened(union.db) as db:
        for id in ("kept", "removed", "copied"):
            add(db, who, Made(id, b"key", 5), "Laptop", now_ms())
    file = backup(union, folder)
    with Opened(union.db) as db:
        assert remove(db, who, "removed", now_ms())
        assert not used(db, "copied", 4, now_ms())
    restore(union, file, "--force")
    with Opened(union.db) as db:
        assert [row["id"] for row in passkeys_of(db, "dara")] == ["kept"]


def test_a_cookie_that_was_replaced_since_stays_replaced(union: SmallUnion, folder: Path) -> None:
    with Opened(union.db) as db:
        device, before, _ = new_device(db, "dara", "desk", now_ms())
    file = backup(union, folder)
    with Opened(union.db) as db:
        after = confirm(db, Who("dara", device["id"]), now_ms())
    restore(union, file, "--force")
    with Opened(union.db) as db:
        assert device_of(db, before, "desk") is None
        assert device_of(db, after, "desk") is not None


def test_a_phone_signed_out_since_and_a_link_used_since_stay_so(
    union: SmallUnion, folder: Path
) -> None:
    with running(union) as client:
        lost = SealingPhone(client, union.link_token("ana"))
        token = union.link_token("ana")
        with Opened(union.db) as db:
            open_room(db, secret_beside(union.db), "dara", None, now_ms(), hours=6)
        made = backup(union, folder)
        SealingPhone(client, token)
    with Opened(union.db) as db:
        revoke(db, lost.me["device"], now_ms())
    restore(union, made, "--force")
    assert union.read("SELECT 1 FROM device WHERE id = ? AND revoked_at > 0", lost.me["device"])
    with running(union) as client:
        answer = client.post("/join", json={"token": token})
        assert (answer.status_code, answer.json()["problem"]) == (410, "link_expired")
    assert union.read("SELECT 1 FROM room WHERE closed_at IS NULL") == []


# What stands there, and who may read it


def test_a_database_that_stands_there_is_never_overwritten(union: SmallUnion, folder: Path) -> None:
    made = backup(union, folder)
    union.write(Change("local", "local-3", {"name": "Local 3"}))
    saves = union.read("SELECT * FROM save")
    result = rounds("restore", made, "--db", union.db)
    assert result.exit_code == 1
    assert "--force" in result.output
    assert union.read("SELECT * FROM save") == saves
    restore(union, made, "--force")
    assert len(union.read("SELECT * FROM save")) == len(saves) - 1
    (aside,) = union.db.parent.glob("rounds.before-*.db")
    assert SmallUnion(aside).read("SELECT * FROM save") == saves
    left = {path.name.partition(".before-")[0] for path in union.db.parent.iterdir()}
    assert left >= {"rounds", "rounds.db", "rounds.keys", "rounds.secret"}
    for end in (".db", ".keys", ".secret"):
        assert union.db.with_suffix(end).stat().st_mode & 0o777 == 0o600


def test_a_damaged_database_and_damaged_keys_are_moved_aside_as_they_are(
    union: SmallUnion, folder: Path
) -> None:
    keys_beside(union.db)
    made = backup(union, folder)
    for end in (".db", ".db-wal", ".keys"):
        union.db.with_name(f"rounds{end}").write_text("a disk that fails " * 1000)
    restore(union, made, "--force")
    assert "every table as the log says" in rounds("check", "--db", union.db).output
    aside = {path.name.rpartition("Z")[2] for path in union.db.parent.glob("rounds.before-*")}
    assert aside >= {".db", ".db-wal", ".keys", ".secret"}


def test_a_running_server_is_not_restored_under(
    server: StandingServer, union: SmallUnion, folder: Path
) -> None:
    made = backup(union, folder)
    union.write(Change("local", "local-3", {"name": "Local 3"}))
    result = rounds("restore", made, "--db", union.db, "--force")
    assert result.exit_code == 1
    assert "already running" in result.output
    server.kill()
    restore(union, made, "--force")
    (aside,) = union.db.parent.glob("rounds.before-*.db")
    assert SmallUnion(aside).value("local", "local-3", "name") == "Local 3"


def test_a_database_that_another_command_has_open_is_left_alone(
    union: SmallUnion, folder: Path
) -> None:
    made = backup(union, folder)
    other = connect(union.db)
    other.execute("SELECT count(*) FROM save").fetchone()
    result = rounds("restore", made, "--db", union.db, "--force")
    other.close()
    assert result.exit_code == 1
    assert "has" in result.output
    assert "Nothing was changed." in result.output
    assert [*union.db.parent.glob("*.before-*")] == []


# Encrypted


def test_an_encrypted_backup_comes_back_with_its_identity_and_with_no_other(
    union: SmallUnion, folder: Path, tmp_path: Path
) -> None:
    key = pyrage.x25519.Identity.generate()
    made = backup(union, folder, "--age", key.to_public())
    mine, other, none = (tmp_path / name for name in ("mine.txt", "other.txt", "none.txt"))
    mine.write_text(f"# created: today\n# public key: {key.to_public()}\n{key}\n")
    other.write_text(f"{pyrage.x25519.Identity.generate()}\n")
    none.write_text("shopping list\n")
    saves = union.read("SELECT * FROM save")
    lose(union)
    for args in ((), ("--identity", other), ("--identity", none), ("--identity", tmp_path / "no")):
        result = rounds("restore", made, "--db", union.db, *args)
        assert result.exit_code == 1
        assert "Nothing was changed." in result.output
        assert not union.db.exists()
    restore(union, made, "--identity", mine)
    assert union.read("SELECT * FROM save") == saves


def test_an_ssh_key_will_do_as_well(union: SmallUnion, folder: Path, tmp_path: Path) -> None:
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
    mine = tmp_path / "id_ed25519"
    mine.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))
    saves = union.read("SELECT * FROM save")
    made = backup(union, folder, "--age", public)
    lose(union)
    restore(union, made, "--identity", mine)
    assert union.read("SELECT * FROM save") == saves
