"""One answer of the server, applied to what the device keeps. All of it, or nothing."""

from tests.other_client.seal import seal
from tests.other_client.show import about, shows
from tests.other_client.state import Own, State

KEPT_AT_MOST_MS = 30 * 86_400_000


def apply(answer: dict, state: State, kinds: dict, now: int) -> None:
    state.key = answer.get("key", state.key)
    if answer["fresh"]:
        start_anew(state)
    for receipt in answer["receipts"]:
        apply_receipt(receipt, state, now)
    if "device" in answer:
        # Somebody else counts on under the old one: a copy of this phone.
        state.device, state.n = answer["device"]["id"], 0
        state.seals[state.device] = answer["device"]["seal"]
    for record in answer["records"]:
        apply_record(record, state)
    mark_forgotten(answer, state)
    forget(state, kinds)
    state.cursor = answer["cursor"]
    drop_backed_up(answer["backed_up_to"], state, now)
    if answer.get("wipe") and not any(own.waits for own in state.saves.values()):
        wipe(state)


def start_anew(state: State) -> None:
    state.records.clear()
    state.forgetting.clear()
    for own in state.saves.values():
        own.receipt = None


def apply_receipt(receipt: dict, state: State, now: int) -> None:
    own = state.saves.get(receipt["save"])
    if own is None:
        if state.carried.pop(receipt["save"], None) is None and "device" not in receipt:
            # Written before this device was put back to an older state of itself.
            state.n = max(state.n, receipt["n"])
        return
    if receipt["verdict"] == "erased":
        del state.saves[own.id]
    elif receipt["reason"] == "cannot_open" and own.text:
        seal_again(own, state)
    else:
        own.receipt, own.receipted_at = receipt, now


def seal_again(own: Own, state: State) -> None:
    header = {**own.envelope["header"], "key": state.key["id"]}
    if header != own.envelope["header"]:
        own.envelope = seal(own.text or "", header, state.seals[own.device], state.key["public"])


def apply_record(record: dict, state: State) -> None:
    at = (record["kind"], record["id"])
    state.forgetting.discard(at)
    if record["whole"]:
        state.records.pop(at, None)
    held = state.records.setdefault(at, {"fields": {}})
    held["about"] = record["about"]
    held["fields"].update(record["fields"])
    for register, value in record.get("said", {}).items():
        held["fields"][register] = [{**record["write"], "value": value}]
    held["fields"] = {name: heads for name, heads in held["fields"].items() if heads}
    if not held["fields"]:
        del state.records[at]


def mark_forgotten(answer: dict, state: State) -> None:
    brought = {(record["kind"], record["id"]) for record in answer["records"]}
    for at, record in state.records.items():
        if record["about"] in answer["forget"] and at not in brought:
            state.forgetting.add(at)


def forget(state: State, kinds: dict) -> None:
    """Drop what was marked, as soon as all own work about the same subject has arrived."""
    waiting = {
        about(change["kind"], change["record"], change["set"], state, kinds)
        for own in state.saves.values()
        if own.waits
        for change in own.words()["changes"]
    }
    for at in list(state.forgetting):
        if state.records[at]["about"] not in waiting:
            del state.records[at]
            state.forgetting.discard(at)


def drop_backed_up(backed_up_to: int, state: State, now: int) -> None:
    for own in list(state.saves.values()):
        # Seq 0 is no place in the ledger: such a save is in no backup.
        safe = not own.waits and 0 < own.receipt["seq"] <= backed_up_to
        old = not own.waits and now - own.receipted_at > KEPT_AT_MOST_MS
        if (safe or old) and not shows(own, state):
            del state.saves[own.id]


def wipe(state: State) -> None:
    state.records.clear()
    state.forgetting.clear()
    for own in state.saves.values():
        own.text = None
    state.wiped = True
