"""A phone in Chromium whose page runs six times slower, and probes that tell when what was drawn.

The throttle slows the page's own thread, as in DevTools; what browsers do beside it (stretching a
PIN, the service worker) runs at the machine's pace.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, Playwright, expect

from tests.conftest import ARGUMENTS, PHONE
from tests.journeys import choose_pin
from tests.standing_server import StandingServer
from tools.find_chromium import chromium_path

TIMES_SLOWER = 6
# When what was first painted, how long PINs were stretched, and how long a tap or a key took:
# `probe.watch` names what is waited for, a selector and how many of it.
PROBE = """(() => {
  const probe = { shown: {}, stretched_ms: 0, typed: 0, taps: [], keys: [], watch: {}, told: {} }
  // Who waits does not look again and again: that would be work of ours on the slow thread.
  probe.until = (name) => probe.shown[name] ?? new Promise((tell) => { probe.told[name] = tell })
  window.probe = probe
  const painted = (then) => requestAnimationFrame(() => setTimeout(then))
  function look() {
    for (const [name, [place, least]] of Object.entries(probe.watch)) {
      if (name in probe.shown || document.querySelectorAll(place).length < least) continue
      probe.shown[name] = null
      painted(() => {
        probe.shown[name] = performance.now()
        probe.told[name]?.()
      })
    }
    if (probe.saving && document.querySelector(".toast.shown [role=status]")) {
      const from = probe.saving
      probe.saving = 0
      painted(() => probe.taps.push(performance.now() - from))
    }
  }
  new MutationObserver(look).observe(document, { childList: true, subtree: true, attributes: true })
  const { deriveBits } = SubtleCrypto.prototype
  SubtleCrypto.prototype.deriveBits = async function (...given) {
    const start = performance.now()
    const bits = await deriveBits.apply(this, given)
    if (given[0].name === "PBKDF2") probe.stretched_ms += performance.now() - start
    return bits
  }
  addEventListener("click", (event) => {
    if (event.target.closest("button.main")) probe.saving = event.timeStamp
  }, true)
  let began = 0
  addEventListener("input", (event) => {
    if (event.target.id === "pin" && event.target.value.length === 6) probe.typed = event.timeStamp
    began = performance.now()
  }, true)
  // The screen has drawn by now; asking for a height makes the browser lay it out.
  addEventListener("input", () => {
    document.body.offsetHeight
    probe.keys.push(performance.now() - began)
  })
})()"""


@contextmanager
def opened(playwright: Playwright, profile: Path, times: int = TIMES_SLOWER) -> Iterator[Page]:
    """Start Chromium on a profile that lies on disk, and slow its page down."""
    phone = playwright.chromium.launch_persistent_context(
        str(profile),
        executable_path=chromium_path(),
        args=ARGUMENTS,
        viewport=PHONE,
        has_touch=True,
        locale="en-CA",
    )
    page = phone.pages[0]
    phone.add_init_script(PROBE)
    slow_down(page, times)
    yield page
    phone.close()


def slow_down(page: Page, times: int) -> None:
    """Make the page's thread so many times slower."""
    command("Emulation.setCPUThrottlingRate", page, rate=times)


def command(name: str, page: Page, **given: Any) -> Any:
    """Tell the browser something by its own protocol; it holds while the page is there."""
    return page.context.new_cdp_session(page).send(name, given)


def join(
    playwright: Playwright, profile: Path, server: StandingServer, token: str, all_here: str
) -> None:
    """Join on a new profile, fetch everything, and close the browser in good order.

    all_here: what is there once the last page has come.
    """
    with opened(playwright, profile, times=1) as page:
        page.goto(f"{server.url}/join#{token}")
        page.get_by_role("button", name="Join", exact=True).click()
        choose_pin(page)
        expect(page.get_by_text("all sent")).to_be_visible()
        expect(page.locator(all_here)).to_be_attached()
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")


def probed(page: Page) -> Any:
    """Return what the probes have seen."""
    return page.evaluate("({ ...probe, told: null, until: null })")


def until(page: Page, condition: str) -> None:
    """Return when a condition holds; the page's own policy lets nothing evaluate it there."""
    frame = "new Promise(requestAnimationFrame)"
    page.evaluate(f"async () => {{ while (!({condition})) await {frame} }}")


def p95(values: list[float]) -> float:
    """Return what 95 of 100 do not exceed."""
    return sorted(values)[ceil(0.95 * len(values)) - 1]
