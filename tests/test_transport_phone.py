"""How a phone sends when the way is bad: smaller parts, longer waits, and never in the pocket."""

import json
import threading
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext

from sync.save import Change
from tests.bad_network import (
    Asked,
    BadNetwork,
    Forward,
    Reply,
    Trouble,
    cuts_the_reply,
    on_sync,
    once,
    says,
)
from tests.engine import Engine
from tests.journeys import put_away
from tests.small_union import SmallUnion

# Waits are noted, and over at once.
NOTE_WAITS = """() => {
  window.waits = []
  const { setTimeout } = window
  window.setTimeout = (done, ms, ...given) => {
    window.waits.push(ms)
    return setTimeout(done, 0, ...given)
  }
}"""
IMPATIENT = """() => {
  const { timeout } = AbortSignal
  AbortSignal.timeout = (ms) => timeout.call(AbortSignal, ms / 100)
}"""


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


def save_without_signal(ana: Engine, network: BadNetwork, count: int) -> list[str]:
    """Make saves that wait; return their ids."""
    network.trouble = on_sync(lambda asked, forward: None)
    ids = [ana.save("person", "minh", note=f"note {at}")["id"] for at in range(count)]
    assert ana.exchange() == "no_network"
    network.asked.clear()
    return ids


def sent(network: BadNetwork) -> list[int]:
    """Return how many saves each exchange carried."""
    return [len(asked.saves) for asked in network.exchanges()]


@pytest.mark.parametrize("status", [408, 504], ids=["the server's", "a proxy's"])
def test_after_a_time_out_half_as_much_is_sent(
    ana: Engine, network: BadNetwork, union: SmallUnion, status: int
) -> None:
    save_without_signal(ana, network, 10)
    slow = says(status, {"problem": "time_out"})
    network.trouble = on_sync(
        lambda asked, forward: slow(asked, forward) if len(asked.saves) > 3 else forward()
    )
    assert ana.exchange() is None
    assert sent(network) == [10, 5, 3, 3, 3, 1]
    assert ana.unsent() == 0


def test_an_answer_that_does_not_come_in_time_halves_too(ana: Engine, network: BadNetwork) -> None:
    save_without_signal(ana, network, 4)
    is_over = threading.Event()

    def never_answers(asked: Asked, forward: Forward) -> Reply | None:
        is_over.wait()
        return None

    network.trouble = on_sync(
        lambda asked, forward: never_answers(asked, forward) if len(asked.saves) == 4 else forward()
    )
    ana.page.evaluate(IMPATIENT)
    assert ana.exchange() is None
    is_over.set()
    assert sent(network)[:2] == [4, 2]
    assert ana.unsent() == 0


def test_a_save_that_times_out_alone_delays_no_other_and_is_tried_again(
    ana: Engine, network: BadNetwork, union: SmallUnion
) -> None:
    slow, *others = save_without_signal(ana, network, 4)
    late = says(504, {"problem": "time_out"})
    network.trouble = on_sync(
        lambda asked, forward: late(asked, forward) if slow in asked.saves else forward()
    )
    assert ana.exchange() is None
    stored = union.read("SELECT id FROM save ORDER BY seq DESC LIMIT 3")
    assert {row["id"] for row in stored} == set(others)
    assert (ana.unsent(), ana("phone.attention().map((s) => s.id)")) == (1, [slow])
    network.trouble = None
    assert ana.exchange() is None
    assert ana.unsent() == 0


def test_where_everything_times_out_the_phone_soon_gives_up(
    ana: Engine, network: BadNetwork
) -> None:
    save_without_signal(ana, network, 8)
    network.trouble = on_sync(says(504, {"problem": "time_out"}))
    assert ana.exchange() == "time_out"
    assert sent(network) == [8, 4, 2, 1, 0]
    assert (ana.unsent(), ana("phone.attention()")) == (8, [])


