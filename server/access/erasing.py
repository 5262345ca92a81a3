"""Erasing a person or a volunteer: what would go, and doing it, noted in the audit log."""

from collections import Counter
from collections.abc import Mapping

from server.access import audit
from server.ledger.erase import erase, records_about
from server.ledger.facts import SERVER, roles_of
from server.ledger.joins import members_with
from server.schema import Connection
from sync.kinds import Kinds

# By what goes with a volunteer beside their record. What joined later than this page adds here.
ACCESS = ("invitation", "passkey")


def is_known(db: Connection, person: str) -> bool:
    """Return whether anything is held about a person who was not erased."""
    return db.execute(KNOWN, (person,)).fetchone() is not None


KNOWN = """
SELECT 1 FROM record WHERE (subject = ?1 OR (kind = 'person' AND id = ?1)) AND NOT EXISTS (
    SELECT 1 FROM erasure_kinds WHERE erasure = ?1 AND element = 'person' AND value = 1) LIMIT 1
"""


def goes_with_person(db: Connection, kinds: Kinds, person: str) -> Mapping[str, int]:
    """Return how many records of each kind go with a person: kind -> number."""
    return Counter(kind for (kind, _), _ in records_about(db, kinds, person))


def erase_person(db: Connection, kinds: Kinds, who: audit.Who, person: str, now: int) -> int:
    """Erase all that is known about a person, in this transaction; return how many records.

    What is written about them later is erased as it comes. The bytes are gone once
    server/ledger/scrub.py has written the file anew.
    """
    ids = members_with(db, person)
    records = records_about(db, kinds, person)
    if records:
        device = db.execute("SELECT * FROM device WHERE id = ?", (SERVER,)).fetchone()
        erase(db, kinds, device, records, now)
    audit.note(db, who, "person.erased", ids, now, len(records))
    return len(records)


def erase_volunteer(db: Connection, kinds: Kinds, who: audit.Who, volunteer: str, now: int) -> None:
    """Erase who a volunteer is and how they signed in; what they noted stays, by their id alone."""
    device = db.execute("SELECT * FROM device WHERE id = ?", (SERVER,)).fetchone()
    erase(db, kinds, device, [(("volunteer", volunteer), volunteer)], now)
    forget_access(db, volunteer, now)
    audit.note(db, who, "volunteer.erased", [volunteer], now)


def forget_access(db: Connection, volunteer: str, now: int) -> None:
    """End every way in of a volunteer, and what is known of their devices.

    A device's id, its seal and the hash of its cookie stay: with them its phone still hands in
    what it holds, and is told to drop the rest.
    """
    db.execute(
        "UPDATE device SET revoked_at = coalesce(revoked_at, ?), label = NULL, seen_at = NULL "
        "WHERE volunteer = ?",
        (now, volunteer),
    )
    there = {row["name"] for row in db.execute("SELECT name FROM sqlite_master")}
    for table in sorted(there.intersection(ACCESS)):
        db.execute(f"DELETE FROM {table} WHERE volunteer = ?", (volunteer,))


def is_last_administrator(db: Connection, volunteer: str) -> bool:
    """Return whether nobody else could administer this server any more."""
    rows = db.execute("SELECT id FROM volunteer WHERE active = 1")
    administrators = {row["id"] for row in rows if "administrator" in roles_of(db, row["id"])}
    return administrators == {volunteer}
