"""Laws of the fold, over random histories: what holds whatever was written, seen and ruled."""

import json
import os
import random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Page

from sync.alias import canonical
from sync.clock import reckon
from sync.history import STANDINGS, history
from sync.hours import Event, pair
from sync.kinds import COORDINATOR, load_kinds
from sync.merge import fold_rulings, is_settled
from sync.rules import Write, heads, heads_with, knot, shown
from sync.rulings import counts
from sync.save import import_of
from tests.test_sync_cases import MERGE, Case, folded, kinds_as_json, plain, stamped_of

KINDS = load_kinds()
REGISTERS = {
    "person": {
        "phone": st.sampled_from(["1", "2", "Été", ""]),
        "language": st.sampled_from(["en", "fr", None]),
        "worksite": st.sampled_from(["stores", "kitchen"]),
        "signed": st.booleans(),
        "do_not_contact/all": st.booleans(),
        "consent/phone": st.sampled_from([True, False, None]),
        "unheard_of": st.sampled_from([1, True, "x"]),
    },
    "conversation": {
        "result": st.sampled_from(["talked", "busy"]),
        "answers/platform": st.sampled_from(["yes", "no", 1, True]),
    },
}
IMPORTS = ("i1", "i2")


def law(examples: int = 30) -> settings:
    """Return how a law is tried, in `make soak` much longer; nothing is too slow to be tried."""
    many = examples * int(os.environ.get("ROUNDS_EXAMPLES", "1"))
    slow = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
    return settings(max_examples=many, deadline=None, suppress_health_check=slow)


@st.composite
def histories(draw: st.DrawFn, ranks: tuple[int, ...] = (1, 2, 3)) -> list[Case]:
    """Return saves of a few devices, that saw some of what came before, and rulings on them."""
    saves: list[Case] = []
    for index in range(draw(st.integers(1, 10))):
        # Also changes to come: a phone that lies may name whatever it likes.
        known = [f"s{i}:{p}" for i in range(len(saves) + 2) for p in range(2)]
        changes = [draw(changes_of(known, saves)) for _ in range(draw(st.integers(1, 2)))]
        if draw(st.integers(0, 5)) == 0:
            changes.append({"kind": "import", "record": draw(st.sampled_from(IMPORTS)), "set": {}})
        rank = draw(st.sampled_from(ranks))
        saves.append(
            {
                "id": f"s{index}",
                "at": draw(st.integers(0, 6)),
                "at_error_ms": draw(st.sampled_from([0, 400_000])),
                "author": draw(st.sampled_from(["ana", "luc", "dara"])),
                "rank": rank,
                "verdict": draw(st.sampled_from(["taken", "taken", "held"])),
                "early": draw(st.sampled_from([[], [0]])),
                "changes": changes,
            }
        )
    return saves


@st.composite
def changes_of(draw: st.DrawFn, known: list[str], saves: list[Case]) -> Case:
    """Return one change: mostly of a record, sometimes a ruling on an earlier save."""
    if saves and draw(st.integers(0, 4)) == 0:
        target = draw(st.sampled_from([*[save["id"] for save in saves], *known, *IMPORTS]))
        value = draw(st.sampled_from([True, False, None]))
        return {"kind": "ruling", "record": target, "set": {"counts": value}}
    kind = draw(st.sampled_from(sorted(REGISTERS)))
    names = draw(st.lists(st.sampled_from(sorted(REGISTERS[kind])), min_size=1, unique=True))
    return {
        "kind": kind,
        "record": draw(st.sampled_from(["p", "q"])),
        "set": {name: draw(REGISTERS[kind][name]) for name in names},
        "saw": {
            name: draw(st.lists(st.sampled_from(known), unique=True)) if known else []
            for name in names
        },
    }


def fold(saves: list[Case]) -> dict[str, Any]:
    return folded(map(stamped_of, saves))


@law()
@given(histories(), st.randoms(use_true_random=False))
def test_any_order_and_any_repeats_fold_the_same(saves: list[Case], chance: random.Random) -> None:
    shuffled = saves * 2
    chance.shuffle(shuffled)
    assert fold(shuffled) == fold(saves)


