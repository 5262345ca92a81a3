"""What a page from the server does to what a model phone holds; the twin of pwa/page.js."""

from tests.simulator.phone_fold import about
from tests.simulator.phone_storage import Json, Key, Row, Storage
from tests.simulator.phone_wrap import wrap

SHOWN_MS = 14 * 24 * 3600 * 1000
KEPT_MS = 30 * 24 * 3600 * 1000


def take_page(storage: Storage, page: Json, cookie: str) -> None:
    """Write receipts, records, forgetting and cursor; the caller makes it one transaction."""
    storage.key = page.get("key", storage.key)
    take_receipts(storage, page)
    if "device" in page:
        become_another(storage, page["device"])
    storage.credential = cookie.partition(";")[0] or storage.credential
    if page.get("wipe"):
        wipe(storage)
        return
    storage.is_wiped = False
    take_records(storage, page)
    storage.cursor = page["cursor"]
    if not page["fresh"]:
        prune(storage, page)


def become_another(storage: Storage, device: Json) -> None:
    """This phone is a copy: it goes on under a name of its own, and counts from 1."""
    assert storage.me is not None
    storage.me = {**storage.me, "device": device["id"], "seal": device["seal"]}


def wipe(storage: Storage) -> None:
    """The device was revoked: keep what waits, and nothing that can be read besides."""
    storage.is_wiped = True
    storage.drop_records()
    storage.rows = {id: row for id, row in storage.rows.items() if row.waits}


def take_receipts(storage: Storage, page: Json) -> None:
    """Note what the server said of saves; in a new past only this page's receipts hold."""
    if page["fresh"]:
        for row in storage.rows.values():
            row.receipt = None
    for receipt in page["receipts"]:
        row = storage.rows.get(receipt["save"])
        storage.carried.pop(receipt["save"], None)
        if row is None:
            _count_on(storage, receipt["n"])
        elif receipt["verdict"] == "erased":
            del storage.rows[row.id]  # no word of it stays
        elif receipt["reason"] == "cannot_open":
            row.envelope = wrap(row.save, row.seal, storage.key)
        else:
            row.received_at = row.received_at or page["now"]
            row.receipt = receipt


def take_records(storage: Storage, page: Json) -> None:
    """Replace, change and forget records; what own unsent work is about leaves later."""
    whole = {(record["kind"], record["id"]) for record in page["records"] if record["whole"]}
    leaving = [*storage.leaving, *_about_any(storage, page["forget"])]
    if page["fresh"]:
        storage.drop_records()
        leaving = []
    waiting = _subjects_waiting(storage)
    storage.leaving = []
    for subject, key in leaving:
        if key in whole:
            continue
        if subject in waiting:
            storage.leaving.append((subject, key))
        else:
            _drop(storage, key)
    for record in page["records"]:
        _put(storage, record)


def prune(storage: Storage, page: Json) -> None:
    """Drop saves that are long in the server's hands, and in its backups."""
    waits = {row.device for row in storage.waiting()}
    safe = page["backed_up_to"]

    def may_go(row: Row) -> bool:
        receipt = row.receipt
        if receipt is None or receipt["verdict"] == "held" or row.device in waits:
            return False
        if receipt["seq"] > page["cursor"]["seq"]:
            return False
        kept_ms = SHOWN_MS if receipt["seq"] <= safe else KEPT_MS
        return page["now"] - row.received_at > kept_ms

    storage.rows = {id: row for id, row in storage.rows.items() if not may_go(row)}


def heads_in(record: Json) -> dict[str, list[Json]]:
    """Return register -> heads of a record as it travels, whichever way it says them."""
    write, said = record.get("write"), record.get("said", {})
    return record["fields"] | {r: [{**write, "value": value}] for r, value in said.items()}


def _put(storage: Storage, record: Json) -> None:
    key = (record["kind"], record["id"])
    kept = {} if record["whole"] else storage.base.get(key, {})
    fields = {r: heads for r, heads in {**kept, **heads_in(record)}.items() if heads}
    if fields:
        storage.base[key] = fields
        storage.subjects[key] = record["about"]
    else:
        _drop(storage, key)


def _drop(storage: Storage, key: Key) -> None:
    storage.base.pop(key, None)
    storage.subjects.pop(key, None)


def _count_on(storage: Storage, n: int) -> None:
    """A save the server knows and this phone lost: its number is not given twice."""
    device = storage.me["device"] if storage.me else ""
    storage.counters[device] = max(n, storage.counters.get(device, 0))


def _about_any(storage: Storage, subjects: list[str]) -> list[tuple[str, Key]]:
    return [(subject, key) for key, subject in storage.subjects.items() if subject in subjects]


def _subjects_waiting(storage: Storage) -> set[str]:
    changes = [change for row in storage.waiting() for change in row.save["changes"]]
    return {about(storage, c["kind"], str(c["record"]), c["set"]) for c in changes}
