"""People who were joined: which records are one, and which saves made them so."""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from server.ledger.joins import members_with
from server.schema import Connection


@dataclass(frozen=True)
class Join:
    """One save that joined records and still counts; `at` and `at_error_ms` in ms."""

    save: str
    by: str
    at: int
    at_error_ms: int
    people: tuple[str, ...]


def standing(db: Connection, ids: Iterable[str]) -> dict[str, str]:
    """Return id -> the id that stands for it, for those that are joined."""
    rows = db.execute(
        "SELECT joined.id, canonical FROM json_each(?) AS wanted "
        "CROSS JOIN joined ON joined.id = wanted.value",
        (json.dumps(sorted(set(ids))),),
    )
    return {row["id"]: row["canonical"] for row in rows}


def stands_for(db: Connection, id: str) -> str:
    """Return the id that stands for a person: their own, unless they were joined."""
    return standing(db, [id]).get(id, id)


def members(db: Connection, people: Iterable[str]) -> dict[str, list[str]]:
    """Return person -> the ids of all records that are this person."""
    return {id: members_with(db, id) for id in people}


def joins(db: Connection, people: Collection[str]) -> list[Join]:
    """Return the saves that joined any of these records, the earliest first."""
    rows = db.execute(
        "SELECT alias.person, alias.same_as, register.heads ->> '$[0].id' AS change, "
        "register.heads ->> '$[0].by' AS author, register.heads ->> '$[0].at' AS at, "
        "register.heads ->> '$[0].at_error_ms' AS at_error_ms "
        "FROM alias JOIN register ON register.kind = 'alias' AND register.record = alias.id "
        "AND register.field = 'same_as' "
        "WHERE alias.person IN (SELECT value FROM json_each(:people)) "
        "OR alias.same_as IN (SELECT value FROM json_each(:people))",
        {"people": json.dumps(sorted(people))},
    )
    found: dict[str, Join] = {}
    for row in rows:
        save, pair = row["change"].partition(":")[0], {row["person"], row["same_as"]}
        known = found.get(save)
        everybody = tuple(sorted(pair.union(known.people if known else ())))
        found[save] = Join(save, row["author"], row["at"], row["at_error_ms"], everybody)
    return sorted(found.values(), key=lambda join: (join.at, join.save))
