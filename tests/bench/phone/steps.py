"""The phone's rows of section 12, each measured on the phone as it is served."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from playwright.sync_api import Page, Playwright, expect

from tests.bench.figures import Figure, Goal, Row
from tests.bench.phone.slow import command, join, opened, p95, probed, until
from tests.bench.phone.union import CARDS, LIST
from tests.conftest import ARGUMENTS, PHONE
from tests.journeys import PIN, unlock, visit
from tests.small_union import SmallUnion
from tests.standing_server import StandingServer
from tests.taps import six_questions
from tools.find_chromium import chromium_path
from tools.sizes import BUDGET_BYTES, measured, summed

THE_LIMIT = "the limit"
KEYS = ("okonkwo", "am", "singh 4", "tran", "be")
MORE = f".row.link:has-text('{CARDS - 40}')"
ALL_HERE = {"ana": f".list:has-text('of {LIST} ')", "cleo": MORE}
# Usable: names to tap from edge to edge of the screen, and a search that finds everybody.
SCREENFUL = 12
# In each browser that was started, how often the app is loaded anew.
STARTS = 4
BETWEEN_DIGITS_MS = 150
ONE_FIELD = '<!doctype html><html lang="en"><title>Bare</title><h1>Rounds</h1><input id="pin">'
EMPTIED = """async (html) => {
  const [name] = await caches.keys()
  const headers = { "Content-Type": "text/html; charset=utf-8" }
  await (await caches.open(name)).put("/index.html", new Response(html, { headers }))
}"""
UNLOCKED = {
    "locked": ["#pin", 1],
    "list": [".list .row", SCREENFUL],
    "whole": [".list .row", LIST],
}


@dataclass(frozen=True)
class Bench:
    """What the steps share: Chromium, a server, profiles of phones that have joined."""

    playwright: Playwright
    server: StandingServer
    union: SmallUnion
    folder: Path
    turns: int
    talks: int

    def profile(self, who: str) -> Path:
        """Return the profile of somebody's phone; it joins the first time."""
        folder = self.folder / who
        if not folder.exists():
            self.server.start()
            token = self.union.link_token(who)
            join(self.playwright, folder, self.server, token, ALL_HERE[who])
            self.server.kill()
        return folder


def within(what: str, values: list[float], unit: str, most: float, said: str = "") -> Row:
    """Return a row beside its limit: the ratio says how many times below it is."""
    figure = Figure(values, unit)
    return Row(what, figure, THE_LIMIT, Figure([most], unit), Goal(most=most), said)


def size(_: Bench) -> Iterator[Row]:
    """All JavaScript a steward's phone loads."""
    what = "all JavaScript a steward's phone loads, brotli"
    yield within(what, [float(summed(measured()).brotli)], "B", BUDGET_BYTES)


def start(bench: Bench) -> Iterator[Row]:
    """Cold: nothing of the app is in the page, and the server is gone.

    The browser runs, as it does on phones and did where DESIGN's figure comes from; what it takes
    when it has to start too stands beside what that takes with a page of one field.
    """
    profile = bench.profile("ana")
    turns = [_started(bench, profile) for _ in range(bench.turns)]
    found = [one for _, *again in turns for one in again]
    said = "to the PIN, and from its last digit, with decrypting, to the list"
    yield within(
        f"offline cold start to a usable list of {LIST} people, CPU ×6",
        [one["cold_ms"] for one in found],
        "ms",
        400,
        said,
    )
    yield Row("— of it, to the PIN", Figure([one["locked_ms"] for one in found], "ms"))
    whole = Figure([one["whole_ms"] for one in found], "ms")
    yield Row("— until the rows beyond the screen are there too", whole)
    stretched = Figure([one["stretched_ms"] for one in found], "ms")
    yield Row("— beside it, stretching the PIN (PBKDF2, 600,000 rounds)", stretched)
    bare = [_bare(bench, _with_one_field(bench, profile)) for _ in range(bench.turns)]
    yield Row(
        "— with the browser itself started anew",
        Figure([first["cold_ms"] for first, *_ in turns], "ms"),
        "a page of one field, kept the same way",
        Figure(bare, "ms"),
    )
    yield Row(
        f"memory with {LIST} people: JavaScript heap after collecting garbage",
        Figure([first["heap_kB"] for first, *_ in turns], "kB"),
        "an empty page",
        Figure([first["empty_kB"] for first, *_ in turns], "kB"),
    )


