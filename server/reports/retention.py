"""How long a campaign's conversations are kept, and what goes when that is over.

What goes is what was said: the campaign's conversations, whatever became of them, the issues,
stories and answers to asks in them, and the promises made in them that are kept or dropped. What
stays are people's own records: contact, do not contact, consent, and promises that are still open.

A talk that was for several campaigns is kept as long as the one of them that is kept longest.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from server.ledger.emptied import naming
from server.schema import Connection
from sync.merge import Key
from sync.save import Change, Value

OPEN = "open"
# What a conversation brought forth that goes with it.
SAID = ("issue", "story", "participation")
# Conversation -> the campaign it is kept with.
KEPT_WITH = """
member AS (
    SELECT id AS talk, campaign FROM conversation WHERE campaign IS NOT NULL
    UNION SELECT conversation, element FROM conversation_campaigns WHERE value = 1),
kept AS (
    SELECT talk, campaign FROM (
        SELECT talk, member.campaign, row_number() OVER (
            PARTITION BY talk ORDER BY coalesce(day.value, '9') DESC, member.campaign DESC) AS nth
        FROM member JOIN campaign ON campaign.id = member.campaign
        LEFT JOIN json_each(:days) AS day ON day.key = member.campaign)
    WHERE nth = 1)
"""


@dataclass(frozen=True)
class Clock:
    """One campaign's: days as ISO dates. talks: how many count; purged: what went before."""

    id: str
    names: dict[str, str]
    ends: str | None
    keep_until: str | None
    talks: int
    people: int
    purged: str | None
    purged_talks: int
    purged_people: int

    def is_due(self, today: date) -> bool:
        """Whether its time is over, and something may be left: what was undone no count has."""
        is_over = bool(self.keep_until) and str(self.keep_until) < today.isoformat()
        return is_over and (self.talks > 0 or not self.purged)


@dataclass(frozen=True)
class Goes:
    """What a purge takes: records with their subject; whom they are about; what stays open."""

    records: list[tuple[Key, str | None]]
    people: list[str]
    talks: int
    promises: int
    open_promises: int


def clocks(db: Connection) -> list[Clock]:
    """Return every campaign's clock, the earliest end first."""
    days = _days(db)
    rows = db.execute(
        f"WITH {KEPT_WITH} SELECT campaign.*, count(conversation.id) AS talks, "
        "count(DISTINCT conversation.person) AS people FROM campaign "
        "LEFT JOIN kept ON kept.campaign = campaign.id "
        "LEFT JOIN conversation ON conversation.id = kept.talk "
        "GROUP BY campaign.id ORDER BY coalesce(ends, '9'), campaign.id",
        {"days": json.dumps(days)},
    ).fetchall()
    names: dict[str, dict[str, str]] = {}
    for row in db.execute("SELECT campaign, element, value FROM campaign_name"):
        names.setdefault(row["campaign"], {})[row["element"]] = row["value"]
    return [
        Clock(
            id=row["id"],
            names=names.get(row["id"], {}),
            ends=row["ends"],
            keep_until=days.get(row["id"]),
            talks=row["talks"],
            people=row["people"],
            purged=row["purged"],
            purged_talks=row["purged_talks"] or 0,
            purged_people=row["purged_people"] or 0,
        )
        for row in rows
    ]


def _days(db: Connection) -> dict[str, str]:
    """Return campaign -> until when it is kept: the latest of the days that stand.

    Two coordinators may have set two of them unseen; nothing goes before both are over.
    """
    rows = db.execute(
        "SELECT record, max(head.value ->> 'value') AS day FROM register, json_each(heads) AS head "
        "WHERE kind = 'campaign' AND field = 'keep_until' GROUP BY record"
    )
    return {row["record"]: row["day"] for row in rows if row["day"]}


def clock(db: Connection, campaign: str) -> Clock | None:
    """Return one campaign's clock."""
    return next((one for one in clocks(db) if one.id == campaign), None)


def goes(db: Connection, campaign: str) -> Goes:
    """Return what purging a campaign takes. Reads the whole log once.

    Also conversations that were undone or are held: no table has them, and their words are there.
    """
    changes = _changes(db, campaign)
    talks = _talks(db, campaign, changes)
    said = {person for person in talks.values() if person}
    promises = _promises(db, talks)
    closed = {id for id, state in promises.items() if state != OPEN}
    keys: list[Key] = [("conversation", id) for id in sorted(talks)]
    keys += [("follow_up", id) for id in sorted(closed)] + _said_in(db, talks, changes)
    subjects = _subjects(db, keys)
    people = said | {subject for subject in subjects.values() if subject}
    return Goes(
        records=[(key, subjects.get(key)) for key in keys],
        people=_by_name(db, people),
        talks=len(talks),
        promises=len(closed),
        open_promises=len(promises) - len(closed),
    )


