"""What the phone keeps: nothing is called saved before it is, and nothing saved is lost."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext

from sync.save import Change
from tests.engine import ROWS, Engine
from tests.small_union import Opened, SmallUnion
from tests.standing_server import StandingServer

NUMBER = "587-555-0142"
CLOSE = (
    "import('/store/database.js').then(({ connection }) => connection()).then((db) => db.close())"
)
# The phone's database as the app before this one kept it.
TO_VERSION_1 = """async () => {
  const { stored } = await import("/store/saves.js")
  const held = await stored(true)
  const { readInside } = await import("/store/inside.js")
  const { who, rows, records, drafts } = await readInside(held)
  const settings = new Map([...held.settings, ["me", who.me]])
  const gone = indexedDB.deleteDatabase("rounds")
  await new Promise((done) => { gone.onsuccess = done })
  const made = indexedDB.open("rounds", 1)
  made.onupgradeneeded = () => {
    const saves = made.result.createObjectStore("saves", { keyPath: ["device", "n"] })
    saves.createIndex("id", "id", { unique: true })
    saves.createIndex("waiting", "waiting")
    made.result.createObjectStore("records", { keyPath: ["kind", "id"] })
    for (const name of ["drafts", "settings"]) made.result.createObjectStore(name)
  }
  await new Promise((done) => { made.onsuccess = done })
  const all = made.result.transaction([...made.result.objectStoreNames], "readwrite")
  for (const { save, since, kept, ...row } of rows) {
    const { id, device, n } = row
    const envelope = JSON.stringify({ header: { id, device, n }, plain: JSON.stringify(save) })
    all.objectStore("saves").put({ ...row, envelope })
  }
  for (const record of records) all.objectStore("records").put(record)
  for (const name of ["me", "cursor", "clock", `counter/${rows[0].device}`]) {
    all.objectStore("settings").put(settings.get(name), name)
  }
  for (const [name, draft] of drafts) all.objectStore("drafts").put(draft, name)
  await new Promise((done) => { all.oncomplete = done })
  made.result.close()
}"""


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


def test_what_was_saved_without_a_server_is_there_when_the_app_opens_again(
    ana: Engine, server: StandingServer
) -> None:
    server.kill()
    saves = [ana.save("person", name, phone=NUMBER) for name in ("minh", "adaeze")]
    server.start()
    ana.open()
    told = ana("phone.saves().map((s) => [s.n, s.id])")
    assert told == [[2, saves[1]["id"]], [1, saves[0]["id"]]]


def test_the_counter_has_no_gap_and_no_repeat_under_two_tabs(
    ana: Engine, context: BrowserContext, server: StandingServer
) -> None:
    second = Engine(context, server.url)
    for at in range(10):
        ana.save_soon("person", "minh", note=f"a {at}")
        second.save_soon("person", "adaeze", note=f"b {at}")
    ana.save("person", "minh", note="last of a")
    second.save("person", "adaeze", note="last of b")
    ana.open()
    assert sorted(ana("phone.saves().map((s) => s.n)")) == [*range(1, 23)]


def test_of_many_saves_from_two_tabs_at_once_the_server_can_open_every_one(
    ana: Engine, context: BrowserContext, server: StandingServer, union: SmallUnion
) -> None:
    second = Engine(context, server.url)
    for at in range(10):
        ana.save_soon("person", "minh", note=f"a {at}")
        second.save_soon("person", "adaeze", note=f"b {at}")
    ana.save("person", "minh", note="last of a")
    second.save("person", "adaeze", note="last of b")
    assert ana.exchange() is None
    rows = union.read(
        "SELECT n, verdict FROM save WHERE device = ? ORDER BY n", ana("phone.me.device")
    )
    assert rows == [{"n": n, "verdict": "taken"} for n in range(1, 23)]
    assert union.value("person", "minh", "note") == "last of a"
    assert union.value("person", "adaeze", "note") == "last of b"


def test_what_is_tapped_first_has_the_smaller_n(ana: Engine) -> None:
    told = ana(
        """Promise.all([..."abcdef"].map((note) =>
          phone.save([{ kind: "person", record: "minh", set: { note } }])))"""
    )
    assert [save["n"] for save in told] == [1, 2, 3, 4, 5, 6]
    assert ana("phone.get('person', 'minh').note") == "f"


def test_a_save_is_kept_sealed_and_apart_from_what_can_be_read(
    ana: Engine, server: StandingServer
) -> None:
    server.kill()
    save = ana.save("person", "minh", phone=NUMBER)
    (row,) = ana(ROWS)
    envelope = json.loads(row["envelope"])
    assert set(envelope) == {"header", "sealed"}
    assert envelope["header"].items() >= {"id": save["id"], "device": row["device"], "n": 1}.items()
    assert row["save"] == save


def test_without_webcrypto_the_app_works_as_before(
    context: BrowserContext, server: StandingServer, union: SmallUnion
) -> None:
    context.add_init_script("Object.defineProperty(crypto, 'subtle', { value: undefined })")
    ana = Engine(context, server.url)
    ana.join(union.link_token("ana"))
    ana.save("person", "minh", phone=NUMBER)
    assert set(json.loads(ana(ROWS)[0]["envelope"])) == {"header", "plain"}
    assert ana.exchange() is None
    assert (ana.unsent(), union.value("person", "minh", "phone")) == (0, NUMBER)


def test_what_an_older_app_kept_is_all_there_and_goes_up_as_it_is(
    ana: Engine, server: StandingServer, union: SmallUnion
) -> None:
    sent = ana.save("person", "siobhan", note="sent")
    assert ana.exchange() is None
    server.kill()
    ana.save("person", "minh", phone="1")
    ana.save("person", "minh", phone=NUMBER)
    ana("phone.keepDraft('talk/minh', { answers: { workload: 'no breaks' } })")
    ana.page.evaluate(TO_VERSION_1)
    with Opened(union.db) as db:
        db.execute("UPDATE device SET read_hash = NULL")
    server.start()
    ana.open()
    assert ana("phone.lockState()") == "choose"
    ana.choose_pin()
    ana.open()
    assert ana("phone.lockState()") == "open"
    assert [save["n"] for save in ana("phone.saves()")] == [3, 2, 1]
    assert ana("phone.saves()[2].id") == sent["id"]
    assert ana("phone.get('person', 'minh').phone") == NUMBER
    assert ana("phone.draft('talk/minh').answers.workload") == "no breaks"
    assert ana.exchange() is None
    assert (ana.unsent(), union.value("person", "minh", "phone")) == (0, NUMBER)
    assert ana.save("person", "minh", phone="2")["n"] == 4
    assert ana("phone.carrying()") == 0


def test_a_save_in_one_tab_shows_in_the_other_and_is_seen_by_its_next_save(
    ana: Engine, context: BrowserContext, server: StandingServer
) -> None:
    second = Engine(context, server.url)
    second.page.evaluate("() => { window.told = new Promise((done) => phone.subscribe(done)) }")
    first = ana.save("person", "minh", phone=NUMBER)
    second("window.told")
    assert second("phone.get('person', 'minh').phone") == NUMBER
    after = second.save("person", "minh", phone="403-555-0100")
    assert after["changes"][0]["saw"] == {"phone": [f"{first['id']}:0"]}


def test_a_save_sees_all_that_own_unsent_saves_saw(
    ana: Engine, union: SmallUnion, server: StandingServer
) -> None:
    union.write(Change("person", "minh", {"phone": "1"}))
    union.write(Change("person", "minh", {"phone": "2"}))
    assert ana.exchange() is None
    heads = {head["id"] for head in ana("phone.register('person', 'minh', 'phone').heads")}
    assert len(heads) == 2
    assert ana("phone.register('person', 'minh', 'phone').conflict") is True
    server.kill()
    first = ana.save("person", "minh", phone="3")
    second = ana.save("person", "minh", phone="4")
    assert set(first["changes"][0]["saw"]["phone"]) == heads
    assert set(second["changes"][0]["saw"]["phone"]) == {*heads, f"{first['id']}:0"}
    assert ana("phone.get('person', 'minh').phone") == "4"


def test_a_connection_the_system_closed_is_opened_again(ana: Engine) -> None:
    ana(CLOSE)
    ana.save("person", "minh", phone=NUMBER)
    ana(CLOSE)
    assert ana.exchange() is None
    ana(CLOSE)
    ana("phone.keepDraft('talk/minh', { answers: {} })")
    ana.open()
    assert ana("phone.get('person', 'minh').phone") == NUMBER
    assert ana("phone.drafts()") == ["talk/minh"]


def test_a_full_phone_says_so_and_calls_nothing_saved(
    context: BrowserContext, server: StandingServer, union: SmallUnion
) -> None:
    limit = context.new_cdp_session(context.new_page())
    limit.send("Storage.overrideQuotaForOrigin", {"origin": server.url, "quotaSize": 2_000_000})
    ana = Engine(context, server.url)
    ana.join(union.link_token("ana"))
    given = {"kind": "person", "record": "minh", "set": {"note": "x" * 4_000_000}}
    assert ana.problem("phone.save([given])", given) == "storage_full"
    assert (ana.unsent(), ana("phone.get('person', 'minh').note ?? null")) == (0, None)
    # Somebody makes room. How soon what did not fit is cleared away is up to Chromium.
    limit.send("Storage.overrideQuotaForOrigin", {"origin": server.url, "quotaSize": 20_000_000})
    assert ana.save("person", "minh", note="short")["n"] == 1


def test_a_draft_survives_a_killed_app_until_it_is_dropped(ana: Engine) -> None:
    ana("phone.keepDraft('talk/minh', { answers: { workload: 'no breaks' } })")
    ana.open()
    assert ana("phone.draft('talk/minh')") == {"answers": {"workload": "no breaks"}}
    ana("phone.dropDraft('talk/minh')")
    ana.open()
    assert ana("phone.drafts()") == []


def test_an_undone_save_no_longer_shows_sent_or_not(ana: Engine, server: StandingServer) -> None:
    ana.save("person", "minh", phone="1")
    unsent = ana.save("person", "minh", phone="2")
    ana("phone.undo(given)", unsent["id"])
    assert ana("phone.get('person', 'minh').phone") == "1"
    sent = ana.save("person", "minh", phone="3")
    assert ana.exchange() is None
    server.kill()
    ana("phone.undo(given)", sent["id"])
    assert ana("phone.get('person', 'minh').phone") == "1"
    server.start()
    assert ana.exchange() is None
    assert ana("phone.get('person', 'minh').phone") == "1"
    assert ana("phone.saves().filter((s) => s.undone).length") == 2


def test_an_undone_talk_is_gone_from_every_list(ana: Engine) -> None:
    talk = ana.save("conversation", "talk-1", person="minh", result="talked", when=1)
    assert len(ana("phone.all('conversation')")) == 1
    ana("phone.undo(given)", talk["id"])
    assert ana("phone.all('conversation')") == []
    assert ana.exchange() is None
    assert ana("phone.all('conversation')") == []


def test_each_fields_are_objects_by_element(ana: Engine) -> None:
    ana.save("person", "minh", consent__phone=True, do_not_contact__work=True)
    found = ana("phone.get('person', 'minh')")
    assert (found["consent"], found["do_not_contact"]) == ({"phone": True}, {"work": True})


def test_settings_are_kept_on_the_phone(ana: Engine) -> None:
    ana("phone.setSetting('language', 'fr')")
    ana.open()
    assert ana("phone.setting('language')") == "fr"


def test_new_ids_are_version_7_in_order_of_time(ana: Engine) -> None:
    ids = ana(
        """import('/sync/save.js').then(({ uuid7 }) =>
          [1, 2].map((ms) => uuid7(1763780000000 + ms, new Uint8Array(10).fill(255))))"""
    )
    assert ids == ["019aa97a-f901-7fff-bfff-ffffffffffff", "019aa97a-f902-7fff-bfff-ffffffffffff"]
