"""Work that goes on foot: out of one phone as a file, and through another one to the server."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.bad_network import BadNetwork, loses_the_reply, on_sync, once, says
from tests.engine import Engine
from tests.small_union import SmallUnion

NUMBER = "587-555-0142"
MOST_CARRIED = 1000


@pytest.fixture
def phones(
    browser: Browser, line: tuple[BadNetwork, str], union: SmallUnion
) -> Iterator[tuple[Engine, Engine]]:
    """Ana's phone and Luc's, joined; then there is no signal for either."""
    contexts = [browser.new_context(locale="en-CA") for _ in range(2)]
    engines = [Engine(context, line[1]) for context in contexts]
    for engine, volunteer in zip(engines, ("ana", "luc"), strict=True):
        engine.join(union.link_token(volunteer))
    line[0].trouble = on_sync(lambda asked, forward: None)
    yield engines[0], engines[1]
    for context in contexts:
        context.close()


@pytest.fixture
def ana(phones: tuple[Engine, Engine]) -> Engine:
    return phones[0]


@pytest.fixture
def luc(phones: tuple[Engine, Engine]) -> Engine:
    return phones[1]


def sealed(id: str = "a", **said: Any) -> dict[str, Any]:
    """Return an envelope as a file holds it; nothing here can open it."""
    header = {"id": id, "device": "d", "n": 1, "key": "k"}
    return {"header": {**header, **said}, "sealed": "AAAA"}


def file_of(*envelopes: Any) -> str:
    return json.dumps({"rounds": 1, "envelopes": envelopes})


def test_unsent_work_goes_through_another_phone_and_stays_its_authors(
    ana: Engine, luc: Engine, network: BadNetwork, union: SmallUnion
) -> None:
    save = ana.save("person", "minh", phone=NUMBER)
    file = ana("phone.unsentFile()")
    assert (json.loads(file)["rounds"], NUMBER in file) == (1, False)
    assert luc("phone.carry(given)", file) == 1
    assert (luc.unsent(), luc("phone.carrying()")) == (0, 1)
    network.trouble = None
    assert luc.exchange() is None
    assert luc("phone.carrying()") == 0
    (row,) = union.read("SELECT author, device, verdict FROM save WHERE id = ?", save["id"])
    assert row == {"author": "ana", "device": save["device"], "verdict": "taken"}
    assert luc("phone.get('person', 'minh') ?? null") is None
    assert ana.exchange() is None
    assert (ana.unsent(), ana("phone.saves()[0].verdict")) == (0, "taken")


def test_its_counter_is_not_mixed_up_with_the_carriers_own(
    ana: Engine, luc: Engine, network: BadNetwork
) -> None:
    for at in range(3):
        ana.save("person", "minh", note=f"note {at}")
    luc("phone.carry(given)", ana("phone.unsentFile()"))
    network.trouble = None
    assert luc.exchange() is None
    assert luc.save("person", "ravneet", note="own")["n"] == 1


def test_own_saves_go_before_what_is_carried(ana: Engine, luc: Engine, network: BadNetwork) -> None:
    theirs = [ana.save("person", "minh", note=f"note {at}")["id"] for at in range(2)]
    luc("phone.carry(given)", ana("phone.unsentFile()"))
    own = luc.save("person", "ravneet", note="own")["id"]
    luc.exchange()
    network.asked.clear()
    network.trouble = None
    assert luc.exchange() is None
    assert next(asked.saves for asked in network.exchanges()) == [own, *theirs]


def test_what_is_carried_survives_a_killed_app_and_a_lost_reply(
    ana: Engine, luc: Engine, network: BadNetwork, union: SmallUnion
) -> None:
    save = ana.save("person", "minh", phone=NUMBER)
    luc("phone.carry(given)", ana("phone.unsentFile()"))
    luc.open()
    assert luc("phone.carrying()") == 1
    luc.exchange()
    network.trouble = once(loses_the_reply)
    luc.exchange()
    assert luc("phone.carrying()") == 1
    assert luc.exchange() is None
    assert luc("phone.carrying()") == 0
    assert union.read("SELECT n FROM save WHERE id = ?", save["id"]) == [{"n": 1}]


def test_a_carried_save_the_server_stumbles_over_delays_nobody(
    ana: Engine, luc: Engine, network: BadNetwork, union: SmallUnion
) -> None:
    stuck, passes = (ana.save("person", "minh", note=note) for note in ("stuck", "passes"))
    luc("phone.carry(given)", ana("phone.unsentFile()"))
    luc.save("person", "ravneet", note="own")
    luc.exchange()
    refuses = says(413, {"problem": "too_large"})
    network.trouble = on_sync(
        lambda asked, forward: refuses(asked, forward) if stuck["id"] in asked.saves else forward()
    )
    assert luc.exchange() is None
    assert (luc.unsent(), luc("phone.carrying()")) == (0, 1)
    assert union.value("person", "ravneet", "note") == "own"
    assert union.read("SELECT n FROM save WHERE id = ?", passes["id"]) == [{"n": 2}]


def test_a_phone_hands_on_what_it_carries(ana: Engine, luc: Engine) -> None:
    ana.save("person", "minh", note="from ana")
    luc("phone.carry(given)", ana("phone.unsentFile()"))
    luc.save("person", "ravneet", note="from luc")
    assert len(json.loads(luc("phone.unsentFile()"))["envelopes"]) == 2


def test_nobody_carries_their_own_or_the_same_twice(ana: Engine, luc: Engine) -> None:
    ana.save("person", "minh", phone=NUMBER)
    file = ana("phone.unsentFile()")
    assert ana("phone.carry(given)", file) == 0
    assert [luc("phone.carry(given)", file) for _ in range(2)] == [1, 0]


STRANGE = {
    "nothing": "",
    "no JSON": "{rounds",
    "another number": json.dumps({"rounds": 2, "envelopes": [sealed()]}),
    "no list": json.dumps({"rounds": 1, "envelopes": {"length": 3}}),
    "a list": "[]",
    "null": "null",
    "what can be read": file_of({"header": {"id": "a", "device": "d", "n": 1}, "plain": "{}"}),
    "no envelopes": file_of(None, 7, "x", [], {}, {"header": None}, {"header": {}, "sealed": "A"}),
    "strange headers": file_of(
        sealed("../a"),
        sealed(""),
        sealed(n=0.5),
        sealed(n="1"),
        sealed(n=0),
        sealed(key=None),
        sealed(device=[]),
    ),
    "strange seals": file_of(
        {**sealed(), "sealed": ""}, {**sealed(), "sealed": ["AA"]}, {**sealed(), "sealed": "A=+/"}
    ),
    "an envelope no server takes": file_of({**sealed(), "sealed": "A" * 900_000}),
}


@pytest.mark.parametrize("text", STRANGE.values(), ids=STRANGE)
def test_of_a_strange_file_nothing_is_carried(modules_page: Page, text: str) -> None:
    assert modules_page.evaluate(READ, text) == []


READ = """async (text) => {
  const { readFile } = await import("/carrier.js")
  return [...readFile(text, new Map(), new Map()).values()]
}"""


def test_nothing_is_carried_that_belongs_in_no_envelope(modules_page: Page) -> None:
    text = file_of({**sealed(), "plain": "x", "more": 1}, sealed("b", more=1))
    assert [json.loads(one) for one in modules_page.evaluate(READ, text)] == [sealed(), sealed("b")]


def test_one_phone_carries_no_more_than_a_thousand(luc: Engine) -> None:
    some = file_of(*(sealed(f"a-{at}") for at in range(600)))
    more = file_of(*(sealed(f"b-{at}") for at in range(600)))
    assert [luc("phone.carry(given)", file) for file in (some, more)] == [600, 400]
    assert luc("phone.carrying()") == MOST_CARRIED


def test_a_file_is_saved_and_taken_along_on_the_settings_page(
    ana: Engine, luc: Engine, network: BadNetwork, union: SmallUnion, tmp_path: Path
) -> None:
    network.trouble = on_sync(lambda asked, forward: None)
    ana.save("person", "minh", phone=NUMBER)
    page = ana.page.context.new_page()
    page.goto(f"{ana.url}/settings")
    with page.expect_download() as downloading:
        page.get_by_role("button", name="Save unsent work to a file").click()
    file = tmp_path / downloading.value.suggested_filename
    downloading.value.save_as(file)
    assert (file.name.startswith("rounds-"), file.suffix) == (True, ".json")
    expect(page.get_by_text(f"Your file is {file.name}.")).to_be_visible()
    page = luc.page.context.new_page()
    page.goto(f"{luc.url}/settings")
    expect(page.get_by_role("button", name="Save unsent work to a file")).to_be_disabled()
    for words in ("1 note taken along.", "Nothing in this file"):
        with page.expect_file_chooser() as choosing:
            page.get_by_role("button", name="Carry somebody’s file").click()
        choosing.value.set_files(file)
        expect(page.get_by_text(words)).to_be_visible()
    page.reload()
    expect(page.get_by_text("Carrying 1 note for somebody else.")).to_be_visible()
    network.trouble = None
    page.get_by_role("button", name="Send now").click()
    expect(page.get_by_text("Carrying 1 note for somebody else.")).to_have_count(0)
    assert union.value("person", "minh", "phone") == NUMBER