def _started(bench: Bench, profile: Path) -> list[dict[str, float]]:
    """Return what each of a few starts took, the first with the browser."""
    with opened(bench.playwright, profile) as page:
        empty_kb = heap_kb(page)
        page.add_init_script(f"probe.watch = {UNLOCKED}")
        found = [_start(bench, page) for _ in range(1 + STARTS)]
        # Last: collecting garbage throws away what makes the next start quick.
        heaps = {"heap_kB": heap_kb(page), "empty_kB": empty_kb}
        return [{**one, **heaps} for one in found]


def _start(bench: Bench, page: Page) -> dict[str, float]:
    page.goto(bench.server.url)
    page.evaluate("probe.until('locked')")
    # As a thumb does: meanwhile the app does what it left for later.
    page.locator("#pin").press_sequentially(PIN, delay=BETWEEN_DIGITS_MS)
    page.evaluate("probe.until('whole')")
    seen = probed(page)
    locked, stretched = seen["shown"]["locked"], seen["stretched_ms"]
    opening = seen["shown"]["list"] - seen["typed"] - stretched
    rest = seen["shown"]["whole"] - seen["shown"]["list"]
    return {
        "cold_ms": locked + opening,
        "whole_ms": locked + opening + rest,
        "locked_ms": locked,
        "stretched_ms": stretched,
    }


def _with_one_field(bench: Bench, profile: Path) -> Path:
    """Return a profile whose service worker holds no app, but a page with the field of a PIN."""
    folder = profile.with_name("bare")
    if not folder.exists():
        shutil.copytree(profile, folder)
        with opened(bench.playwright, folder, times=1) as page:
            page.goto(bench.server.url)
            page.evaluate(EMPTIED, ONE_FIELD)
    return folder


def _bare(bench: Bench, profile: Path) -> float:
    with opened(bench.playwright, profile) as page:
        page.add_init_script(f"probe.watch = {UNLOCKED}")
        page.goto(bench.server.url)
        page.evaluate("probe.until('locked')")
        return float(probed(page)["shown"]["locked"])


def heap_kb(page: Page) -> float:
    """Return how much JavaScript holds, after what nobody holds is gone."""
    command("HeapProfiler.collectGarbage", page)
    used: float = command("Runtime.getHeapUsage", page)["usedSize"] / 1000
    return used


def save(bench: Bench) -> Iterator[Row]:
    """From the tap on Save to the word Saved on the screen, behind a strict transaction."""
    with opened(bench.playwright, bench.profile("ana")) as page:
        page.goto(bench.server.url)
        unlock(page)
        for n in range(bench.talks):
            _note(page, f"person-{n:04}")
        taps = probed(page)["taps"]
    what = f"tap “Save” → durable and said so, {LIST} people, CPU ×6, p95"
    yield within(what, [p95(taps)], "ms", 80, f"median {median(taps):.0f} ms of {len(taps)} talks")


def _note(page: Page, person: str) -> None:
    visit(page, f"/talk/{person}")
    page.get_by_label("What is the workload like?").fill("Two of us for 31 patients")
    page.locator("[name=platform]").first.check()
    page.locator("[name=promise]").nth(1).check()
    before = len(probed(page)["taps"])
    page.get_by_role("button", name="Save").click()
    until(page, f"probe.taps.length > {before}")


def search(bench: Bench) -> Iterator[Row]:
    """The captain's name cards: what one key takes, drawn and laid out."""
    with opened(bench.playwright, bench.profile("cleo")) as page:
        page.goto(bench.server.url)
        unlock(page)
        expect(page.locator(MORE)).to_be_attached()
        page.evaluate("probe.keys.length = 0")
        for word in KEYS:
            page.locator(".search").press_sequentially(word)
            page.locator(".search").fill("")
            expect(page.locator(MORE)).to_be_attached()  # also the rows beyond the screen
        keys: list[float] = probed(page)["keys"]
    what = f"search {CARDS:,} name cards, CPU ×6: one key, drawn and laid out, p95"
    yield within(what, [p95(keys)], "ms", 16, f"median {median(keys):.1f} ms of {len(keys)} keys")


def taps(bench: Bench) -> Iterator[Row]:
    """Counted by what the test of them does too."""
    bench.server.start()
    browser = bench.playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
    page = browser.new_context(viewport=PHONE, has_touch=True, locale="en-CA").new_page()
    found = six_questions(page, bench.server, bench.union)
    browser.close()
    bench.server.kill()
    what = "taps from the unlocked list to a saved six-question talk; one text entry counts one"
    said = f"unlocking before it: {found.unlocking}"
    yield within(what, [float(found.talking)], "taps", 10, said)
