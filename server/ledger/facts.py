"""What the verdict on a save needs to know, read inside the write transaction."""

import json
from collections.abc import Iterable, Iterator

from server.ledger.joins import members_with
from server.ledger.log import stamped
from server.ledger.room import is_full
from server.ledger.work import Work
from server.schema import Connection, Row
from sync.exchange import NEVER_COUNTS, Facts, Target
from sync.kinds import COORDINATOR, Kinds, rank_of
from sync.kinds import SERVER as SERVER
from sync.merge import record_of
from sync.save import Value
from sync.scope import EVERYONE, reached_by, subject_of

WHOLE_UNION = "all"
NOWHERE = "-"


class Known:
    """The facts about authors as they stand now; asked once, until grants may have turned."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._facts: dict[str, Facts] = {}
        self._views: dict[tuple[str, str], set[str]] = {}
        self._as_of = work.granted

    def facts(self, author: str) -> Facts:
        """Return the facts about one author."""
        if self._as_of != self._work.granted:
            self._facts.clear()
            self._views.clear()
            self._as_of = self._work.granted
        if author not in self._facts:
            self._facts[author] = self._gather(author)
        return self._facts[author]

    def look_up(self, subjects: Iterable[tuple[str, str]]) -> None:
        """Read authors' views on subjects, all at once."""
        if self._work.has_joined:
            return  # whose views are whose is asked one by one
        wanted = [pair for pair in subjects if pair not in self._views]
        self._views.update({pair: set() for pair in wanted})
        for row in self._work.db.execute(VIEWS, (json.dumps(wanted),)):
            self._views[row["volunteer"], row["subject"]].add(row["view"])

    def _gather(self, author: str) -> Facts:
        work = self._work
        bound: list[frozenset[str]] = []  # asked once: a ruling on an import reaches thousands

        def bound_to() -> frozenset[str]:
            if not bound:
                work.settle()
                bound.append(locals_of(work.db, author))
            return bound[0]

        def reaches(subject: str) -> bool:
            return not bound_to() or _settled_reach(work, bound_to(), subject)

        roles = roles_of(work.db, author)
        rank = rank_of(set(roles))
        return Facts(
            author=author,
            roles=roles,
            views=lambda subject: self._views_of(author, subject),
            about=lambda kind, record: _about(work, kind, record),
            in_reach=reaches,
            stands=lambda kind, record, register: _stands(work, kind, record, register),
            target=lambda ruled_on: _target(work, ruled_on),
            is_full=lambda kind, change: is_full(work, kind, change, rank),
            same=work.same,
            covers=lambda local: not bound_to() or local in bound_to(),
            is_new=lambda person: _is_new(work, person),
        )

    def _views_of(self, author: str, subject: str) -> set[str]:
        key = (author, subject)
        if key not in self._views:
            self._views[key] = _views(self._work.db, author, subject)
        return self._views[key]


def gather(db: Connection, kinds: Kinds, author: str) -> Facts:
    """Return the facts about one author, as they stand now."""
    return Known(Work(db, kinds)).facts(author)


def roles_of(db: Connection, volunteer: str) -> frozenset[str]:
    """Return the roles an active volunteer has; none when not active."""
    if volunteer == SERVER:
        # The command line speaks for whoever runs the machine: it makes the first administrator.
        return frozenset({"administrator", SERVER})
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
    return {
        row["view"]
        for one in members_with(db, subject)
        for row in db.execute(
            "SELECT DISTINCT view FROM grant WHERE volunteer = ? AND subject = ?", (volunteer, one)
        )
    }


VIEWS = """
SELECT volunteer, subject, view FROM json_each(?) AS wanted CROSS JOIN grant
ON grant.volunteer = wanted.value ->> 0 AND grant.subject = wanted.value ->> 1
"""


def _about(work: Work, kind: str, record: str) -> str | None:
    found = work.records.get((kind, record))
    return found.subject if found else None


def _stands(work: Work, kind: str, record: str, register: str) -> Value:
    found = work.records.get((kind, record))
    known = found.registers.get(register) if found else None
    return known.value if known else None


def _is_new(work: Work, person: str) -> bool:
    work.settle()
    is_known = work.db.execute(KNOWN, {"person": person}).fetchone() is not None
    return not is_known and work.same(person) == person


# What is held, withdrawn or erased is known all the same, and so is whom a grant was once for.
KNOWN = """
SELECT 1 FROM change WHERE kind IN ('person', 'assignment') AND record = :person
UNION ALL
SELECT 1 FROM record WHERE subject = :person
UNION ALL
SELECT 1 FROM grant WHERE subject = :person
LIMIT 1
"""


def _settled_reach(work: Work, locals_: frozenset[str], subject: str) -> bool:
    work.settle()
    return in_reach(work.db, locals_, subject)


def _target(work: Work, ruled_on: str) -> Target | None:
    save, _, position = ruled_on.partition(":")
    work.settle()
    rows = work.db.execute("SELECT * FROM save WHERE id = ?", (save,)).fetchall()
    rows += work.db.execute(OF_IMPORT, (ruled_on,)).fetchall()
    if not rows:
        return None
    return Target(
        rows[0]["author"],
        max(row["rank"] for row in rows),
        next((row["reason"] for row in rows if row["reason"] in NEVER_COUNTS), rows[0]["reason"]),
        frozenset(subject for row in rows for subject in _subjects(work, row, position)),
        frozenset(_ruled_by(work, ruled_on)),
        any(change.kind == "erasure" for row in rows for change in stamped(row).save.changes),
    )


OF_IMPORT = f"""
SELECT save.* FROM change JOIN save ON save.seq = change.save_seq AND save.rank >= {COORDINATOR}
WHERE change.kind = 'import' AND change.record = ?
"""


def _subjects(work: Work, row: Row, position: str) -> Iterator[str]:
    """Give whom a stored save is about, by what it says and by what is known of its records."""
    changes = stamped(row).save.changes
    for change in changes[int(position) : int(position) + 1] if position else changes:
        kind = work.kinds.get(change.kind)
        if kind is None or change.kind in ("ruling", "import"):
            continue
        record = record_of(change, kind, work.same)
        # A join is about both.
        named = change.set.values() if kind.kind == "alias" else [change.set.get(kind.about)]
        for about in (*named, _about(work, change.kind, record)):
            known = work.same(about) if isinstance(about, str) else None
            subject = subject_of(kind, record, known)
            if subject is not None:
                yield reached_by(kind, subject)


def _ruled_by(work: Work, ruled_on: str) -> Iterator[str]:
    found = work.records.get(("ruling", ruled_on))
    counts = found.registers.get("counts") if found else None
    for head in counts.heads if counts else ():
        yield head.by
