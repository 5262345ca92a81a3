"""What older apps wrote, in today's names: on the server and on the phone, by the same cases."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from playwright.sync_api import Page

from sync.lift import Lift, lift
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
