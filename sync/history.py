"""Why each value ever written to a register shows, or what became of it. The desk's history."""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import NamedTuple

from sync.kinds import Kind
from sync.merge import itself, written
from sync.rules import CONSENT, ON_WINS, Shown, Write, heads, same, shown
from sync.rulings import Rulings
from sync.save import Stamped, import_of

STANDINGS = (
    *("shows", "agrees", "waiting", "proposal", "on_wins", "no_wins", "later"),
    *("replaced", "ruled_out", "held"),
)


class Standing(NamedTuple):
    """One of STANDINGS, and the id of the write that made it so, if one did."""

    word: str
    because: str | None = None


class Past(NamedTuple):
    """One value somebody wrote, in which save, and where it stands today."""

    write: Write
    stamped: Stamped
    standing: Standing


def history(
    kind: Kind,
    record: str,
    saves: Iterable[Stamped],
    rulings: Rulings,
    same: Callable[[str], str] = itself,
) -> dict[str, list[Past]]:
    """Return register -> everything ever written to it, newest first by (`at`, id).

    `same` maps the ids of those who were joined to the one that stands for them.
    """
    saves = list(saves)
    source = {stamped.save.id: stamped for stamped in saves}
    rulings = _by_save(saves, rulings)
    return {
        register: [
            Past(write, source[write.id.partition(":")[0]], standing)
            for write, standing in _newest_first(
                found.writes,
                standings(kind.rule_of(register), found.writes, found.counted, rulings),
            )
        ]
        for register, found in written(kind, record, saves, rulings, same).items()
    }


def _by_save(saves: Iterable[Stamped], rulings: Rulings) -> Rulings:
    """Return the rulings, with what was ruled on an import said of each of its saves."""
    by_import = {
        stamped.save.id: rulings[batch]
        for stamped in saves
        if (batch := import_of(stamped.save)) is not None and batch in rulings
    }
    return {**by_import, **rulings}


def standings(
    rule: str, writes: Mapping[str, Write], counted: Collection[str], rulings: Rulings
) -> dict[str, Standing]:
    """Return id -> Standing for every write to one register."""
    standing = heads(rule, writes, counted)
    showing = shown(rule, standing)
    on_top = {head.id for head in standing}
    return {
        id: _head_standing(rule, write, showing)
        if id in on_top
        else _gone_standing(rule, write, writes, counted, rulings)
        for id, write in writes.items()
    }


def _head_standing(rule: str, head: Write, showing: Shown) -> Standing:
    if head.id == showing.id:
        return Standing("shows")
    if head in showing.proposals:
        return Standing("proposal", showing.id)
    if same(head.value, showing.value) or (rule in ON_WINS and showing.value is not True):
        return Standing("agrees", showing.id)
    if rule in (*ON_WINS, CONSENT):
        return Standing("no_wins" if rule == CONSENT else "on_wins", showing.id)
    return Standing("waiting" if showing.conflict else "later", showing.id)


def _gone_standing(
    rule: str,
    write: Write,
    writes: Mapping[str, Write],
    counted: Collection[str],
    rulings: Rulings,
) -> Standing:
    if write.id in counted:
        return Standing("replaced", _remover(rule, write, writes, counted))
    save = write.id.partition(":")[0]
    ruled = write.id in rulings or save in rulings
    return Standing("ruled_out" if ruled else "held")


def _remover(
    rule: str, gone: Write, writes: Mapping[str, Write], counted: Collection[str]
) -> str | None:
    """Return the first write that removed this one, with only the two of them counting."""
    passing = {id: write for id, write in writes.items() if id not in counted}
    for later in sorted((writes[id] for id in counted), key=lambda w: (w.at, w.id)):
        pair = {gone.id: gone, later.id: later}
        if gone not in heads(rule, {**passing, **pair}, pair):
            return later.id
    return None


def _newest_first(
    writes: Mapping[str, Write], standing: Mapping[str, Standing]
) -> list[tuple[Write, Standing]]:
    order = sorted(writes.values(), key=lambda write: (write.at, write.id), reverse=True)
    return [(write, standing[write.id]) for write in order]
