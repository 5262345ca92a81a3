"""What saves add up to: the fold. Twin: pwa/sync/merge.js."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import NamedTuple

from sync.alias import canonical
from sync.kinds import Kind, Kinds
from sync.rules import Shown, Write, heads, protects, shown
from sync.rulings import Named, Rulings, counts, is_heard, named_in, ruled, unheard
from sync.save import Change, Stamped, Value, change_id

Key = tuple[str, str]  # kind and record
JOINED = "person"


class Folded(NamedTuple):
    """One register after the fold: every head by its rule, and what they show.

    is_settled: nobody saw what is not here, so the next write may fold over the heads.
    """

    heads: list[Write]
    shown: Shown
    is_settled: bool = True


class Written(NamedTuple):
    """Everything ever written to one register, and which of it counts."""

    writes: dict[str, Write]
    counted: set[str]


def itself(id: str) -> str:
    """Return the id: nobody is joined."""
    return id


def merge(saves: Iterable[Stamped], kinds: Kinds) -> dict[Key, dict[str, Folded]]:
    """Return (kind, record) -> register -> Folded for all saves together.

    Order and repeats do not matter. A joined record stands under its canonical id. Judged by
    sync/cases/ and the laws in tests.
    """
    unique = list({stamped.save.id: stamped for stamped in saves}.values())
    named = named_in(unique)
    rulings = fold_rulings(unique, named)
    same = joined(unique, kinds, rulings)
    touching: dict[Key, list[Stamped]] = defaultdict(list)
    for stamped in unique:
        for key in records_of(stamped, kinds, same):
            touching[key].append(stamped)
    return {
        key: fold_record(
            kinds[key[0]], key[1], found, _rulings_on(key, found, rulings, named), same
        )
        for key, found in touching.items()
        if key[0] in kinds
    }


def _rulings_on(
    key: Key, saves: Iterable[Stamped], rulings: Rulings, named: Callable[[str], Named]
) -> Rulings:
    """Return what keeps changes to a record from counting, or lets them."""
    if ruled(key[0]):
        return rulings
    past = (
        (save, at) for save in saves for at, c in enumerate(save.save.changes) if c.record == key[1]
    )
    return unheard(past, named(key[1]))


def joined(saves: Iterable[Stamped], kinds: Kinds, rulings: Rulings) -> Callable[[str], str]:
    """Return what maps the id of a person to the one that stands for it."""
    touching: dict[Key, list[Stamped]] = defaultdict(list)
    gone: set[str] = set()
    for stamped in saves:
        for key in records_of(stamped, kinds):
            if key[0] == "alias":
                touching[key].append(stamped)
        gone |= erased_in(stamped)
    pairs = [
        pair
        for key, found in touching.items()
        if (pair := pair_in(fold_record(kinds["alias"], key[1], found, rulings)))
        # Whoever was erased is nobody: an older join would take another's records along.
        and gone.isdisjoint(pair)
    ]
    known = canonical(pairs)
    return lambda id: known.get(id, id)


def pair_in(alias: Mapping[str, Folded]) -> tuple[str, str] | None:
    """Return the two ids that a folded alias joins, if it says both."""
    one, other = (
        alias[name].shown.value if name in alias else None for name in ("person", "same_as")
    )
    return (one, other) if isinstance(one, str) and isinstance(other, str) else None


def erased_in(stamped: Stamped) -> set[str]:
    """Return the persons that a save erases."""
    return {
        change.record
        for change in stamped.save.changes
        if change.kind == "erasure"
        and change.set.get(f"kinds/{JOINED}") is True
        and stamped.verdict == "taken"
    }


def fold_record(
    kind: Kind,
    record: str,
    saves: Iterable[Stamped],
    rulings: Rulings,
    same: Callable[[str], str] = itself,
) -> dict[str, Folded]:
    """Return register -> Folded for one record, from every save that touches it."""
    return {
        register: _fold(kind.rule_of(register), found.writes, found.counted)
        for register, found in written(kind, record, saves, rulings, same).items()
    }


def fold_past(
    kind: Kind,
    past: Iterable[tuple[Stamped, int]],
    rulings: Rulings,
    same: Callable[[str], str] = itself,
) -> dict[str, Folded]:
    """Return register -> Folded for one record, from every change to it."""
    return {
        register: _fold(kind.rule_of(register), found.writes, found.counted)
        for register, found in written_in(kind, past, rulings, same).items()
    }


def written(
    kind: Kind,
    record: str,
    saves: Iterable[Stamped],
    rulings: Rulings,
    same: Callable[[str], str] = itself,
) -> dict[str, Written]:
    """Return register -> everything ever written to it, for one record."""
    past = (
        (stamped, position)
        for stamped in saves
        for position, change in enumerate(stamped.save.changes)
        if change.kind == kind.kind and record_of(change, kind, same) == record
    )
    return written_in(kind, past, rulings, same)


def written_in(
    kind: Kind,
    past: Iterable[tuple[Stamped, int]],
    rulings: Rulings,
    same: Callable[[str], str] = itself,
) -> dict[str, Written]:
    """Return register -> everything ever written to it, from every change to one record."""
    registers: dict[str, Written] = defaultdict(lambda: Written({}, set()))
    for stamped, position in past:
        for register in stamped.save.changes[position].set:
            write = write_of(stamped, position, register, kind, same)
            registers[register].writes[write.id] = write
            acts = protects(kind.rule_of(register), write.value)
            if counts(stamped, position, acts, rulings):
                registers[register].counted.add(write.id)
    return dict(registers)


def fold_rulings(
    saves: Iterable[Stamped], named: Callable[[str], Named] | None = None
) -> dict[str, bool]:
    """Return what was ruled: id of a save, change or import -> counts. They fold by `latest`.

    named: what is known of a target; by itself, what these saves say of it.
    """
    saves = list(saves)
    named = named or named_in(saves)
    by_target: dict[str, dict[str, Write]] = defaultdict(dict)
    for stamped in saves:
        for position, change in enumerate(stamped.save.changes):
            if change.kind == "ruling" and "counts" in change.set and stamped.verdict == "taken":
                write = write_of(stamped, position, "counts")
                if is_heard(stamped, named(change.record)):
                    by_target[change.record][write.id] = write
    folded = {target: _fold("latest", found, set(found)) for target, found in by_target.items()}
    return {t: f.shown.value for t, f in folded.items() if isinstance(f.shown.value, bool)}


def records_of(stamped: Stamped, kinds: Kinds, same: Callable[[str], str] = itself) -> set[Key]:
    """Return the (kind, record) pairs a save touches."""
    return {
        (change.kind, record_of(change, kinds.get(change.kind), same))
        for change in stamped.save.changes
    }


def record_of(change: Change, kind: Kind | None, same: Callable[[str], str]) -> str:
    """Return the record a change is to: the canonical one where persons were joined."""
    return same(change.record) if kind is not None and kind.ids == JOINED else change.record


def write_of(
    stamped: Stamped,
    position: int,
    register: str,
    kind: Kind | None = None,
    same: Callable[[str], str] = itself,
) -> Write:
    """Return what one change of a save says of one register; references to the joined are one."""
    save = stamped.save
    change = save.changes[position]
    value = change.set[register]
    if same is not itself and kind is not None:
        value = _canonical_value(kind, register, value, same)
    saw = change.saw.get(register)
    return Write(
        change_id(save.id, position),
        value,
        save.at,
        save.at_error_ms,
        stamped.rank,
        stamped.author,
        tuple(saw) if saw else (),
    )


def values_of(change: Change, kind: Kind, same: Callable[[str], str]) -> dict[str, Value]:
    """Return register -> value of a change, in which references to the joined are one."""
    return {r: _canonical_value(kind, r, value, same) for r, value in change.set.items()}


def is_settled(writes: Mapping[str, Write], counted: Collection[str]) -> bool:
    """Return whether all is here that counted writes saw, also through those that do not count."""
    todo = [seen for id in counted for seen in writes[id].saw]
    known = set(todo)
    for id in todo:  # grows while it is walked
        if id not in writes:
            return False
        further = {*writes[id].saw} - known if id not in counted else set()
        known |= further
        todo += further
    return True


def _canonical_value(kind: Kind, register: str, value: Value, same: Callable[[str], str]) -> Value:
    if kind.kind == "alias" or not isinstance(value, str):
        return value
    field = kind.field_of(register)
    is_person = field is not None and field.type == "ref" and field.to == JOINED
    return same(value) if is_person else value


def _fold(rule: str, writes: Mapping[str, Write], counted: set[str]) -> Folded:
    standing = heads(rule, writes, counted)
    return Folded(standing, shown(rule, standing), is_settled(writes, counted))
