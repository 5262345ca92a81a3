"""Request bodies made beforehand: only the cursor is put in front when one is sent.

A phone packs on its own processor; on two cores shared with the server that must not be timed.
"""

import json
import struct
import zlib
from typing import NamedTuple

from tests.bench.workload import Json

GZIP_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
END = b"]}"


class Packed(NamedTuple):
    """Envelopes as JSON, deflated; checksum and length are of the text, for gzip's tail."""

    text: bytes
    deflated: bytes
    count: int


def pack(envelopes: list[Json]) -> Packed:
    """Return what follows `"envelopes":[` in a request, deflated."""
    text = ",".join(json.dumps(e, ensure_ascii=False, separators=(",", ":")) for e in envelopes)
    raw = text.encode() + END
    packer = zlib.compressobj(6, wbits=-zlib.MAX_WBITS)
    return Packed(raw, packer.compress(raw) + packer.flush(), len(envelopes))


NOTHING = pack([])


def body_of(packed: Packed, cursor: bytes, key: str | None, sent_at: int) -> bytes:
    """Return one gzip stream of a request: what is new in a stored block, the rest as it is."""
    known = f'"key":"{key}",' if key else ""
    head = b'{"protocol":2,"cursor":%b,"sent_at":%d,%b"envelopes":[' % (
        cursor,
        sent_at,
        known.encode(),
    )
    checksum = zlib.crc32(packed.text, zlib.crc32(head))
    stored = struct.pack("<BHH", 0, len(head), len(head) ^ 0xFFFF) + head
    length = len(head) + len(packed.text)
    return GZIP_HEAD + stored + packed.deflated + struct.pack("<II", checksum, length)
