"""What becomes of a phone: its server's keys change, it is copied, it is signed out."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext

from server.access.devices import revoke
from server.access.keys import path_beside, read_keys, rotate
from server.ids import now_ms
from tests.bad_network import BadNetwork, loses_the_reply, on_sync, once, says
from tests.engine import ROWS, Engine
from tests.small_union import Opened, SmallUnion
from tests.standing_server import StandingServer

NUMBER = "587-555-0142"
# All that is on the phone's disk, as one text.
DISK = """import('/store/saves.js').then(async ({ stored }) => {
  const named = (value) => (value instanceof Map ? [...value] : value)
  return JSON.stringify(Object.values(await stored(true)).map(named))
})"""
JOINED = "phone.joined()"


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context()
    yield context
    context.close()


@pytest.fixture
def ana(context: BrowserContext, line: tuple[BadNetwork, str], union: SmallUnion) -> Engine:
    """Ana's phone, joined; Minh, Siobhán and Adaeze are on it."""
    engine = Engine(context, line[1])
    engine.join(union.link_token("ana"))
    return engine


def saves_of(union: SmallUnion, device: str) -> list[Any]:
    """Return n and verdict of what the server holds of a device."""
    rows = union.read("SELECT n, verdict, reason FROM save WHERE device = ? ORDER BY n", device)
    return [(row["n"], row["verdict"], row["reason"]) for row in rows]


def sign_out(union: SmallUnion, device: str) -> None:
    with Opened(union.db) as db:
        revoke(db, device, now_ms())


def offline(network: BadNetwork) -> None:
    network.trouble = on_sync(lambda asked, forward: None)


def key_of(row: Any) -> str:
    return str(json.loads(row["envelope"])["header"]["key"])


def test_the_next_save_is_sealed_to_the_key_the_server_has_now(
    ana: Engine, union: SmallUnion
) -> None:
    ana.save("person", "minh", note="to the first key")
    assert ana.exchange() is None
    new = rotate(path_beside(union.db), now_ms())
    assert ana.exchange() is None
    ana.save("person", "minh", note="to the second key")
    assert ana.exchange() is None
    assert key_of(ana(ROWS)[1]) == new.id
    assert union.value("person", "minh", "note") == "to the second key"


def test_what_waited_while_the_key_changed_is_opened_with_the_old_one(
    ana: Engine, network: BadNetwork, union: SmallUnion
) -> None:
    offline(network)
    ana.save("person", "minh", phone=NUMBER)
    new = rotate(path_beside(union.db), now_ms())
    network.trouble = None
    assert ana.exchange() is None
    assert key_of(ana(ROWS)[0]) != new.id
    assert union.value("person", "minh", "phone") == NUMBER


def test_what_a_server_without_its_old_keys_cannot_open_is_sealed_again(
    ana: Engine, network: BadNetwork, union: SmallUnion, server: StandingServer
) -> None:
    offline(network)
    saves = [ana.save("person", "minh", note=f"note {at}") for at in range(3)]
    server.kill()
    path_beside(union.db).unlink()
    server.start()
    network.trouble = None
    assert ana.exchange() is None
    assert (ana.unsent(), ana("phone.attention()")) == (0, [])
    assert saves_of(union, saves[0]["device"]) == [(n, "taken", None) for n in (1, 2, 3)]
    (key,) = read_keys(path_beside(union.db))
    assert {key_of(row) for row in ana(ROWS)} == {key.id}
    assert union.read("SELECT * FROM kept_sealed") == []


def test_sealing_again_survives_a_lost_reply(
    ana: Engine, network: BadNetwork, union: SmallUnion, server: StandingServer
) -> None:
    offline(network)
    save = ana.save("person", "minh", phone=NUMBER)
    server.kill()
    path_beside(union.db).unlink()
    server.start()
    network.trouble = once(loses_the_reply)
    ana.exchange()
    assert ana.exchange() is None
    assert saves_of(union, save["device"]) == [(1, "taken", None)]


def copy_of(ana: Engine, browser: Browser) -> Engine:
    """Return a phone that was given all that is on Ana's, as by a phone shop."""
    state = ana.page.context.storage_state(indexed_db=True)
    return Engine(browser.new_context(storage_state=state), ana.url)


