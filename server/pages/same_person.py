"""The same person? Records side by side, and one click to join them or to tell them apart."""

from collections.abc import Iterable
from itertools import combinations

from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.ids import new_id
from server.pages import joining, likely, told
from server.pages.desk import Desk, desk_page
from server.problems import Problem
from server.reports import people, scope, side_by_side
from server.reports.duplicates import likely_of
from server.reports.joined import standing
from server.reports.search import index_of
from server.reports.side_by_side import Compared
from server.schema import Connection
from sync.save import Change

MOST_AT_ONCE = 6
MOST_FOUND = 20


@desk_page
async def same_person(desk: Desk) -> Response:
    """Two or more records side by side; for one, the search for the other."""
    asked = desk.request.query_params.getlist("id")
    ids = await desk.read(in_reach, desk, asked)
    if len(ids) > 1:
        return await _compared(desk, ids)
    if len(set(asked)) > 1:
        return RedirectResponse(f"/desk/people/{ids[0]}", 303)
    return await _search(desk, ids[0])


@desk_page
async def decide(desk: Desk) -> Response:
    """Join the records that were shown, or tell them apart, if nothing of it has changed since."""
    form = await desk.form()
    ids = await desk.read(in_reach, desk, [str(id) for id in form.getlist("id")])
    what = "apart" if form.get("what") == "apart" else "joined"

    def prepare(db: Connection) -> list[Change] | None:
        compared = side_by_side.compare(db, desk.kinds, ids)
        return _changes(desk, compared, what) if form.get("seen") == compared.seen else None

    receipt = await desk.save_unless_changed(prepare)
    if receipt is None:
        return desk.back(likely.side_by_side_link(ids), "changed_meanwhile")
    if receipt.verdict != "taken":
        return desk.back("/desk/review", "kept_held")
    stands = await desk.read(in_reach, desk, ids)
    back = f"/desk/people/{stands[0]}" if what == "joined" else "/desk/review#likely"
    return desk.back(back, what, receipt.save)


def in_reach(db: Connection, desk: Desk, asked: Iterable[str]) -> list[str]:
    """Return the ids that stand for people, each once. Raises Problem not_found."""
    known = standing(db, asked)
    ids = [*dict.fromkeys(known.get(id, id) for id in asked)][:MOST_AT_ONCE]
    if not ids or not all(scope.may_see_person(db, desk.session.locals, id) for id in ids):
        raise Problem("not_found")
    return ids


def _changes(desk: Desk, compared: Compared, what: str) -> list[Change] | None:
    ids = [side.id for side in compared.sides]
    if len(ids) < 2:
        return None  # joined meanwhile
    if what == "apart":
        pairs = [{"person": one, "other": other} for one, other in combinations(ids, 2)]
    else:
        pairs = [{"person": ids[0], "same_as": other} for other in ids[1:]]
    kind = "apart" if what == "apart" else "alias"
    return [Change(kind, new_id(desk.now), {**pair}) for pair in pairs]


async def _compared(desk: Desk, ids: list[str]) -> Response:
    found = await desk.read(joining.gather, desk, ids)
    desk.note("person.compared", ids)
    return await desk.page(
        "same_person.html",
        "people",
        people=joining.heads(found),
        rows=joining.rows(desk, found),
        sentences=joining.sentences(desk, found),
        told_apart=bool(found.compared.told_apart),
        seen=found.compared.seen,
    )


async def _search(desk: Desk, id: str) -> Response:
    asked = desk.asked("q")
    count, found, alike = await desk.read(_others, desk, id, asked)
    own, *others = found
    desk.note("people.listed", [one["id"] for one in (*found, *alike)])
    return await desk.page(
        "same_search.html",
        "people",
        person=own,
        asked=asked,
        others=others,
        alike=alike,
        more=max(0, count - len(others)),
    )


def _others(
    db: Connection, desk: Desk, id: str, asked: str
) -> tuple[int, list[told.Shown], list[told.Shown]]:
    """Return how many a search finds, the person and the first of these, and who is much alike."""
    groups = likely_of(desk.state.reader).groups(db, desk.session.locals)
    alike = [other for group in groups if id in group.people for other in group.people]
    ids: list[str] = []
    if asked:
        every = people.Filters(0, desk.tomorrow, desk.tomorrow, desk.today.isoformat(), q=asked)
        found = people.find(db, desk.reach, every, index_of(desk.state.reader), 1)
        ids = [line.id for line in found.lines if line.id != id]
    known = likely.described(db, desk, {id, *ids[:MOST_FOUND], *alike})
    shown = [likely.compared_with(known[other], id) for other in (id, *ids[:MOST_FOUND])]
    return len(ids), shown, [likely.compared_with(known[o], id) for o in alike if o != id]


ROUTES = [
    Route(likely.SAME, same_person, methods=["GET"]),
    Route(likely.SAME, decide, methods=["POST"]),
]