@law()
@given(histories())
def test_every_value_ever_written_stands_in_the_history_with_what_became_of_it(
    saves: list[Case],
) -> None:
    stamped = [stamped_of(save) for save in saves]
    rulings = fold_rulings(stamped)
    for kind in REGISTERS:
        for record in ("p", "q"):
            past = history(KINDS[kind], record, stamped, rulings)
            written = {
                (f"{save.save.id}:{position}", register)
                for save in stamped
                for position, change in enumerate(save.save.changes)
                for register in change.set
                if (change.kind, change.record) == (kind, record)
            }
            assert {(one.write.id, name) for name, all_ in past.items() for one in all_} == written
            assert all(one.standing.word in STANDINGS for all_ in past.values() for one in all_)


@law()
@given(histories(ranks=(1, 2)))
def test_a_sticky_flag_never_goes_off_without_a_coordinator(saves: list[Case]) -> None:
    volunteers = [{**save, "changes": without_rulings(save)} for save in saves]
    for key, found in fold(volunteers).items():
        if key.endswith(("signed", "do_not_contact/all")):
            assert bool(found["value"]) is was_turned_on(volunteers, key)


@law()
@given(histories())
def test_where_a_sticky_flag_is_off_a_coordinator_said_so(saves: list[Case]) -> None:
    unruled = [{**save, "changes": without_rulings(save)} for save in saves]
    for key, found in fold(unruled).items():
        if key.endswith(("signed", "do_not_contact/all")) and was_turned_on(unruled, key):
            said_off = [
                save
                for save in unruled
                for change in save["changes"]
                if change["set"].get(key.split("/", 2)[2]) is False and save["rank"] == COORDINATOR
            ]
            assert found["value"] or said_off


def without_rulings(save: Case) -> list[Case]:
    return [change for change in save["changes"] if change["kind"] != "ruling"]


def was_turned_on(saves: list[Case], key: str) -> bool:
    kind, record, register = key.split("/", 2)
    return any(
        (change["kind"], change["record"]) == (kind, record) and change["set"].get(register) is True
        for save in saves
        for position, change in enumerate(save["changes"])
        if save["verdict"] == "taken" or position in save["early"]
    )


@law()
@given(histories(), st.data())
def test_a_ruling_that_is_taken_back_gives_back_what_was(saves: list[Case], data: Any) -> None:
    ruled = {c["record"] for save in saves for c in save["changes"] if c["kind"] == "ruling"}
    targets = {save["id"] for save in saves} | {f"{save['id']}:0" for save in saves} | {*IMPORTS}
    target = data.draw(st.sampled_from(sorted(targets - ruled or {"s99"})))
    counts_ = data.draw(st.booleans())
    ruling = ruling_save("r1", target, counts_, [])
    back = ruling_save("r2", target, None, ["r1:0"])
    before, after = fold(saves), fold([back, *saves, ruling])
    assert {key: found for key, found in after.items() if not key.startswith("ruling/")} == {
        key: found for key, found in before.items() if not key.startswith("ruling/")
    }


def ruling_save(id: str, target: str, counts_: bool | None, saw: list[str]) -> Case:
    change = {"kind": "ruling", "record": target, "set": {"counts": counts_}}
    return {"id": id, "at": 9, "rank": 3, "changes": [{**change, "saw": {"counts": saw}}]}


@law()
@given(histories())
def test_a_save_counts_whole_or_not_at_all(saves: list[Case]) -> None:
    stamped = [stamped_of(save) for save in saves]
    rulings = {target: on for target, on in fold_rulings(stamped).items() if ":" not in target}
    for save in stamped:
        positions = range(len(save.save.changes))
        assert len({counts(save, position, False, rulings) for position in positions}) == 1
        early = [at for at in positions if counts(save, at, True, rulings)]
        if not counts(save, 0, False, rulings):
            assert {*early} <= save.early


@law()
@given(histories())
def test_only_what_a_coordinator_made_is_ruled_on_with_its_import(saves: list[Case]) -> None:
    stamped = [stamped_of(save) for save in saves]
    for batch in IMPORTS:
        of_it = {
            save.save.id
            for save in stamped
            if import_of(save.save) == batch and save.rank >= COORDINATOR
        }
        moved = {
            save.save.id
            for save in stamped
            if counts(save, 0, False, {batch: True}) is not counts(save, 0, False, {batch: False})
        }
        assert moved == of_it


