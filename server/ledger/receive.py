"""The ledger: stores each save once, stamps it, and brings what it touches up to date.

Everything here runs inside the one write transaction.
"""

import hashlib
import json
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

import msgspec

from server.ids import new_id
from server.ledger.facts import gather
from server.ledger.grants import turn_grants
from server.ledger.opening import Opened, opened
from server.ledger.sealed import keep_sealed, no_longer_kept
from server.ledger.tables import refold
from server.schema import Connection, Row
from sync.envelope import KEYLESS, Envelope, Header, Opener
from sync.exchange import Verdict, judge
from sync.kinds import Kinds, rank_of
from sync.save import SCHEMA, BadSave, Change, Save, Stamped, read_save, write_save

STAMPS = ("seq", "id", "device", "n", "author", "rank", "received_at", "verdict", "reason", "early")


class Receipt(NamedTuple):
    """What the author is told of one save; `save` is the id the device gave it."""

    save: str
    n: int
    seq: int
    verdict: str
    reason: str | None


def receive(
    db: Connection,
    kinds: Kinds,
    envelope: Envelope,
    device: Row,
    now: int,
    opener: Opener = KEYLESS,
) -> Receipt | None:
    """Store an envelope's save unless it is stored already, and return its receipt.

    None when it cannot be opened and its device has no room left for such: nothing was kept.
    """
    found = opened(db, opener, envelope)
    if found.text is None:
        return _keep(db, envelope, found.reason or "cannot_open", device, now)
    header, text = envelope.header, found.text
    author = found.device["volunteer"] if found.device else None
    is_proven = envelope.sealed is not None and author is not None
    if is_proven or author == device["volunteer"]:
        no_longer_kept(db, header)
    stored = db.execute("SELECT * FROM save WHERE id = ?", (header.id,)).fetchone()
    if stored is not None and stored["body"] == text:
        return receipt_of(stored)
    if not is_proven and author != device["volunteer"]:
        # Without a seal nothing proves who wrote what another's phone carries. One's own earlier
        # device is fine: that is a phone that had to join again.
        reason = "carried_unsealed" if envelope.sealed is None else "device_unknown"
        found = found._replace(reason=reason)
        header = msgspec.structs.replace(header, device=device["id"])
        author = device["volunteer"]
    if stored is not None:
        header = msgspec.structs.replace(header, id=_variant(header.id, text))
        stored = db.execute("SELECT * FROM save WHERE id = ?", (header.id,)).fetchone()
        if stored is not None:
            return receipt_of(stored)._replace(save=envelope.header.id)
        found = found._replace(reason="same_id_other_bytes")
    receipt = _store(db, kinds, header, found, str(author), now)
    return receipt._replace(save=envelope.header.id)


def save_from_desk(
    db: Connection, kinds: Kinds, device: Row, changes: list[Change], now: int
) -> Receipt:
    """Store what a coordinator did at the desk: a save like any other, by the desk's device."""
    row = db.execute(
        "UPDATE device SET n = n + 1 WHERE id = ? RETURNING n", (device["id"],)
    ).fetchone()
    save = Save(new_id(now), device["id"], row["n"], now, 0, SCHEMA, changes)
    envelope = Envelope(Header(save.id, save.device, save.n), write_save(save))
    receipt = receive(db, kinds, envelope, device, now)
    assert receipt is not None  # only what is sealed can be turned away
    return receipt


def receipt_of(row: Row) -> Receipt:
    """Return the receipt of a stored save, as it was judged at arrival."""
    return Receipt(row["id"], row["n"], row["seq"], row["verdict"], row["reason"])


def stamped(row: Row) -> Stamped:
    """Return a stored save with its stamps; one that cannot be read has no changes."""
    try:
        save = msgspec.structs.replace(_read(row["body"]), id=row["id"])
    except BadSave:
        save = Save(row["id"], row["device"], row["n"], row["received_at"], 0, SCHEMA, [])
    early = frozenset(json.loads(row["early"]))
    return Stamped(save, row["seq"], row["author"], row["rank"], row["verdict"], early)


