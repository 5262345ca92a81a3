"""What time it is on a phone whose clock lies: nothing is refused, nothing claims to be sure."""

import pytest
from playwright.sync_api import Browser

from tests.bad_network import BadNetwork
from tests.engine import Engine
from tests.small_union import SmallUnion

CLOCKS = {"set to 1970": 86_400_000, "set to 2099": 4_070_908_800_000}
FIVE_MINUTES_MS = 300_000


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
