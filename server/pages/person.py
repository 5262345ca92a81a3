"""One person: every field with its history, conversations, promises, and every save."""

from dataclasses import dataclass

from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.ledger.joins import members_with
from server.pages import told
from server.pages.correct import ELSEWHERE
from server.pages.desk import Desk, desk_page
from server.pages.frame import link
from server.problems import Problem
from server.reports import (
    conflicts,
    history,
    joined,
    promises,
    raised,
    reachable,
    rulings,
    scope,
    talks,
)
from server.schema import Connection
from sync.history import Past
from sync.rulings import Rulings
from sync.save import Change

TALKS_SHOWN = 50
CONFLICTS_SHOWN = 50
FIRST = ("name", "preferred_name", "worksite", "department", "work_shift", "phone", "email")
KINDS = ("assignment", "person")


@dataclass(frozen=True)
class Gathered:
    """What the page reads, at one moment."""

    fields: dict[str, history.Fields]
    had: list[talks.Talk]
    owed: list[promises.Promise]
    issues: list[raised.Issue]
    stories: list[raised.Story]
    answers: list[raised.Answer]
    differing: list[conflicts.Conflict]
    saves: list[tuple[history.Source, dict[str, Change]]]
    ruled: Rulings
    received: dict[str, history.Source]
    heads: rulings.Heads
    joins: list[joined.Join]
    records: int
    person: str
    local: str | None
    employers: list[reachable.Employer]
    tell: told.Teller


def gather(db: Connection, desk: Desk, person: str) -> Gathered:
    """Read everything about one person. Raises Problem not_found outside one's reach."""
    may_see(db, desk, person)
    fields = {kind: history.fields(db, desk.kinds, kind, person) for kind in KINDS}
    found = talks.talks(db, desk.reach, talks.Filters(person=person), 1, TALKS_SHOWN)
    owed = promises.to_person(db, person, desk.today.isoformat())
    answers = raised.answers_of(db, person)
    saves = [
        (s, history.about_person(db, desk.kinds, s, person)) for s in history.about(db, person)
    ]
    records = members_with(db, person)
    joins = joined.joins(db, records)
    targets = [t for s, changes in saves for t in rulings.ruled_by_undo(s.stamped.save, changes)]
    targets += [join.save for join in joins]
    wanted = told.refs_in_talks(found) | told.refs_in_changes(
        desk.kinds, [change for _, changes in saves for change in changes.values()]
    )
    pasts = [past for regs in fields.values() for found_ in regs.values() for past in found_]
    for kind, registers in fields.items():
        for register, register_pasts in registers.items():
            for past in register_pasts:
                wanted.update(told.refs_in(desk.kinds, kind, register, past.write.value))
    wanted |= {("volunteer", past.write.by) for past in pasts}
    wanted |= {("volunteer", source.stamped.author) for source, _ in saves}
    wanted |= {("volunteer", promise.owner) for promise in owed if promise.owner}
    wanted |= {("volunteer", join.by) for join in joins}
    wanted |= {("action", answer.action) for answer in answers}
    return Gathered(
        fields=fields,
        had=found,
        owed=owed,
        issues=raised.issues_of(db, person),
        stories=raised.stories_of(db, person),
        answers=answers,
        differing=conflicts.conflicts(db, desk.reach, CONFLICTS_SHOWN, person),
        saves=saves,
        ruled=history.rulings_on(db, [id for _, changes in saves for id in changes]),
        received=history.sources_of(db, [past.stamped.save.id for past in pasts]),
        heads=rulings.standing_on(db, targets),
        joins=joins,
        records=len(records),
        person=person,
        local=db.execute("SELECT local FROM person WHERE id = ?", (person,)).fetchone()["local"],
        employers=reachable.employers(db),
        tell=told.Teller(db, desk.words, desk.kinds, wanted | {("person", person)}),
    )


def may_see(db: Connection, desk: Desk, person: str) -> None:
    """Raise Problem not_found outside one's reach: also where a person went is told to nobody."""
    if not scope.may_see_person(db, desk.session.locals, person):
        raise Problem("not_found")


@desk_page
async def person(desk: Desk) -> Response:
    """The page of one person."""
    id = desk.request.path_params["person"]
    stands = await desk.read(joined.stands_for, id)
    if stands != id:
        await desk.read(may_see, desk, stands)
        return RedirectResponse(f"/desk/people/{stands}", 303)
    found = await desk.read(gather, desk, id)
    desk.note("person.read", [id])
    return await desk.page(
        "person.html",
        "people",
        person=id,
        name_shown=found.tell.name("person", id),
        fields=[field for kind in KINDS for field in _fields(desk, found, kind)],
        talks=[found.tell.talk(talk) for talk in found.had],
        promises=[_promise(desk, found, promise) for promise in found.owed],
        issues=[_issue(desk, found, issue) for issue in found.issues],
        stories=[_story(desk, story) for story in found.stories],
        asks=[_ask(desk, found, answer) for answer in found.answers],
        conflicts=len(found.differing),
        added=_added(desk, found),
        records=found.records,
        joins=[_join(desk, found, join) for join in found.joins],
        saves=[_save(desk, found, source, changes) for source, changes in found.saves],
    )


