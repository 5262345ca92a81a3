"""axe on every screen and every page, light and dark, English and French."""

import os
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from sync.save import Change
from tests.conftest import PHONE
from tests.journeys import join, note_talk, sign_in, unlock, visit
from tests.small_union import SmallUnion
from tests.standing_server import StandingServer

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
# Both themes and both languages; `make soak` looks at every pair of them, on every page.
LOOKS = [("light", "en"), ("dark", "fr")]
IS_ALL = os.environ.get("ROUNDS_LOOKS") == "all"
if IS_ALL:
    LOOKS += [("dark", "en"), ("light", "fr")]
STEWARD = (
    *("/", "/person/minh", "/talk/minh", "/done", "/settings", "/settings#pin", "/join"),
    *("/person/nobody", "/consent/minh"),
)
CAPTAIN = ("/", "/line/gate-3", "/settings")
DESK = (
    *("/desk", "/desk/people", "/desk/people/minh", "/desk/conversations", "/desk/review"),
    *("/desk/lines", "/desk/lines/gate-3", "/desk/upload", "/desk/people/nobody"),
    *("/desk/imports", "/desk/me", "/desk/imports/list-1", "/desk/same-person?id=minh"),
    "/desk/same-person?id=minh&id=siobhan&id=adaeze",
    # The other pages of privacy and rights are made of the same pieces.
    *("/desk/people/minh/consent", "/desk/people/minh/everything"),
    *("/desk/privacy/retention/campaign-1", "/desk/privacy/employers"),
    *("/desk/volunteers", "/desk/volunteers/ana", "/desk/volunteers/ana/edit", "/desk/rooms"),
)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport=PHONE, has_touch=True, locale="en-CA")
    yield context.new_page()
    context.close()


def faults(page: Page) -> list[str]:
    """Return what axe objects to, a line each."""
    return [
        f"{page.url}: {violation['id']} {node['target']}"
        for violation in Axe().run(page, options=RULES).response["violations"]
        for node in violation["nodes"]
    ]


def use_language(page: Page, language: str) -> None:
    visit(page, "/settings")
    page.get_by_role("radio", name={"en": "English", "fr": "Français"}[language]).check()
    expect(page.locator("html")).to_have_attribute("lang", language)


@pytest.mark.parametrize(
    ("volunteer", "paths"), [("ana", STEWARD), ("cleo", CAPTAIN)], ids=["steward", "captain"]
)
def test_every_screen_of_the_phone(
    page: Page,
    server: StandingServer,
    union: SmallUnion,
    volunteer: str,
    paths: tuple[str, ...],
) -> None:
    page.goto(f"{server.url}/join")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    found = faults(page)
    join(page, server, union, volunteer)
    if volunteer == "ana":
        note_talk(page, "Siobhán O’Keefe-Tremblay", platform="Yes")
        found += faults(page)  # the list with its toast
    for scheme, language in LOOKS:
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        use_language(page, language)
        for path in paths:
            visit(page, path)
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            found += faults(page)
        page.locator(".hide").click()
        found += faults(page)
        page.locator(".foot button").click()
        expect(page.locator("main.unlock")).to_be_visible()
        found += faults(page)
        unlock(page)
    assert found == []


def test_every_page_of_the_desk(
    page: Page, browser: Browser, server: StandingServer, union: SmallUnion
) -> None:
    union.write(Change("import", "list-1", {"file": "members.csv", "saves": 2}))
    for number in ("587 555-0142", "587 555-0199"):
        context = browser.new_context(viewport=PHONE, locale="en-CA")
        phone = join(context.new_page(), server, union, "ana")
        phone.get_by_role("link", name="Minh Trần").click()
        phone.get_by_role("link", name="Note a talk").click()
        phone.get_by_role("radio", name="Yes, by phone").check()
        phone.get_by_label("Which number?").fill(number)
        phone.get_by_role("button", name="Save").click()
        expect(phone.get_by_text("all sent")).to_be_visible()
        context.close()
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(f"{server.url}/desk/join")
    found = faults(page)
    desk = sign_in(page.context, server, union, "dara")
    for scheme, language in LOOKS:
        desk.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        desk.goto(f"{server.url}/desk")
        if desk.locator("html").get_attribute("lang") != language:
            name = {"en": "English", "fr": "Français"}[language]
            desk.get_by_role("button", name=name).click()
        expect(desk.locator("html")).to_have_attribute("lang", language)
        for path in DESK if IS_ALL else DESK[LOOKS.index((scheme, language)) :: 2]:
            desk.goto(f"{server.url}{path}")
            found += faults(desk)
    assert found == []
