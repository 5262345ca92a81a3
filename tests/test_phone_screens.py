"""Every screen of the phone, looked at with axe, a ruler, large text and a keyboard."""

from collections import defaultdict
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.axe import LOOKS, faults
from tests.phone_rulers import cut_off, small_targets, tabbed
from tests.phone_screens import SCREENS
from tests.phone_stage import VIEWPORT, Stage, text_size

# So high that nothing lies half under what stays at the bottom: it can be scrolled from there.
TALL = {"width": 360, "height": 1600}
Found = dict[str, list[str]]

# Where somebody has just saved: is the next name clear of the message, which hides one row at most?
MESSAGE = """() => {
  const of = (place) => document.querySelector(place).getBoundingClientRect()
  const [toast, row, next] = [".toast.shown", ".row.next", ".row.next b"].map(of)
  return {
    isNextClear: next.top >= 0 && next.bottom <= toast.top,
    isOneRow: toast.height <= row.height,
  }
}"""


@pytest.fixture(scope="module")
def found(stage: Stage) -> Found:
    """What each look at each screen finds wrong; the way there is gone once for all of them."""
    found: Found = defaultdict(list)
    firsts = {screen.name: screen.first for screen in SCREENS}
    for scheme, language in LOOKS:
        for name, page in stage.walk(language, scheme):
            for look, fault in looked_at(page, firsts[name.split(" ")[0]]):
                found[look].append(f"{name}: {fault}")
    return found


def looked_at(page: Page, first: str) -> Iterator[tuple[str, str]]:
    """Yield what is wrong, and which look found it. The keyboard comes last: it moves the page."""
    yield from (("targets", fault) for fault in small_targets(page))
    page.set_viewport_size(TALL)
    yield from (("axe", fault) for fault in faults(page))
    page.set_viewport_size(VIEWPORT)
    with text_size(page, "double"):
        yield from (("double text", fault) for fault in cut_off(page, first))
    yield from (("keyboard", fault) for fault in tabbed(page))


@pytest.mark.parametrize("look", ["targets", "axe", "double text", "keyboard"])
def test_on_no_screen_anything_is_found_by_a_look_at(look: str, found: Found) -> None:
    """Targets of 56 px; axe; at 200 % nothing cut off, the first name there; all reached by Tab."""
    assert found[look] == [], "\n".join(found[look])


def test_at_twice_the_text_size_a_message_covers_one_line(stage: Stage) -> None:
    (saved,) = (screen for screen in SCREENS if screen.name == "list_saved")
    page = stage.phones["steward"]
    with text_size(page, "double"), stage.at(saved, "en"):
        assert page.evaluate(MESSAGE) == {"isNextClear": True, "isOneRow": True}


def test_a_link_that_is_too_small_is_noticed(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content('<a href="/" style="display: block; block-size: 55px">Settings</a>')
    assert small_targets(page) == ["A. “Settings”: 1264.0 × 55.0"]
