"""When a phone locks by itself, on a clock that the test winds on; and what then shows."""

import pytest
from playwright.sync_api import Page, expect

from tests.journeys import choose, choose_pin, join, put_away, unlock, visit
from tests.small_union import SmallUnion
from tests.standing_server import StandingServer

# As another tab does, at the very moment at which this one says that it saved.
LOCK_WHEN_SAVED = """() => {
  const other = new BroadcastChannel("rounds")
  const watch = new MutationObserver(() => {
    if (!document.querySelector(".toast")?.textContent.includes("Saved")) return
    watch.disconnect()
    other.postMessage({ locked: true })
  })
  watch.observe(document.body, { subtree: true, childList: true, characterData: true })
}"""


@pytest.fixture
def phone(new_phone: Page, server: StandingServer, union: SmallUnion) -> Page:
    """Ana's list, by a clock that the test winds on."""
    new_phone.clock.install()
    return join(new_phone, server, union, "ana")


def lock_after(page: Page, choice: str) -> None:
    """Choose when it locks, and go back to the list."""
    visit(page, "/settings")
    choose(page, "Locks by itself when not used for", choice)
    visit(page, "/")


def is_open(page: Page) -> None:
    expect(page.locator(".row").first).to_be_visible()
    expect(page.locator("main.unlock")).to_have_count(0)


def is_locked(page: Page) -> None:
    expect(page.locator("main.unlock")).to_be_visible()
    expect(page.locator("body")).not_to_contain_text("Minh")


def test_a_phone_that_nobody_uses_locks_after_a_quarter_of_an_hour(phone: Page) -> None:
    phone.clock.run_for("14:30")
    is_open(phone)
    phone.clock.run_for("00:31")
    is_locked(phone)
    unlock(phone)
    is_open(phone)


def test_every_use_begins_the_grace_anew(phone: Page) -> None:
    phone.clock.run_for("14:00")
    phone.keyboard.press("Tab")
    phone.clock.run_for("14:00")
    is_open(phone)
    phone.clock.run_for("01:01")
    is_locked(phone)


def test_who_wants_it_shut_at_once_has_it_shut_when_put_away(phone: Page) -> None:
    lock_after(phone, "At once")
    phone.clock.run_for("04:00")
    is_open(phone)  # a page may be read in peace
    put_away(phone)
    is_locked(phone)


def test_a_phone_that_slept_for_hours_is_locked_before_anybody_sees_it(phone: Page) -> None:
    put_away(phone)
    # Asleep, no timer goes off; the clock has moved on when it wakes.
    phone.clock.set_system_time(phone.evaluate("Date.now()") / 1000 + 4 * 3600)
    put_away(phone, False)
    is_locked(phone)


def test_a_captain_on_duty_is_not_locked_out_before_the_shift_ends(
    new_phone: Page, server: StandingServer, union: SmallUnion
) -> None:
    new_phone.clock.install()
    new_phone.goto(f"{server.url}/join#{union.link_token('cleo')}")
    new_phone.get_by_role("button", name="Join", exact=True).click()
    choose_pin(new_phone)
    new_phone.get_by_role("link", name="Settings").click()
    new_phone.get_by_role("button", name="2 h", exact=True).click()
    expect(new_phone.get_by_role("button", name="End of duty")).to_be_visible()
    new_phone.clock.run_for("01:59:00")
    expect(new_phone.locator("main.settings")).to_be_visible()
    new_phone.clock.run_for("00:01:30")
    expect(new_phone.locator("main.unlock")).to_be_visible()


def test_what_a_lock_takes_from_the_screen_was_saved_and_the_list_is_next(
    new_phone: Page, server: StandingServer, union: SmallUnion
) -> None:
    page = join(new_phone, server, union, "ana")
    page.get_by_role("link", name="Minh Trần").click()
    page.get_by_role("link", name="Note a talk").click()
    choose(page, "Will they put their name on the platform?", "Yes")
    page.evaluate(LOCK_WHEN_SAVED)
    page.get_by_role("button", name="Save").click()
    is_locked(page)
    unlock(page)
    is_open(page)
    expect(page.locator("li", has_text="Minh Trần")).to_contain_text("talked")
