"""Volunteers in reach: who they are, whom they have, and the phones they use.

A coordinator bound to locals sees the volunteers of these, as server/reports/scope.py says.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from server.access.desk import Session
from server.ledger.facts import locals_of, roles_of
from server.reports.scope import VOLUNTEER_OF_LOCALS, reach
from server.reports.search import folded
from server.schema import Connection, Row
from sync.volunteers import DESK_ROLES, grantable, height

PAGE = 50
DAY_MS = 24 * 3600 * 1000
SILENT_MS = 14 * DAY_MS
SHOWS = ("never", "silent", "unsent", "many", "left")
VOLUNTEER_IN_REACH = f"(:whole OR {VOLUNTEER_OF_LOCALS})"


@dataclass(frozen=True)
class Line:
    """One volunteer in the list; times in ms. unsent is None where no phone says."""

    id: str
    name: str
    local: str | None
    is_active: bool
    people: int
    phones: int
    seen_at: int | None
    unsent: int | None
    roles: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True)
class Device:
    """One device of a volunteer's; `kind` phone or desk, `label` one of MACHINES or None."""

    id: str
    kind: str
    label: str | None
    made_at: int
    seen_at: int | None
    app: str | None
    unsent: int | None
    revoked_at: int | None


def lines(db: Connection, locals_: frozenset[str], now: int, show: str = "") -> list[Line]:
    """Return every volunteer in reach, by name; `show` is one of SHOWS or empty for the active."""
    rows = db.execute(LINES, {**reach(locals_), "left": int(show == "left")}).fetchall()
    roles = _roles(db)
    found = [_line(row, roles.get(row["id"], frozenset())) for row in rows]
    return sorted(
        (line for line in found if _shows(line, show, now)),
        key=lambda line: (folded(line.name), line.id),
    )


def matching(found: Iterable[Line], query: str, role: str) -> list[Line]:
    """Return those whose name has every word of a query, and who have a role, if one is given."""
    words = folded(query).split()
    return [
        line
        for line in found
        if (not role or role in line.roles) and all(word in folded(line.name) for word in words)
    ]


def in_reach(db: Connection, locals_: frozenset[str], volunteer: str) -> Row | None:
    """Return a volunteer's row if there is one in reach."""
    query = f"SELECT * FROM volunteer WHERE id = :volunteer AND {VOLUNTEER_IN_REACH}"
    row: Row | None = db.execute(query, {**reach(locals_), "volunteer": volunteer}).fetchone()
    return row


def may_act_on(db: Connection, session: Session, volunteer: str) -> bool:
    """Return whether a coordinator may invite somebody, sign their phones out, change their roles.

    An invitation opens whatever its volunteer may see, so nobody makes one for somebody above.
    """
    if volunteer == session.volunteer:
        return True
    if in_reach(db, session.locals, volunteer) is None:
        return False
    theirs = height(roles_of(db, volunteer), bool(locals_of(db, volunteer)))
    own = height(session.roles, bool(session.locals))
    return theirs <= own if own > 1 else theirs < own


def may_edit(db: Connection, session: Session, volunteer: str) -> bool:
    """Return whether what a coordinator writes about somebody is taken: see sync/volunteers."""
    if not may_act_on(db, session, volunteer):
        return False
    row = db.execute("SELECT local FROM volunteer WHERE id = ?", (volunteer,)).fetchone()
    is_here = not session.locals or (row is not None and row["local"] in session.locals)
    return is_here and not (session.locals and roles_of(db, volunteer) & set(DESK_ROLES))


def roles_to_give(session: Session) -> tuple[str, ...]:
    """Return the roles that a coordinator may give and take."""
    return grantable(session.roles, bool(session.locals))


def devices(db: Connection, volunteer: str, since: int) -> list[Device]:
    """Return a volunteer's devices, the latest contact first; signed out ones from `since` on."""
    rows = db.execute(
        "SELECT id, kind, label, made_at, seen_at, app, unsent, revoked_at FROM device "
        "WHERE volunteer = ? AND coalesce(revoked_at, ?) >= ? "
        "ORDER BY revoked_at IS NOT NULL, coalesce(seen_at, made_at) DESC",
        (volunteer, since, since),
    )
    return [Device(*row) for row in rows]


def phones_in_use(found: Iterable[Device]) -> list[Device]:
    """Return the phones that can exchange, the one silent longest last."""
    return [one for one in found if one.kind == "phone" and one.revoked_at is None]


def open_invitations(db: Connection, volunteer: str, now: int) -> list[Row]:
    """Return invitations that can still be used, the newest first."""
    return db.execute(
        "SELECT hash, kind, made_at, expires_at, made_by, replaces FROM invitation "
        "WHERE volunteer = ? AND used_at IS NULL AND withdrawn_at IS NULL AND expires_at > ? "
        "ORDER BY made_at DESC",
        (volunteer, now),
    ).fetchall()


def asking(db: Connection, session: Session) -> list[Row]:
    """Return who asks for a new link and whom this coordinator may invite, the first first."""
    rows = db.execute(
        "SELECT invitation.hash, invitation.volunteer, invitation.asked_at, volunteer.name "
        "FROM invitation JOIN volunteer ON volunteer.id = invitation.volunteer "
        "WHERE asked_at IS NOT NULL AND answered_at IS NULL AND volunteer.active = 1 "
        f"AND {VOLUNTEER_IN_REACH} ORDER BY asked_at",
        reach(session.locals),
    ).fetchall()
    return [row for row in rows if may_act_on(db, session, row["volunteer"])]


def _line(row: Row, roles: frozenset[str]) -> Line:
    said = {name: row[name] for name in row.keys()}  # noqa: SIM118
    return Line(**{**said, "is_active": bool(row["is_active"])}, roles=roles)


def _shows(line: Line, show: str, now: int) -> bool:
    if show == "left":
        return not line.is_active
    return {
        "never": line.phones == 0,
        "silent": line.phones > 0 and now - (line.seen_at or 0) > SILENT_MS,
        "unsent": bool(line.unsent),
        "many": line.phones > 2,
    }.get(show, True)


def _roles(db: Connection) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for row in db.execute("SELECT volunteer, element FROM volunteer_roles WHERE value = 1"):
        found.setdefault(row["volunteer"], set()).add(row["element"])
    return {volunteer: frozenset(roles) for volunteer, roles in found.items()}


LINES = f"""
SELECT volunteer.id, coalesce(volunteer.name, '') AS name, volunteer.local,
    coalesce(volunteer.active, 0) AS is_active,
    (SELECT count(*) FROM assignment WHERE assignment.volunteer = volunteer.id) AS people,
    count(device.id) AS phones, max(device.seen_at) AS seen_at, sum(device.unsent) AS unsent
FROM volunteer LEFT JOIN device ON device.volunteer = volunteer.id
    AND device.kind = 'phone' AND device.revoked_at IS NULL
WHERE {VOLUNTEER_IN_REACH} AND (:left OR volunteer.active = 1)
GROUP BY volunteer.id
"""
