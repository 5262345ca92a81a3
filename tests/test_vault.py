"""The vault without screens: what a locked phone does, what opens it, and when it is emptied."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext

from server.access.devices import revoke
from server.access.keys import path_beside, rotate
from server.ids import now_ms
from sync.save import Change
from tests.engine import EMPTY, PIN, Engine
from tests.small_union import Opened, SmallUnion
from tests.standing_server import StandingServer

STATE = "phone.lockState()"
# All that is on the phone's disk, as one text; bytes as Latin-1.
DISK = """import('/store/saves.js').then(async ({ stored }) => {
  const named = (value) => (value instanceof Map ? [...value] : value)
  const bytes = (_, value) =>
    ArrayBuffer.isView(value) ? new TextDecoder("latin1").decode(value) : value
  return JSON.stringify(Object.values(await stored(true)).map(named), bytes)
})"""

# Adds a box that no key opens.
SPOIL = """import('/store/database.js').then(({ inTransaction }) =>
  inTransaction(['pages'], async (transaction) => {
    transaction.objectStore('pages').add(new Uint8Array(40))
  }))"""


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context()
    yield context
    context.close()


@pytest.fixture
def ana(context: BrowserContext, server: StandingServer, union: SmallUnion) -> Engine:
    """Ana's phone, joined; Minh, Siobhán and Adaeze are on it."""
    engine = Engine(context, server.url)
    engine.join(union.link_token("ana"))
    return engine


def people(ana: Engine) -> Any:
    return ana("phone.all('person').map((p) => p.id).sort()")


def test_a_locked_phone_sends_and_reads_nothing_and_misses_nothing(
    ana: Engine, server: StandingServer, union: SmallUnion
) -> None:
    server.kill()
    ana.save("person", "minh", note="kept shut")
    ana("phone.keepDraft('talk/minh', { answers: { workload: 'half said' } })")
    ana("phone.lock()")
    assert (ana(STATE), people(ana), ana("phone.me"), ana("phone.saves()")) == (
        "locked",
        [],
        None,
        [],
    )
    assert (ana("phone.drafts()"), ana.unsent()) == ([], 1)
    disk = ana(DISK)
    secrets = ("Trần", "Minh", "minh", "kept shut", "half said", "Kowalczyk", "Foothills")
    assert [word for word in secrets if word in disk] == []
    assert ana.problem("phone.save([])") == "not_joined"

    server.start()
    rotate(path_beside(union.db), now_ms())
    union.write(Change("person", "siobhan", {"job": "from the desk"}))
    assert ana.exchange() is None
    assert (ana.unsent(), people(ana)) == (0, [])
    assert union.value("person", "minh", "note") == "kept shut"
    assert ana.problem("phone.unlock('000000')") == "wrong_pin"
    ana("phone.unlock(given)", PIN)
    assert (ana(STATE), len(people(ana))) == ("open", 3)
    assert ana("phone.draft('talk/minh').answers.workload") == "half said"
    # What was receipted while it was locked stays its own until the cursor has come so far.
    assert ana("phone.get('person', 'minh').note") == "kept shut"
    assert ana.exchange() is None
    assert ana("phone.get('person', 'siobhan').job") == "from the desk"


def test_locking_one_tab_locks_both_and_what_is_being_saved_is_saved(
    ana: Engine, context: BrowserContext
) -> None:
    second = Engine(context, ana.url)
    assert second(STATE) == "open"
    saved = ana("""Promise.all([
      phone.save([{ kind: "person", record: "minh", set: { note: "in the last moment" } }]),
      phone.lock(),
    ]).then(([save]) => save.n)""")
    assert saved == 1
    second.until(f"{STATE} === 'locked' && phone.all('person').length === 0")
    second("phone.unlock(given)", PIN)
    assert second("phone.get('person', 'minh').note") == "in the last moment"
    assert (ana(STATE), people(ana)) == ("locked", [])


def test_what_a_locked_tab_sends_stays_in_sight_of_the_open_one(
    ana: Engine, context: BrowserContext, server: StandingServer, union: SmallUnion
) -> None:
    locked = context.new_page()
    locked.goto(ana.url + EMPTY)
    locked.evaluate("async () => { window.phone = await (await import('/phone.js')).openPhone() }")
    assert locked.evaluate(f"() => {STATE}") == "locked"
    server.kill()
    saved = ana.save("person", "minh", note="Met at the gate")
    ana.exchange()
    server.start()
    locked.evaluate("() => phone.exchange()")
    ana.until("phone.unsent().count === 0")
    assert [save["id"] for save in ana("phone.saves()")] == [saved["id"]]
    assert ana("phone.get('person', 'minh').note") == "Met at the gate"


