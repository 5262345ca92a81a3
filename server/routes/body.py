"""A request's body: bounded, unpacked, and of the shape a route expects."""

import zlib
from typing import TypeVar

import msgspec
from starlette.requests import Request

from server.problems import Problem

T = TypeVar("T")
MAX_UNPACKED = 12_000_000


async def read_body(request: Request, most: int) -> bytes:
    """Return at most `most` bytes of body, gzip unpacked. Raises Problem."""
    return unpacked(request, await received(request, most))


async def received(request: Request, most: int) -> bytes:
    """Return at most `most` bytes of body as they came. Raises Problem.

    Starlette's own limit answers in plain text; every client of ours reads JSON.
    """
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise Problem("too_large")
    return bytes(body)


def unpacked(request: Request, body: bytes) -> bytes:
    """Return a body with its gzip taken off. Raises Problem."""
    encoding = request.headers.get("content-encoding", "identity")
    if encoding not in ("identity", "gzip"):
        raise Problem("not_understood")
    return body if encoding == "identity" else _unpack(body)


def read_json(body: bytes, shape: type[T]) -> T:
    """Return a JSON body as `shape`. Raises Problem."""
    try:
        return msgspec.json.decode(body, type=shape)
    except msgspec.ValidationError as problem:
        raise Problem("not_understood") from problem
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise Problem("not_json") from problem


def _unpack(body: bytes) -> bytes:
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        unpacked = unpacker.decompress(body, MAX_UNPACKED)
    except zlib.error as problem:
        raise Problem("not_json") from problem
    if unpacker.unconsumed_tail:
        raise Problem("too_large")
    if not unpacker.eof:
        raise Problem("not_json")
    return unpacked
