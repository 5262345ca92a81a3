"""The worked examples of sync/cases, given to a client written from docs/PROTOCOL.md alone."""

import json
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from server.app import create_app
from server.config import Settings
from tests.other_client.clock import Clock
from tests.other_client.fold import Write, heads, is_conflict, proposals, same, shown
from tests.other_client.hours import stays
from tests.other_client.lift import lift
from tests.other_client.questions import effects, visible
from tests.other_client.records import fold, rule_of

CASES = Path(__file__).parent.parent / "sync" / "cases"


def cases(*names: str) -> Any:
    found = [case for name in names for case in json.loads((CASES / f"{name}.json").read_text())]
    return pytest.mark.parametrize("case", found, ids=lambda case: case["description"])


@pytest.fixture(scope="module")
def kinds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The kinds as a server serves them."""
    db = tmp_path_factory.mktemp("kinds") / "rounds.db"
    with TestClient(create_app(Settings(db=db))) as client:
        return client.get("/sync/kinds.json").json()


@cases("once", "latest", "ask", "authority", "sticky", "set", "consent")
def test_its_rules_are_the_worked_ones(case: dict[str, Any]) -> None:
    writes = [{"at": 0, **write} for write in case["writes"]]
    found = heads(
        case["rule"], [Write(**{**w, "saw": frozenset(w.get("saw", []))}) for w in writes]
    )
    assert [head.id for head in found] == case["heads"]
    assert same(shown(case["rule"], found)) == same(case["value"])
    assert is_conflict(case["rule"], found) == case["conflict"]
    if case["rule"] == "authority":
        assert [head.id for head in proposals(found)] == case.get("proposals", [])


@cases("records", "rulings", "arrival")
def test_its_records_are_the_worked_ones(case: dict[str, Any], kinds: dict[str, Any]) -> None:
    found = fold([{"by": save.get("author", "ana"), **save} for save in case["saves"]], kinds)
    for register, value in case["shows"].items():
        kind, record, name = register.split("/", 2)
        rule = rule_of(kinds, kind, name)
        assert same(shown(rule, found.get((kind, record, name), []))) == same(value)


@cases("lift")
def test_its_lifting_is_the_worked_one(case: dict[str, Any]) -> None:
    save = {"schema": case["schema"], "changes": case["changes"]}
    assert lift(save, case["lifts"]) == case["lifted"]


@cases("questionnaire")
def test_its_questions_are_the_worked_ones(case: dict[str, Any]) -> None:
    assert visible(case["questions"], case["answers"]) == case["visible"]
    language = case.get("language", "en")
    assert effects(case["questions"], case["answers"], language) == case["effects"]


@cases("estimate")
def test_its_clock_is_the_worked_one(case: dict[str, Any]) -> None:
    clock = Clock(reads=lambda: case["device"])
    if case["measured"]:
        clock.measure(**case["measured"])
    assert clock.estimate() == tuple(case["estimate"])


@cases("hours")
def test_its_hours_are_the_worked_ones(case: dict[str, Any]) -> None:
    for person, sessions in case["sessions"].items():
        events = [event for event in case["events"] if event[1] == person]
        assert stays(events, case["now"]) == (sessions, case["strays"][person])
