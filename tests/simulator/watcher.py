"""Looks over the server's shoulder: follows its log, and checks each reply as it leaves."""

import json
import re
from pathlib import Path
from typing import Any

from server.schema import Connection, connect
from tests.simulator.asgi import Reply
from tests.simulator.fold import COORDINATOR, Entry, Fold, Key, is_private, own, rule_of
from tests.simulator.log import entries_after, entry_of
from tests.simulator.oracle import Oracle
from tests.simulator.phone_page import heads_in
from tests.simulator.violation import demand
from tests.simulator.words import Place, Words

Json = dict[str, Any]
PERSON = re.compile(rb'"(p-[0-9a-z]+)"')


class Watcher:
    """What the simulator knows of the server without asking it."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self.oracle = Oracle()
        self.receipted: dict[int, str] = {}  # seq -> the id stored there when a receipt left
        self.receipts = 0
        self.db: Connection | None = None
        self._forgotten: set[Key] = set()  # whom these were about was lost with a past
        self._on: set[tuple[Key, str]] = set()

    @property
    def top(self) -> int:
        """The last save of the log that was looked at."""
        return self.oracle.reference.top

    def follow(self, path: Path) -> None:
        """Read this file from now on."""
        self.leave()
        self.db = connect(path, query_only=True)
        self.catch_up()

    def leave(self) -> None:
        """Close the file."""
        if self.db is not None:
            self.db.close()
        self.db = None

    def begin_anew(self, path: Path) -> None:
        """Read a file whose past may be another one: a backup was restored."""
        told = self.oracle.reference.told_about()
        self.read_again(path)
        self._forgotten |= told - self.oracle.reference.told_about()
        kept = {entry.seq: entry.id for entry in self.oracle.reference.entries.values()}
        self.receipted = {s: id for s, id in self.receipted.items() if kept.get(s) == id}

    def read_again(self, path: Path) -> None:
        """Read a file from its first save on: what stood in its log is another text now."""
        ever = self.oracle.ever
        self.oracle = Oracle()
        self.oracle.ever |= ever
        self.leave()
        self.db = connect(path, query_only=True)
        for entry in entries_after(self.db, 0):
            self._take(entry)
        self._on = self._flags_on()

    def read_erased(self) -> None:
        """Read again the saves of which something was just erased."""
        assert self.db is not None
        known = self.oracle.reference.entries
        rows = self.db.execute("SELECT * FROM save WHERE reason = 'erased'")
        self.oracle.rewrite([e for e in map(entry_of, rows) if known[e.id] != e])

    def is_erased(self, word: bytes) -> bool:
        """Return whether a word was about somebody of whom nothing is to be kept."""
        return all(map(self._is_erased, self.words.places[word]))

    def _is_erased(self, place: Place) -> bool:
        """Return whether a place is, or is of, what was erased; no server can know the latter
        where what said so is lost, and whoever said it is gone.
        """
        reference = self.oracle.reference
        if place.key in reference.erased:
            return True
        is_lost = place.key in self._forgotten and reference.subject(place.key) is None
        return not is_lost and ("person", place.subject) in reference.erased

    def catch_up(self) -> None:
        """Take in what was committed since."""
        if self.db is None:
            return
        since = self.top
        for entry in entries_after(self.db, since):
            self._take(entry)
        for seq in range(since + 1, self.top + 1):
            self._check_sticky(seq)

    def _take(self, entry: Entry) -> None:
        if entry.verdict == "taken" and entry.rank < COORDINATOR:
            self._check_picks(entry)
        self.oracle.add(entry)
        if entry.rank >= COORDINATOR:
            self._note_copies(entry)

    def _check_picks(self, entry: Entry) -> None:
        """Who is no coordinator gives nobody to anybody, but whom they just made to themselves."""
        for change in entry.changes:
            if change["kind"] == "assignment" and change["set"]:
                is_new = not self.oracle.reference.is_known(change["record"])
                is_own = change["set"].get("volunteer") == entry.author
                demand(is_new and is_own, 6, f"{entry.author} took {change['record']}: {change}.")

    def _flags_on(self) -> set[tuple[Key, str]]:
        folds = self.oracle.reference.folds.items()
        flags = ((key, r, fold) for key, registers in folds for r, fold in registers.items())
        return {(k, r) for k, r, f in flags if f.value is True and rule_of(k[0], r) == "sticky"}

    def _note_copies(self, entry: Entry) -> None:
        for change in entry.changes:
            for register, value in change["set"].items():
                if isinstance(value, str):
                    self.words.copied(value, (change["kind"], change["record"]), register)

    def check_receipted(self) -> None:
        """Invariant 1, after a crash: whatever a receipt was given for is in the log."""
        assert self.db is not None
        here = {row["seq"]: row["id"] for row in self.db.execute("SELECT seq, id FROM save")}
        gone = [id for seq, id in self.receipted.items() if here.get(seq) != id]
        demand(not gone, 1, f"Not in the log any more: {gone[:3]}")

    def check_reply(self, volunteer: str, up: Json | None, reply: Reply) -> None:
        """Invariants 1, 6, 7, 8 and 15 for one reply, at the moment it leaves."""
        self.catch_up()
        self._check_bytes(volunteer, reply.body)
        if up is None or reply.status != 200:
            return
        down = json.loads(reply.body)
        self._check_receipts(up, down)
        self._check_records(volunteer, down)
        if down.get("wipe"):
            sent = down["records"]
            demand(not sent, 7, f"{volunteer} was told to wipe, and sent {sent[:3]}.")
        else:
            self._check_nothing_skipped(volunteer, up, down)

    def _check_receipts(self, up: Json, down: Json) -> None:
        for receipt in down["receipts"]:
            if receipt["seq"]:
                stored = self._at(receipt["seq"])
                demand(stored, 1, f"A receipt for {receipt['save']} left before it was stored.")
                self.receipted.setdefault(receipt["seq"], stored)
        self.receipts += len(down["receipts"])
        told = {receipt["save"] for receipt in down["receipts"]}
        sent = [envelope["header"]["id"] for envelope in up["envelopes"]]
        demand(told.issuperset(sent), 15, f"No receipt for {sorted(set(sent) - told)[:3]}")

    def _check_bytes(self, volunteer: str, body: bytes) -> None:
        for word in self.words.found_in(body):
            places = self.words.places[word]
            said = f"{volunteer} was sent {word.decode()} of {sorted(places)}."
            demand(not self.is_erased(word), 16, said)
            text = word.decode()
            may = any(self.oracle.may_read(volunteer, p.key, p.register, text) for p in places)
            demand(may, 6, said)
        for person in {found.decode() for found in PERSON.findall(body)}:
            demand(self._may_name(volunteer, person), 6, f"{volunteer} was sent {person}'s id.")

    def _check_records(self, volunteer: str, down: Json) -> None:
        for record in down["records"]:
            key = (record["kind"], record["id"])
            folds = self.oracle.reference.folds.get(key, {})
            may_know = self.oracle.may_know_of(volunteer, key)
            demand(may_know, 6, f"{volunteer} was told that there is {key}.")
            for register, heads in heads_in(record).items():
                place = f"{'/'.join(key)} {register}"
                may = self.oracle.may_see(volunteer, key, register)
                demand(may, 6, f"{volunteer} was sent {place}.")
                right = (
                    wire(own(key[0], register, folds[register], volunteer))
                    if (register in folds)
                    else None
                )
                demand(right == heads, 4, f"{place} was sent as {heads}, the log says {right}.")

    def _check_nothing_skipped(self, volunteer: str, up: Json, down: Json) -> None:
        """A run of pages sends what moved since it began, each record at its last move."""
        since = 0 if down["fresh"] else up["cursor"]["seq"]
        start = since if down["fresh"] else up["cursor"].get("from", since)
        end = down["cursor"]["seq"]
        goes_on = down["cursor"].get("from", start) == start
        demand(goes_on, 8, f"{volunteer}'s run of pages began at {start}, and forgot it.")
        sent = {
            (record["kind"], record["id"], register)
            for record in down["records"]
            for register in heads_in(record)
        }
        for key, registers in self._due(volunteer, start, since, end).items():
            for register in registers:
                demand(
                    (*key, register) in sent,
                    8,
                    f"{volunteer}'s cursor went from {since} to {end} without {key} {register}.",
                )

    def _due(self, volunteer: str, start: int, since: int, end: int) -> dict[Key, set[str]]:
        """Return what moved, or became theirs, between two saves of the log."""
        oracle, reference = self.oracle, self.oracle.reference
        views = oracle.views[volunteer]
        due: dict[Key, set[str]] = {}
        for key in reference.arrived_within(since, end):
            at = reference.arrived.get(key, 0)
            if since < at <= end and views.get(reference.subject(key) or ""):
                moved = reference.moved.get(key, {}).items()
                due[key] = {register for register, at in moved if at > start}
        for right, given in oracle.rights.items():
            if right.volunteer == volunteer and since < given <= end:
                for key in oracle.by_subject[right.subject]:
                    folds = reference.folds.get(key, {}).items()
                    due.setdefault(key, set()).update(r for r, fold in folds if fold.heads)
        return {
            key: {register for register in registers if self._is_due(volunteer, key, register)}
            for key, registers in due.items()
            if key[0] != "ruling"
        }

    def _is_due(self, volunteer: str, key: Key, register: str) -> bool:
        """Return whether a register that moved is sent: private words only to who wrote them."""
        found = self.oracle.reference.folds.get(key, {}).get(register)
        is_theirs = not is_private(key[0], register) or (
            found is not None and bool(own(key[0], register, found, volunteer).heads)
        )
        return is_theirs and self.oracle.may_see(volunteer, key, register)

    def _at(self, seq: int) -> str:
        assert self.db is not None
        row = self.db.execute("SELECT id FROM save WHERE seq = ?", (seq,)).fetchone()
        return row["id"] if row else ""

    def _may_name(self, volunteer: str, person: str) -> bool:
        oracle = self.oracle
        same = oracle.reference.same
        mine = {right.subject for right in oracle.ever if right.volunteer == volunteer}
        if person in mine or person in {same(subject) for subject in mine}:
            return True
        # Whoever was checked in at a captain's line is named there.
        value = oracle.reference.value
        return any(
            key[0] == "check_event" and value(*key, "person") == person
            for line in oracle.subjects(volunteer, "line")
            for key in oracle.by_subject[line]
        )

    def _check_sticky(self, seq: int) -> None:
        for key in self.oracle.reference.touched[seq]:
            for register, fold in [*self.oracle.reference.folds.get(key, {}).items()]:
                if rule_of(key[0], register) == "sticky":
                    self._check_flag(key, register, fold)

    def _check_flag(self, key: Key, register: str, fold: Fold) -> None:
        """Invariant 9, whenever a save touched a sticky flag."""
        assert self.db is not None
        row = self.db.execute(
            "SELECT value FROM register WHERE kind = ? AND record = ? AND field = ?",
            (*key, register),
        ).fetchone()
        is_on = row is not None and row["value"] == "true"
        if not is_on and (key, register) in self._on:
            self._demand_a_clear(key, register)
        (self._on.add if is_on else self._on.discard)((key, register))

    def _demand_a_clear(self, key: Key, register: str) -> None:
        reference = self.oracle.reference
        if key in reference.erased or reference.key(*key) != key:
            return  # nothing is left of it, or it stands under another id
        writes, counting = reference.writes(key).get(register, ({}, set()))
        ons = {id for id in counting if writes[id].value is True}
        clears = [writes[id] for id in counting if writes[id].value is not True]
        cleared = {
            id
            for write in clears
            if write.rank >= COORDINATOR
            for id in passed_on(write.id, writes)
        }
        demand(ons <= cleared, 9, f"{'/'.join(key)} {register} went off by {clears}.")


def passed_on(id: str, writes: dict[str, Any]) -> set[str]:
    """Return everything a write saw, and what that saw, and so on."""
    found: set[str] = set()
    todo = [id]
    while todo:
        more = [seen for seen in writes[todo.pop()].saw if seen not in found]
        found.update(more)
        todo += [seen for seen in more if seen in writes]
    return found


def wire(fold: Fold) -> list[Json]:
    """Return a register's heads as they travel."""
    return [head.on_the_wire() for head in fold.heads]
