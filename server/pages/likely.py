"""Who may be the same person, in a line or two each: enough to tell whether to look closer."""

from collections.abc import Iterable

from server.pages import told
from server.pages.desk import Desk
from server.pages.frame import link
from server.reports import names, people
from server.reports.duplicates import Group
from server.schema import Connection

SAME = "/desk/same-person"


def described(db: Connection, desk: Desk, ids: Iterable[str]) -> dict[str, told.Shown]:
    """Return id -> a person's name, and what tells them from others."""
    anything = people.Filters(0, desk.tomorrow, desk.tomorrow, desk.today.isoformat())
    found = people.lines(db, anything, [*ids])
    wanted = {("worksite", line.worksite) for line in found if line.worksite}
    wanted |= {("volunteer", line.go_to) for line in found if line.go_to}
    named = names.names_of(db, wanted, desk.words.language)
    return {line.id: _described(desk, line, named) for line in found}


def group_shown(desk: Desk, group: Group, known: dict[str, told.Shown]) -> told.Shown:
    """Return people who may be one: why, and where to look at them side by side."""
    return {
        "people": [known[id] for id in group.people if id in known],
        "reasons": [desk.words(f"same.reason.{reason}") for reason in group.reasons],
        "link": side_by_side_link(group.people),
    }


def compared_with(shown: told.Shown, id: str) -> told.Shown:
    """Return a person with where to look at them beside another."""
    return {**shown, "compare": side_by_side_link([id, shown["id"]])}


def side_by_side_link(ids: Iterable[str]) -> str:
    """Return the page that shows these people side by side."""
    return f"{SAME}?{'&'.join(link('', {'id': id})[1:] for id in ids)}"


def _described(desk: Desk, line: people.Line, named: names.Names) -> told.Shown:
    t = desk.words
    said = (
        line.member_number,
        named.get(("worksite", line.worksite or "")),
        line.department,
        line.phone,
        named.get(("volunteer", line.go_to or "")),
    )
    return {
        "id": line.id,
        "name": line.name or t("value.no_name"),
        "link": f"/desk/people/{line.id}",
        "details": [text for text in said if text],
    }
