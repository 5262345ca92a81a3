"""Grants follow the rosters: written in the same transaction as what causes them."""

from collections.abc import Iterable

from server.schema import Connection
from sync.scope import Grant, turn


def turn_grants(db: Connection, touched: Iterable[tuple[str, str]], seq: int) -> None:
    """Give and end the grants that follow from the records one save touched."""
    for column, value in sorted(_affected(db, touched)):
        standing = _grants(db, f"grant WHERE until IS NULL AND {column} = ?", value)
        entitled = _grants(db, f"entitlement WHERE {column} = ?", value)
        turned = turn(standing, entitled)
        db.executemany(
            "UPDATE grant SET until = ? "
            "WHERE volunteer = ? AND subject = ? AND view = ? AND until IS NULL",
            [(seq, *grant) for grant in sorted(turned.ended)],
        )
        db.executemany(
            "INSERT INTO grant (volunteer, subject, view, seq) VALUES (?, ?, ?, ?) "
            "ON CONFLICT DO UPDATE SET until = NULL",
            [(*grant, seq) for grant in sorted(turned.given)],
        )


def _affected(db: Connection, touched: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return which grants to look at again, as (column, value)."""
    found = set()
    for kind, record in touched:
        if kind in ("assignment", "person"):
            found.add(("subject", record))
        elif kind == "volunteer":
            found.add(("volunteer", record))
        elif kind == "picket_line":
            found.add(("subject", record))
            found |= {("volunteer", captain) for captain in _captains(db, record)}
            # Who was captain until now stands nowhere else once the register is empty again.
            held = _grants(
                db, "grant WHERE until IS NULL AND view = 'line' AND subject = ?", record
            )
            found |= {("volunteer", grant.volunteer) for grant in held}
    return found


def _captains(db: Connection, line: str) -> set[str]:
    rows = db.execute(
        "SELECT element AS volunteer FROM picket_line_captains WHERE picket_line = ?", (line,)
    )
    return {row["volunteer"] for row in rows}


def _grants(db: Connection, source: str, value: str) -> set[Grant]:
    rows = db.execute(f"SELECT volunteer, subject, view FROM {source}", (value,))
    return {Grant(row["volunteer"], row["subject"], row["view"]) for row in rows}