CUT = {"in the middle": lambda body: body[: len(body) // 2], "to nothing": lambda body: b""}


@pytest.mark.parametrize("cut", CUT.values(), ids=CUT)
@pytest.mark.parametrize("by", ["the line", "a proxy"])
def test_where_long_answers_are_cut_half_as_much_is_sent_and_nothing_set_aside(
    ana: Engine, network: BadNetwork, by: str, cut: Callable[[bytes], bytes]
) -> None:
    save_without_signal(ana, network, 10)

    def cuts_long_ones(asked: Asked, forward: Forward) -> Reply | None:
        reply = forward()
        if len(asked.saves) > 3 and by == "the line":
            reply.sent = len(cut(reply.body)) / len(reply.body)
        elif len(asked.saves) > 3:
            reply.headers.pop("content-encoding", None)
            reply.body = cut(b'{"protocol": 2, "receipts": []}')
        return reply

    network.trouble = on_sync(cuts_long_ones)
    assert ana.exchange() is None
    assert sent(network)[:3] == [10, 5, 3]
    assert (ana.unsent(), ana("phone.attention()")) == (0, [])


def test_where_every_answer_is_cut_nothing_is_set_aside(ana: Engine, network: BadNetwork) -> None:
    save_without_signal(ana, network, 4)
    network.trouble = on_sync(cuts_the_reply)
    assert ana.exchange() == "no_network"
    assert sent(network) == [4, 2, 1, 0]
    assert (ana.unsent(), ana("phone.attention()")) == (4, [])
    network.trouble = None
    assert ana.exchange() is None
    assert ana.unsent() == 0


def test_a_way_that_refuses_everything_makes_no_save_look_bad(
    ana: Engine, network: BadNetwork
) -> None:
    save_without_signal(ana, network, 3)
    network.trouble = on_sync(says(400, "<html>Bad request"))
    assert ana.exchange() == "bad_reply"
    assert (ana.unsent(), ana("phone.attention()")) == (3, [])


@pytest.mark.parametrize("trouble", [says(504), cuts_the_reply], ids=["too slow", "cut"])
def test_a_page_that_did_not_come_is_asked_for_again_with_nothing_to_send(
    ana: Engine, network: BadNetwork, union: SmallUnion, trouble: Trouble
) -> None:
    ana.page.evaluate(NOTE_WAITS)
    union.write(Change("local", "local-3", {"name": "Local 3"}))
    network.trouble = once(trouble)
    assert ana.exchange() is not None
    ana.until("phone.get('local', 'local-3')")
    assert 60_000 <= ana("waits[0]") <= 120_000


def test_a_busy_server_is_asked_again_after_what_it_said_and_some(
    ana: Engine, network: BadNetwork
) -> None:
    ana.page.evaluate(NOTE_WAITS)
    network.trouble = on_sync(says(503, Retry_After="7"))
    assert ana.exchange() == "busy"
    waits = ana("waits.slice(0, 5)")
    assert all(7_000 <= wait <= 14_000 for wait in waits)
    assert len({*waits}) == 5


@pytest.mark.parametrize("header", [{}, {"Retry_After": "Fri, 31 Dec 1999 23:59:59 GMT"}])
def test_a_busy_server_that_names_no_seconds_is_given_five(
    ana: Engine, network: BadNetwork, header: dict[str, str]
) -> None:
    ana.page.evaluate(NOTE_WAITS)
    network.trouble = once(says(503, **header))
    assert ana.exchange() is None
    assert 5_000 <= ana("waits[0]") <= 10_000


def test_a_server_that_wants_to_rest_for_long_is_let_be(ana: Engine, network: BadNetwork) -> None:
    save_without_signal(ana, network, 1)
    ana.page.evaluate("() => { window.setTimeout = (_, ms) => { window.waits = [ms] } }")
    network.trouble = on_sync(says(429, {"problem": "busy"}, Retry_After="900"))
    assert ana.exchange() == "busy"
    assert len(network.exchanges()) == 1
    assert 900_000 <= ana("waits[0]") <= 1_800_000


def test_a_phone_in_the_pocket_sleeps_and_sends_when_it_is_looked_at(
    ana: Engine, network: BadNetwork
) -> None:
    save_without_signal(ana, network, 1)
    ana.page.evaluate(NOTE_WAITS)
    put_away(ana.page)
    network.trouble = on_sync(says(503, Retry_After="1"))
    assert ana.exchange() == "busy"
    assert (len(network.exchanges()), ana("waits")) == (1, [])
    network.trouble = None
    put_away(ana.page, False)
    ana.until("phone.unsent().count === 0")


def test_signal_that_comes_back_is_used_at_once(ana: Engine, network: BadNetwork) -> None:
    save_without_signal(ana, network, 1)
    network.trouble = None
    ana.page.evaluate("() => { dispatchEvent(new Event('online')) }")
    ana.until("phone.unsent().count === 0")


def test_what_is_saved_while_an_exchange_fails_is_tried_at_once(
    ana: Engine, network: BadNetwork
) -> None:
    is_saved = threading.Event()

    def fails_late(asked: Asked, forward: Forward) -> Reply | None:
        is_saved.wait()
        return None

    network.trouble = once(fails_late)
    ana.page.evaluate("() => { phone.exchange() }")
    ana.save("person", "minh", note="signal is back")
    is_saved.set()
    ana.until("phone.unsent().count === 0")


def test_a_save_the_server_gives_no_receipt_for_waits_visibly_and_delays_no_other(
    ana: Engine, network: BadNetwork
) -> None:
    full, other = save_without_signal(ana, network, 2)

    def gives_no_receipt(asked: Asked, forward: Forward) -> Reply | None:
        asked.headers["accept-encoding"] = "identity"
        reply = forward()
        down = json.loads(reply.body)
        down["receipts"] = [one for one in down["receipts"] if one["save"] != full]
        reply.body = json.dumps(down).encode()
        return reply

    network.trouble = on_sync(gives_no_receipt)
    assert ana.exchange() is None
    assert ana("phone.attention().map((s) => [s.id, s.reason])") == [[full, "no_receipt"]]
    verdicts = {save["id"]: save["verdict"] for save in ana("phone.saves()")}
    assert verdicts == {full: None, other: "taken"}
    network.trouble = None
    ana.open()
    assert ana.exchange() is None
    assert (ana.unsent(), ana("phone.attention()")) == (0, [])
