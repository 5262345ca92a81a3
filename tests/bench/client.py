"""A phone on a real socket: speaks HTTP/1.1 and the exchange, counts bytes, costs little.

Written by hand because a full HTTP client would take as much of the two cores as the server.
"""

import asyncio
import time
import zlib
from typing import NamedTuple

import brotli
import msgspec

from server.ids import now_ms
from tests.bench.packing import NOTHING, Packed, body_of

MOST = 2**26


class Told(msgspec.Struct):
    """What the bench reads of a receipt."""

    save: str
    verdict: str


class Down(msgspec.Struct):
    """What the bench reads of an answer to POST /sync."""

    receipts: list[Told]
    records: list[msgspec.Raw]
    forget: list[str]
    cursor: msgspec.Raw
    more: bool


class Reply(NamedTuple):
    """An answer. server_ms: how long the app took, as it says itself; up and down in bytes."""

    status: int
    body: bytes
    packed: int
    headers: dict[bytes, bytes]
    up: int
    down: int

    @property
    def server_ms(self) -> float:
        """How long the app worked on it."""
        return float(self.headers[b"server-timing"].split(b"dur=")[1])


class Client:
    """One connection of one phone."""

    def __init__(self, port: int, cookie: str = "", key: str | None = None) -> None:
        self.port, self.cookie, self.key = port, cookie, key
        self.cursor = b"null"
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def exchange(self, packed: Packed = NOTHING) -> tuple[Reply, Down]:
        """Exchange once; the cursor moves on. Raises RuntimeError for what is no 200."""
        reply = await self.ask(packed)
        if reply.status != 200:
            raise RuntimeError(f"{reply.status}: {reply.body[:300]!r}")
        return reply, self.take(reply)

    async def ask(self, packed: Packed) -> Reply:
        """Send envelopes with the cursor; return the answer whatever its status."""
        body = body_of(packed, self.cursor, self.key, now_ms())
        return await self.post(b"/sync", body, b"content-encoding: gzip\r\n")

    def take(self, reply: Reply) -> Down:
        """Read an answer and keep its cursor."""
        down = msgspec.json.decode(reply.body, type=Down)
        self.cursor = bytes(down.cursor)
        return down

    async def pull(self) -> list[tuple[Reply, Down]]:
        """Exchange until there is no more; return every page."""
        pages = [await self.exchange()]
        while pages[-1][1].more:
            pages.append(await self.exchange())
        return pages

    async def post(self, path: bytes, body: bytes, more: bytes = b"") -> Reply:
        """Post JSON and return the answer, unpacked."""
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self.port, limit=MOST)
        reader, writer = self._streams
        head = (
            b"POST %b HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
            b"accept-encoding: gzip, br\r\ncookie: %b\r\n%bcontent-length: %d\r\n\r\n"
        ) % (path, self.cookie.encode(), more, len(body))
        writer.write(head + body)
        answer = await reader.readuntil(b"\r\n\r\n")
        headers = _headers(answer)
        packed = await reader.readexactly(int(headers[b"content-length"]))
        unpacked = _unpacked(packed, headers.get(b"content-encoding"))
        return Reply(
            int(answer[9:12]),
            unpacked,
            len(packed),
            headers,
            len(head) + len(body),
            len(answer) + len(packed),
        )

    def close(self) -> None:
        """Hang up; the next request connects anew."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


def _headers(answer: bytes) -> dict[bytes, bytes]:
    lines = (line.split(b":", 1) for line in answer[:-4].split(b"\r\n")[1:])
    return {name.lower(): value.strip() for name, value in lines}


def _unpacked(body: bytes, encoding: bytes | None) -> bytes:
    if encoding == b"br":
        unpacked: bytes = brotli.decompress(body)
        return unpacked
    return zlib.decompress(body, wbits=zlib.MAX_WBITS | 16) if encoding == b"gzip" else body


def since(start: float) -> float:
    """Return seconds since a `time.perf_counter()`."""
    return time.perf_counter() - start
