"""Laws of the fold, over random histories: order, repeats, and both twins."""

import random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Page

from sync.hours import Event, pair
from sync.kinds import load_kinds
from sync.merge import merge
from tests.test_sync_cases import MERGE, Case, kinds_as_json, plain, stamped_of

REGISTERS = {
    "person": {
        "phone": st.sampled_from(["1", "2", "Été", ""]),
        "language": st.sampled_from(["en", "fr", None]),
        "worksite": st.sampled_from(["stores", "kitchen"]),
        "signed": st.booleans(),
        "do_not_contact/all": st.booleans(),
        "unheard_of": st.sampled_from([1, True, "x"]),
    },
    "conversation": {
        "result": st.sampled_from(["talked", "busy"]),
        "answers/platform": st.sampled_from(["yes", "no", 1, True]),
    },
}


@st.composite
def histories(draw: st.DrawFn) -> list[Case]:
    """Return saves of a few devices, that saw some of what came before, and rulings on them."""
    saves: list[Case] = []
    for index in range(draw(st.integers(1, 10))):
        # Also changes to come: a phone that lies may name whatever it likes.
        known = [f"s{i}:{p}" for i in range(len(saves) + 2) for p in range(2)]
        changes = [draw(changes_of(known, saves)) for _ in range(draw(st.integers(1, 2)))]
        saves.append(
            {
                "id": f"s{index}",
                "at": draw(st.integers(0, 6)),
                "at_error_ms": draw(st.sampled_from([0, 400_000])),
                "rank": draw(st.integers(1, 3)),
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
        target = draw(st.sampled_from([save["id"] for save in saves] + known))
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


def folded(saves: list[Case]) -> dict[str, Any]:
    """Return everything the fold says, in a form both twins can give."""
    return {
        f"{kind}/{record}/{register}": {
            "value": found.shown.value,
            "conflict": found.shown.conflict,
            "heads": [head.id for head in found.heads],
            "proposals": [head.id for head in found.shown.proposals],
        }
        for (kind, record), registers in merge(map(stamped_of, saves), load_kinds()).items()
        for register, found in registers.items()
    }


@given(histories(), st.randoms(use_true_random=False))
def test_any_order_and_any_repeats_fold_the_same(saves: list[Case], chance: random.Random) -> None:
    shuffled = saves * 2
    chance.shuffle(shuffled)
    assert folded(shuffled) == folded(saves)


@given(histories())
def test_every_value_that_does_not_show_still_stands_in_the_history(saves: list[Case]) -> None:
    for key, found in folded(saves).items():
        kind, record, register = key.split("/", 2)
        written = [
            change["set"][register]
            for save in saves
            for change in save["changes"]
            if (change["kind"], change["record"]) == (kind, record) and register in change["set"]
        ]
        assert written
        assert found["value"] in (*written, None, False)


@given(histories())
def test_a_sticky_flag_never_goes_off_without_a_coordinator(saves: list[Case]) -> None:
    volunteers = [{**save, "rank": 1, "changes": without_rulings(save)} for save in saves]
    for key, found in folded(volunteers).items():
        if key.endswith(("signed", "do_not_contact/all")):
            assert bool(found["value"]) is was_turned_on(volunteers, key)


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


@settings(
    deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(saves=histories())
def test_the_phone_and_the_server_fold_the_same(saves: list[Case], modules_page: Page) -> None:
    assert modules_page.evaluate(MERGE, [[plain(s) for s in saves], kinds_as_json()]) == folded(
        saves
    )


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


@given(EVENTS, st.randoms(use_true_random=False))
def test_hours_do_not_depend_on_order_and_count_no_minute_twice(
    events: list[Event], chance: random.Random
) -> None:
    now = 48 * 3_600_000
    shuffled = events * 2
    chance.shuffle(shuffled)
    paired = pair(events, now)
    assert pair(shuffled, now) == paired
    for found in paired.values():
        ends = 0
        for session in found.sessions:
            assert ends <= session.starts <= session.ends
            ends = session.ends
