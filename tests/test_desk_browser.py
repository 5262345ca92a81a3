"""The desk in a real browser: signing in, without JavaScript, on a narrow window, on paper."""

import pytest
from playwright.sync_api import Browser, Page, expect

from server.access.invitations import code_for, invite
from server.config import secret_beside
from server.ids import now_ms
from sync.save import Change
from tests.desk import two_phone_numbers
from tests.journeys import sign_in
from tests.small_union import HOUR_MS, Opened, SmallUnion
from tests.standing_server import StandingServer

PAGES = [
    *("/desk", "/desk/people", "/desk/people/minh", "/desk/conversations", "/desk/review"),
    *("/desk/lines", "/desk/lines/gate-3", "/desk/upload", "/desk/imports"),
    *("/desk/same-person?id=minh", "/desk/same-person?id=minh&id=siobhan&id=adaeze"),
    *("/desk/me", "/desk/imports/list-1"),
    *("/desk/people/minh/consent", "/desk/people/minh/correct?field=note"),
    *("/desk/people/minh/erase", "/desk/people/minh/everything", "/desk/privacy"),
    *("/desk/privacy/retention", "/desk/privacy/retention/campaign-1"),
    *("/desk/privacy/employers", "/desk/privacy/audit"),
    *("/desk/volunteers", "/desk/volunteers/ana"),
    *("/desk/volunteers/new", "/desk/volunteers/ana/edit", "/desk/rooms"),
]


@pytest.fixture
def page(browser: Browser):
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-CA")
    yield context.new_page()
    context.close()


def test_a_used_link_says_whom_to_ask(page: Page, server: StandingServer, union: SmallUnion):
    link = f"{server.url}/desk/join#{union.link_token('dara', 'desk')}"
    page.goto(link)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Winter blitz")
    page.goto(link)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("This link was already used.")
    expect(page.get_by_role("alert")).to_contain_text("ask your coordinator for a new one")
    expect(page.get_by_role("button", name="Sign in")).to_be_hidden()

    page.goto(f"{server.url}/desk/static/join.js")  # away, so that no fragment stays
    page.goto(f"{server.url}/desk/join")
    with Opened(union.db) as db:
        now = now_ms()
        made = invite(db, secret_beside(union.db), "dara", "desk", now, HOUR_MS)
        code = code_for(db, secret_beside(union.db), made, now)
    page.get_by_label("Code").fill("AAAA AAAA")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("This is not a code of ours.")
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Winter blitz")


def test_a_link_survives_switching_the_language(
    page: Page, server: StandingServer, union: SmallUnion
):
    page.goto(f"{server.url}/desk/join#{union.link_token('dara', 'desk')}")
    page.get_by_role("button", name="Français").click()
    page.get_by_role("button", name="Ouvrir la session").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Blitz d’hiver")


def test_two_answers_are_settled_without_javascript(
    browser: Browser, page: Page, server: StandingServer, union: SmallUnion
):
    two_phone_numbers(union)
    sign_in(page.context, server, union, "dara")
    plain = browser.new_context(
        java_script_enabled=False, storage_state=page.context.storage_state()
    )
    desk = plain.new_page()
    desk.goto(f"{server.url}/desk/review")
    desk.get_by_role("button", name="587 555-0142").click()
    expect(desk.get_by_role("status")).to_contain_text("Settled.")
    desk.get_by_role("button", name="Undo").first.click()
    expect(desk.get_by_role("button", name="587 555-0199")).to_be_visible()
    plain.close()


def test_somebody_is_invited_without_javascript(
    browser: Browser, page: Page, server: StandingServer, union: SmallUnion
):
    sign_in(page.context, server, union, "dara")
    plain = browser.new_context(
        java_script_enabled=False, storage_state=page.context.storage_state()
    )
    desk = plain.new_page()
    desk.goto(f"{server.url}/desk/volunteers/ana")
    desk.get_by_label("Somewhere else").check()
    desk.get_by_role("button", name="Make the invitation").click()
    expect(desk.locator(".address")).to_contain_text(f"{server.url}/join#")
    expect(desk.get_by_role("img", name="QR code of the link")).to_be_visible()
    expect(desk.get_by_role("button", name="Copy the link")).to_be_hidden()
    desk.get_by_role("link", name="Look at the phones").click()
    desk.get_by_role("button", name="Take back").click()
    expect(desk.get_by_role("status")).to_contain_text("Taken back")
    plain.close()


@pytest.mark.parametrize("language", ["English", "Français"])
def test_nothing_is_wider_than_a_narrow_window(
    page: Page, server: StandingServer, union: SmallUnion, language: str
):
    two_phone_numbers(union)
    union.write(Change("import", "list-1", {"file": "members.csv", "saves": 2}))
    desk = sign_in(page.context, server, union, "dara")
    desk.get_by_role("button", name=language).click()
    desk.set_viewport_size({"width": 400, "height": 800})
    for path in PAGES:
        desk.goto(f"{server.url}{path}")
        assert desk.evaluate("document.documentElement.scrollWidth") <= 400, path


def test_paper_is_white_and_has_no_buttons(page: Page, server: StandingServer, union: SmallUnion):
    two_phone_numbers(union)
    union.write(Change("import", "list-1", {"file": "members.csv", "saves": 2}))
    desk = sign_in(page.context, server, union, "dara")
    desk.emulate_media(media="print", color_scheme="dark")
    for path in PAGES:
        desk.goto(f"{server.url}{path}")
        paper = desk.evaluate("getComputedStyle(document.body).backgroundColor")
        assert paper == "rgb(255, 255, 255)", path
        expect(desk.locator("button:visible")).to_have_count(0)


def test_the_first_tab_leads_past_the_navigation(
    page: Page, server: StandingServer, union: SmallUnion
):
    desk = sign_in(page.context, server, union, "dara")
    desk.keyboard.press("Tab")
    expect(desk.get_by_role("link", name="Skip to the content")).to_be_focused()
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("main")).to_be_focused()
