"""One's own devices: which there are, and ending them. How long a desk stays signed in."""

from server.access import audit
from server.access.devices import Joined, device_of, new_device, renew, revoke
from server.schema import Connection, Row

# A week untouched, or a month since somebody last showed who they are.
DAY_MS = 24 * 3600 * 1000
IDLE_MS = 7 * DAY_MS
LONGEST_MS = 30 * DAY_MS
# What people know their browsers and computers by; the first that is in the header wins.
BROWSERS = {"Firefox/": "Firefox", "Edg": "Edge", "OPR/": "Opera", "Chrome/": "Chrome"}
BROWSERS |= {"Safari/": "Safari"}
SYSTEMS = {"iPhone": "iPhone", "iPad": "iPad", "Android": "Android", "Windows": "Windows"}
SYSTEMS |= {"Macintosh": "Mac", "CrOS": "Chromebook", "Linux": "Linux"}


def has_lapsed(device: Row, now: int) -> bool:
    """Return whether a desk session was left too long."""
    seen, confirmed = device["seen_at"] or 0, device["fresh_at"] or device["made_at"]
    return bool(now - seen > IDLE_MS or now - confirmed > LONGEST_MS)


def name_of(user_agent: str) -> str:
    """Return what a browser calls itself, as people say it: “Firefox · Windows”, or nothing."""
    found = [
        next((name for mark, name in known.items() if mark in user_agent), "")
        for known in (BROWSERS, SYSTEMS)
    ]
    return " · ".join(name for name in found if name)


def begin(db: Connection, volunteer: str, now: int, browser: str, before: str | None) -> Joined:
    """Sign a desk in; `before` is the credential this browser held, whose session ends."""
    joined = new_device(db, volunteer, "desk", now)
    begun(db, joined, now, browser, before)
    return joined


def begun(db: Connection, joined: Joined, now: int, browser: str, before: str | None) -> None:
    """Call a desk by its browser, so that its owner knows it, and end that browser's last one."""
    device = device_of(db, before, "desk") if before else None
    if device is not None:
        _end(db, device["volunteer"], device["id"], now)
    id, volunteer = joined.device["id"], joined.device["volunteer"]
    db.execute("UPDATE device SET label = ? WHERE id = ?", (browser or None, id))
    audit.note(db, audit.Who(volunteer, id), "signed_in", [id], now)


def confirm(db: Connection, who: audit.Who, now: int) -> str:
    """Note a fresh sign-in; return the credential that replaces the session's."""
    db.execute("UPDATE device SET fresh_at = ?, seen_at = ? WHERE id = ?", (now, now, who.device))
    audit.note(db, who, "confirmed", [who.device], now)
    return renew(db, who.device)


def devices_of(db: Connection, volunteer: str, now: int) -> list[Row]:
    """Return a volunteer's devices that are signed in, those seen last first."""
    rows = db.execute(
        "SELECT * FROM device WHERE volunteer = ? AND revoked_at IS NULL ORDER BY seen_at DESC, id",
        (volunteer,),
    )
    return [row for row in rows if row["kind"] == "phone" or not has_lapsed(row, now)]


def end(db: Connection, volunteer: str, device: str, now: int) -> bool:
    """End one of a volunteer's devices; return whether there was one."""
    is_there = any(row["id"] == device for row in devices_of(db, volunteer, now))
    if is_there:
        _end(db, volunteer, device, now)
    return is_there


def end_all(db: Connection, volunteer: str, now: int, *, also_phones: bool) -> list[str]:
    """End a volunteer's desk sessions, and their phones if wanted; return their ids."""
    ended = [
        str(row["id"])
        for row in devices_of(db, volunteer, now)
        if also_phones or row["kind"] == "desk"
    ]
    for id in ended:
        _end(db, volunteer, id, now)
    return ended


def _end(db: Connection, volunteer: str, device: str, now: int) -> None:
    revoke(db, device, now)
    audit.note(db, audit.Who(volunteer, device), "signed_out", [device], now)
