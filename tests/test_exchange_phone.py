"""Offline stories of one phone: whatever the network does, nothing is lost and nothing doubles."""

import json
import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext

from sync.save import Change
from tests.bad_network import (
    Asked,
    BadNetwork,
    Forward,
    Reply,
    cuts_the_reply,
    loses_the_reply,
    on_sync,
    once,
    says,
)
from tests.engine import Engine
from tests.small_union import SmallUnion
from tests.standing_server import StandingServer

NUMBER = "587-555-0142"


@pytest.fixture
def context(browser: Browser, line: tuple[BadNetwork, str]) -> Iterator[BrowserContext]:
    context = browser.new_context()
    yield context
    context.close()


@pytest.fixture
def ana(context: BrowserContext, line: tuple[BadNetwork, str], union: SmallUnion) -> Engine:
    """Ana's phone, joined; Minh, Siobhán and Adaeze are on it."""
    engine = Engine(context, line[1])
    engine.join(union.link_token("ana"))
    return engine


def stored(union: SmallUnion, device: str) -> list[int]:
    """Return the n of every save of a device that is on the server's disk, as they arrived."""
    rows = union.read("SELECT n FROM save WHERE device = ? ORDER BY seq", device)
    return [row["n"] for row in rows]


def device_of(engine: Engine) -> str:
    return str(engine("phone.me.device"))


def test_a_phone_that_joins_holds_its_list_and_nobody_elses(ana: Engine) -> None:
    assert sorted(ana("phone.all('person').map((p) => p.id)")) == ["adaeze", "minh", "siobhan"]
    assert ana("phone.get('assignment', 'minh').volunteer") == "ana"
    assert ana("phone.get('person', 'ravneet') ?? null") is None


def test_a_save_goes_by_itself_and_gets_a_receipt(ana: Engine, union: SmallUnion) -> None:
    save = ana.save("person", "minh", phone=NUMBER)
    assert ana.exchange() is None
    assert union.value("person", "minh", "phone") == NUMBER
    told = ana("phone.saves()[0]")
    assert (told["id"], told["n"], told["verdict"], told["reason"]) == (
        save["id"],
        1,
        "taken",
        None,
    )
    assert ana.unsent() == 0


def test_a_lost_reply_is_asked_for_again_and_makes_one_save(
    ana: Engine, network: BadNetwork, union: SmallUnion
) -> None:
    network.trouble = once(loses_the_reply)
    ana.save("person", "minh", phone=NUMBER)
    ana.exchange()
    assert ana.exchange() is None
    assert stored(union, device_of(ana)) == [1]
    assert ana.unsent() == 0
    assert len([asked for asked in network.exchanges() if asked.saves]) == 2


@pytest.mark.parametrize(
    ("trouble", "problem"),
    [
        pytest.param(cuts_the_reply, "no_network", id="half a body"),
        pytest.param(says(200, "<html>Sign in"), "bad_reply", id="a wifi's sign-in page"),
        pytest.param(says(200, {"ok": True}), "bad_reply", id="JSON of something else"),
        pytest.param(says(500, "<html>"), "bad_reply", id="a broken proxy"),
        pytest.param(lambda asked, forward: None, "no_network", id="a cut line"),
    ],
)  # fmt: skip
def test_an_answer_that_is_none_loses_nothing(
    ana: Engine, network: BadNetwork, union: SmallUnion, trouble: object, problem: str
) -> None:
    network.trouble = on_sync(trouble)
    ana.save("person", "minh", phone=NUMBER)
    assert ana.exchange() == problem
    assert ana.unsent() == 1
    assert ana("phone.lastExchange.ok") is False
    assert ana("phone.get('person', 'minh').phone") == NUMBER
    network.trouble = None
    assert ana.exchange() is None
    assert (ana.unsent(), union.value("person", "minh", "phone")) == (0, NUMBER)


def test_a_batch_that_is_too_much_is_halved_until_it_passes(
    ana: Engine, network: BadNetwork, union: SmallUnion
) -> None:
    network.trouble = on_sync(says(503, Retry_After="0"))
    for at in range(10):
        ana.save("person", "minh", note=f"note {at}")
    ana.exchange()
    network.asked.clear()
    too_large = says(413, {"problem": "too_large"})
    network.trouble = on_sync(
        lambda asked, forward: too_large(asked, forward) if len(asked.saves) > 3 else forward()
    )
    assert ana.exchange() is None
    assert [len(asked.saves) for asked in network.exchanges()] == [10, 5, 3, 3, 3, 1]
    assert stored(union, device_of(ana)) == [*range(1, 11)]


