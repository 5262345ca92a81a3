"""axe on every page of the desk, light and dark, English and French."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from sync.save import Change
from tests.axe import IS_ALL, LOOKS, faults
from tests.conftest import PHONE
from tests.journeys import join, sign_in
from tests.small_union import SmallUnion
from tests.standing_server import StandingServer

DESK = (
    *("/desk", "/desk/people", "/desk/people/minh", "/desk/conversations", "/desk/review"),
    *("/desk/lines", "/desk/lines/gate-3", "/desk/upload", "/desk/people/nobody"),
    *("/desk/imports", "/desk/me", "/desk/imports/list-1", "/desk/same-person?id=minh"),
    "/desk/answers",
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
