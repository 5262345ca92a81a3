"""A backup is one tar file: a list of what is in it, then the files themselves."""

import hashlib
import tarfile
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, BinaryIO

import msgspec

from server.backups.files import PIECE, digest_of_file, new_file

LIST = "backup.json"
DATABASE, KEYS, SECRET, ERASED = "rounds.db", "rounds.keys", "rounds.secret", "rounds.erased"
NEEDED = {DATABASE, KEYS, SECRET}
NAMES = NEEDED | {ERASED}
LONGEST_LIST = 10_000


class BadBackup(ValueError):
    """The file is no whole backup of Rounds; the message says what is wrong with it."""


class Listed(msgspec.Struct, frozen=True):
    """What a backup holds: the last save's seq and id, when it was made, name -> SHA-256 in hex.

    audit: the head of its audit log, n:hash; one made before there was such a log has none.
    """

    rounds: Annotated[int, msgspec.Meta(ge=1, le=1)]
    made_at: int
    seq: int
    last: str
    files: dict[str, str]
    audit: str = ""


def write_archive(
    stream: BinaryIO, folder: Path, made_at: int, seq: int, last: str, audit: str = ""
) -> Listed:
    """Write what stands in a folder as a backup, and return its list."""
    names = sorted(path.name for path in folder.iterdir() if path.name in NAMES)
    digests = {name: digest_of_file(folder / name) for name in names}
    listed = Listed(1, made_at, seq, last, digests, audit)
    (folder / LIST).write_bytes(msgspec.json.encode(listed))
    with tarfile.open(fileobj=stream, mode="w|", format=tarfile.PAX_FORMAT) as tar:
        for name in (LIST, *names):
            _put(tar, folder / name, made_at)
    return listed


def read_archive(stream: BinaryIO, folder: Path | None = None) -> Listed:
    """Return a backup's list once every file in it was found whole. Raises BadBackup.

    With a folder the files are put there.
    """
    try:
        with tarfile.open(fileobj=stream, mode="r|") as tar:
            listed = _list(tar)
            found = {}
            while member := tar.next():
                found[member.name] = _take(tar, member, folder)
    except (tarfile.TarError, EOFError) as problem:
        raise BadBackup(f"it is no whole archive ({problem})") from None
    for name in sorted(NEEDED | listed.files.keys()):
        if name not in found or name not in listed.files:
            raise BadBackup(f"{name} is missing")
        if found[name] != listed.files[name]:
            raise BadBackup(f"{name} is not what it was when the backup was made")
    return listed


def _put(tar: tarfile.TarFile, path: Path, made_at: int) -> None:
    member = tarfile.TarInfo(path.name)
    member.size, member.mode, member.mtime = path.stat().st_size, 0o600, made_at // 1000
    with path.open("rb") as stream:
        tar.addfile(member, stream)


def _list(tar: tarfile.TarFile) -> Listed:
    first = tar.next()
    stream = tar.extractfile(first) if first is not None and first.name == LIST else None
    if stream is None:
        raise BadBackup(f"it does not begin with {LIST}")
    try:
        return msgspec.json.decode(stream.read(LONGEST_LIST), type=Listed)
    except (msgspec.DecodeError, UnicodeDecodeError) as problem:
        raise BadBackup(f"its {LIST} cannot be read ({problem})") from None


def _take(tar: tarfile.TarFile, member: tarfile.TarInfo, folder: Path | None) -> str:
    """Read one file to its end and return its SHA-256."""
    stream = tar.extractfile(member) if member.isreg() and member.name in NAMES else None
    if stream is None:
        raise BadBackup("it holds what no backup of Rounds holds")
    digest = hashlib.sha256()
    with ExitStack() as stack:
        copy = stack.enter_context(new_file(folder / member.name)) if folder else None
        while piece := stream.read(PIECE):
            digest.update(piece)
            if copy:
                copy.write(piece)
    return digest.hexdigest()
