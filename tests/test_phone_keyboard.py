"""A talk noted by keyboard alone. Whether all is reached: tests/test_phone_screens.py."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.conftest import PHONE
from tests.journeys import join
from tests.phone_rulers import MOST_TABS
from tests.small_union import SmallUnion
from tests.standing_server import StandingServer


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport=PHONE, locale="en-CA")
    yield context.new_page()
    context.close()


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
