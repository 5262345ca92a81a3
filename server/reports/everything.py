"""Everything that is held about one person: for them to read, and for whoever hands it out."""

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from server.access import audit
from server.ledger.emptied import naming
from server.ledger.erase import records_about
from server.ledger.erased import Leaving, positions
from server.ledger.joins import members_with
from server.ledger.log import stamped
from server.reports import history
from server.schema import Connection
from sync.kinds import Kinds
from sync.merge import JOINED, Key
from sync.save import Change, Stamped


@dataclass(frozen=True)
class Held:
    """One record about the person, or that names them, with all that was ever written to it."""

    kind: str
    id: str
    fields: history.Fields


@dataclass(frozen=True)
class Loose:
    """What names the person and belongs to no record that this server knows."""

    stamped: Stamped
    change: Change


@dataclass(frozen=True)
class Sees:
    """On whose phone the person stands or stood, by which view; times in ms, None for still."""

    volunteer: str
    view: str
    since: int | None
    until: int | None


@dataclass(frozen=True)
class Everything:
    """All that is held: the ids that are this person, and what was noted of who looked."""

    person: str
    ids: list[str]
    records: list[Held]
    loose: list[Loose]
    sources: dict[str, history.Source]
    sees: list[Sees]
    looked: list[audit.Entry]


def everything(db: Connection, kinds: Kinds, person: str) -> Everything:
    """Return all that is held about a person, opinions of others included."""
    ids = members_with(db, person)
    keys = [key for key, _ in records_about(db, kinds, person)]
    records = [*_records(db, kinds, person, keys)]
    loose = [*_loose(db, kinds, ids, keys)]
    saves = {past.stamped.save.id for held in records for pasts in held.fields.values()
             for past in pasts}  # fmt: skip
    saves |= {one.stamped.save.id for one in loose}
    return Everything(
        person=person,
        ids=ids,
        records=records,
        loose=loose,
        sources=history.sources_of(db, [*saves]),
        sees=_sees(db, ids),
        looked=[*audit.entries(db, about=ids)],
    )


def _records(db: Connection, kinds: Kinds, person: str, keys: Collection[Key]) -> Iterator[Held]:
    """Give the records in the order of the kinds' importance, each with its history."""
    order = ("person", "assignment", "conversation", "issue", "story", "follow_up")
    first = {name: n for n, name in enumerate(order)}
    # What is joined is told once, under the id that stands for all.
    named = {(kind, person if kinds[kind].ids == JOINED else id) for kind, id in keys}
    for kind, id in sorted(named, key=lambda key: (first.get(key[0], len(order)), key)):
        if found := history.fields(db, kinds, kind, id):
            yield Held(kind, id, found)


def _loose(
    db: Connection, kinds: Kinds, ids: Collection[str], keys: Collection[Key]
) -> Iterator[Loose]:
    known = {*keys}
    about = Leaving([*known, *((JOINED, id) for id in ids)])
    for row, save in naming(db, ids):
        for position in sorted(positions(kinds, about, save)):
            change = save.changes[position]
            if (change.kind, change.record) not in known:
                yield Loose(stamped(row), change)


def _sees(db: Connection, ids: Collection[str]) -> list[Sees]:
    rows = db.execute(
        "SELECT volunteer, view, began.received_at AS since, ended.received_at AS until "
        "FROM grant LEFT JOIN save AS began ON began.seq = grant.seq "
        "LEFT JOIN save AS ended ON ended.seq = grant.until "
        "WHERE subject IN (SELECT value FROM json_each(?)) ORDER BY grant.seq, volunteer, view",
        (json.dumps([*ids]),),
    )
    return [Sees(row["volunteer"], row["view"], row["since"], row["until"]) for row in rows]