def _changes(db: Connection, campaign: str) -> list[Change]:
    """Return what the saves that name a campaign say of conversations and what came of them."""
    return [
        change
        for _, save in naming(db, [campaign])
        for change in save.changes
        if change.kind in ("conversation", *SAID)
    ]


def _talks(db: Connection, campaign: str, changes: Iterable[Change]) -> dict[str, str | None]:
    """Return the conversations that go, and with whom each says it was, if it does."""
    days = _days(db)
    said: dict[str, Value] = {
        change.record: change.set.get("person")
        for change in changes
        if change.kind == "conversation" and _kept_with(db, change, days) == campaign
    }
    names = {"days": json.dumps(days), "said": json.dumps(sorted(said)), "campaign": campaign}
    rows = db.execute(
        f"WITH {KEPT_WITH} SELECT talk AS id FROM kept WHERE campaign = :campaign", names
    )
    # What turned out to be another campaign's stays with that one.
    others = db.execute(
        f"WITH {KEPT_WITH} SELECT talk AS id FROM json_each(:said) AS said CROSS JOIN kept "
        "ON kept.talk = said.value WHERE campaign <> :campaign",
        names,
    )
    gone = db.execute(ERASED, (names["said"], "conversation"))
    found = {**dict.fromkeys(row["id"] for row in rows), **said}
    stays = {row["id"] for row in (*others, *gone)}
    return {
        id: person if isinstance(person, str) else None
        for id, person in found.items()
        if id not in stays
    }


def _kept_with(db: Connection, change: Change, days: Mapping[str, str]) -> str | None:
    """Return the campaign that a change to a conversation says it is kept with, if it names one."""
    first = change.set.get("campaign")
    named = {first} if isinstance(first, str) else set()
    named |= {r.partition("/")[2] for r, on in change.set.items()
              if r.startswith("campaigns/") and on is True}  # fmt: skip
    known = db.execute(
        "SELECT id FROM campaign WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps(sorted(named)),),
    )
    ids = [row["id"] for row in known]
    return max(ids, key=lambda id: (days.get(id, "9"), id), default=None)


def _said_in(db: Connection, talks: Collection[str], changes: Iterable[Change]) -> list[Key]:
    """Return what conversations brought forth, also where it or they do not count."""
    found = {
        (change.kind, change.record)
        for change in changes
        if change.kind in SAID and change.set.get("conversation") in talks
    }
    for kind in SAID:
        rows = db.execute(
            f"SELECT said.id FROM json_each(?) AS talk CROSS JOIN {kind} AS said "
            "ON said.conversation = talk.value",
            (json.dumps(sorted(talks)),),
        )
        found |= {(kind, row["id"]) for row in rows}
    return sorted(found)


def _promises(db: Connection, talks: Collection[str]) -> dict[str, str]:
    rows = db.execute(
        "SELECT follow_up.id, coalesce(state, 'open') AS state FROM json_each(?) AS talk "
        "CROSS JOIN follow_up ON follow_up.conversation = talk.value",
        (json.dumps(sorted(talks)),),
    )
    return {row["id"]: row["state"] for row in rows}


def _subjects(db: Connection, keys: Collection[Key]) -> dict[Key, str]:
    rows = db.execute(
        "SELECT record.kind, record.id, subject FROM json_each(?) AS wanted CROSS JOIN record "
        "ON record.kind = wanted.value ->> 0 AND record.id = wanted.value ->> 1 "
        "WHERE subject IS NOT NULL",
        (json.dumps([*keys]),),
    )
    return {(row["kind"], row["id"]): row["subject"] for row in rows}


def _by_name(db: Connection, people: Collection[str]) -> list[str]:
    rows = db.execute(
        "SELECT wanted.value AS id FROM json_each(?) AS wanted "
        "LEFT JOIN person ON person.id = wanted.value ORDER BY person.name, wanted.value",
        (json.dumps(sorted(people)),),
    )
    return [row["id"] for row in rows]


ERASED = """
SELECT erasure AS id FROM json_each(?) AS wanted CROSS JOIN erasure_kinds
ON erasure = wanted.value AND element = ? AND erasure_kinds.value = 1
"""
