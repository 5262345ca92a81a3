"""What saves add up to: the fold. Twin: pwa/sync/merge.js."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sync.kinds import Kind, Kinds
from sync.rules import Shown, Write, heads, shown
from sync.save import Stamped, change_id

Rulings = Mapping[str, bool]  # save or change id -> counts


class Folded(NamedTuple):
    """One register after the fold: every head by its rule, and what they show."""

    heads: list[Write]
    shown: Shown


class Written(NamedTuple):
    """Everything ever written to one register, and which of it counts."""

    writes: dict[str, Write]
    counted: set[str]


def merge(saves: Iterable[Stamped], kinds: Kinds) -> dict[tuple[str, str], dict[str, Folded]]:
    """Return (kind, record) -> register -> Folded for all saves together.

    Order and repeats do not matter. Judged by sync/cases/ and the laws in tests.
    """
    unique = {stamped.save.id: stamped for stamped in saves}
    touching = defaultdict(list)
    for stamped in unique.values():
        for key in records_of(stamped):
            touching[key].append(stamped)
    rulings = fold_rulings(s for key, ss in touching.items() if key[0] == "ruling" for s in ss)
    return {
        key: fold_record(kinds[key[0]], key[1], found, {} if key[0] == "ruling" else rulings)
        for key, found in touching.items()
        if key[0] in kinds
    }


def fold_record(
    kind: Kind, record: str, saves: Iterable[Stamped], rulings: Rulings
) -> dict[str, Folded]:
    """Return register -> Folded for one record, from every save that touches it."""
    return {
        register: _fold(kind.rule_of(register), found.writes, found.counted)
        for register, found in written(kind, record, saves, rulings).items()
    }


def written(
    kind: Kind, record: str, saves: Iterable[Stamped], rulings: Rulings
) -> dict[str, Written]:
    """Return register -> everything ever written to it, for one record."""
    registers: dict[str, Written] = defaultdict(lambda: Written({}, set()))
    for stamped in saves:
        for position, change in enumerate(stamped.save.changes):
            if (change.kind, change.record) != (kind.kind, record):
                continue
            id = change_id(stamped.save.id, position)
            for register, value in change.set.items():
                saw = tuple(change.saw.get(register, ()))
                registers[register].writes[id] = _write(stamped, id, value, saw)
                acts = value is True and kind.rule_of(register) == "sticky"
                if counts(stamped, position, acts, rulings):
                    registers[register].counted.add(id)
    return dict(registers)


def fold_rulings(saves: Iterable[Stamped]) -> dict[str, bool]:
    """Return what was ruled: save or change id -> counts. Rulings fold first, by `latest`."""
    by_target: dict[str, dict[str, Write]] = defaultdict(dict)
    for stamped in saves:
        for position, change in enumerate(stamped.save.changes):
            if change.kind == "ruling" and "counts" in change.set and stamped.verdict == "taken":
                id = change_id(stamped.save.id, position)
                saw = tuple(change.saw.get("counts", ()))
                by_target[change.record][id] = _write(stamped, id, change.set["counts"], saw)
    ruled = {target: _fold("latest", found, set(found)) for target, found in by_target.items()}
    return {t: f.shown.value for t, f in ruled.items() if isinstance(f.shown.value, bool)}


def counts(stamped: Stamped, position: int, sticky_on: bool, rulings: Rulings) -> bool:
    """Return whether one change of a save counts; `sticky_on` for a sticky register set to on."""
    for target in (change_id(stamped.save.id, position), stamped.save.id):
        if target in rulings:
            return rulings[target]
    return stamped.verdict == "taken" or (sticky_on and position in stamped.early)


def records_of(stamped: Stamped) -> set[tuple[str, str]]:
    """Return the (kind, record) pairs a save touches."""
    return {(change.kind, change.record) for change in stamped.save.changes}


def _write(stamped: Stamped, id: str, value: object, saw: tuple[str, ...]) -> Write:
    save = stamped.save
    return Write(id, value, save.at, save.at_error_ms, stamped.rank, stamped.author, saw)  # type: ignore[arg-type]


def _fold(rule: str, writes: Mapping[str, Write], counted: set[str]) -> Folded:
    standing = heads(rule, writes, counted)
    return Folded(standing, shown(rule, standing))