@pytest.mark.parametrize(("status", "code"), [(413, "too_large"), (500, "broken")])
def test_one_save_that_never_passes_delays_no_other_and_is_shown(
    ana: Engine, network: BadNetwork, union: SmallUnion, status: int, code: str
) -> None:
    network.trouble = lambda asked, forward: None
    bad = ana.save("person", "minh", note="bad")
    for at in range(4):
        ana.save("person", "siobhan", note=f"note {at}")
    ana.exchange()
    refuses = says(status, {"problem": code})
    network.trouble = on_sync(
        lambda asked, forward: refuses(asked, forward) if bad["id"] in asked.saves else forward()
    )
    assert ana.exchange() is None
    assert stored(union, device_of(ana)) == [2, 3, 4, 5]
    assert ana("phone.attention().map((s) => [s.id, s.verdict, s.reason])") == [
        [bad["id"], None, code]
    ]
    assert ana.unsent() == 1
    network.trouble = None
    ana.open()
    assert ana.exchange() is None
    assert (ana.unsent(), ana("phone.attention()")) == (0, [])


def test_a_busy_server_is_asked_again_when_it_said(
    ana: Engine, network: BadNetwork, union: SmallUnion
) -> None:
    network.trouble = once(says(503, Retry_After="1"))
    ana.save("person", "minh", phone=NUMBER)
    assert ana("phone.sending") is True
    assert ana.exchange() is None
    assert ana.unsent() == 0
    assert stored(union, device_of(ana)) == [1]


def test_a_server_that_stays_busy_is_left_alone_after_a_while(
    ana: Engine, network: BadNetwork
) -> None:
    network.trouble = on_sync(says(503, Retry_After="0"))
    network.asked.clear()
    assert ana.exchange() == "busy"
    assert len(network.exchanges()) == 6


def test_a_revoked_phone_keeps_everything(
    ana: Engine, network: BadNetwork, union: SmallUnion
) -> None:
    network.trouble = on_sync(says(401, {"problem": "not_joined", "title": "…"}))
    ana.save("person", "minh", phone=NUMBER)
    assert ana.exchange() == "not_joined"
    ana.open()
    assert ana.exchange() == "not_joined"
    assert len(ana("phone.all('person')")) == 3
    assert (ana.unsent(), ana("phone.joined()")) == (1, True)


def test_a_new_link_after_that_brings_the_work_in(ana: Engine, union: SmallUnion) -> None:
    ana.page.context.clear_cookies()
    ana.save("person", "minh", phone=NUMBER)
    assert ana.exchange() == "not_joined"
    ana.join(union.link_token("ana"))
    assert ana.unsent() == 0
    assert union.read("SELECT count(*) AS n FROM save WHERE body LIKE ?", f"%{NUMBER}%") == [
        {"n": 1}
    ]


def test_a_server_restored_from_a_backup_gets_again_what_it_lost(
    ana: Engine, union: SmallUnion, server: StandingServer
) -> None:
    server.kill()
    copies = {path.name: path.read_bytes() for path in union.db.parent.glob("rounds.db*")}
    server.start()
    ana.save("person", "minh", phone=NUMBER)
    assert ana.exchange() is None
    server.kill()
    for path in union.db.parent.glob("rounds.db*"):
        path.unlink()
    for name, content in copies.items():
        (union.db.parent / name).write_bytes(content)
    assert union.value("person", "minh", "phone") is None
    union.write(Change("local", "local-9", {"name": "A new past"}))
    server.start()
    assert ana.exchange() is None
    assert union.value("person", "minh", "phone") == NUMBER
    assert (ana.unsent(), ana("phone.get('local', 'local-9').name")) == (0, "A new past")


