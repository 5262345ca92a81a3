"""Brings a sample that was made on an earlier day to today, by saves like any other."""

from zoneinfo import ZoneInfo

from server.ledger.facts import SERVER
from server.sample.calendar import Calendar
from server.sample.chance import Chance
from server.sample.devices import Desk, Office, Phone, device_row
from server.sample.picket import check_in, shift_around
from server.schema import Connection
from server.writer import Writer
from sync.kinds import Kinds
from sync.save import Change

GOES_ON_DAYS = 14


def bring_to_today(writer: Writer, kinds: Kinds, now: int, zone: ZoneInfo, captain: str) -> None:
    """Let the campaign run today, and the captain's picket shift be now, with people on it."""
    office = Office(writer, kinds, Chance(f"{captain} {now}"), now)
    desk = Desk(office, office.run(lambda db: device_row(db, SERVER)))
    calendar = Calendar(now, zone)
    over = office.run(lambda db: _ended_campaigns(db, calendar.day()))
    ends = calendar.day(GOES_ON_DAYS)
    desk.save(now, *[Change("campaign", id, {"ends": ends}) for id in over])
    for line in office.run(lambda db: _lines_not_now(db, captain, now)):
        desk.save(now, Change("picket_line", line, shift_around(now)))
        phone = Phone(office, captain)
        phone.exchange()
        expected = office.run(lambda db, line=line: _expected(db, line))  # type: ignore[misc]
        check_in(phone, office.chance, line, expected, now)
        phone.exchange()


def _ended_campaigns(db: Connection, today: str) -> list[str]:
    running = db.execute("SELECT 1 FROM campaign WHERE ends >= ?", (today,)).fetchone()
    rows = [] if running else db.execute("SELECT id FROM campaign ORDER BY ends DESC LIMIT 1")
    return [row["id"] for row in rows]


def _lines_not_now(db: Connection, captain: str, now: int) -> list[str]:
    rows = db.execute(
        "SELECT id FROM picket_line JOIN picket_line_captains ON picket_line = id "
        "WHERE element = ? AND value = 1 AND NOT ? BETWEEN shift_starts AND shift_ends",
        (captain, now),
    )
    return [row["id"] for row in rows]


def _expected(db: Connection, line: str) -> list[str]:
    rows = db.execute(
        "SELECT person.id FROM picket_line_expects JOIN person ON worksite = element "
        "WHERE picket_line = ? AND value = 1 ORDER BY person.id",
        (line,),
    )
    return [row["id"] for row in rows]
