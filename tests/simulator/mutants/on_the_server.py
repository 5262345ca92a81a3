"""Faults of taking saves in and of sending records down."""

import sys
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import msgspec

from server.backups import restoring
from server.ledger import facts, grants, pull, rebuild, records
from server.ledger.erased_file import path_of
from server.ledger.receive import Taking, _Taker
from server.routes import turn
from server.writer import Writer
from sync import picking
from sync.kinds import load_kinds
from sync.save import write_save
from sync.scope import Turn
from tests.simulator.mutants.mutant import mutant

RECEIVE = sys.modules[Taking.__module__]  # in its package the name is the function's


@mutant(1, often={"exchange": 2, "save": 60})
def tells_before_the_commit() -> Iterator[None]:
    """Receipts leave, and what they are for is committed with what comes next."""
    real = Writer._commit

    class Late:
        def __init__(self, db: Any) -> None:
            self._db = db

        def __getattr__(self, name: str) -> Any:
            return getattr(self._db, name)

        def execute(self, sql: str, *values: Any) -> Any:
            if sql == "BEGIN IMMEDIATE" and self._db.in_transaction:
                self._db.execute("COMMIT")
            return None if sql == "COMMIT" else self._db.execute(sql, *values)

    def commit(writer: Any, group: Any) -> None:
        db, writer._db = writer._db, Late(writer._db)
        try:
            real(writer, group)
        finally:
            writer._db = db

    with patch.object(Writer, "_commit", commit):
        yield


@mutant(2, seed=2, often={"relay": 20})
def author_is_who_carried_it() -> Iterator[None]:
    """What another's phone carries is stored under the carrier's name."""
    real = _Taker._store

    def store(taker: Any, header: Any, found: Any, author: str) -> Any:
        return real(taker, header, found, taker._carried.device["volunteer"])

    with patch.object(_Taker, "_store", store):
        yield


@mutant(2, often={"copy_phone": 20})
def copies_are_not_told() -> Iterator[None]:
    """Two phones that count on as one are never told so."""
    with patch.object(turn, "copy_of", lambda db, device, now: None):
        yield


@mutant(3, seed=2)
def knows_no_save_again() -> Iterator[None]:
    """A save that is there already is taken for another one under the same id."""
    real = Taking.stored

    def stored(taking: Any, id: str) -> Any:
        found = real(taking, id)
        return found and {**dict(found), "body": ""}

    with patch.object(Taking, "stored", stored):
        yield


@mutant(4, seed=2)
def rows_are_written_once() -> Iterator[None]:
    """A person's row stays as it was first written, unless they move."""
    real = records.write_rows

    def write(db: Any, kinds: Any, found: Any) -> None:
        if path_of(db) is None:
            return real(db, kinds, found)  # a rebuild, which is to find it
        known = {("person", row["id"]) for row in db.execute("SELECT id FROM person")}
        follows = [(k, r) for k, r in found if k not in known or "worksite" in r.moved]
        return real(db, kinds, follows)

    with patch.object(records, "write_rows", write):
        yield


@mutant(4, often={"rebuild_tables": 8, "join_duplicates": 8, "split": 0})
def rebuild_forgets_the_joined() -> Iterator[None]:
    """After a rebuild nobody is joined any more, though the log says so."""
    real = rebuild._apply_log

    def apply(db: Any, kinds: Any, source: str) -> None:
        real(db, kinds, source)
        if source == "main":
            db.execute("DELETE FROM joined")

    with patch.object(rebuild, "_apply_log", apply):
        yield


@mutant(5, seed=3, often={"reassign": 8})
def nobody_is_told_to_forget() -> Iterator[None]:
    """A phone is not told whose records are no longer its own."""
    with patch.object(pull, "_forget", lambda *_: []):
        yield


@mutant(6, often={"reassign": 8, "exchange": 50})
def grants_never_end() -> Iterator[None]:
    """Whoever had somebody on their list goes on hearing of them."""
    real = grants.turn
    with patch.object(grants, "turn", lambda *sides: Turn(real(*sides).given, set())):
        yield


@mutant(6, seed=2)
def captains_hear_conversations() -> Iterator[None]:
    """The card of who is expected on a line shows what was said in private."""
    real = pull._shows

    def shows(kind: Any, views: list[str], register: str) -> bool:
        return real(kind, views, register) or (kind.kind == "conversation" and "card" in views)

    with patch.object(pull, "_shows", shows):
        yield


@mutant(6, often={"reassign": 8, "exchange": 50})
def successors_read_the_notes() -> Iterator[None]:
    """Whoever comes after is sent what the one before wrote for themselves."""
    with patch.object(pull, "own_only", lambda db, kind, sent, volunteer: sent):
        yield


