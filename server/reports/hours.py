"""Hours on the picket lines: who is here, and how long each person was there each day."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta, tzinfo

from server.reports.campaigns import midnight_ms
from server.reports.scope import IN_REACH, LINE_IN_REACH, Names, select
from server.schema import Connection, Row
from sync.hours import CAP_MS, Event, Paired, Session, ms_per_day, pair

WEEK_DAYS = 7


@dataclass(frozen=True)
class Line:
    """One picket line today; `shift` is its start and end in ms, where known."""

    id: str
    name: str | None
    place: str | None
    shift: tuple[int | None, int | None]
    here: int
    people: int
    ms: int
    flagged: int


@dataclass(frozen=True)
class Here:
    """Somebody who is on the line now, since when, and how wrong that may be (ms)."""

    person: str
    since: int
    error_ms: int = 0


@dataclass(frozen=True)
class Presence:
    """One person's week on a line: ms per day in order, their sum, and what to look at."""

    person: str
    days: list[int]
    total: int
    flags: tuple[str, ...]


@dataclass(frozen=True)
class Stray:
    """A check-out that no check-in explains: when, and how wrong that may be (ms)."""

    person: str
    at: int
    error_ms: int = 0


@dataclass(frozen=True)
class Week:
    """Seven days of one line. `captains` and `expects` are ids."""

    line: Row
    days: list[date]
    here: list[Here]
    people: list[Presence]
    totals: list[int]
    total: int
    strays: list[Stray]
    captains: list[str]
    expects: list[str]


# Paired over all lines, so that who was checked in at two of them counts once.
EVENTS = f"""
SELECT check_event.id, check_event.person, way, "when", line
FROM check_event JOIN person ON person.id = check_event.person
WHERE way IS NOT NULL AND "when" >= :since AND "when" < :until AND {IN_REACH}
AND (:line IS NULL OR check_event.person IN (
    SELECT there.person FROM check_event AS there WHERE there.line = :line))
"""


def lines(db: Connection, reach: Names, now: int, zone: tzinfo, today: date) -> list[Line]:
    """Return the picket lines in reach, by name, as they stand today."""
    rows = db.execute(
        f"SELECT * FROM picket_line WHERE {LINE_IN_REACH} ORDER BY name, id", reach
    ).fetchall()
    since = midnight_ms(today, zone)
    paired = pair(_events(db, reach, None, since - CAP_MS, now + 1), now)
    return [_line(row, _at(row["id"], paired), zone, today) for row in rows]


def week(
    db: Connection, reach: Names, line: str, monday: date, now: int, zone: tzinfo
) -> Week | None:
    """Return a line's seven days from a Monday on, or None when there is no such line in reach."""
    row = db.execute(
        f"SELECT * FROM picket_line WHERE id = :line AND {LINE_IN_REACH}", {**reach, "line": line}
    ).fetchone()
    if row is None:
        return None
    days = [monday + timedelta(days=n) for n in range(WEEK_DAYS)]
    since, until = midnight_ms(monday, zone), midnight_ms(monday + timedelta(WEEK_DAYS), zone)
    # A stay that began the evening before, or ends the morning after, belongs to both weeks.
    paired = _at(
        line, pair(_events(db, reach, line, since - CAP_MS, min(until + CAP_MS, now + 1)), now)
    )
    people = [_presence(person, p.sessions, days, zone) for person, p in paired.items()]
    people = [presence for presence in people if presence.total or presence.flags]
    totals = [sum(p.days[n] for p in people) for n in range(WEEK_DAYS)]
    here = _here(s for p in paired.values() for s in p.sessions)
    strays = [e for p in paired.values() for e in p.strays if since <= e.at < until]
    errors = _errors(db, {(h.person, h.since) for h in here} | {(e.person, e.at) for e in strays})
    return Week(
        line=row,
        days=days,
        here=[Here(h.person, h.since, errors.get((h.person, h.since), 0)) for h in here],
        people=people,
        totals=totals,
        total=sum(totals),
        strays=[Stray(e.person, e.at, errors.get((e.person, e.at), 0)) for e in strays],
        captains=_elements(db, "captains", line),
        expects=_elements(db, "expects", line),
    )


def _at(line: str, paired: dict[str, Paired]) -> dict[str, Paired]:
    """Return person -> what of their stays and strays belongs to one line."""
    here = {
        person: Paired(
            [session for session in found.sessions if session.line == line],
            [event for event in found.strays if event.line == line],
        )
        for person, found in paired.items()
    }
    return {person: found for person, found in here.items() if found.sessions or found.strays}


def _events(db: Connection, reach: Names, line: str | None, since: int, until: int) -> list[Event]:
    names = {"line": line, "since": since, "until": until}
    return [
        Event(row["id"], row["person"], row["way"], row["when"], row["line"])
        for row in select(db, reach, EVENTS, names)
    ]


def _errors(db: Connection, moments: set[tuple[str, int]]) -> dict[tuple[str, int], int]:
    """Return (person, ms) -> how wrong the clock may have been that said so, in ms."""
    rows = db.execute(
        "SELECT said.person, said.\"when\", max(register.heads ->> '$[0].at_error_ms') AS error_ms "
        "FROM json_each(?) AS wanted CROSS JOIN check_event AS said "
        'ON said.person = wanted.value ->> 0 AND said."when" = wanted.value ->> 1 '
        "JOIN register ON register.kind = 'check_event' AND register.record = said.id "
        "AND register.field = 'when' GROUP BY said.person, said.\"when\"",
        (json.dumps(sorted(moments)),),
    )
    return {(row["person"], row["when"]): row["error_ms"] for row in rows}


def _line(row: Row, paired: dict[str, Paired], zone: tzinfo, today: date) -> Line:
    sessions = [s for p in paired.values() for s in p.sessions]
    ms = {person: ms_per_day(p.sessions, zone).get(today, 0) for person, p in paired.items()}
    flagged = sum(1 for s in sessions if {"capped", "doubtful"}.intersection(s.flags))
    return Line(
        id=row["id"],
        name=row["name"],
        place=row["place"],
        shift=(row["shift_starts"], row["shift_ends"]),
        here=len(_here(sessions)),
        people=sum(1 for found in ms.values() if found),
        ms=sum(ms.values()),
        flagged=flagged + sum(len(p.strays) for p in paired.values()),
    )


def _here(sessions: Iterable[Session]) -> list[Here]:
    return [Here(s.person, s.starts) for s in sessions if "open" in s.flags]


def _presence(person: str, sessions: list[Session], days: list[date], zone: tzinfo) -> Presence:
    ms = ms_per_day(sessions, zone)
    inside = [s for s in sessions if ms_per_day([s], zone).keys() & set(days)]
    flags = {flag for session in inside for flag in session.flags}
    per_day = [ms.get(day, 0) for day in days]
    return Presence(person, per_day, sum(per_day), tuple(sorted(flags)))


def _elements(db: Connection, field: str, line: str) -> list[str]:
    rows = db.execute(
        f"SELECT element FROM picket_line_{field} WHERE picket_line = ? AND value = 1", (line,)
    )
    return [row["element"] for row in rows]
