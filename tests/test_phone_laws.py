"""Heads and own saves, folded on the phone, show what the whole log and own saves add up to."""

import json
import os
import random
from collections.abc import Collection
from typing import Any

from playwright.sync_api import Page

from sync.merge import Folded
from sync.save import write_save
from tests.phone_histories import KIND, RECORD, Phones
from tests.test_sync_cases import kinds_as_json

SEEDS = 30 * int(os.environ.get("ROUNDS_EXAMPLES", "1"))
STEPS = 25
FOLD = """async ([kind, record, asked]) => {
  const { foldRecord, foldRulings } = await import("/sync/merge.js")
  return asked.map(([base, own]) => {
    const heads = new Map(Object.entries(base))
    const found = foldRecord(kind, record, own, foldRulings(own), heads)
    return [...found].map(([register, { heads, shown }]) =>
      [register, heads.map((head) => head.id), shown.value, shown.conflict])
  })
}"""


def test_a_phone_shows_what_is_so_up_to_its_cursor_and_what_it_wrote_since() -> None:
    for seed in range(SEEDS):
        phones = Phones(random.Random(seed))
        for step in range(STEPS):
            phone = phones.step()
            but = phones.passed_on(phone)
            found, wanted = look(phone.fold(), but), look(phones.so(phone), but)
            assert found == wanted, f"seed {seed}, step {step}"


def test_once_all_is_sent_and_fetched_every_phone_shows_the_same() -> None:
    for seed in range(SEEDS):
        phones = Phones(random.Random(seed))
        for _ in range(STEPS):
            phones.step()
        for phone in phones.phones * 20:
            phones.exchange(phone)
        shown = [look(phone.fold()) for phone in phones.phones if phone.cursor == len(phones.log)]
        assert all(one == shown[0] for one in shown)
        assert len(shown) > 1


def test_the_phone_folds_over_heads_as_the_server_would(modules_page: Page) -> None:
    asked, wanted = [], []
    for seed in range(SEEDS):
        phones = Phones(random.Random(seed))
        for _ in range(STEPS):
            phones.step()
        asked += [[as_sent(one.base), [as_kept(save) for save in one.own]] for one in phones.phones]
        wanted += [look(phone.fold()) for phone in phones.phones]
    found = modules_page.evaluate(FOLD, [kinds_as_json()[KIND.kind], RECORD, asked])
    assert [sorted(one for one in all_ if one[1]) for all_ in found] == wanted


def look(folded: dict[str, Folded], but: Collection[str] = ()) -> list[Any]:
    """Return what a fold shows of each register of which anything stands, but for some."""
    return sorted(
        [register, [head.id for head in one.heads], one.shown.value, one.shown.conflict]
        for register, one in folded.items()
        if one.heads and register not in but
    )


def as_sent(base: dict[str, list[Any]]) -> Any:
    """Return heads as they travel, without what they saw."""
    return {
        register: [{**head._asdict(), "saw": None} for head in heads]
        for register, heads in base.items()
    }


def as_kept(save: Any) -> Any:
    return {**save._asdict(), "early": [], "save": json.loads(write_save(save.save))}
