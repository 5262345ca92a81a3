"""What is no whole backup is said, and changes nothing."""

import io
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from server.access.keys import keys_beside
from server.backups.archive import write_archive
from server.ids import now_ms
from tests.small_union import Opened, SmallUnion
from tests.test_backup import backup, members, rounds


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "elsewhere"


def repacked(archive: bytes, change: Callable[[dict[str, bytes]], None]) -> bytes:
    """Return a backup in which files were changed, in a tar that is whole."""
    files = members(archive)
    change(files)
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as tar:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return target.getvalue()


def linked(archive: bytes) -> bytes:
    """Return a backup whose keys are a link to somewhere else."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as tar:
        for name, data in members(archive).items():
            member = tarfile.TarInfo(name)
            if name == "rounds.keys":
                member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
                tar.addfile(member)
                continue
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return target.getvalue()


def flipped(archive: bytes) -> bytes:
    at = archive.index(b"SQLite format 3") + 5000
    return archive[:at] + bytes([archive[at] ^ 1]) + archive[at + 1 :]


HOSTILE: dict[str, Callable[[bytes], bytes]] = {
    "nothing": lambda archive: b"",
    "another file": lambda archive: b"shopping list " * 1000,
    "half of it": lambda archive: archive[: len(archive) // 2],
    "its end is missing": lambda archive: archive[:-20_000],
    "one bit": flipped,
    "a file is missing": lambda archive: repacked(archive, lambda files: files.pop("rounds.keys")),
    "its list is missing": lambda archive: repacked(archive, lambda f: f.pop("backup.json")),
    "its list is none": lambda archive: repacked(
        archive, lambda f: f.update({"backup.json": b"{"})
    ),
    "a file too many": lambda archive: repacked(archive, lambda f: f.update({"../evil": b"x"})),
    "another absolute file": lambda a: repacked(a, lambda f: f.update({"/tmp/evil": b"x"})),
    "a link": linked,
    "half encrypted": lambda archive: b"age-encryption.org/v1\n" + archive[:100],
}


@pytest.mark.parametrize("spoil", HOSTILE.values(), ids=HOSTILE)
def test_what_is_no_whole_backup_changes_nothing(
    union: SmallUnion, folder: Path, spoil: Callable[[bytes], bytes]
) -> None:
    keys_beside(union.db)
    made = backup(union, folder)
    made.write_bytes(spoil(made.read_bytes()))
    before = {path: path.read_bytes() for path in union.db.parent.glob("rounds.*")}
    result = rounds("restore", made, "--db", union.db, "--force")
    assert result.exit_code == 1
    assert "Nothing was changed." in result.output
    after = {path: path.read_bytes() for path in union.db.parent.glob("rounds.*")}
    assert {**before, union.db.with_suffix(".lock"): b""} == after


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda work: change_log(work / "rounds.db"), "was changed after it was stored"),
        (lambda work: (work / "rounds.db").write_text("no database " * 1000), "SQLite"),
        (lambda work: (work / "rounds.keys").write_text("no keys"), "holds no keys of Rounds"),
    ],
)
def test_a_backup_that_was_wrong_when_it_was_made_is_not_brought_back(
    union: SmallUnion,
    tmp_path: Path,
    spoil: Callable[[Path], object],
    told: str,
) -> None:
    work, made = tmp_path / "work", tmp_path / "made.tar"
    work.mkdir()
    shutil.copy(union.db, work)
    shutil.copy(keys_beside(union.db).path, work)
    (work / "rounds.secret").write_text("secret")
    spoil(work)
    (last,) = union.read("SELECT seq, id FROM save ORDER BY seq DESC LIMIT 1")
    with made.open("wb") as stream:
        write_archive(stream, work, now_ms(), last["seq"], last["id"])
    result = rounds("restore", made, "--db", union.db, "--force")
    assert result.exit_code == 1
    assert told in result.output
    assert "Nothing was changed." in result.output


def change_log(db: Path) -> None:
    """Change a save by hand, as a failing disk might."""
    with Opened(db) as opened:
        opened.execute("UPDATE save SET body = replace(body, 'Zoé', 'Zoë')")
