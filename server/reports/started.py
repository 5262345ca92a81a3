"""How far a new desk has come: the five steps from nothing to the first conversation."""

from server.reports.scope import IN_REACH, IN_REACH_OF, Names, select
from server.schema import Connection

STEPS = {
    "list": f"SELECT count(*) FROM person WHERE {IN_REACH}",
    "worksites": "SELECT count(*) FROM worksite "
    f"WHERE name IS NOT NULL AND {IN_REACH_OF['worksite']}",
    "go_to": "SELECT count(DISTINCT volunteer.id) FROM volunteer JOIN volunteer_roles AS role "
    "ON role.volunteer = volunteer.id AND role.value = 1 AND role.element IN ('go_to', 'steward') "
    f"WHERE volunteer.active = 1 AND {IN_REACH_OF['volunteer']}",
    "questionnaire": "SELECT count(*) FROM campaign WHERE starts IS NOT NULL AND ends IS NOT NULL",
    "invite": "SELECT count(*) FROM volunteer JOIN device ON device.volunteer = volunteer.id "
    f"WHERE device.kind = 'phone' AND revoked_at IS NULL AND {IN_REACH_OF['volunteer']}",
}


def steps(db: Connection, reach: Names) -> dict[str, int]:
    """Return step -> how many there are of what it makes; 0 is still to do."""
    return {step: int(select(db, reach, query).fetchone()[0]) for step, query in STEPS.items()}
