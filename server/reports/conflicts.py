"""Two different answers: registers where two people wrote without having seen each other's."""

import json
from dataclasses import dataclass
from typing import Any

from server.ledger.joins import members_with
from server.reports.scope import ABOUT_PEOPLE, IN_REACH, Names, select
from server.schema import Connection, Row
from sync.save import Value

Head = dict[str, Any]  # as sync/ledger writes it: id, value, at, at_error_ms, rank, by


@dataclass(frozen=True)
class Answer:
    """One of the different answers: the changes that say it, the first of them in full.

    `ids` are all heads with this value; times in ms; `device` is phone, desk or None.
    """

    ids: tuple[str, ...]
    value: Value
    at: int
    at_error_ms: int
    by: str
    device: str | None


@dataclass(frozen=True)
class Conflict:
    """One register with different answers, the earliest first; `saw` names all its heads."""

    kind: str
    record: str
    register: str
    subject: str | None
    answers: tuple[Answer, ...]
    saw: tuple[str, ...]

    @property
    def key(self) -> str:
        """What a follow-up's `asks` says about it."""
        return self.key_of(self.record)

    def key_of(self, record: str) -> str:
        """Return what `asks` says of the same register of another record."""
        return f"{self.kind}/{record}/{self.register}"


@dataclass(frozen=True)
class Asked:
    """Somebody was asked to find out which answer is right; `due` is an ISO day."""

    follow_up: str
    owner: str | None
    due: str | None


COLUMNS = "register.kind, register.record, register.field, register.subject, register.heads"
IN_REGISTER = f"""
FROM register
LEFT JOIN person ON person.id = register.subject AND register.kind IN ({ABOUT_PEOPLE})
"""
IN_CONFLICT = f"{IN_REGISTER} WHERE register.conflicts > 0 AND register.conflict = 1 AND {IN_REACH}"


ASKED = """
SELECT follow_up.id, wanted.value ->> 2 AS key, owner, due
FROM json_each(:keys) AS wanted
CROSS JOIN record ON record.kind = 'follow_up' AND record.subject = wanted.value ->> 1
JOIN follow_up ON follow_up.id = record.id
WHERE follow_up.asks = wanted.value ->> 0 AND follow_up.state = 'open'
"""


def count(db: Connection, reach: Names) -> int:
    """Return how many registers in reach show two different answers."""
    return int(select(db, reach, f"SELECT count(*) AS n {IN_CONFLICT}").fetchone()["n"])


def conflicts(db: Connection, reach: Names, limit: int, about: str | None = None) -> list[Conflict]:
    """Return what waits to be settled, the newest first; `about` narrows it to one subject."""
    narrowed = "AND register.subject = :about" if about else ""
    rows = select(
        db,
        reach,
        f"SELECT {COLUMNS} {IN_CONFLICT} {narrowed} ORDER BY register.seq DESC LIMIT :limit",
        {"limit": limit, "about": about},
    ).fetchall()
    heads = [json.loads(row["heads"]) for row in rows]
    devices = _devices(db, [head["id"] for found in heads for head in found])
    return [_conflict(row, found, devices) for row, found in zip(rows, heads, strict=True)]


def register(db: Connection, reach: Names, kind: str, record: str, field: str) -> Conflict | None:
    """Return one register as it stands now, whether or not its heads still differ."""
    row = select(
        db,
        reach,
        f"SELECT {COLUMNS} {IN_REGISTER} WHERE register.kind = :kind "
        f"AND register.record = :record AND register.field = :field AND {IN_REACH}",
        {"kind": kind, "record": record, "field": field},
    ).fetchone()
    if row is None:
        return None
    heads = json.loads(row["heads"])
    return _conflict(row, heads, _devices(db, [head["id"] for head in heads]))


def asked(db: Connection, found: list[Conflict]) -> dict[str, Asked]:
    """Return Conflict.key -> who was asked to find out, where somebody was."""
    # Asked before two records were joined, it names the one that was.
    keys = [[c.key_of(id), c.subject, c.key] for c in found for id in members_with(db, c.record)]
    rows = db.execute(ASKED, {"keys": json.dumps(keys)})
    return {row["key"]: Asked(row["id"], row["owner"], row["due"]) for row in rows}


def _conflict(row: Row, heads: list[Head], devices: dict[str, str]) -> Conflict:
    by_value: dict[str, list[Head]] = {}
    for head in sorted(heads, key=lambda head: (head["at"], head["id"])):
        by_value.setdefault(json.dumps(head["value"]), []).append(head)
    return Conflict(
        row["kind"],
        row["record"],
        row["field"],
        row["subject"],
        tuple(_answer(same, devices) for same in by_value.values()),
        tuple(sorted(head["id"] for head in heads)),
    )


def _answer(same: list[Head], devices: dict[str, str]) -> Answer:
    first = same[0]
    return Answer(
        ids=tuple(head["id"] for head in same),
        value=first["value"],
        at=first["at"],
        at_error_ms=first["at_error_ms"],
        by=first["by"],
        device=devices.get(first["id"].partition(":")[0]),
    )


def _devices(db: Connection, changes: list[str]) -> dict[str, str]:
    """Return save id -> phone or desk."""
    rows = db.execute(
        "SELECT save.id, device.kind FROM json_each(?) AS wanted "
        "CROSS JOIN save ON save.id = wanted.value JOIN device ON device.id = save.device",
        (json.dumps([change.partition(":")[0] for change in changes]),),
    )
    return {row["id"]: row["kind"] for row in rows}


def go_to_people(db: Connection, people: list[str]) -> dict[str, str]:
    """Return person -> their active go-to person."""
    rows = db.execute(
        "SELECT assignment.id, assignment.volunteer FROM json_each(?) AS wanted "
        "CROSS JOIN assignment ON assignment.id = wanted.value "
        "JOIN volunteer ON volunteer.id = assignment.volunteer AND volunteer.active = 1",
        (json.dumps(people),),
    )
    return {row["id"]: row["volunteer"] for row in rows}


def questionnaires(db: Connection, found: list[Conflict]) -> dict[str, str]:
    """Return conversation -> questionnaire, for those in which answers differ."""
    rows = db.execute(
        "SELECT conversation.id, questionnaire FROM json_each(?) AS wanted "
        "CROSS JOIN conversation ON conversation.id = wanted.value WHERE questionnaire IS NOT NULL",
        (json.dumps([c.record for c in found if c.kind == "conversation"]),),
    )
    return {row["id"]: row["questionnaire"] for row in rows}


def language_of(db: Connection, volunteer: str) -> str | None:
    """Return the language a volunteer reads."""
    row = db.execute("SELECT language FROM volunteer WHERE id = ?", (volunteer,)).fetchone()
    return row["language"] if row else None
