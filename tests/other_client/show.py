"""What a device shows between exchanges, and what its next save says it saw."""

from tests.other_client.fold import Write
from tests.other_client.lift import lift
from tests.other_client.records import Register, fold
from tests.other_client.state import Own, State


def now_held(state: State, kinds: dict, lifts: list[dict]) -> dict[Register, list[Write]]:
    """Return (kind, record, register) -> heads: the server's, and own saves on top."""
    return fold(own_saves(state, lifts), kinds, server_heads(state))


def server_heads(state: State) -> dict[Register, list[Write]]:
    return {
        (kind, record, register): [Write(**known(head)) for head in heads]
        for (kind, record), found in state.records.items()
        for register, heads in found["fields"].items()
    }


def known(head: dict) -> dict:
    return {name: head[name] for name in ("id", "value", "at", "at_error_ms", "rank", "by")}


def own_saves(state: State, lifts: list[dict]) -> list[dict]:
    """Return own saves that the server's heads do not hold yet, and those they rule on."""
    found = [own for own in state.saves.values() if own.text and shows(own, state)]
    ruled = {
        change["record"].split(":")[0]
        for own in found
        for change in own.words()["changes"]
        if change["kind"] == "ruling"
    }
    found += [state.saves[id] for id in ruled & state.saves.keys() if state.saves[id] not in found]
    found += [
        own for own in state.saves.values() if own not in found and rules_on_waiting(own, state)
    ]
    return [
        {
            **lift(own.words(), lifts),
            **{"rank": state.rank, "by": state.volunteer},
            **{name: own.receipt[name] for name in ("verdict",) if has(own, name)},
            **{name: own.receipt[name] for name in ("at", "at_error_ms") if has(own, name)},
        }
        for own in found
    ]


def has(own: Own, name: str) -> bool:
    return bool(own.receipt) and name in own.receipt


def shows(own: Own, state: State) -> bool:
    """Say whether a save is still needed beside what the server sent."""
    if own.waits:
        return True
    if own.receipt["verdict"] != "taken" or own.receipt["reason"] == "set_aside":
        return False
    reached = state.cursor and state.cursor["seq"] >= own.receipt["seq"]
    return not reached or an_older_waits(own, state)


def rules_on_waiting(own: Own, state: State) -> bool:
    """Say whether a save withdraws one that still waits, or takes that back."""
    ruled = [c["record"].split(":")[0] for c in own.words()["changes"] if c["kind"] == "ruling"]
    return any(id in state.saves and state.saves[id].waits for id in ruled) if own.text else False


def an_older_waits(own: Own, state: State) -> bool:
    return any(
        other.waits and other.device == own.device and other.n < own.n
        for other in state.saves.values()
    )


def saw(register: Register, state: State, kinds: dict, lifts: list[dict]) -> list[str]:
    """Return every head, and what own heads saw that the server has not sent back yet."""
    heads = now_held(state, kinds, lifts).get(register, [])
    sent = {write.id for write in server_heads(state).get(register, [])}
    closure = {id for head in heads if head.id not in sent for id in head.saw}
    return sorted({head.id for head in heads} | closure)


def about(kind: str, record: str, values: dict, state: State, kinds: dict) -> str | None:
    """Return the subject a change belongs to, as far as this device knows."""
    says = kinds.get(kind, {}).get("about")
    if says == "everyone":
        return "*"
    if says == "id":
        return record
    return values.get(says) or state.records.get((kind, record), {}).get("about")