def test_a_copied_phone_goes_on_under_a_name_of_its_own(
    ana: Engine, browser: Browser, network: BadNetwork, union: SmallUnion
) -> None:
    offline(network)
    both = ana.save("person", "minh", note="before the copy")
    copy = copy_of(ana, browser)
    ana.save("person", "minh", phone="1")
    unsent = copy.save("person", "siobhan", phone="2")
    for phone in (ana, copy):
        assert phone.exchange() == "no_network"
    network.trouble = None
    assert ana.exchange() is None
    network.trouble = once(loses_the_reply)
    copy.exchange()
    assert copy.exchange() is None
    old, new = both["device"], copy("phone.me.device")
    assert (new != old, ana("phone.me.device") == old) == (True, True)
    assert unsent["device"] == old
    after = [copy.save("person", "adaeze", phone="3"), copy.save("person", "adaeze", phone="4")]
    assert [(save["device"], save["n"]) for save in after] == [(new, 1), (new, 2)]
    copy.open()
    assert copy.exchange() is None
    assert (copy.unsent(), copy("phone.attention()"), copy("phone.me.device")) == (0, [], new)
    assert [n for n, *_ in saves_of(union, old)] == [1, 2, 2]
    assert saves_of(union, new) == [(1, "taken", None), (2, "taken", None)]
    assert union.value("person", "siobhan", "phone") == "2"
    assert ana.save("person", "minh", phone="5")["n"] == 3
    copy.page.context.close()


def test_a_phone_that_was_signed_out_hands_in_its_work_and_forgets_everything(
    ana: Engine, context: BrowserContext, network: BadNetwork, union: SmallUnion
) -> None:
    second = Engine(context, ana.url)
    device = str(ana("phone.me.device"))
    ana.save("person", "siobhan", note="sent before")
    assert ana.exchange() is None
    ana("phone.setSetting('language', 'fr')")
    ana("phone.keepDraft('talk/minh', { answers: { workload: 'secret' } })")
    offline(network)
    ana.save("person", "minh", phone=NUMBER)
    sign_out(union, device)
    # Phones also exchange by themselves: it is lost to all until this one was seen to keep all.
    network.trouble = on_sync(loses_the_reply)
    ana.exchange()
    assert ana(JOINED)
    network.trouble = None
    ana.exchange()
    ana.until("!phone.joined()")
    held = (2, "held", "device_revoked")
    assert saves_of(union, device) == [(1, "taken", None), held]
    for tab in (ana, second):
        tab.until("!phone.joined()")
        assert tab("phone.all('person')") == tab("phone.saves()") == tab("phone.drafts()") == []
    disk = ana(DISK)
    assert [word for word in ("Trần", NUMBER, "secret", "Ana", "cursor") if word in disk] == []
    ana.open()
    assert (ana(JOINED), ana("phone.setting('wiped')")) == (False, True)
    assert ana("phone.setting('language')") == "fr"


def test_it_may_join_again_and_is_a_new_device(ana: Engine, union: SmallUnion) -> None:
    device = str(ana("phone.me.device"))
    sign_out(union, device)
    ana.exchange()
    ana.until("!phone.joined()")
    assert ana.problem("phone.save([])") == "not_joined"
    ana.join(union.link_token("ana"))
    assert ana("phone.setting('wiped') ?? null") is None
    assert sorted(ana("phone.all('person').map((p) => p.id)")) == ["adaeze", "minh", "siobhan"]
    save = ana.save("person", "minh", phone=NUMBER)
    assert (save["n"], save["device"] != device) == (1, True)


def test_what_cannot_be_handed_in_stays_sealed_and_goes_after_joining_again(
    ana: Engine, network: BadNetwork, union: SmallUnion
) -> None:
    offline(network)
    stuck = ana.save("person", "minh", phone=NUMBER)
    ana.save("person", "minh", note="passes")
    sign_out(union, stuck["device"])
    too_large = says(413, {"problem": "too_large"})
    network.trouble = on_sync(
        lambda asked, forward: (
            too_large(asked, forward) if stuck["id"] in asked.saves else forward()
        )
    )
    ana.exchange()  # unless it did so by itself, and is signed out already
    assert (ana(JOINED), ana.unsent()) == (False, 1)
    assert [word for word in ("Trần", NUMBER, "passes") if word in ana(DISK)] == []
    network.trouble = None
    ana.open()
    ana.join(union.link_token("ana"))
    assert ana.unsent() == 0
    assert saves_of(union, stuck["device"]) == [(n, "held", "device_revoked") for n in (1, 2)]
