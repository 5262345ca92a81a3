"""How far a new desk has come: the five steps from nothing to the first conversation."""

from server.reports.scope import IN_REACH, Names
from server.schema import Connection

STEPS = {
    "list": f"SELECT count(*) FROM person WHERE {IN_REACH}",
    "worksites": "SELECT count(*) FROM worksite WHERE name IS NOT NULL",
    "go_to": "SELECT count(DISTINCT volunteer.id) FROM volunteer JOIN volunteer_roles AS role "
    "ON role.volunteer = volunteer.id AND role.value = 1 AND role.element IN ('go_to', 'steward') "
    "WHERE volunteer.active = 1",
    "questionnaire": "SELECT count(*) FROM campaign WHERE starts IS NOT NULL AND ends IS NOT NULL",
    "invite": "SELECT count(*) FROM device WHERE kind = 'phone' AND revoked_at IS NULL",
}


def steps(db: Connection, reach: Names) -> dict[str, int]:
    """Return step -> how many there are of what it makes; 0 is still to do."""
    return {step: int(db.execute(query, reach).fetchone()[0]) for step, query in STEPS.items()}
