"""What a phone in a pocket does in an hour: timers that go off, requests made."""

from collections.abc import Iterator
from typing import Any

from playwright.sync_api import Page, expect

from tests.bench.figures import Figure, Row
from tests.bench.phone.slow import opened
from tests.bench.phone.steps import Bench, within
from tests.journeys import unlock, visit

HOUR = "01:00:00"
# After the clock that the hour is wound forward with. Frames are not counted: a hidden page has
# none until somebody looks again, though this clock would give it some.
COUNT = """(() => {
  window.woken = { timers: 0, requests: 0 }
  const isHidden = () => document.visibilityState === "hidden"
  for (const name of ["setTimeout", "setInterval"]) {
    const real = window[name]
    window[name] = (then, ...given) =>
      real((...told) => {
        if (isHidden()) woken.timers += 1
        then(...told)
      }, ...given)
  }
  const { fetch } = window
  window.fetch = (...given) => {
    if (isHidden()) woken.requests += 1
    return fetch(...given)
  }
})()"""
PUT_AWAY = """() => {
  Object.defineProperty(document, "hidden", { value: true, configurable: true })
  Object.defineProperty(document, "visibilityState", { value: "hidden", configurable: true })
  document.dispatchEvent(new Event("visibilitychange", { bubbles: true }))
}"""


def hidden(bench: Bench) -> Iterator[Row]:
    """The list, then the locked phone after too many wrong PINs, each put away for an hour."""
    on_list = _woken(bench, lambda page: visit(page, "/talk/minh"))
    locked = _woken(bench, _try_wrong_pins)
    what = "put away for an hour, a talk half noted: timers that go off"
    yield within(what, [float(on_list["timers"])], "timers", 1, "the one that locks the phone")
    what = "put away for an hour, locked, too many wrong PINs: timers that go off"
    yield within(what, [float(locked["timers"])], "timers", 1, "the last second counted down")
    requests = [float(on_list["requests"] + locked["requests"])]
    yield Row("— requests made in both hours", Figure(requests, "requests"))


def _woken(bench: Bench, then: Any) -> Any:
    with opened(bench.playwright, bench.profile("ana")) as page:
        page.clock.install()
        page.add_init_script(COUNT)
        page.goto(bench.server.url)
        unlock(page)
        expect(page.locator(".row").first).to_be_visible()
        then(page)
        page.clock.run_for("00:01")  # what was drawn is seen before it is put away
        page.evaluate(PUT_AWAY)
        page.clock.run_for(HOUR)
        return page.evaluate("woken")


def _try_wrong_pins(page: Page) -> None:
    page.locator(".hide").click()
    page.locator(".foot button").click()
    for _ in range(5):
        expect(page.locator("#pin")).to_be_enabled()
        page.locator("#pin").fill("998877")
        expect(page.locator("#pin")).to_have_value("")
    expect(page.locator("#pin")).to_be_disabled()
