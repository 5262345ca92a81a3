"""Whose phones show a person: now, and once records are one."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from server.schema import Connection
from sync.save import Value


@dataclass(frozen=True)
class WhoSees:
    """Volunteers, by id. go_to: who will have the person; off_lists: who has and no longer will.

    cards: captains who will see one name card; off_cards: who sees one and no longer will.
    """

    go_to: str | None
    off_lists: tuple[str, ...]
    cards: tuple[str, ...]
    off_cards: tuple[str, ...]

    @property
    def everybody(self) -> set[str]:
        """All of them."""
        known = {*self.off_lists, *self.cards, *self.off_cards}
        return known | {self.go_to} if self.go_to else known


NOW = """
SELECT DISTINCT volunteer, view FROM grant
WHERE subject IN (SELECT value FROM json_each(?)) AND until IS NULL AND view IN ('list', 'card')
"""
GO_TO = """
SELECT 1 FROM volunteer JOIN volunteer_roles AS role ON role.volunteer = volunteer.id
WHERE volunteer.id = ? AND volunteer.active = 1 AND role.value = 1
AND role.element IN ('go_to', 'steward', 'organiser')
"""
CAPTAINS = """
SELECT DISTINCT captain.element AS volunteer FROM picket_line_expects AS expected
JOIN picket_line_captains AS captain ON captain.picket_line = expected.picket_line
    AND captain.value = 1
JOIN volunteer ON volunteer.id = captain.element AND volunteer.active = 1
JOIN volunteer_roles AS role ON role.volunteer = volunteer.id
    AND role.element = 'picket_captain' AND role.value = 1
WHERE expected.element = ? AND expected.value = 1
"""


def who_sees(db: Connection, ids: Iterable[str], go_to: Value, worksite: Value) -> WhoSees:
    """Return whose phones show any of these records, and would with this go-to and worksite."""
    rows = db.execute(NOW, (json.dumps([*ids]),)).fetchall()
    lists = {row["volunteer"] for row in rows if row["view"] == "list"}
    cards = {row["volunteer"] for row in rows if row["view"] == "card"}
    will = {row["volunteer"] for row in db.execute(CAPTAINS, (worksite,))}
    has = go_to if isinstance(go_to, str) and db.execute(GO_TO, (go_to,)).fetchone() else None
    return WhoSees(
        go_to=has,
        off_lists=tuple(sorted(lists - {has})),
        cards=tuple(sorted(will)),
        off_cards=tuple(sorted(cards - will)),
    )