def _added(desk: Desk, found: Gathered) -> told.Shown | None:
    """Return who put somebody on their own list whom nobody had, None when nobody did."""
    pasts = found.fields["assignment"].get("picked", [])
    past = next((past for past in pasts if past.standing.word == "shows"), None)
    if past is None or past.write.value is not True:
        return None
    relations = found.fields["person"].get("relation", [])
    return {
        "by": found.tell.name("volunteer", past.write.by),
        "when": desk.words.moment(past.write.at, past.write.at_error_ms),
        "place": "" if relations else _correct(found, "person", "relation"),
    }


def _fields(desk: Desk, found: Gathered, kind: str) -> list[told.Shown]:
    """Return every field of a kind: those with elements once for each, in the order people read."""
    every = desk.kinds[kind].fields
    order = [*(n for n in FIRST if n in every), *(n for n in every if n not in FIRST)]
    written = found.fields[kind]
    shown = []
    for name in order:
        if every[name].each:
            registers = sorted(r for r in written if r.startswith(f"{name}/"))
        else:
            registers = [name]
        shown += [_field(desk, found, kind, register) for register in registers]
    return shown


def _field(desk: Desk, found: Gathered, kind: str, register: str) -> told.Shown:
    pasts = found.fields[kind].get(register, [])
    showing = next((past for past in pasts if past.standing.word == "shows"), None)
    words = [past.standing.word for past in pasts]
    value = showing.write.value if showing else None
    return {
        "label": found.tell.label(kind, register),
        "value": found.tell.value(kind, register, value),
        "is_empty": value in (None, ""),
        "conflict": "waiting" in words,
        "correct": _correct(found, kind, register),
        "is_employers": register == "email"
        and reachable.is_employers(found.employers, str(value or ""), found.local),
        "proposals": words.count("proposal"),
        "past": [_past(desk, found, kind, register, past) for past in pasts],
    }


def _correct(found: Gathered, kind: str, register: str) -> str:
    """Return the page that corrects a field, where there is one."""
    if kind != "person" or register.partition("/")[0] in ELSEWHERE:
        return ""
    return link(f"/desk/people/{found.person}/correct", {"field": register})


def _past(desk: Desk, found: Gathered, kind: str, register: str, past: Past) -> told.Shown:
    t, write = desk.words, past.write
    source = found.received[past.stamped.save.id]
    by = {other.write.id: other.write.by for other in found.fields[kind][register]}
    because = found.tell.name("volunteer", by.get(past.standing.because or "", ""))
    return {
        "value": found.tell.value(kind, register, write.value),
        "by": found.tell.name("volunteer", write.by),
        "device": told.device(desk, source.device),
        "at": t.moment(write.at, write.at_error_ms),
        "received": t.moment(source.received_at),
        "shows": past.standing.word == "shows",
        "standing": t(f"standing.{past.standing.word}", name=because),
    }


def _join(desk: Desk, found: Gathered, join: joined.Join) -> told.Shown:
    return {
        "save": join.save,
        "saw": rulings.seen(found.heads, [join.save]),
        "by": found.tell.name("volunteer", join.by),
        "at": desk.words.moment(join.at, join.at_error_ms),
        "records": len(join.people),
    }


def _promise(desk: Desk, found: Gathered, promise: promises.Promise) -> told.Shown:
    t = desk.words
    return {
        "text": promise.text or "",
        "due": t.value("follow_up", "due", promise.due),
        "owner": found.tell.name("volunteer", promise.owner) if promise.owner else t("value.none"),
        "state": t("promises.overdue")
        if promise.is_overdue
        else t.choice("follow_up", "state", promise.state),
        "is_overdue": promise.is_overdue,
    }


def _issue(desk: Desk, found: Gathered, issue: raised.Issue) -> told.Shown:
    themes = [found.tell.theme(key) for key in issue.themes]
    return {"themes": ", ".join(themes), "text": issue.text or "", "when": _when(desk, issue.when)}


def _story(desk: Desk, story: raised.Story) -> told.Shown:
    t = desk.words
    may = t.choice("story", "consent", story.consent) if story.consent else t("person.not_asked")
    return {
        "text": story.text or "",
        "may": may,
        "is_free": story.consent not in (None, "no"),
        "wording": story.wording or "",
        "when": _when(desk, story.when),
    }


def _ask(desk: Desk, found: Gathered, answer: raised.Answer) -> told.Shown:
    return {
        "action": found.tell.name("action", answer.action),
        "answer": desk.words.choice("participation", "answer", answer.answer),
        "when": _when(desk, answer.when),
    }


def _when(desk: Desk, when: int | None) -> str:
    return desk.words.day(desk.words.local_day(when)) if when else desk.words("value.unknown")


def _save(
    desk: Desk, found: Gathered, source: history.Source, changes: dict[str, Change]
) -> told.Shown:
    t, save = desk.words, source.stamped.save
    return {
        "id": save.id,
        "by": found.tell.name("volunteer", source.stamped.author),
        "device": told.device(desk, source.device),
        "at": t.moment(save.at, save.at_error_ms),
        "received": t.moment(source.received_at),
        "saw": rulings.seen(found.heads, rulings.ruled_by_undo(save, changes)),
        "changes": [found.tell.change(change) for change in changes.values()],
        "others": len(save.changes) - len(changes),
        "is_held": source.is_held,
        "is_set_aside": all(found.ruled.get(id, source.counts) is False for id in changes),
    }


ROUTES = [Route("/desk/people/{person}", person)]
