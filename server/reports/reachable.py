"""How people may be reached: what they said yes and no to, and whose addresses are not theirs."""

import json
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from server.schema import Connection

PURPOSES = {
    "contact": ("phone", "text", "email", "work", "post"),
    "news": ("news_text", "news_email", "news_post"),
}
WAYS = tuple(way for ways in PURPOSES.values() for way in ways)
BETWEEN = re.compile(r"[\s,;@]+")


@dataclass(frozen=True)
class Said:
    """An answer to one way of being reached: None is not asked. `at` in ms.

    wording: what was asked, where whoever noted it said so. saw: the heads of both registers.
    """

    may: bool | None
    wording: str
    by: str
    at: int
    at_error_ms: int
    saw: dict[str, list[str]]


def said(db: Connection, person: str) -> dict[str, Said]:
    """Return way -> what a person answered, for every way there is."""
    rows = db.execute(
        "SELECT field, value, shown, heads FROM register WHERE kind = 'person' AND record = ? "
        "AND (field GLOB 'consent/*' OR field GLOB 'consent_wording/*')",
        (person,),
    )
    found = {row["field"]: (json.loads(row["value"]), row["shown"], json.loads(row["heads"]))
             for row in rows}  # fmt: skip
    return {way: _said(way, found) for way in WAYS}


def _said(way: str, found: dict[str, tuple[object, str | None, list[dict[str, object]]]]) -> Said:
    names = (f"consent/{way}", f"consent_wording/{way}")
    value, shown, heads = found.get(names[0], (None, None, []))
    head = next((head for head in heads if head["id"] == shown), {})
    # The words belong to the answer they were saved with, and to no other.
    _, _, worded = found.get(names[1], (None, None, []))
    words = next((one["value"] for one in worded if one["id"] == shown), "")
    return Said(
        may=value if isinstance(value, bool) else None,
        wording=str(words or ""),
        by=str(head.get("by", "")),
        at=int(str(head.get("at", 0))),
        at_error_ms=int(str(head.get("at_error_ms", 0))),
        saw={name: [str(head["id"]) for head in found[name][2]] for name in names if name in found},
    )


def answers(db: Connection, people: Collection[str]) -> dict[tuple[str, str], bool]:
    """Return (person, way) -> yes or no, for those who were asked."""
    rows = db.execute(
        "SELECT person, element, consent.value FROM json_each(?) AS wanted "
        "CROSS JOIN person_consent AS consent ON consent.person = wanted.value "
        "WHERE consent.value IS NOT NULL",
        (json.dumps([*people]),),
    )
    return {(row["person"], row["element"]): bool(row["value"]) for row in rows}


@dataclass(frozen=True)
class Employer:
    """An employer whose addresses end with one of `domains`; without a local the whole union's."""

    id: str
    name: str
    local: str | None
    domains: tuple[str, ...]


def employers(db: Connection) -> list[Employer]:
    """Return every employer, by name."""
    rows = db.execute("SELECT id, name, local, domains FROM employer ORDER BY name, id")
    return [
        Employer(row["id"], row["name"] or "", row["local"], domains_in(row["domains"] or ""))
        for row in rows
    ]


def domains_in(text: str) -> tuple[str, ...]:
    """Return the ends of addresses that were typed in, each once: “@ahs.example, x.org”."""
    return tuple(dict.fromkeys(one for one in BETWEEN.split(text.lower()) if one))


def is_employers(every: Iterable[Employer], email: str | None, local: str | None) -> bool:
    """Return whether an employer gave an address out. Twin: pwa/screens/questions.js."""
    domain = (email or "").lower().partition("@")[2].strip()
    return bool(domain) and any(
        f".{domain}".endswith(f".{own}")
        for employer in every
        if employer.local in (None, "", local)
        for own in employer.domains
    )
