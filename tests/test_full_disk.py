"""A real server whose disk runs full: nothing is receipted that is not on disk, and no phone stops.

Two disks: one on which no file of the server's may grow (`RLIMIT_FSIZE`), and, where mounting is
permitted, a small one in memory.
"""

import os
import resource
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from httpx2 import Client, Response

from tests.busy_phones import BusyPhone, close, faults_of, join_phones, judge
from tests.small_union import SmallUnion, make_small_union
from tests.standing_server import StandingServer

ROOM_LEFT = 120_000  # bytes: a few saves fit, and many do not
LONGEST_WAY_TO_FULL = 200
DISK = "16m"


class NoFileGrows:
    """A limit on the length of every file the server writes."""

    def __init__(self, server: StandingServer) -> None:
        self.server = server

    def fill(self) -> None:
        """Leave the server's files little room to grow, for as long as the process lives."""
        longest = max(file.stat().st_size for file in self.server.db.parent.iterdir())
        self._limit(longest + ROOM_LEFT)

    def make_room(self) -> None:
        """Let files grow again."""
        self._limit(resource.RLIM_INFINITY)

    def _limit(self, bytes_: int) -> None:
        resource.prlimit(self.server.pid, resource.RLIMIT_FSIZE, (bytes_, resource.RLIM_INFINITY))


class SmallDisk:
    """A disk of a few megabytes, with ballast on it."""

    def __init__(self, server: StandingServer) -> None:
        self.folder = server.db.parent

    def fill(self) -> None:
        """Leave little room, unless there is less."""
        self._ballast.unlink(missing_ok=True)
        disk = os.statvfs(self.folder)
        self._ballast.write_bytes(bytes(disk.f_bavail * disk.f_frsize - ROOM_LEFT))

    def make_room(self) -> None:
        """Throw the ballast out."""
        self._ballast.unlink()

    @property
    def _ballast(self) -> Path:
        return self.folder / "ballast"


@contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """Mount one at a folder. Raises CalledProcessError when that is not permitted."""
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "none", str(folder)]
    subprocess.run(mount, check=True, capture_output=True)
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def may_mount() -> bool:
    """Return whether this process may mount a disk."""
    try:
        with tempfile.TemporaryDirectory() as folder, small_disk(Path(folder)):
            return True
    except (subprocess.CalledProcessError, FileNotFoundError):
        return False


Disk = NoFileGrows | SmallDisk
DISKS: list[type[Disk]] = [NoFileGrows, SmallDisk] if may_mount() else [NoFileGrows]


@pytest.fixture(params=DISKS, ids=lambda disk: disk.__name__)
def full(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator["Full"]:
    """A server, phones that sent a first batch, and the disk on which this happens."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if request.param is SmallDisk:
        with small_disk(folder):
            yield from _served(folder, SmallDisk)
    else:
        yield from _served(folder, NoFileGrows)


class Full:
    """What the tests look at."""

    def __init__(self, union: SmallUnion, server: StandingServer, disk: Disk) -> None:
        self.union, self.server, self.disk = union, server, disk
        self.desk = Client(base_url=server.url)
        token = union.link_token("dara", "desk")
        assert self.desk.post("/desk/join", json={"token": token}).status_code == 200
        self.phones = join_phones(union, server.url, 3, seed=4)
        for phone in self.phones:
            phone.work()
            phone.exchange()


def _served(folder: Path, disk: type[Disk]) -> Iterator[Full]:
    union = make_small_union(folder / "rounds.db")
    server = StandingServer(union.db)
    server.start()
    full = Full(union, server, disk(server))
    try:
        yield full
    finally:
        close(full.phones)
        full.desk.close()
        server.kill()


def test_a_full_disk_takes_nothing_and_loses_nothing(full: Full) -> None:
    writing, reading, _ = full.phones
    full.disk.fill()
    turned_away = send_until_nothing_fits(full, writing)

    assert turned_away.json()["problem"] == "no_room"
    assert int(turned_away.headers["retry-after"]) > 0
    assert judge(full.phones, full.union).lost == 0
    # Reading goes on, for phones and at the desk.
    reading.cursor = None
    assert offered(reading).json()["records"]
    assert full.desk.get("/desk").status_code == 200
    # But for whom it cannot be noted that somebody looked at them.
    people = full.desk.get("/desk/people")
    assert (people.status_code, "could not be noted" in people.text) == (503, True)

    full.disk.make_room()
    assert full.desk.get("/health").status_code == 200
    all_is_well(full)


def test_a_server_killed_on_a_full_disk_comes_back_with_every_receipt(full: Full) -> None:
    writing, reading, _ = full.phones
    full.disk.fill()
    send_until_nothing_fits(full, writing)
    full.server.kill()
    full.server.start()
    full.disk.fill()  # a limit on files ended with the process
    assert send_until_nothing_fits(full, writing).status_code == 503
    assert offered(reading).status_code == 200

    full.disk.make_room()
    all_is_well(full)


def send_until_nothing_fits(full: Full, phone: BusyPhone) -> Response:
    """Push until even one small write finds no room; return the answer to the last push."""
    for _ in range(LONGEST_WAY_TO_FULL):
        if not phone.waiting:
            phone.work()
        answer = offered(phone)
        if answer.status_code == 200:
            phone.apply(answer.json())
        elif full.desk.get("/health").status_code == 503:
            return answer
    raise AssertionError("the disk never ran full")


def all_is_well(full: Full) -> None:
    """Let every phone send what it has kept, and look whether all of it came once and whole."""
    for phone in full.phones:
        phone.exchange()
    found = judge(full.phones, full.union)
    assert (found.lost, found.duplicates, found.missing, found.changed) == (0, 0, 0, 0)
    assert found.receipts == sum(len(phone.made) for phone in full.phones)
    assert faults_of(full.union.db) == []


def offered(phone: BusyPhone) -> Response:
    """Return the answer to what a phone would send now."""
    return phone.client.post("/sync", json=phone.up(), headers=phone.headers)
