"""The databases the bench works on, made through the ledger and the exchange."""

import asyncio
import json
import shutil
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from random import Random
from typing import NamedTuple, TypeVar

from server.access.invitations import invite
from server.config import secret_beside
from server.ids import now_ms
from sync.exchange import MAX_ENVELOPES
from sync.save import MAX_CHANGES
from tests.bench.client import Client
from tests.bench.load import Phone, Plan, run_load
from tests.bench.packing import Packed, pack
from tests.bench.servers import Server, ours
from tests.bench.workload import (
    HOURS_MS,
    Device,
    Json,
    Union,
    plain,
    sealed,
    set_up,
    talks,
    union_of,
)
from tests.small_union import Opened, write

T = TypeVar("T")
AT_ONCE = 16
VOLUNTEERS_A_LOAD = 500
PARTS = (0.92, 0.08)  # a year of talks, of it the last thirty days


class Joined(NamedTuple):
    """A union's database that no server has open, and a phone of each volunteer."""

    db: Path
    union: Union
    devices: dict[str, Device]


class Big(NamedTuple):
    """A year of a large union. cursor_then: what a phone had that came last 30 days before."""

    joined: Joined
    cursor_then: bytes
    made: dict[str, int]


def make_joined(folder: Path, volunteers: int, people_each: int) -> Joined:
    """Make a union by saves of the server's own, and join a phone of everybody in it."""
    union = union_of(volunteers, people_each, seed=volunteers)
    db = folder / "rounds.db"
    folder.mkdir(parents=True)
    with Opened(db) as opened:
        for changes in chunks(set_up(union, seed=1), MAX_CHANGES):
            write(opened, *changes)
    devices = join_more(db, [union.coordinator, *union.lists])
    return Joined(db, union, {device.volunteer: device for device in devices})


def make_big(folder: Path, volunteers: int, people_each: int, count: int) -> Big:
    """Make a union and let everybody in it note talks for a year, unsealed."""
    joined = make_joined(folder, volunteers, people_each)
    made = dict.fromkeys(joined.union.lists, 0)
    cursor_then = b""
    with ours(joined.db) as server:
        for part in PARTS:
            cursor_then = cursor_of(server, joined)
            each = max(1, round(count * part / volunteers))
            for some in chunks(joined.union.lists, VOLUNTEERS_A_LOAD):
                phones = [_noting(joined, v, made[v], each, cursor_then) for v in some]
                run_load(Plan(server.port, phones, AT_ONCE))
                made |= {volunteer: made[volunteer] + each for volunteer in some}
    return Big(joined, cursor_then, made)


def cursor_of(server: Server, joined: Joined) -> bytes:
    """Return where the log ends now: cursors are of the log, the same for every phone."""
    device = joined.devices[joined.union.coordinator]
    client = Client(server.port, device.cookie)
    asyncio.run(client.pull())
    return client.cursor


def join_more(db: Path, volunteers: Sequence[str]) -> list[Device]:
    """Join one more phone of each volunteer to a database that nobody has open."""
    tokens = _invitations(db, volunteers)
    with ours(db) as server:
        return asyncio.run(_join(server.port, tokens))


def phone_of(device: Device, batches: list[Packed], cursor: bytes | None = None) -> Phone:
    """Return a phone of the load."""
    return Phone(device.cookie, device.key["id"], cursor, batches)


def packed(device: Device, saves: list[Json], batch: int, is_sealed: bool) -> Iterator[Packed]:
    """Yield a phone's saves as the requests it makes of them."""
    for some in chunks(saves, batch):
        yield pack([sealed(save, device) if is_sealed else plain(save) for save in some])


def copy(db: Path, folder: Path) -> Path:
    """Return a copy of a database that nobody has open, with the secrets beside it."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(db.parent, folder)
    return folder / db.name


def chunks(items: Iterable[T], size: int) -> Iterator[Sequence[T]]:
    """Yield the items in runs of at most `size`."""
    rest = iter(items)
    while some := [*islice(rest, size)]:
        yield some


def _noting(joined: Joined, volunteer: str, made: int, count: int, cursor: bytes) -> Phone:
    device, people = joined.devices[volunteer], joined.union.lists[volunteer]
    saves = talks(Random(f"{volunteer}{made}"), device, people, made + 1, count)
    return phone_of(device, [*packed(device, saves, MAX_ENVELOPES, is_sealed=False)], cursor)


def _invitations(db: Path, volunteers: Iterable[str]) -> list[str]:
    secret, now = secret_beside(db), now_ms()
    with Opened(db) as opened:
        return [invite(opened, secret, v, "phone", now, 24 * HOURS_MS) for v in volunteers]


async def _join(port: int, tokens: list[str]) -> list[Device]:
    devices: list[Device] = []
    for some in chunks(tokens, AT_ONCE):
        devices += await asyncio.gather(*(_join_one(port, token) for token in some))
    return devices


async def _join_one(port: int, token: str) -> Device:
    client = Client(port)
    reply = await client.post(b"/join", json.dumps({"token": token}).encode())
    client.close()
    if reply.status != 200:
        raise RuntimeError(f"{reply.status}: {reply.body!r}")
    me = json.loads(reply.body)
    cookie = reply.headers[b"set-cookie"].split(b";")[0].decode()
    # As they stand in a request's head, one line after the other.
    cookie += f"\r\nauthorization: Bearer {me['read']}"
    return Device(me["device"], me["volunteer"], cookie, me["seal"], me["key"])