def test_a_new_epoch_drops_what_the_server_no_longer_says(ana: Engine, union: SmallUnion) -> None:
    ana.save("person", "minh", phone=NUMBER)
    assert ana.exchange() is None
    union.read("UPDATE meta SET value = 'another' WHERE name = 'epoch'")
    union.read("UPDATE grant SET until = 1 WHERE volunteer = 'ana' AND subject = 'adaeze'")
    assert ana.exchange() is None
    assert sorted(ana("phone.all('person').map((p) => p.id)")) == ["minh", "siobhan"]
    assert (ana.unsent(), ana("phone.saves()[0].verdict")) == (0, "taken")


def test_somebody_moved_to_another_list_is_forgotten(ana: Engine, union: SmallUnion) -> None:
    ana.save("conversation", "talk-1", person="minh", result="talked", when=1)
    assert ana.exchange() is None
    union.write(Change("assignment", "minh", {"volunteer": "luc"}, saw_of(union, "minh")))
    assert ana.exchange() is None
    assert sorted(ana("phone.all('person').map((p) => p.id)")) == ["adaeze", "siobhan"]
    assert ana("phone.all('conversation')") == []
    ana.open()
    assert ana("phone.get('person', 'minh') ?? null") is None


def test_forgetting_waits_for_receipts_of_own_saves(
    ana: Engine, network: BadNetwork, union: SmallUnion
) -> None:
    network.trouble = lambda asked, forward: None
    own = ana.save("conversation", "talk-1", person="minh", result="talked", when=1)
    ana.exchange()
    union.write(Change("assignment", "minh", {"volunteer": "luc"}, saw_of(union, "minh")))
    too_large = says(413, {"problem": "too_large"})
    network.trouble = on_sync(
        lambda asked, forward: too_large(asked, forward) if asked.saves else forward()
    )
    assert ana.exchange() is None
    assert ana("phone.get('person', 'minh').name") == "Minh Trần"
    network.trouble = None
    ana.open()
    assert ana.exchange() is None
    assert union.value("conversation", "talk-1", "result") == "talked"
    assert ana("phone.saves().map((s) => [s.id, s.verdict])") == [[own["id"], "taken"]]
    assert ana("phone.get('person', 'minh') ?? null") is None
    assert ana("phone.all('conversation')") == []


def test_who_leaves_stays_for_a_save_made_while_the_page_came(
    ana: Engine, network: BadNetwork, context: BrowserContext, union: SmallUnion
) -> None:
    second = Engine(context, ana.url)
    assert second.exchange() is None
    second.page.evaluate("() => { BroadcastChannel.prototype.postMessage = () => {} }")
    union.write(Change("assignment", "minh", {"volunteer": "luc"}, saw_of(union, "minh")))
    is_answered, is_saved = threading.Event(), threading.Event()

    def comes_late(asked: Asked, forward: Forward) -> Reply | None:
        reply = forward()
        network.trouble = lambda asked, forward: None
        is_answered.set()
        is_saved.wait()
        return reply

    network.trouble = on_sync(comes_late)
    ana.page.evaluate("() => { window.done = phone.exchange() }")
    is_answered.wait()
    second.save("person", "minh", note="Met at the gate")
    is_saved.set()
    ana("done")
    told = ana("phone.get('person', 'minh')")
    assert (told["name"], told["note"]) == ("Minh Trần", "Met at the gate")
    network.trouble = None
    assert ana.exchange() is None
    assert union.value("person", "minh", "note") == "Met at the gate"
    assert ana("phone.get('person', 'minh') ?? null") is None


def test_a_held_save_does_not_count_and_is_shown_until_a_coordinator_admits_it(
    ana: Engine, network: BadNetwork, union: SmallUnion
) -> None:
    network.trouble = lambda asked, forward: None
    held = ana.save("person", "ravneet", phone=NUMBER)
    assert ana("phone.get('person', 'ravneet').phone") == NUMBER
    ana.exchange()
    network.trouble = None
    assert ana.exchange() is None
    assert ana("phone.get('person', 'ravneet') ?? null") is None
    assert ana("phone.attention().map((s) => [s.id, s.reason])") == [[held["id"], "out_of_scope"]]
    union.write(Change("ruling", held["id"], {"counts": True}))
    assert ana.exchange() is None
    assert (ana("phone.attention()"), ana("phone.saves()[0].verdict")) == ([], "taken")


