"""The list of people as a file for a spreadsheet: just those a filter shows, in reach."""

from collections.abc import Mapping

from starlette.responses import Response
from starlette.routing import Route

from server.pages.desk import Desk, desk_page
from server.pages.frame import link
from server.pages.people import asked_for, filters_of
from server.reports import names, people, reachable
from server.reports.cells import as_csv
from server.reports.reachable import WAYS
from server.reports.search import index_of
from server.schema import Connection

COLUMNS = (
    *("name", "number", "worksite", "department", "phone", "email", "go_to"),
    *("last_talk", "talked", "do_not_contact", *(f"may.{way}" for way in WAYS), "employers"),
)


@desk_page
async def people_csv(desk: Desk) -> Response:
    """Everybody who matches, as CSV. It needs a fresh sign-in and is noted, person by person."""
    # Back to the list: a browser that is led to a file stays on the page it came from.
    desk.must_be_fresh(link("/desk/people", asked_for(desk)))
    text, ids = await desk.read(gather, desk)
    desk.note("people.exported", ids)
    name = f"people-{desk.today.isoformat()}.csv"
    return Response(
        text,
        media_type="text/csv; charset=utf-8",
        headers={
            "Cache-Control": "no-store",
            "Content-Disposition": f'attachment; filename="{name}"',
        },
    )


def gather(db: Connection, desk: Desk) -> tuple[str, list[str]]:
    """Return the file's text, and the ids of the people in it."""
    filters = filters_of(db, desk, asked_for(desk))
    ids = people.matching(db, desk.reach, filters, index_of(desk.state.reader))
    found = people.lines(db, filters, ids)
    wanted = {("worksite", line.worksite) for line in found if line.worksite}
    wanted |= {("volunteer", line.go_to) for line in found if line.go_to}
    named = names.names_of(db, wanted, desk.words.language)
    may = reachable.answers(db, ids)
    every = reachable.employers(db)
    head = [desk.words(f"csv.{column}") for column in COLUMNS]
    return as_csv(head, (_row(desk, line, named, may, every) for line in found)), ids


def _row(
    desk: Desk,
    line: people.Line,
    named: names.Names,
    may: Mapping[tuple[str, str], bool],
    every: list[reachable.Employer],
) -> list[object]:
    t = desk.words
    yes = {True: t("value.yes"), False: t("value.no"), None: t("consent.not_asked")}
    return [
        line.name,
        line.member_number,
        named.get(("worksite", line.worksite or "")),
        line.department,
        line.phone,
        line.email,
        named.get(("volunteer", line.go_to or "")),
        t.local_day(line.last_talk).isoformat() if line.last_talk else None,
        yes[line.mapped],
        yes[line.do_not_contact],
        *(yes[may.get((line.id, way))] for way in WAYS),
        yes[reachable.is_employers(every, line.email, line.local)],
    ]


ROUTES = [Route("/desk/people.csv", people_csv)]
