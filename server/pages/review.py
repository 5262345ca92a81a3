"""Review: two different answers, held saves, what was settled lately, two talks in one week."""

from dataclasses import dataclass

from starlette.responses import Response
from starlette.routing import Route

from server.pages import cases, told
from server.pages.desk import Desk, desk_page
from server.problems import PROBLEMS, in_words
from server.reports import closed, conflicts, held, settled, twice
from server.schema import Connection

CONFLICTS_SHOWN = 20


@dataclass(frozen=True)
class Gathered:
    """What the page reads, at one moment."""

    count: int
    differing: cases.Cases
    kept: list[held.Held]
    unopened: list[closed.Closed]
    decided: list[settled.Settled]
    pairs: list[twice.TwoTalks]
    by: dict[str, str]
    tell: told.Teller


def gather(db: Connection, desk: Desk) -> Gathered:
    """Read everything that waits, and what was decided."""
    session = desk.session
    waiting = held.held(db, session.locals, desk.kinds)
    unopened = closed.closed(db, session.locals)
    decided = settled.settled(db, session.locals, desk.kinds, desk.now)
    pairs = twice.two_talks_in_a_week(db, desk.reach, desk.now)
    by = conflicts.authors(db, [id for pair in pairs for id in (pair.first, pair.second)])
    wanted = told.refs_in_changes(desk.kinds, [c for save in waiting for c in save.changes])
    wanted |= told.refs_in_changes(desk.kinds, [decision.change for decision in decided])
    wanted |= {("person", pair.person) for pair in pairs}
    volunteers = {save.author for save in waiting} | {decision.author for decision in decided}
    volunteers |= {*by.values()} | {one.volunteer for one in unopened if one.volunteer}
    return Gathered(
        count=conflicts.count(db, desk.reach),
        differing=cases.cases(db, desk, CONFLICTS_SHOWN),
        kept=waiting,
        unopened=unopened,
        decided=decided,
        pairs=pairs,
        by=by,
        tell=told.Teller(
            db, desk.words, desk.kinds, wanted | {("volunteer", id) for id in volunteers}
        ),
    )


@desk_page
async def review(desk: Desk) -> Response:
    """The page of everything that waits for a coordinator."""
    found = await desk.read(gather, desk)
    return await desk.page(
        "review.html",
        "review",
        count=found.count,
        conflicts=cases.shown(desk, found.differing),
        held=[_held(desk, found, save) for save in found.kept],
        closed=[_closed(desk, found, envelopes) for envelopes in found.unopened],
        settled=[_settled(desk, found, decision) for decision in found.decided],
        twice=[_twice(desk, found, pair) for pair in found.pairs],
    )


def _held(desk: Desk, found: Gathered, save: held.Held) -> told.Shown:
    t = desk.words
    reason = in_words(save.reason, t.language)["title"] if save.reason in PROBLEMS else save.reason
    return {
        "id": save.id,
        "by": found.tell.name("volunteer", save.author),
        "device": told.device(desk, save.device),
        "at": t.moment(save.at),
        "received": t.moment(save.received_at),
        "reason": reason,
        "about": sorted(_about(found, save)),
        "changes": [found.tell.change(change) for change in save.changes],
    }


def _closed(desk: Desk, found: Gathered, envelopes: closed.Closed) -> told.Shown:
    t, whose = desk.words, envelopes.volunteer
    return {
        "name": found.tell.name("volunteer", whose) if whose else t("review.closed_nobody"),
        "count": t("review.closed_count", n=envelopes.waiting, when=t.moment(envelopes.since)),
        "reason": in_words(envelopes.reason, t.language)["title"],
        "next": in_words(envelopes.reason, t.language)["next"],
    }


def _about(found: Gathered, save: held.Held) -> set[str]:
    """Return the names of whom a save is about."""
    people = {c.record for c in save.changes if c.kind in ("person", "assignment")}
    people |= {str(c.set["person"]) for c in save.changes if "person" in c.set}
    return {found.tell.name("person", id) for id in people}


def _settled(desk: Desk, found: Gathered, decision: settled.Settled) -> told.Shown:
    t, change, tell = desk.words, decision.change, found.tell
    person = change.set.get("person") or change.record
    return {
        "id": decision.id,
        "what": t(f"settled.{decision.what}"),
        "whose": tell.name("person", str(person)) if tell.has_name("person", str(person)) else "",
        "lines": tell.change(change)["lines"] if change.kind != "ruling" else [],
        "by": tell.name("volunteer", decision.author),
        "at": t.moment(decision.at),
        "stands": decision.stands,
    }


def _twice(desk: Desk, found: Gathered, pair: twice.TwoTalks) -> told.Shown:
    t, tell = desk.words, found.tell
    return {
        "person": tell.name("person", pair.person),
        "link": f"/desk/people/{pair.person}#conversations",
        "first": t(
            "review.talk_by",
            name=tell.name("volunteer", found.by.get(pair.first)),
            when=t.moment(pair.first_at),
        ),
        "second": t(
            "review.talk_by",
            name=tell.name("volunteer", found.by.get(pair.second)),
            when=t.moment(pair.second_at),
        ),
    }


ROUTES = [Route("/desk/review", review)]