def test_many_records_come_in_pages(ana: Engine, union: SmallUnion) -> None:
    for part in range(22):
        names = (f"worksite-{part}-{at}" for at in range(50))
        union.write(*(Change("worksite", name, {"name": name}) for name in names))
    assert ana.exchange() is None
    assert len(ana("phone.all('worksite')")) == 2 + 22 * 50


def test_small_bodies_go_as_they_are_and_large_ones_packed(
    ana: Engine, network: BadNetwork, union: SmallUnion
) -> None:
    network.asked.clear()
    ana.exchange()
    ana.save("person", "minh", note="long " * 300)
    ana.exchange()
    small = network.exchanges()[0]
    (large,) = [asked for asked in network.exchanges() if asked.saves]
    assert [asked.headers.get("content-encoding") for asked in (small, large)] == [None, "gzip"]
    assert len(large.body) < 700
    assert union.value("person", "minh", "note") == "long " * 300


def test_two_tabs_send_one_at_a_time(
    ana: Engine, network: BadNetwork, context: BrowserContext, union: SmallUnion
) -> None:
    second = Engine(context, ana.url)
    for at in range(5):
        ana.save_soon("person", "minh", note=f"a {at}")
        second.save_soon("person", "adaeze", note=f"b {at}")
    for engine in (ana, second, ana):
        assert engine.exchange() is None
    assert network.most_under_way == 1
    assert stored(union, device_of(ana)) == [*range(1, 11)]
    assert (ana.unsent(), second.unsent()) == (0, 0)


def test_what_one_tab_fetches_shows_in_the_other(
    ana: Engine, context: BrowserContext, union: SmallUnion
) -> None:
    second = Engine(context, ana.url)
    assert second.exchange() is None
    union.write(Change("local", "local-3", {"name": "Local 3"}))
    second.page.evaluate(
        """() => { window.told = new Promise((done) =>
          phone.subscribe(() => phone.get('local', 'local-3') && done())) }"""
    )
    assert ana.exchange() is None
    second("told")
    assert second("phone.get('local', 'local-3').name") == "Local 3"


def test_a_used_link_says_so_in_words(ana: Engine, union: SmallUnion) -> None:
    token = union.link_token("luc")
    ana.join(token)
    told = ana("phone.join(given).catch((e) => [e.problem, e.title, e.next])", token)
    assert told[0] == "link_used"
    assert all(told)
    assert ana("phone.me.volunteer") == "luc"


def test_nothing_of_one_volunteer_is_shown_to_the_next(ana: Engine, union: SmallUnion) -> None:
    ana.save("person", "minh", phone=NUMBER)
    ana.exchange()
    ana("phone.keepDraft('talk/minh', { answers: { workload: 'secret' } })")
    ana.join(union.link_token("luc"))
    assert ana("phone.all('person').map((p) => p.id)") == ["ravneet"]
    assert (ana("phone.saves()"), ana("phone.draft('talk/minh') ?? null")) == ([], None)
    ana.join(union.link_token("ana"))
    assert ana("phone.draft('talk/minh').answers.workload") == "secret"


def test_what_one_volunteer_left_unsent_goes_up_and_is_shown_to_no_other(
    ana: Engine, network: BadNetwork, union: SmallUnion
) -> None:
    network.trouble = on_sync(lambda asked, forward: None)
    ana.save("person", "minh", note="secret")
    ana.exchange()
    ana("phone.join(given)", union.link_token("luc"))
    assert (ana("phone.get('person', 'minh') ?? null"), ana("phone.all('person')")) == (None, [])
    assert ana("phone.register('person', 'minh', 'note').heads") == []
    assert (ana.unsent(), ana("phone.saves()")) == (1, [])
    ana.open()
    assert ana("phone.get('person', 'minh') ?? null") is None
    network.trouble = None
    assert ana.exchange() is None
    assert union.value("person", "minh", "note") == "secret"
    ana.join(union.link_token("ana"))
    assert ana("phone.get('person', 'minh').note") == "secret"


def saw_of(union: SmallUnion, person: str) -> dict[str, list[str]]:
    """Return what a coordinator who looks at a person's assignment sees."""
    query = "SELECT heads FROM register WHERE kind = 'assignment' AND record = ?"
    heads = [head for row in union.read(query, person) for head in json.loads(row["heads"])]
    return {"volunteer": [head["id"] for head in heads]}
