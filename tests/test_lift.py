"""What older apps wrote, in today's names: on the server and on the phone, by the same cases."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from playwright.sync_api import Page

from sync.kinds import load_kinds
from sync.lift import Lift, lift, load_lifts
from sync.save import Change, Save

HOUSE = Path(__file__).parent.parent
Case = dict[str, Any]
CASES = [
    pytest.param(case, id=case["description"])
    for case in json.loads((HOUSE / "sync" / "cases" / "lift.json").read_text())
]


@pytest.mark.parametrize("case", CASES)
def test_an_older_save_on_the_server(case: Case) -> None:
    changes = msgspec.convert(case["changes"], list[Change])
    save = Save("s1", "d1", 1, 0, 0, case["schema"], changes)
    found = lift(save, msgspec.convert(case["lifts"], tuple[Lift, ...]))
    said = json.loads(msgspec.json.encode(found))
    assert {name: said[name] for name in ("schema", "changes")} == case["lifted"]


@pytest.mark.parametrize("case", CASES)
def test_an_older_save_on_the_phone(case: Case, modules_page: Page) -> None:
    found = modules_page.evaluate(
        """async ([schema, changes, lifts]) => {
          const { lift } = await import("/sync/lift.js")
          const { schema: now, changes: lifted } = lift({ schema, changes }, lifts)
          return { schema: now, changes: lifted }
        }""",
        [case["schema"], case["changes"], case["lifts"]],
    )
    assert found == case["lifted"]


def test_the_steps_lead_to_names_that_are_known_and_never_from_one() -> None:
    kinds = load_kinds()
    for step in load_lifts():
        assert all(new in kinds and old not in kinds for old, new in step.kinds.items())
        for kind, names in step.registers.items():
            fields = kinds[step.kinds.get(kind, kind)].fields
            assert all(new in fields and old not in fields for old, new in names.items())
