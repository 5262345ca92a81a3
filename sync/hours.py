"""Hours on the line: check events paired into sessions when read. Twin: pwa/sync/hours.js.

Events are facts that never change; pairing does not depend on the order in which phones arrived.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import NamedTuple

CAP_MS = 12 * 3600 * 1000
DOUBTFUL_MS = 15 * 60 * 1000


class Event(NamedTuple):
    """One check-in or check-out; `at` is ms since 1970, `way` in or out."""

    id: str
    person: str
    way: str
    at: int
    line: str = ""


class Session(NamedTuple):
    """One stay. Flags: open (no check-out yet), capped (none came), doubtful (outs far apart).

    line: where the person was checked in last; who walks to another line is on that one.
    """

    person: str
    starts: int
    ends: int
    flags: tuple[str, ...] = ()
    line: str = ""


class Paired(NamedTuple):
    """Sessions in order of start, and check-outs that no check-in explains."""

    sessions: list[Session]
    strays: list[Event]


def pair(events: Iterable[Event], now: int) -> dict[str, Paired]:
    """Return person -> Paired. Overlaps are joined, a minute never counts twice.

    Without a check-out a session counts up to `now`, at most 12 hours.
    """
    by_person: dict[str, dict[str, Event]] = defaultdict(dict)
    for event in events:
        by_person[event.person][event.id] = event
    return {
        person: _pair_one(sorted(found.values(), key=lambda e: (e.at, e.id)), now)
        for person, found in by_person.items()
    }


def _pair_one(events: list[Event], now: int) -> Paired:
    sessions: list[Session] = []
    strays: list[Event] = []
    starts = None
    line = ""
    ins = outs = 0
    for event in events:
        if event.way == "in":
            if starts is not None and event.at - starts > CAP_MS:
                sessions.append(_capped(event.person, starts, line))
                starts = None
            if starts is None:
                starts, ins, outs = event.at, 0, 0
            ins += 1
            line = event.line
        elif starts is not None and event.at - starts <= CAP_MS:
            sessions.append(Session(event.person, starts, event.at, (), line))
            starts, outs = None, 1
        elif starts is not None:
            sessions.append(_capped(event.person, starts, line))
            strays.append(event)
            starts, ins = None, 0
        elif sessions and outs < ins and event.at - sessions[-1].starts <= CAP_MS:
            # Two captains had checked this person in: the second check-out ends the same stay.
            sessions[-1] = _longer(sessions[-1], event.at)
            outs += 1
        else:
            strays.append(event)
    if starts is not None:
        sessions.append(_unfinished(events[0].person, starts, line, now))
    return Paired(sessions, strays)


def _longer(session: Session, ends: int) -> Session:
    doubtful = ends - session.ends > DOUBTFUL_MS
    return session._replace(ends=ends, flags=("doubtful",) if doubtful else session.flags)


def _unfinished(person: str, starts: int, line: str, now: int) -> Session:
    if now - starts > CAP_MS:
        return _capped(person, starts, line)
    return Session(person, starts, max(starts, now), ("open",), line)


def _capped(person: str, starts: int, line: str) -> Session:
    return Session(person, starts, starts + CAP_MS, ("capped",), line)


def ms_per_day(sessions: Iterable[Session], zone: tzinfo) -> dict[date, int]:
    """Return local day -> ms on the line; a night is split at midnight."""
    days: dict[date, int] = defaultdict(int)
    for session in sessions:
        starts = session.starts
        while starts < session.ends:
            day = datetime.fromtimestamp(starts / 1000, UTC).astimezone(zone).date()
            midnight = datetime.combine(day + timedelta(days=1), time(), zone)
            ends = min(session.ends, int(midnight.timestamp() * 1000))
            days[day] += ends - starts
            starts = ends
    return dict(days)