@mutant(6, seed=10, often={"reassign": 8, "exchange": 50, "assess": 20})
def successors_hear_of_assessments() -> Iterator[None]:
    """Whoever comes after is told that somebody was assessed, once nothing is left of it."""
    with patch.object(pull, "may_know_of", lambda *_: True):
        yield


@mutant(6, often={"meet_somebody": 20, "claim_somebody": 40, "exchange": 60})
def whom_somebody_made_is_made_again() -> Iterator[None]:
    """Who knows an id puts its person on their own list."""
    with patch.object(facts, "_is_new", lambda work, person: True):
        yield


@mutant(6, often={"claim_somebody": 40, "exchange": 60})
def gives_whom_they_made_to_others() -> Iterator[None]:
    """Whoever makes a person puts them on anybody's list."""

    def picks(change: Any, facts: Any) -> bool:
        return bool(change.kind == "assignment" and change.set.get("picked"))

    with patch.object(picking, "_picks", picks):
        yield


@mutant(8, seed=4)
def cursor_skips_one_save() -> Iterator[None]:
    """A page begins one save after the one it should begin with."""
    late = pull.CHANGES.replace("> :since", "> :since + 1")
    with patch.object(pull, "CHANGES", late):
        yield


@mutant(8, seed=2, often={"small_pages": 20})
def page_ends_amid_a_save() -> Iterator[None]:
    """A page is full in the middle of a save, and its cursor passes over the rest."""
    real = pull._moved

    def moved(db: Any, names: Any, limit: int = -1) -> Any:
        rows = [dict(row) for row in real(db, names, limit)]
        if len(rows) == limit > 1 and rows[-1]["moved"] == rows[-2]["moved"]:
            rows[-1]["moved"] += 1
        return rows

    def save_at(db: Any, seq: int) -> str:
        row = db.execute("SELECT id FROM save WHERE seq = ?", (seq,)).fetchone()
        return row["id"] if row else ""

    with patch.object(pull, "_moved", moved), patch.object(pull, "_save_at", save_at):
        yield


@mutant(15, seed=2)
def stops_at_the_first_bad_save() -> Iterator[None]:
    """What came behind a save that is held is left lying."""
    real = _Taker.take

    def take(taker: Any, envelope: Any, found: Any) -> None:
        if all(receipt.verdict != "held" for receipt in taker.pushed.receipts):
            real(taker, envelope, found)

    with patch.object(_Taker, "take", take):
        yield


@mutant(16, seed=2, often={"erase_person": 8})
def late_words_are_kept() -> Iterator[None]:
    """What comes about somebody after they were erased is stored like anything else."""
    with patch.object(RECEIVE, "scrubbed", lambda work, found: found):
        yield


@mutant(16, often={"erase_person": 8, "back_up": 8, "restore_backup": 8})
def restore_brings_the_erased_back() -> Iterator[None]:
    """A backup from before an erasure is put back as it is."""
    with patch.object(restoring, "_erase_again", lambda *_: False):
        yield


@mutant(7, often={"revoke_phone": 8})
def records_come_beside_the_wipe() -> Iterator[None]:
    """Who was signed out is told to drop everything, and sent what is new."""

    def page(db: Any, device: Any, cursor: Any, **_: Any) -> Any:
        return turn.pull(db, load_kinds(), device, cursor, turn.PAGE)

    with patch.object(turn, "receipts_only", page):
        yield


@mutant(12, often={"turn_clock": 20})
def clocks_are_believed() -> Iterator[None]:
    """A save is of the time its device says, be it 2099."""
    with patch.object(RECEIVE, "reckon", lambda at, error, **_: (at, error)):
        yield


@mutant(13)
def half_a_save_is_kept() -> Iterator[None]:
    """Of a save with several changes the first is stored."""
    real = turn.open_all

    def open_half(db: Any, opener: Any, envelopes: Any) -> Any:
        return [(envelope, _halved(found)) for envelope, found in real(db, opener, envelopes)]

    with patch.object(turn, "open_all", open_half):
        yield


def _halved(found: Any) -> Any:
    if found.save is None or found.text is None:
        return found
    half = msgspec.structs.replace(found.save, changes=found.save.changes[:1])
    return found._replace(save=half, text=write_save(half))


@mutant(7, often={"revoke_phone": 8}, alone=True)
def revoked_phones_are_not_told() -> Iterator[None]:
    """Who was signed out is sent nothing more, and not told to drop what is there."""
    with patch.object(turn.Turn, "is_revoked", False):
        yield
