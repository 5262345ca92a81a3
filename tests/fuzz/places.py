"""Real places that some readers read from: a file, and a database with a small union in it."""

import tempfile
from functools import cached_property
from pathlib import Path

from server.access.audit import Who
from server.access.devices import new_device
from server.access.passkeys import Made, add, passkey_of
from server.ids import now_ms
from server.ledger.pull import Cursor, pull
from server.schema import Connection, Row, connect
from sync.kinds import load_kinds
from tests.small_union import Opened, make_small_union

# Of tests/soft_passkey.py: a point on the curve, as an authenticator writes it.
POINT = bytes.fromhex(
    "a5010203262001215820"
    "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
    "225820"
    "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
)


class Folder:
    """A folder of its own, made when it is first needed."""

    @cached_property
    def path(self) -> Path:
        """Where it is."""
        self._folder = tempfile.TemporaryDirectory(prefix="rounds-fuzz-")
        return Path(self._folder.name)

    def file(self, data: bytes) -> Path:
        """Return a file that holds these bytes."""
        path = self.path / "file"
        path.write_bytes(data)
        return path

    @cached_property
    def db(self) -> Connection:
        """A small union, which Ana's phone and a passkey of Dara's belong to."""
        path = make_small_union(self.path / "rounds.db").db
        with Opened(path) as db:
            new_device(db, "ana", "phone", now_ms())
            add(db, Who("dara", "desk"), Made("cGFzc2tleQ", POINT, 0), "Laptop", now_ms())
        return connect(path, query_only=True)

    @cached_property
    def passkey(self) -> Row:
        """A passkey."""
        row = passkey_of(self.db, "cGFzc2tleQ")
        assert row is not None
        return row

    @cached_property
    def phone(self) -> Row:
        """A phone."""
        return self.db.execute("SELECT * FROM device WHERE kind = 'phone'").fetchone()

    def pull(self, cursor: Cursor | None) -> None:
        """Read what a phone gets."""
        pull(self.db, load_kinds(), self.phone, cursor)
