"""What the verdict on a save needs to know, read inside the write transaction."""

from server.schema import Connection
from sync.exchange import Facts
from sync.kinds import load_kinds
from sync.save import BadSave, read_save
from sync.scope import EVERYONE, subject_of

# The command line speaks for whoever runs the machine: it makes the first administrator.
SERVER = "server"


def gather(db: Connection, author: str) -> Facts:
    """Return the facts about one author, as they stand now."""
    return Facts(
        author=author,
        roles=roles_of(db, author),
        views=lambda subject: _views(db, author, subject),
        about=lambda kind, record: _about(db, kind, record),
        in_reach=lambda subject: in_reach(db, locals_of(db, author), subject),
        author_of=lambda save: _author_of(db, save),
        subjects_of=lambda save: _subjects_of(db, save),
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
    """Return the locals a coordinator is bound to; none means the whole union."""
    rows = db.execute(
        "SELECT element FROM volunteer_locals WHERE volunteer = ? AND value = 1", (volunteer,)
    )
    return frozenset(row["element"] for row in rows)


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


def _subjects_of(db: Connection, save: str) -> set[str]:
    """Return whom a stored save is about, also while it is held and its records show nothing."""
    row = db.execute("SELECT body FROM save WHERE id = ?", (save,)).fetchone()
    try:
        changes = read_save(row["body"]).changes
    except BadSave:
        return set()
    kinds = load_kinds()
    found = set()
    for change in changes:
        kind = kinds.get(change.kind)
        said = change.set.get(kind.about) if kind else None
        about = said if isinstance(said, str) else _about(db, change.kind, change.record)
        subject = subject_of(kind, change.record, about) if kind else None
        found |= {subject} if subject and change.kind != "ruling" else set()
    return found


def _author_of(db: Connection, save: str) -> str | None:
    row = db.execute("SELECT author FROM save WHERE id = ?", (save,)).fetchone()
    return row["author"] if row else None
