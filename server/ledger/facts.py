"""What the verdict on a save needs to know, read inside the write transaction."""

import json
from collections.abc import Iterator

from server.schema import Connection
from sync.exchange import Facts, Target
from sync.kinds import load_kinds
from sync.save import BadSave, read_save
from sync.scope import EVERYONE, subject_of

# The command line speaks for whoever runs the machine: it makes the first administrator.
SERVER = "server"
WHOLE_UNION = "all"
NOWHERE = "-"


def gather(db: Connection, author: str) -> Facts:
    """Return the facts about one author, as they stand now."""
    return Facts(
        author=author,
        roles=roles_of(db, author),
        views=lambda subject: _views(db, author, subject),
        about=lambda kind, record: _about(db, kind, record),
        in_reach=lambda subject: in_reach(db, locals_of(db, author), subject),
        target=lambda ruled_on: _target(db, ruled_on),
    )


def roles_of(db: Connection, volunteer: str) -> frozenset[str]:
    """Return the roles an active volunteer has; none when not active."""
    if volunteer == SERVER:
        return frozenset({"administrator"})
    rows = db.execute(
        "SELECT role.element FROM volunteer_roles AS role JOIN volunteer "
        "ON volunteer.id = role.volunteer AND volunteer.active = 1 "
        "WHERE role.volunteer = ? AND role.value = 1",
        (volunteer,),
    )
    return frozenset(row["element"] for row in rows)


def locals_of(db: Connection, volunteer: str) -> frozenset[str]:
    """Return the locals a coordinator is bound to; none means the whole union.

    Who was bound once and is to no local now reaches nobody, unless `locals/all` says otherwise:
    a binding that was taken back by mistake must not open the whole union.
    """
    rows = db.execute(
        "SELECT element FROM volunteer_locals WHERE volunteer = ? AND value = 1", (volunteer,)
    )
    bound = frozenset(row["element"] for row in rows)
    if WHOLE_UNION in bound:
        return frozenset()
    once = db.execute(
        "SELECT 1 FROM register WHERE kind = 'volunteer' AND record = ? AND field >= 'locals/' "
        "AND field < 'locals0' LIMIT 1",
        (volunteer,),
    ).fetchone()
    return bound if bound or once is None else frozenset({NOWHERE})


def in_reach(db: Connection, locals_: frozenset[str], subject: str) -> bool:
    """Return whether a coordinator's locals cover a subject; bound ones reach only people."""
    if not locals_:
        return True
    if subject == EVERYONE:
        return False
    row = db.execute("SELECT local FROM person WHERE id = ?", (subject,)).fetchone()
    return row is not None and row["local"] in locals_


def _views(db: Connection, volunteer: str, subject: str) -> set[str]:
    # "Holds or ever held": reassigning people never strands honest work.
    rows = db.execute(
        "SELECT DISTINCT view FROM grant WHERE volunteer = ? AND subject = ?", (volunteer, subject)
    )
    return {row["view"] for row in rows}


def _about(db: Connection, kind: str, record: str) -> str | None:
    row = db.execute(
        "SELECT subject FROM record WHERE kind = ? AND id = ?", (kind, record)
    ).fetchone()
    return row["subject"] if row else None


def _target(db: Connection, ruled_on: str) -> Target | None:
    save, _, position = ruled_on.partition(":")
    row = db.execute("SELECT author, rank, reason, body FROM save WHERE id = ?", (save,)).fetchone()
    if row is None:
        return None
    return Target(
        row["author"],
        row["rank"],
        row["reason"],
        frozenset(_subjects(db, row["body"], position)),
        frozenset(_ruled_by(db, ruled_on)),
    )


def _subjects(db: Connection, body: str, position: str) -> Iterator[str]:
    """Give whom a stored save is about, by what it says and by what is known of its records."""
    try:
        changes = read_save(body).changes
    except BadSave:
        return
    kinds = load_kinds()
    for change in changes[int(position) : int(position) + 1] if position else changes:
        kind = kinds.get(change.kind)
        if kind is None or change.kind == "ruling":
            continue
        for about in (change.set.get(kind.about), _about(db, change.kind, change.record)):
            subject = subject_of(kind, change.record, about if isinstance(about, str) else None)
            if subject is not None:
                yield subject


def _ruled_by(db: Connection, ruled_on: str) -> Iterator[str]:
    row = db.execute(
        "SELECT heads FROM register WHERE kind = 'ruling' AND record = ? AND field = 'counts'",
        (ruled_on,),
    ).fetchone()
    for head in json.loads(row["heads"]) if row else ():
        yield head["by"]