@lru_cache(maxsize=64)
def _read(body: str) -> Save:
    # An import's save touches fifty records, and each is folded from it in turn.
    return read_save(body)


def digest_of(row: Row | dict[str, object]) -> str:
    """Return the digest a stored save carries: SHA-256 over its stamps and its body."""
    text = json.dumps([row[name] for name in (*STAMPS, "body")], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def apply(db: Connection, kinds: Kinds, save: Stamped) -> None:
    """Bring every table up to date with one more stored save."""
    db.executemany(
        "INSERT INTO change (kind, record, save_seq, position) VALUES (?, ?, ?, ?)",
        [(c.kind, c.record, save.seq, p) for p, c in enumerate(save.save.changes)],
    )
    own = [(change.kind, change.record) for change in save.save.changes if change.kind in kinds]
    ruled_on = [record for kind, record in own if kind == "ruling"]
    # Rulings fold first: what they rule on is folded again by what they now say.
    for key in sorted(set(own), key=lambda key: key[0] != "ruling"):
        refold(db, kinds, key, _saves_of(db, key), save.seq)
    touched = _records_ruled_on(db, kinds, ruled_on) - set(own)
    for key in sorted(touched):
        refold(db, kinds, key, _saves_of(db, key), save.seq)
    turn_grants(db, {*own, *touched}, save.seq)


def _store(
    db: Connection,
    kinds: Kinds,
    header: Header,
    found: Opened,
    author: str,
    now: int,
) -> Receipt:
    facts = gather(db, author)
    verdict = judge(found.save, facts, kinds) if found.save else Verdict("held")
    if found.reason:
        verdict = Verdict("held", found.reason)
    top = db.execute("SELECT coalesce(max(seq), 0) AS seq FROM save").fetchone()["seq"]
    row = {
        "seq": top + 1,
        "id": header.id,
        "device": header.device,
        "n": header.n,
        "author": author,
        "rank": rank_of(set(facts.roles)),
        "received_at": now,
        "verdict": verdict.verdict,
        "reason": verdict.reason,
        "early": json.dumps(sorted(verdict.early)),
        "body": found.text,
    }
    row["digest"] = digest_of(row)
    names = ", ".join(row)
    db.execute(f"INSERT INTO save ({names}) VALUES ({', '.join('?' * len(row))})", [*row.values()])
    stored = db.execute("SELECT * FROM save WHERE seq = ?", (row["seq"],)).fetchone()
    apply(db, kinds, stamped(stored))
    return receipt_of(stored)


def _keep(
    db: Connection, envelope: Envelope, reason: str, carrier: Row, now: int
) -> Receipt | None:
    kept = keep_sealed(db, envelope, reason, carrier["id"], now)
    return Receipt(envelope.header.id, envelope.header.n, 0, "held", reason) if kept else None


def _variant(id: str, body: str) -> str:
    return f"{id[:54]}-x{hashlib.sha256(body.encode()).hexdigest()[:8]}"


def _saves_of(db: Connection, key: tuple[str, str]) -> list[Stamped]:
    rows = db.execute(
        "SELECT DISTINCT save.* FROM change JOIN save ON save.seq = change.save_seq "
        "WHERE change.kind = ? AND change.record = ?",
        key,
    )
    return [stamped(row) for row in rows]


def _records_ruled_on(db: Connection, kinds: Kinds, targets: Iterable[str]) -> set[tuple[str, str]]:
    found = set()
    for target in targets:
        rows = db.execute(
            "SELECT change.kind, change.record FROM save JOIN change "
            "ON change.save_seq = save.seq WHERE save.id = ?",
            (target.partition(":")[0],),
        )
        found |= {(row["kind"], row["record"]) for row in rows if row["kind"] in kinds}
    return {key for key in found if key[0] != "ruling"}
