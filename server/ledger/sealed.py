"""Envelopes that gave nothing to store: kept as they came, until a key or their device helps."""

import hashlib
from collections.abc import Iterable, Iterator

from server.schema import Connection, Row
from sync.envelope import Envelope, Header

# Room for a phone's unsent weeks. What goes beyond gets no receipt and stays where it is.
MOST_OF_DEVICE = 200
MOST_BYTES_OF_DEVICE = 1_000_000
# Anybody who joined can name any device; so a carrier has a limit of its own.
MOST_OF_CARRIER = 1_000
MOST_BYTES_OF_CARRIER = 5_000_000


def keep_sealed(db: Connection, envelope: Envelope, reason: str, carrier: str, now: int) -> bool:
    """Keep an envelope as it came; False when its device or its carrier has no room left."""
    header, sealed = envelope.header, envelope.sealed or ""
    digest = hashlib.sha256(f"{header.n}\n{header.key}\n{sealed}".encode()).hexdigest()
    key = (header.device, header.id, digest)
    known = db.execute(
        "SELECT 1 FROM kept_sealed WHERE device = ? AND id = ? AND digest = ?", key
    ).fetchone()
    if known is not None:
        return True
    if not _has_room(db, header.device, carrier, len(sealed)):
        return False
    db.execute(
        "INSERT INTO kept_sealed (device, id, digest, n, key, sealed, bytes, carrier, reason, "
        "received_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (*key, header.n, header.key, sealed, len(sealed), carrier, reason, now),
    )
    return True


def has_kept(db: Connection) -> bool:
    """Return whether any envelope waits at all."""
    return db.execute("SELECT 1 FROM kept_sealed LIMIT 1").fetchone() is not None


def no_longer_kept(db: Connection, header: Header) -> None:
    """Drop what waited under this name: its device has now sent it so that it could be read."""
    db.execute("DELETE FROM kept_sealed WHERE device = ? AND id = ?", (header.device, header.id))


def drop(db: Connection, row: Row) -> None:
    """Drop one kept envelope, which is a save now."""
    db.execute(
        "DELETE FROM kept_sealed WHERE device = ? AND id = ? AND digest = ?",
        (row["device"], row["id"], row["digest"]),
    )


def waiting_for(db: Connection, keys: Iterable[str]) -> Iterator[tuple[Envelope, Row]]:
    """Give the kept envelopes these keys may open, each device's in order, with their rows."""
    for key in keys:
        rows = db.execute("SELECT * FROM kept_sealed WHERE key = ? ORDER BY device, n", (key,))
        for row in rows.fetchall():
            header = Header(row["id"], row["device"], row["n"], row["key"])
            yield Envelope(header, sealed=row["sealed"]), row


def _has_room(db: Connection, device: str, carrier: str, size: int) -> bool:
    for column, named, most, most_bytes in (
        ("device", device, MOST_OF_DEVICE, MOST_BYTES_OF_DEVICE),
        ("carrier", carrier, MOST_OF_CARRIER, MOST_BYTES_OF_CARRIER),
    ):
        row = db.execute(
            "SELECT count(*) AS n, coalesce(sum(bytes), 0) AS bytes FROM kept_sealed "
            f"WHERE {column} = ?",
            (named,),
        ).fetchone()
        if row["n"] >= most or row["bytes"] + size > most_bytes:
            return False
    return True