FOLD_ALL = f"async ([all, kinds]) => Promise.all(all.map((saves) => ({MERGE})([saves, kinds])))"


@law(10)
@given(all_=st.lists(histories(), min_size=6, max_size=6))
def test_the_phone_and_the_server_fold_the_same(all_: list[Any], modules_page: Page) -> None:
    asked = [[plain(save) for save in saves] for saves in all_]
    found = modules_page.evaluate(FOLD_ALL, [asked, kinds_as_json()])
    assert found == [fold(saves) for saves in all_]


# One register, write by write

WRITES = st.lists(
    st.tuples(
        st.sampled_from(["1", "2", True, False]),
        st.integers(0, 4),  # at
        st.sampled_from([0, 400_000]),
        st.integers(1, 3),  # rank
        st.sets(st.integers(0, 7), max_size=3),  # which it saw, arrived or not
        st.sampled_from([True, True, True, True, False]),  # whether it counts
    ),
    max_size=8,
)
RULE = st.sampled_from(["once", "latest", "ask", "sticky", "set", "authority"])


@law(200)
@given(WRITES, RULE, st.randoms(use_true_random=False))
def test_folding_one_by_one_over_the_heads_is_folding_everything(
    said: list[Any], rule: str, chance: random.Random
) -> None:
    writes, counted = some_writes(said)
    arriving = list(writes.values())
    chance.shuffle(arriving)
    arrived: dict[str, Write] = {}
    standing: list[Write] = []
    for write in arriving:
        # As server/ledger/records.py asks before it folds a write over the heads alone.
        may = is_settled(arrived, arrived.keys() & counted)
        may &= write.id in counted and {*write.saw} <= {head.id for head in standing}
        arrived[write.id] = write
        everything = heads(rule, arrived, arrived.keys() & counted)
        if may:
            assert heads_with(rule, standing, write) == everything
        standing = everything


@law(100)
@given(WRITES, RULE)
def test_what_shows_is_one_of_the_heads_and_no_head_was_seen_by_one_that_may_remove_it(
    said: list[Any], rule: str
) -> None:
    writes, counted = some_writes([(*one[:4], {i for i in one[4] if i < n}, one[5])
                                   for n, one in enumerate(said)])  # fmt: skip
    standing = heads(rule, writes, counted)
    show = shown(rule, standing)
    # Nobody saw what came later, so nobody lies, and something stands where anything counts.
    assert bool(standing) is bool(counted)
    assert show.id is None or show.id in {head.id for head in standing}
    for head in standing:
        removers = [writes[id] for id in counted if head.id in writes[id].saw]
        if rule in ("once", "latest", "ask", "set", "consent"):
            assert removers == []
        if rule == "authority":
            assert all(later.rank < head.rank for later in removers)


def some_writes(said: list[Any]) -> tuple[dict[str, Write], set[str]]:
    """Return writes by id, and the ids of those that count."""
    writes = {
        f"w{n}": Write(f"w{n}", value, at, error, rank, "ana", tuple(f"w{i}" for i in sorted(saw)))
        for n, (value, at, error, rank, saw, _) in enumerate(said)
    }
    return writes, {f"w{n}" for n, one in enumerate(said) if one[5]}


GRAPHS = st.integers(0, 12).flatmap(
    lambda n: st.lists(st.sets(st.integers(0, max(n - 1, 0)), max_size=4), min_size=n, max_size=n)
)


@law(300)
@given(GRAPHS)
def test_the_writes_of_circles_and_between_them_are_found(graph: list[set[int]]) -> None:
    seen = {f"w{n}": {f"w{other}" for other in others} for n, others in enumerate(graph)}
    left, before = set(seen), None
    while left != before:  # each time without those that saw none of the rest, or that none saw
        before, named = left, {id for by in left for id in seen[by]}
        left = {id for id in left & named if seen[id] & left}
    assert knot(seen) == left


HEADS = """async (given) => {
  const { heads, shown } = await import("/sync/rules.js")
  return given.map(([rule, writes, counted]) => {
    const map = new Map(writes.map((write) => [write.id, write]))
    const standing = heads(rule, map, new Set(counted))
    const { value, id, conflict } = shown(rule, standing)
    return [standing.map((head) => head.id), value, id, conflict]
  })
}"""


