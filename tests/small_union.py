"""A small union for tests: made by real saves, everyone in it invented.

Ward 42: Ana (go-to person) has Minh, Siobhán and Adaeze; Luc has Ravneet. Cleo is captain of
Gate 3, where Ward 42 is expected. Dara coordinates the whole union, Emil only local 2 (Zoé).
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from server.access.invitations import invite
from server.app import open_database
from server.config import Settings, secret_beside
from server.ids import now_ms
from server.ledger import Receipt, save_from_desk
from server.ledger.facts import SERVER
from server.schema import Connection
from sync.kinds import load_kinds
from sync.save import Change

HOUR_MS = 3600 * 1000
PEOPLE = {
    "minh": ("Minh Trần", "4471"),
    "siobhan": ("Siobhán O’Keefe-Tremblay", "2093"),
    "adaeze": ("Adaeze Okonkwo", "7718"),
    "ravneet": ("Ravneet Gill", "3305"),
}
VOLUNTEERS = {
    "ana": ("Ana Kowalczyk", "go_to"),
    "luc": ("Luc Bélanger", "go_to"),
    "cleo": ("Cleo Running Bird", "picket_captain"),
    "cem": ("Cem Aydın", "picket_captain"),
    "dara": ("Dara Wójcik", "coordinator"),
    "emil": ("Emil Santos", "coordinator"),
}
LISTS = {"ana": ("minh", "siobhan", "adaeze"), "luc": ("ravneet",)}
QUESTIONS = (Path(__file__).parent / "small_questionnaire.json").read_text()


@dataclass
class SmallUnion:
    """The file, and ways to reach into it beside the running server."""

    db: Path

    def link_token(self, volunteer: str, kind: str = "phone", hours: float = 1) -> str:
        """Return a fresh invitation token."""
        with Opened(self.db) as db:
            secret = secret_beside(self.db)
            return invite(db, secret, volunteer, kind, now_ms(), int(hours * HOUR_MS))

    def write(self, *changes: Change) -> Receipt:
        """Store one save as the server itself."""
        with Opened(self.db) as db:
            return write(db, *changes)

    def read(self, query: str, *values: object) -> list[dict[str, Any]]:
        """Return rows as they stand on disk."""
        with Opened(self.db) as db:
            return [dict(row) for row in db.execute(query, values)]

    def value(self, kind: str, record: str, field: str) -> Any:
        """Return what a register shows, None when it was never written."""
        rows = self.read(
            "SELECT value FROM register WHERE kind = ? AND record = ? AND field = ?",
            kind,
            record,
            field,
        )
        return json.loads(rows[0]["value"]) if rows else None


class Opened:
    """A connection of the test's own, in one transaction."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> Connection:
        self.db = open_database(Settings(db=self.path))
        self.db.execute("BEGIN IMMEDIATE")
        return self.db

    def __exit__(self, *problem: object) -> None:
        self.db.execute("ROLLBACK" if problem[0] else "COMMIT")
        self.db.close()


def write(db: Connection, *changes: Change) -> Receipt:
    """Store one save by the server's own device."""
    device = db.execute("SELECT * FROM device WHERE id = ?", (SERVER,)).fetchone()
    return save_from_desk(db, load_kinds(), device, list(changes), now_ms())


def make_small_union(path: Path) -> SmallUnion:
    """Make the file and fill it."""
    today = datetime.now(UTC).date()
    now = now_ms()
    with Opened(path) as db:
        write(
            db,
            Change("local", "local-1", {"name": "Local 1"}),
            Change("local", "local-2", {"name": "Local 2"}),
            Change("unit", "unit-1", {"name": "Nursing"}),
            Change("worksite", "ward-42", {"name": "Foothills Hospital", "local": "local-1"}),
            Change("worksite", "depot", {"name": "Bow Valley Depot", "local": "local-2"}),
            Change("questionnaire", "q-1", {"name/en": "Winter", "name/fr": "Hiver", "version": 1,
                   "questions": QUESTIONS}),
            Change("campaign", "campaign-1", {"name/en": "Winter blitz", "name/fr": "Blitz d’hiver",
                   "starts": str(today - timedelta(days=30)),
                   "ends": str(today + timedelta(days=60)),
                   "goal_percent": 75, "questionnaire": "q-1"}),
        )  # fmt: skip
        write(db, *(_volunteer(id, *said) for id, said in VOLUNTEERS.items()))
        write(db, Change("volunteer", "emil", {"locals/local-2": True}))
        write(db, *(_person(id, *said) for id, said in PEOPLE.items()))
        zoe = {"name": "Zoé", "number_end": "9120", "worksite": "depot", "local": "local-2"}
        write(db, Change("person", "zoe", {**zoe, "relation": "in_unit"}))
        for volunteer, people in LISTS.items():
            write(db, *(Change("assignment", p, {"volunteer": volunteer}) for p in people))
        write(
            db,
            Change("picket_line", "gate-3", {"name": "Gate 3", "expects/ward-42": True,
                   "captains/cleo": True, "captains/cem": True,
                   "shift_starts": now - 2 * HOUR_MS, "shift_ends": now + 4 * HOUR_MS}),
        )  # fmt: skip
    return SmallUnion(path)


def _volunteer(id: str, name: str, role: str) -> Change:
    return Change(
        "volunteer", id, {"name": name, f"roles/{role}": True, "active": True, "language": "en"}
    )


def _person(id: str, name: str, number_end: str) -> Change:
    return Change(
        "person",
        id,
        {
            "name": name,
            "number_end": number_end,
            "worksite": "ward-42",
            "department": "Ward 42",
            "work_shift": "nights",
            "local": "local-1",
            "unit": "unit-1",
            "relation": "in_unit",
        },
    )
