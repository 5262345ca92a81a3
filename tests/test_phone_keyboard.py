"""The phone worked by keyboard alone: every control reached, and the focus always seen."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.conftest import PHONE
from tests.journeys import join
from tests.phone_stage import Stage
from tests.small_union import SmallUnion
from tests.standing_server import StandingServer

MOST_TABS = 80
# What a keyboard must reach: of radio buttons that belong together, one.
CONTROLS = """() => {
  const all = [...document.querySelectorAll("a[href], button, summary, select, textarea, input")]
  const shown = all.filter((it) => !it.disabled && (it.labels?.[0] ?? it).checkVisibility())
  const seen = new Set()
  const kept = shown.filter((it) => it.type !== "radio" || !seen.has(it.name) && seen.add(it.name))
  window.asked = new Map(kept.map((it) => [it.type === "radio" ? it.name : it, it]))
  return kept.filter((it) => it.tabIndex !== 0).map((it) => it.outerHTML.slice(0, 60))
}"""
# What has the focus: whether it was asked for, shows an outline, and lies under nothing.
FOCUSED = """() => {
  const it = document.activeElement
  if (it === document.body) return null
  window.asked.delete(it.type === "radio" ? it.name : it)
  const shown = it.closest(".choice, .mark") ?? it
  const { outlineStyle, outlineWidth } = getComputedStyle(shown)
  const { left, top, width, height } = shown.getBoundingClientRect()
  const hit = document.elementFromPoint(left + width / 2, top + height / 2)
  const faults = []
  if (outlineStyle === "none" || parseFloat(outlineWidth) < 2) faults.push("its focus is not seen")
  if (!shown.contains(hit)) faults.push(`it lies under ${hit?.outerHTML.slice(0, 40)}`)
  return faults.map((fault) => `${it.outerHTML.slice(0, 60)}: ${fault}`)
}"""
LEFT = "() => [...window.asked.values()].map((it) => `never reached: ${it.outerHTML.slice(0, 80)}`)"


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport=PHONE, locale="en-CA")
    yield context.new_page()
    context.close()


def test_every_control_of_every_screen_is_reached_by_tab_and_seen(stage: Stage) -> None:
    found = [f"{name}: {fault}" for name, page in stage.walk() for fault in tabbed(page)]
    assert found == [], "\n".join(found)


def tabbed(page: Page) -> Iterator[str]:
    """Go through a screen by Tab, from its top until the focus leaves it; yield what is wrong."""
    page.evaluate("document.body.tabIndex = -1; document.body.focus()")
    yield from (f"out of order: {one}" for one in page.evaluate(CONTROLS))
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        faults = page.evaluate(FOCUSED)
        if faults is None:
            break
        yield from faults
    yield from page.evaluate(LEFT)


def test_from_the_list_to_a_saved_talk_without_touching_the_screen(
    page: Page, server: StandingServer, union: SmallUnion
) -> None:
    join(page, server, union, "ana")
    page.evaluate("addEventListener('pointerdown', () => document.title = 'touched', true)")
    to(page, "link", "Minh Trần").press("Enter")
    to(page, "link", "Note a talk").press("Enter")
    to(page, "textbox", "What is the workload like?")
    page.keyboard.type("Two of us for 31 patients")
    to(page, "radio", "Yes").press("Space")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name="Not yet")).to_be_checked()
    to(page, "checkbox", "Parking").press("Space")
    to(page, "button", "Save").press("Enter")
    expect(page.get_by_text("Saved on this phone.")).to_be_visible()
    expect(page.locator("[data-next]")).to_be_focused()
    expect(page.get_by_text("all sent")).to_be_visible()
    (said,) = union.read("SELECT * FROM conversation WHERE result = 'talked'")
    assert said["person"] == "minh"


def to(page: Page, role: str, name: str):
    """Press Tab until something has the focus, and return it."""
    wanted = page.get_by_role(role, name=name, exact=False).first
    for _ in range(MOST_TABS):
        if wanted.count() and wanted.evaluate("(it) => it === document.activeElement"):
            return wanted
        page.keyboard.press("Tab")
    raise AssertionError(f"no Tab leads to the {role} “{name}”")
