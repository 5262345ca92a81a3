"""Rulings that came before what they rule on, and what a ruling names."""

import json
from collections import defaultdict
from collections.abc import Iterable

from server.schema import Connection
from sync.kinds import COORDINATOR
from sync.rulings import Named


class Ahead:
    """The rulings that were there before the saves they name, as far as a transaction asked."""

    def __init__(self, db: Connection) -> None:
        self._db = db
        self._asked: set[str] = set()
        self._on: dict[str, set[str]] = defaultdict(set)

    def look_up(self, saves: Iterable[str]) -> None:
        """Read at once which rulings name these saves, or changes of theirs."""
        wanted = [id for id in saves if id not in self._asked]
        self._asked.update(wanted)
        for row in self._db.execute(NAMING, (json.dumps(wanted),)) if wanted else ():
            self._on[row["save"]].add(row["record"])

    def note(self, target: str) -> None:
        """Remember a ruling that has just come: what it names may be next."""
        self._on[target.partition(":")[0]].add(target)

    def on(self, save: str) -> set[str]:
        """Return what rulings name a save, or changes of it, by the ids they name."""
        self.look_up([save])
        return self._on.get(save, set())

    def forget(self) -> None:
        """Read anew what is asked for next."""
        self._asked.clear()
        self._on.clear()


def named_by(db: Connection, target: str) -> Named:
    """Return what a ruling on a target names, as the log has it."""
    names = {"save": target.partition(":")[0], "import": target}
    row = db.execute(NAMED, names).fetchone()
    return Named(row["author"], row["since"])


# A change's id begins with its save's and a colon, and the semicolon is what comes after that.
NAMING = """
SELECT DISTINCT wanted.value AS save, change.record FROM json_each(?) AS wanted CROSS JOIN change
ON change.kind = 'ruling' AND change.record >= wanted.value
    AND change.record < wanted.value || ';'
WHERE change.record = wanted.value
    OR substr(change.record, 1, length(wanted.value) + 1) = wanted.value || ':'
"""
NAMED = f"""
SELECT (SELECT author FROM save WHERE id = :save) AS author, (SELECT min(seq) FROM (
    SELECT seq FROM save WHERE id = :save
    UNION ALL
    SELECT * FROM (SELECT save.seq FROM change JOIN save ON save.seq = change.save_seq
        WHERE change.kind = 'import' AND change.record = :import AND save.rank >= {COORDINATOR}
        ORDER BY change.save_seq LIMIT 1))) AS since
"""
