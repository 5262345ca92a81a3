"""Worked examples of every rule, judged by the server's code and by the phone's."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from sync.clock import reckon
from sync.hours import Event, pair
from sync.kinds import load_kinds
from sync.merge import fold_rulings, joined, merge
from sync.questionnaire import choices_of, each_of, effects, elsewhere, together, visible
from sync.rules import Write, heads, shown
from sync.save import Change, Save, Stamped

HOUSE = Path(__file__).parent.parent
Case = dict[str, Any]


def cases(*names: str) -> list[Any]:
    """Return the cases of these files, named by their sentences."""
    return [
        pytest.param(case, id=case["description"])
        for name in names
        for case in json.loads((HOUSE / "sync" / "cases" / f"{name}.json").read_text())
    ]


RULES = ("once", "latest", "ask", "sticky", "set", "consent", "authority")


@pytest.mark.parametrize("case", cases(*RULES))
def test_a_rule_on_the_server(case: Case) -> None:
    writes = {w["id"]: Write(**write_of(w)) for w in case["writes"]}
    counted = {w["id"] for w in case["writes"] if w.get("counts", True)}
    standing = heads(case["rule"], writes, counted)
    look = shown(case["rule"], standing)
    assert [head.id for head in standing] == case["heads"]
    assert (look.value, look.conflict) == (case["value"], case["conflict"])
    assert type(look.value) is type(case["value"])
    assert [head.id for head in look.proposals] == case.get("proposals", [])


@pytest.mark.parametrize("case", cases(*RULES))
def test_a_rule_on_the_phone(case: Case, modules_page: Page) -> None:
    found = modules_page.evaluate(
        """async ([rule, writes, counted]) => {
          const { heads, shown } = await import("/sync/rules.js")
          const map = new Map(writes.map((write) => [write.id, write]))
          const standing = heads(rule, map, new Set(counted))
          const look = shown(rule, standing)
          return { heads: standing.map((head) => head.id), value: look.value,
            conflict: look.conflict, proposals: look.proposals.map((head) => head.id) }
        }""",
        [
            case["rule"],
            [write_of(w) for w in case["writes"]],
            [w["id"] for w in case["writes"] if w.get("counts", True)],
        ],
    )
    assert found == {
        "heads": case["heads"],
        "value": case["value"],
        "conflict": case["conflict"],
        "proposals": case.get("proposals", []),
    }


RECORDS = ("records", "rulings", "arrival")
# Whatever order they arrive in; nothing in a case may depend on it.
ORDERS = pytest.mark.parametrize("step", [1, -1], ids=["as written", "in reverse"])


@ORDERS
@pytest.mark.parametrize("case", cases(*RECORDS, "alias"))
def test_records_on_the_server(case: Case, step: int) -> None:
    saves = [stamped_of(save) for save in case["saves"][::step]]
    judge(case, folded(saves))
    same = joined(saves, load_kinds(), fold_rulings(saves))
    assert {id: same(id) for id in case.get("same", {})} == case.get("same", {})


# A phone folds no joins: the server does, and sends what comes of it.
JOINS_NOBODY = [
    one
    for one in cases("alias")
    if (same := one.values[0].get("same")) and all(id == stands for id, stands in same.items())
]


def test_some_joins_are_none() -> None:
    assert len(JOINS_NOBODY) >= 4


@ORDERS
@pytest.mark.parametrize("case", [*cases(*RECORDS), *JOINS_NOBODY])
def test_records_on_the_phone(case: Case, step: int, modules_page: Page) -> None:
    saves = [plain(save) for save in case["saves"][::step]]
    judge(case, modules_page.evaluate(MERGE, [saves, kinds_as_json()]))


def judge(case: Case, found: dict[str, Any]) -> None:
    """Assert that a fold says what a case says: values, and heads and marks where it names them."""
    shows = {key: found[key]["value"] for key in case["shows"]}
    assert json.dumps(shows) == json.dumps(case["shows"])
    for key, heads_ in case.get("heads", {}).items():
        assert found[key]["heads"] == heads_
    for key, proposals in case.get("proposals", {}).items():
        assert found[key]["proposals"] == proposals
    if "conflicts" in case:
        assert [key for key in sorted(found) if found[key]["conflict"]] == case["conflicts"]
    for record in case.get("gone", []):
        assert not [key for key in found if key.startswith(f"{record}/")]


@pytest.mark.parametrize("case", cases("clock"))
def test_when_a_save_was_made_as_the_server_reckons(case: Case) -> None:
    said = {name: case[name] for name in ("since", "arrived")} | {"off_ms": case.get("off_ms", 0)}
    assert reckon(case["at"], case["at_error_ms"], **said) == tuple(case["reckoned"])


@pytest.mark.parametrize("case", cases("estimate"))
def test_what_time_it_is_on_the_phone(case: Case, modules_page: Page) -> None:
    found = modules_page.evaluate(
        """async ([measured, device]) => {
          const { estimate, measure } = await import("/sync/clock.js")
          const { sent, received, now } = measured ?? {}
          const clock = measured ? measure(sent, received, now) : undefined
          const { at, at_error_ms } = estimate(clock, device)
          return [at, at_error_ms]
        }""",
        [case["measured"], case["device"]],
    )
    assert found == case["estimate"]


@pytest.mark.parametrize("case", cases("hours"))
def test_hours_on_the_server(case: Case) -> None:
    paired = pair([Event(*event) for event in reversed(case["events"])], case["now"])
    assert {
        person: [[s.starts, s.ends, list(s.flags)] for s in found.sessions]
        for person, found in paired.items()
    } == case["sessions"]
    assert {p: [e.id for e in found.strays] for p, found in paired.items()} == case["strays"]


@pytest.mark.parametrize("case", cases("hours"))
def test_hours_on_the_phone(case: Case, modules_page: Page) -> None:
    events = [dict(zip(("id", "person", "way", "at"), e, strict=True)) for e in case["events"]]
    found = modules_page.evaluate(
        """async ([events, now]) => {
          const { pair } = await import("/sync/hours.js")
          return Object.fromEntries([...pair(events, now)].map(([person, { sessions, strays }]) =>
            [person, [sessions.map((s) => [s.starts, s.ends, s.flags]), strays.map((e) => e.id)]]))
        }""",
        [events, case["now"]],
    )
    assert found == {p: [case["sessions"][p], case["strays"][p]] for p in case["sessions"]}


@pytest.mark.parametrize("case", cases("questionnaire"))
def test_questions_on_the_server(case: Case) -> None:
    showing = visible(case["questions"], case["answers"])
    assert [question["key"] for question in showing] == case["visible"]
    found = effects(case["questions"], case["answers"], case.get("language", "en"))
    assert found == case["effects"]
    if "elsewhere" in case:
        records = [{"kind": kind, "set": set_} for kind, set_ in elsewhere(found)]
        assert records == case["elsewhere"]


@pytest.mark.parametrize("case", cases("questionnaire"))
def test_questions_on_the_phone(case: Case, modules_page: Page) -> None:
    keys, found, records = modules_page.evaluate(
        """async ([questions, answers, language]) => {
          const { effects, elsewhere, visible } = await import("/sync/questionnaire.js")
          const found = effects(questions, answers, language)
          return [visible(questions, answers).map((q) => q.key), found, elsewhere(found)]
        }""",
        [case["questions"], case["answers"], case.get("language", "en")],
    )
    assert (keys, found) == (case["visible"], case["effects"])
    assert records == case.get("elsewhere", records)


@pytest.mark.parametrize("case", cases("together"))
def test_several_questionnaires_are_one(case: Case, modules_page: Page) -> None:
    questionnaires = [
        [{"key": key, "from": n} for key in keys] for n, keys in enumerate(case["questionnaires"])
    ]
    on_the_phone = modules_page.evaluate(
        """async (questionnaires) =>
          (await import("/sync/questionnaire.js")).together(questionnaires)""",
        questionnaires,
    )
    for found in (together(questionnaires), on_the_phone):
        assert [f"{one['key']} {one['from']}" for one in found] == case["together"]


@pytest.mark.parametrize("case", cases("choices"))
def test_what_there_is_to_choose(case: Case, modules_page: Page) -> None:
    on_the_phone = modules_page.evaluate(
        """async (question) =>
          (await import("/sync/questionnaire.js")).choicesOf(question)""",
        case["question"],
    )
    for found in (choices_of(case["question"]), on_the_phone):
        assert [one["key"] for one in found] == case["choices"]


@pytest.mark.parametrize("case", cases("each"))
def test_what_each_is_asked_on_the_server(case: Case) -> None:
    assert sorted(each_of(case["questions"])) == case["each"]


@pytest.mark.parametrize("case", cases("each"))
def test_what_each_is_asked_on_the_phone(case: Case, modules_page: Page) -> None:
    found = modules_page.evaluate(
        """async (questions) => {
          const { eachOf } = await import("/sync/questionnaire.js")
          return [...eachOf(questions)].sort()
        }""",
        case["questions"],
    )
    assert found == case["each"]


MERGE = """async ([saves, kinds]) => {
  const { merge } = await import("/sync/whole.js")
  const found = {}
  for (const [key, registers] of merge(saves, kinds)) {
    for (const [register, { heads, shown }] of registers) {
      found[`${key}/${register}`] = { value: shown.value, conflict: shown.conflict,
        heads: heads.map((head) => head.id), proposals: shown.proposals.map((head) => head.id) }
    }
  }
  return found
}"""


def folded(saves: Iterable[Stamped]) -> dict[str, Any]:
    """Return everything the fold says, in a form both twins can give."""
    return {
        f"{kind}/{record}/{register}": {
            "value": found.shown.value,
            "conflict": found.shown.conflict,
            "heads": [head.id for head in found.heads],
            "proposals": [head.id for head in found.shown.proposals],
        }
        for (kind, record), registers in merge(saves, load_kinds()).items()
        for register, found in registers.items()
    }


def write_of(said: Case) -> Case:
    """Return a whole write from what a case says of it."""
    write = {"at_error_ms": 0, "rank": 1, "by": "ana", "saw": [], **said}
    write.pop("counts", None)
    return write


def plain(said: Case) -> Case:
    """Return a whole stamped save, as JSON, from what a case says of it."""
    save = {
        "id": said["id"],
        "device": "d",
        "n": 1,
        "at": said.get("at", 10),
        "at_error_ms": said.get("at_error_ms", 0),
        "schema": 1,
        "changes": [{"saw": {}, **change} for change in said["changes"]],
    }
    return {
        "save": save,
        "seq": said.get("seq", 0),
        "author": said.get("author", "ana"),
        "rank": said.get("rank", 1),
        "verdict": said.get("verdict", "taken"),
        "early": said.get("early", []),
    }


def stamped_of(said: Case) -> Stamped:
    """Return a stamped save from what a case says of it."""
    whole = plain(said)
    save = whole["save"]
    changes = [Change(**change) for change in save.pop("changes")]
    return Stamped(
        Save(**save, changes=changes),
        whole["seq"],
        whole["author"],
        whole["rank"],
        whole["verdict"],
        frozenset(whole["early"]),
    )


def kinds_as_json() -> Any:
    """Return the kinds as a phone gets them."""
    files = sorted((HOUSE / "sync" / "kinds").glob("*.json"))
    return {path.stem: json.loads(path.read_text()) for path in files}