@law(6)
@given(given_=st.lists(st.tuples(WRITES, RULE), min_size=20, max_size=20))
def test_the_phone_and_the_server_have_the_same_heads(given_: Any, modules_page: Page) -> None:
    asked, wanted = [], []
    for said, rule in given_:
        writes, counted = some_writes(said)
        standing = heads(rule, writes, counted)
        asked.append([rule, [write._asdict() for write in writes.values()], sorted(counted)])
        wanted.append([[head.id for head in standing], *shown(rule, standing)[:3]])
    assert json.dumps(modules_page.evaluate(HEADS, asked)) == json.dumps(wanted)


# Joins, clocks, hours

IDS = st.sampled_from(["a", "b", "c", "d", "e", "f"])


@law()
@given(st.lists(st.tuples(IDS, IDS), max_size=8), st.randoms(use_true_random=False))
def test_joined_is_joined_whatever_the_order_and_stands_under_the_smallest_id(
    pairs: list[tuple[str, str]], chance: random.Random
) -> None:
    same = canonical(pairs)
    shuffled = [pair[:: chance.choice((1, -1))] for pair in pairs * 2]
    chance.shuffle(shuffled)
    assert canonical(shuffled) == same
    assert all(same[one] == same[other] for one, other in pairs)
    for one in same:
        reached = {one}
        for _ in pairs:
            reached |= {id for pair in pairs if reached & {*pair} for id in pair}
        assert same[one] == min(reached)
        assert {id for id in same if same[id] == same[one]} == reached


TIMES = st.integers(-(10**13), 10**14)


@law()
@given(at=TIMES, error=st.integers(0, 10**13), since=TIMES, arrived=TIMES, off=st.integers(0, 9))
def test_a_reckoned_time_can_be_and_its_error_covers_what_was_said(
    at: int, error: int, since: int, arrived: int, off: int
) -> None:
    reckoned, wrong = reckon(at, error, since=since, arrived=arrived, off_ms=off)
    assert min(since, arrived) <= reckoned <= arrived
    assert wrong >= max(error, off)
    assert reckoned - wrong <= at <= reckoned + wrong
    assert reckon(reckoned, wrong, since=since, arrived=arrived, off_ms=off) == (reckoned, wrong)


EVENTS = st.lists(
    st.builds(
        Event,
        id=st.uuids().map(str),
        person=st.sampled_from(["p", "q"]),
        way=st.sampled_from(["in", "out"]),
        at=st.integers(0, 40).map(lambda hours: hours * 3_600_000),
    ),
    max_size=12,
    unique_by=lambda event: event.id,
)
NOW = 48 * 3_600_000
PAIR = """async ([all, now]) => {
  const { pair } = await import("/sync/hours.js")
  return all.map((events) => [...pair(events, now)].map(([person, { sessions, strays }]) =>
    [person, sessions.map((s) => [s.starts, s.ends, s.flags]), strays.map((e) => e.id)]))
}"""


@law()
@given(EVENTS, st.randoms(use_true_random=False))
def test_hours_do_not_depend_on_order_and_count_no_minute_twice(
    events: list[Event], chance: random.Random
) -> None:
    shuffled = events * 2
    chance.shuffle(shuffled)
    paired = pair(events, NOW)
    assert pair(shuffled, NOW) == paired
    for found in paired.values():
        ends = 0
        for session in found.sessions:
            assert ends <= session.starts <= session.ends
            ends = session.ends


@law(4)
@given(all_=st.lists(EVENTS, min_size=20, max_size=20))
def test_the_phone_and_the_server_pair_the_same_hours(all_: Any, modules_page: Page) -> None:
    wanted = [
        sorted(
            [person, [[s.starts, s.ends, [*s.flags]] for s in found.sessions],
             [stray.id for stray in found.strays]]
            for person, found in pair(events, NOW).items()
        )
        for events in all_
    ]  # fmt: skip
    asked = [[event._asdict() for event in events] for events in all_]
    assert [sorted(one) for one in modules_page.evaluate(PAIR, [asked, NOW])] == wanted
