"""Names of what pages refer to, many at once."""

import json
from collections.abc import Collection, Iterable

from server.reports.joined import standing
from server.schema import Connection

NAMED = ("volunteer", "person", "worksite", "local", "unit", "picket_line")
NAMED_TWICE = ("campaign", "questionnaire", "action")
Names = dict[tuple[str, str], str]  # (kind, id) -> name


def names_of(db: Connection, wanted: Iterable[tuple[str, str]], language: str) -> Names:
    """Return the names of records, of those that have one: one query for each kind.

    Who was joined is called as the one who stands for them.
    """
    by_kind: dict[str, set[str]] = {}
    for kind, id in wanted:
        by_kind.setdefault(kind, set()).add(id)
    known = standing(db, by_kind.get("person", ()))
    by_kind.setdefault("person", set()).update(known.values())
    found: Names = {}
    for kind, ids in by_kind.items():
        if kind in NAMED:
            query = _one_name(kind)
        elif kind in NAMED_TWICE:
            query = _name_by_language(kind)
        else:
            continue
        names = {"ids": json.dumps(sorted(ids)), "language": language}
        found.update({(kind, row["id"]): row["name"] for row in db.execute(query, names)})
    for id, stands in known.items():
        if ("person", stands) in found:
            found["person", id] = found["person", stands]
    return found


def erased(db: Connection, volunteers: Collection[str]) -> set[str]:
    """Return which of these volunteers were erased: what they noted is nobody's by name."""
    query = (
        "SELECT erasure FROM json_each(?) AS wanted CROSS JOIN erasure_kinds "
        "ON erasure = wanted.value AND element = 'volunteer' AND erasure_kinds.value = 1"
    )
    return {row["erasure"] for row in db.execute(query, (json.dumps([*volunteers]),))}


def _one_name(kind: str) -> str:
    return (
        f'SELECT found.id, found.name FROM json_each(:ids) CROSS JOIN "{kind}" AS found '
        "ON found.id = json_each.value WHERE found.name IS NOT NULL"
    )


def _name_by_language(kind: str) -> str:
    return (
        f'SELECT found."{kind}" AS id, found.value AS name FROM json_each(:ids) '
        f'JOIN "{kind}_name" AS found ON found."{kind}" = json_each.value '
        "ORDER BY found.element = :language"
    )