def test_a_pin_may_be_changed_and_the_old_one_opens_nothing(ana: Engine) -> None:
    ana("phone.choosePin('five words that rhyme')")
    ana("phone.lock()")
    assert ana("phone.isPhrase()") is True
    assert ana.problem("phone.unlock(given)", PIN) == "wrong_pin"
    ana("phone.unlock('five words that rhyme')")
    assert len(people(ana)) == 3


def test_wrong_pins_make_wait_also_after_a_start_and_a_right_one_ends_it(ana: Engine) -> None:
    ana("phone.lock()")
    for _ in range(5):
        assert ana.problem("phone.unlock('000000')") == "wrong_pin"
    assert ana.problem("phone.unlock(given)", PIN) == "too_soon"
    anew = "import('/phone.js').then(({ openPhone }) => openPhone({ rounds: 1 }))"
    assert 0 < ana(f"{anew}.then((phone) => phone.unlockWaits_ms())") <= 30_000
    # Somebody turned the clock back by a year: it is never longer than it was.
    ana(
        "import('/store/database.js').then(({ keepNamed }) => "
        "keepNamed('settings', { tries: { n: 5, until: Date.now() + 1e10 } }))"
    )
    assert 0 < ana(f"{anew}.then((phone) => phone.unlockWaits_ms())") <= 30_000
    ana(
        "import('/store/database.js').then(({ keepNamed }) => "
        "keepNamed('settings', { tries: { n: 5, until: Date.now() - 1 } }))"
    )
    ana.open()
    assert (ana(STATE), ana("phone.unlockWaits_ms()")) == ("open", 0)


def test_a_month_without_contact_empties_the_vault_and_never_the_outbox(
    ana: Engine, context: BrowserContext, union: SmallUnion
) -> None:
    context.route("**/sync", lambda route: route.abort())
    ana.save("person", "minh", note="waits a month")
    late = "import('/phone.js').then(({ openPhone }) => openPhone({ rounds: 1, expires_ms: -1 }))"
    ana(f"{late}.then((found) => {{ window.phone = found }})")
    assert (ana(STATE), people(ana), ana.unsent()) == ("new", [], 1)
    assert ana("phone.setting('gone')") == "expired"
    context.unroute("**/sync")
    ana.open()
    assert ana.exchange() is None
    assert (ana.unsent(), union.value("person", "minh", "note")) == (0, "waits a month")
    ana.join(union.link_token("ana"))
    assert ana("phone.get('person', 'minh').note") == "waits a month"
    assert ana("phone.setting('gone') ?? null") is None


def test_a_phone_signed_out_while_it_was_locked_hands_in_its_work_and_is_emptied(
    ana: Engine, server: StandingServer, union: SmallUnion
) -> None:
    device = str(ana("phone.me.device"))
    server.kill()
    ana.save("person", "minh", note="handed in")
    ana("phone.lock()")
    with Opened(union.db) as db:
        revoke(db, device, now_ms())
    server.start()
    ana.exchange()
    ana.until(f"{STATE} === 'new'")
    assert (ana("phone.setting('wiped')"), ana.unsent()) == (True, 0)
    rows = union.read("SELECT verdict, reason FROM save WHERE device = ?", device)
    assert rows == [{"verdict": "held", "reason": "device_revoked"}]
    disk = json.loads(ana(DISK))
    assert disk[1:] == [[]] * 6


def test_many_pages_become_few_boxes_and_one_that_cannot_be_opened_is_fetched_anew(
    ana: Engine, union: SmallUnion
) -> None:
    for at in range(26):
        union.write(Change("person", "siobhan", {"job": f"job {at}"}))
        assert ana.exchange() is None
    count = "import('/store/saves.js').then(({ whereNow }) => whereNow()).then((n) => n.count)"
    assert ana(count) < 10
    ana.open()
    assert (len(people(ana)), ana("phone.get('person', 'siobhan').job")) == (3, "job 25")
    ana(SPOIL)
    ana.open()
    assert ana.exchange() is None
    assert (len(people(ana)), ana("phone.get('person', 'siobhan').job")) == (3, "job 25")
