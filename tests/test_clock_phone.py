"""What time it is on a phone whose clock lies: nothing is refused, nothing claims to be sure."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.bad_network import BadNetwork
from tests.engine import Engine
from tests.small_union import SmallUnion

YEAR_MS = 365 * 24 * 3600 * 1000
NOW = 1_763_780_000_000
VERY_UNSURE = 315_576_000_000
CLOCKS = {"set to 1970": 86_400_000, "set to 2099": 4_070_908_800_000}
FIVE_MINUTES_MS = 300_000


def estimate(page: Page, device: int, *measured: int) -> Any:
    """Return the estimate at a moment of the device's clock; measured: sent, received, server."""
    return page.evaluate(
        """async ([device, measured]) => {
          const { estimate, measure } = await import("/sync/clock.js")
          const clock = measured.length ? measure(...measured) : undefined
          const { at, at_error_ms } = estimate(clock, device)
          return [at, at_error_ms]
        }""",
        [device, list(measured)],
    )


def test_half_the_way_to_the_server_and_back_is_how_wrong_it_may_be(modules_page: Page) -> None:
    assert estimate(modules_page, 1400, 1000, 1400, 51_200) == [51_400, 200]


def test_a_clock_drifts_from_what_was_measured(modules_page: Page) -> None:
    an_hour_later = 1400 + 3_600_000
    assert estimate(modules_page, an_hour_later, 1000, 1400, 51_200) == [3_651_400, 560]


@pytest.mark.parametrize("device", CLOCKS.values(), ids=CLOCKS)
def test_a_clock_that_was_measured_gives_the_servers_time(modules_page: Page, device: int) -> None:
    assert estimate(modules_page, device + 1000, device, device + 80, NOW) == [NOW + 960, 41]


@pytest.mark.parametrize("device", CLOCKS.values(), ids=CLOCKS)
def test_a_clock_never_measured_is_very_unsure(modules_page: Page, device: int) -> None:
    assert estimate(modules_page, device) == [device, VERY_UNSURE]


@pytest.mark.parametrize("back", [1, YEAR_MS, NOW], ids=["a moment", "a year", "to 1970"])
def test_a_clock_set_back_is_no_earlier_than_the_last_known_time(
    modules_page: Page, back: int
) -> None:
    assert estimate(modules_page, NOW - back, NOW, NOW, NOW + 5) == [NOW + 5, VERY_UNSURE]


def test_a_clock_put_right_after_2099_is_no_earlier_than_the_last_known_time(
    modules_page: Page,
) -> None:
    wrong = CLOCKS["set to 2099"]
    assert estimate(modules_page, NOW + 500, wrong, wrong, NOW) == [NOW, VERY_UNSURE]


@pytest.mark.parametrize("jump", [YEAR_MS, -YEAR_MS], ids=["on", "back"])
def test_a_clock_set_during_a_request_is_as_unsure_as_it_jumped(
    modules_page: Page, jump: int
) -> None:
    at, error_ms = estimate(modules_page, NOW + jump, NOW, NOW + jump, NOW)
    assert abs(at - NOW) <= error_ms == YEAR_MS / 2


@pytest.mark.parametrize("device", CLOCKS.values(), ids=CLOCKS)
def test_a_phone_with_a_wrong_clock_saves_and_sends_the_right_time(
    browser: Browser, line: tuple[BadNetwork, str], union: SmallUnion, device: int
) -> None:
    network, url = line
    context = browser.new_context()
    context.clock.install(time=device / 1000)
    ana = Engine(context, url)
    ana.join(union.link_token("ana"))
    save = ana.save("person", "minh", note="now")
    assert ana.exchange() is None
    (row,) = union.read("SELECT received_at FROM save WHERE id = ?", save["id"])
    sent_at = network.exchanges()[-1].json["sent_at"]
    assert abs(sent_at - row["received_at"]) < FIVE_MINUTES_MS
    assert abs(save["at"] - row["received_at"]) < FIVE_MINUTES_MS
    assert save["at_error_ms"] < FIVE_MINUTES_MS
    assert union.value("person", "minh", "note") == "now"
    context.close()
