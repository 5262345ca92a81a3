"""From saves to writes: which changes count, by verdict and by ruling."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from tests.other_client.fold import Write, heads, shown

Register = tuple[str, str, str]
"""Kind, record, register."""


def fold(saves: list[dict], kinds: dict, others: dict[Register, list[Write]] | None = None) -> dict:
    """Return (kind, record, register) -> heads of what saves and other writes add up to.

    A save has `id`, `seq`, `at`, `at_error_ms`, `rank`, `by`, `verdict`, `changes`.
    """
    writes = writes_of(saves, rulings(saves), kinds)
    for register, more in (others or {}).items():
        # A head the server sent has no `saw`; the same write kept here still knows it.
        own = {write.id for write in writes[register]}
        writes[register] += [write for write in more if write.id not in own]
    return {at: heads(rule_of(kinds, at[0], at[2]), found) for at, found in writes.items()}


def rulings(saves: Iterable[dict]) -> dict[str, bool | None]:
    """Return what is ruled on: save or change id -> does it count. A held ruling rules nothing."""
    saves = list(saves)
    taken = [save for save in saves if save.get("verdict") != "held"]
    found: dict[str, list[Write]] = defaultdict(list)
    for save in taken:
        for position, change in enumerate(save["changes"]):
            if change["kind"] != "ruling" or "counts" not in change["set"]:
                continue
            if acts(save, change["record"], saves):
                found[change["record"]].append(write_of(save, position, "counts", True))
    return {on: shown("latest", heads("latest", writes)) for on, writes in found.items()}


def acts(ruling: dict, target: str, saves: list[dict]) -> bool:
    """Say whether a ruling acts: on what was there when it came, or is its author's own."""
    id = target.split(":")[0]
    for save in saves:
        is_it = save["id"] == id
        if is_it and save.get("by") == ruling.get("by"):
            return True
        if (is_it or id in imports_of(save)) and save.get("seq", 0) <= ruling.get("seq", 0):
            return True
    return False


def writes_of(saves: Iterable[dict], ruled: dict, kinds: dict) -> dict[Register, list[Write]]:
    writes: dict[Register, list[Write]] = defaultdict(list)
    for save in saves:
        for position, change in enumerate(save["changes"]):
            for name, value in change["set"].items():
                early = acts_early(save, position, value, rule_of(kinds, change["kind"], name))
                counts = does_count(save, position, ruled, early)
                if change["kind"] == "ruling":
                    counts = counts and acts(save, change["record"], saves)
                register = (change["kind"], change["record"], name)
                writes[register].append(write_of(save, position, name, counts))
    return writes


def does_count(save: dict, position: int, ruled: dict[str, bool | None], early: bool) -> bool:
    if save["changes"][position]["kind"] == "ruling":
        ruled = {}  # nobody rules on a ruling
    for on in (f"{save['id']}:{position}", save["id"], *imports_of(save)):
        if isinstance(ruled.get(on), bool):
            return ruled[on] is True
    return early or save.get("verdict") != "held"


def imports_of(save: dict) -> list[str]:
    """Return the imports a save is of, which only coordinators make."""
    named = [change["record"] for change in save["changes"] if change["kind"] == "import"]
    return named if save.get("rank", 1) >= 3 else []


def acts_early(save: dict, position: int, value: Any, rule: str) -> bool:
    asks = (rule == "sticky" and value is True) or (rule == "consent" and value is False)
    return asks and position in save.get("early", [])


def write_of(save: dict, position: int, name: str, counts: bool) -> Write:
    change = save["changes"][position]
    return Write(
        id=f"{save['id']}:{position}",
        value=change["set"][name],
        at=save.get("at", 0),
        at_error_ms=save.get("at_error_ms", 0),
        rank=save.get("rank", 1),
        by=save.get("by", ""),
        saw=frozenset(change.get("saw", {}).get(name, [])),
        counts=counts,
    )


def rule_of(kinds: dict, kind: str, register: str) -> str:
    """Return a register's rule; what the kinds file does not know folds by `latest`."""
    fields = kinds.get(kind, {}).get("fields", {})
    name, slash, element = register.partition("/")
    field = fields.get(name, {})
    if bool(slash) != field.get("each", False) or not named(element, field.get("elements")):
        return "latest"
    return field.get("rule", "latest")


def named(element: str, known: list[str] | None) -> bool:
    """Return whether one of these is an element's name, or its start before a star."""
    return known is None or any(
        element == one or (one[-1] == "*" and element.startswith(one[:-1])) for one in known
    )
