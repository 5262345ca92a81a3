"""Campaigns: their dates, their goal, and how today stands against both."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from server.schema import Connection

GOAL_PERCENT = 75


@dataclass(frozen=True)
class Campaign:
    """A dated effort; `since` and `until` are its days as ms, `until` exclusive."""

    id: str
    names: dict[str, str]
    starts: date
    ends: date
    goal: int
    questionnaire: str | None
    since: int
    until: int

    @property
    def days(self) -> int:
        """How many days it lasts, both ends counted."""
        return (self.ends - self.starts).days + 1

    def day(self, today: date) -> int:
        """Which of its days today is: below 1 before it, above `days` after it."""
        return (today - self.starts).days + 1

    def is_running(self, today: date) -> bool:
        """Whether today is one of its days."""
        return self.starts <= today <= self.ends


def campaigns(db: Connection, zone: tzinfo) -> list[Campaign]:
    """Return every campaign that has its dates, the latest start first."""
    rows = db.execute(
        "SELECT id, starts, ends, goal_percent, questionnaire FROM campaign "
        "WHERE starts IS NOT NULL AND ends >= starts ORDER BY starts DESC, id"
    ).fetchall()
    names: dict[str, dict[str, str]] = {}
    for row in db.execute("SELECT campaign, element, value FROM campaign_name"):
        names.setdefault(row["campaign"], {})[row["element"]] = row["value"]
    return [
        Campaign(
            id=row["id"],
            names=names.get(row["id"], {}),
            starts=date.fromisoformat(row["starts"]),
            ends=date.fromisoformat(row["ends"]),
            goal=row["goal_percent"] or GOAL_PERCENT,
            questionnaire=row["questionnaire"],
            since=midnight_ms(date.fromisoformat(row["starts"]), zone),
            until=midnight_ms(date.fromisoformat(row["ends"]) + timedelta(days=1), zone),
        )
        for row in rows
    ]


def current(found: Iterable[Campaign], today: date, wanted: str | None = None) -> Campaign | None:
    """Return the one asked for, else the one that runs, the last that ran, the next to come."""
    found = list(found)
    running = [c for c in found if c.is_running(today)]
    over = [c for c in found if c.ends < today]
    choice = [c for c in found if c.id == wanted] + running + over + found[::-1]
    return choice[0] if choice else None


def asked(found: Iterable[Campaign], today: date) -> list[str]:
    """Return the questionnaires of all that run, which one talk asks; else of the current one."""
    found = list(found)
    now = current(found, today)
    running = [c for c in found if c.is_running(today)] or ([now] if now else [])
    first = sorted(running, key=lambda c: (c.ends, c.id))
    return list(dict.fromkeys(c.questionnaire for c in first if c.questionnaire))


def days_behind(mapped: int, people: int, goal: int, day: int, days: int) -> int:
    """Return how many days ago an even pace to the goal would have been here; negative: ahead.

    All counts; `goal` in percent, `day` from 1 to `days`.
    """
    if not people:
        return 0
    earned = mapped * 100 * days / (people * goal)
    return round(min(day, days) - earned)


def midnight_ms(day: date, zone: tzinfo) -> int:
    """Return when a local day starts, in ms since 1970."""
    return int(datetime.combine(day, time(), zone).timestamp() * 1000)
