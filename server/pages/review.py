"""Review: two different answers, held saves, what was settled lately, two talks in one week."""

from dataclasses import dataclass

from starlette.responses import Response
from starlette.routing import Route

from server.pages import asking, cases, kept, likely, told
from server.pages.desk import Desk, desk_page
from server.reports import closed, conflicts, held, scope, settled, talks, twice
from server.reports.duplicates import Group, likely_of
from server.schema import Connection
from sync.save import Change
from sync.scope import EVERYONE

CONFLICTS_SHOWN = 20
LIKELY_SHOWN = 20
MOST_DIGITS = 19  # SQLite counts no further


@dataclass(frozen=True)
class Gathered:
    """What the page reads, at one moment."""

    count: int
    differing: cases.Cases
    kept: held.Page
    kept_count: int
    alike: list[Group]
    described: dict[str, told.Shown]
    unopened: list[closed.Closed]
    decided: list[settled.Settled]
    pairs: list[twice.TwoTalks]
    noted: dict[str, talks.Noted]
    people: list[str]
    asked: asking.Gathered
    tell: told.Teller


def gather(db: Connection, desk: Desk) -> Gathered:
    """Read everything that waits, and what was decided."""
    session = desk.session
    asked = desk.asked("before")
    before = int(asked) if asked.isdecimal() and len(asked) < MOST_DIGITS else held.NEWEST
    page = held.page(db, session.locals, desk.kinds, before)
    waiting = page.held
    unopened = closed.closed(db, session.locals)
    alike = likely_of(desk.state.reader).groups(db, session.locals)
    people = [id for group in alike[:LIKELY_SHOWN] for id in group.people]
    decided = settled.settled(db, session, desk.kinds, desk.now)
    pairs = twice.two_talks_in_a_week(db, desk.reach, desk.now)
    noted = talks.noted(db, [id for pair in pairs for id in (pair.first, pair.second)])
    wanted = told.refs_in_changes(desk.kinds, [c for save in waiting for c in save.changes])
    wanted |= told.refs_in_changes(desk.kinds, [c for one in decided for c in one.changes])
    wanted |= {("person", pair.person) for pair in pairs}
    volunteers = kept.volunteers_in(waiting, unopened) | {one.author for one in decided}
    volunteers |= {one.by for one in noted.values()}
    differing = cases.cases(db, desk, CONFLICTS_SHOWN)
    asked_for = asking.gather(db, desk)
    said = [change for one in waiting for change in one.changes]
    said += [change for one in decided for change in one.changes]
    return Gathered(
        count=conflicts.count(db, desk.reach),
        differing=differing,
        kept=page,
        kept_count=held.count(db, session.locals, desk.kinds),
        alike=alike,
        described=likely.described(db, desk, people),
        unopened=unopened,
        decided=decided,
        pairs=pairs,
        noted=noted,
        people=[
            *(conflict.subject for conflict in differing.differing if conflict.subject),
            *sorted(id for id in scope.subjects_of(db, desk.kinds, said) if id and id != EVERYONE),
            *people,
            *(pair.person for pair in pairs),
            *asked_for.people,
        ],
        asked=asked_for,
        tell=told.Teller(
            db, desk.words, desk.kinds, wanted | {("volunteer", id) for id in volunteers}
        ),
    )


@desk_page
async def review(desk: Desk) -> Response:
    """The page of everything that waits for a coordinator."""
    found = await desk.read(gather, desk)
    desk.note("review.read", found.people)
    return await desk.page(
        "review.html",
        "review",
        count=found.count,
        conflicts=cases.shown(desk, found.differing),
        another=asking.another_shown(desk, found.asked),
        added=asking.added_shown(desk, found.asked),
        held=[kept.held_shown(desk, found.tell, save) for save in found.kept.held],
        held_count=found.kept_count,
        held_before=found.kept.older,
        closed=[kept.closed_shown(desk, found.tell, one) for one in found.unopened],
        likely=[
            likely.group_shown(desk, group, found.described) for group in found.alike[:LIKELY_SHOWN]
        ],
        likely_count=len(found.alike),
        settled=[_settled(desk, found, decision) for decision in found.decided],
        twice=[_twice(desk, found, pair) for pair in found.pairs],
    )


def _settled(desk: Desk, found: Gathered, decision: settled.Settled) -> told.Shown:
    t, tell = desk.words, found.tell
    people = [id for change in decision.changes for id in _people(change)]
    names = [tell.name("person", id) for id in people if tell.has_name("person", id)]
    tells = decision.what in ("used", "asked")
    return {
        "id": decision.id,
        "what": t(f"settled.{decision.what}"),
        "whose": " · ".join([*dict.fromkeys(names), *([decision.file] if decision.file else [])]),
        "lines": tell.change(decision.changes[0])["lines"] if tells else [],
        "by": tell.name("volunteer", decision.author),
        "at": t.moment(decision.at),
        "stands": decision.stands,
        "saw": decision.saw,
    }


def _people(change: Change) -> list[str]:
    """Return the people a decision is about."""
    said = [change.set.get(name) for name in ("person", "same_as", "other")]
    return [id for id in said if isinstance(id, str)] or [change.record]


def _twice(desk: Desk, found: Gathered, pair: twice.TwoTalks) -> told.Shown:
    def talk(id: str, at: int) -> str:
        noted = found.noted.get(id)
        return desk.words(
            "review.talk_by",
            name=found.tell.name("volunteer", noted.by if noted else None),
            when=desk.words.moment(at, noted.at_error_ms if noted else 0),
        )

    return {
        "person": found.tell.name("person", pair.person),
        "link": f"/desk/people/{pair.person}#conversations",
        "first": talk(pair.first, pair.first_at),
        "second": talk(pair.second, pair.second_at),
    }


ROUTES = [Route("/desk/review", review)]
