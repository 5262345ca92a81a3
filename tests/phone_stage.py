"""Phones to walk along every screen with: a steward's, a captain's, troubled ones, and new ones."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from sync.save import Change
from tests.journeys import choose, choose_pin, visit
from tests.phone_screens import SCREENS, PhoneScreen, arrive
from tests.phone_troubles import add_troubled
from tests.small_union import make_small_union
from tests.standing_server import StandingServer

VIEWPORT = {"width": 360, "height": 640}
LANGUAGES = {"en": "en-CA", "fr": "fr-CA"}


class Stage:
    """A server, and phones in one browser. `names` fill in the paths of screens.

    ahead_ms: how far the server's clock, and that of the phones with it, is ahead.
    """

    def __init__(
        self, browser: Browser, url: str, names: dict[str, str], ahead_ms: int = 0
    ) -> None:
        self.browser = browser
        self.url = url
        self.names = names
        self.ahead_ms = ahead_ms
        self.phones: dict[str, Page] = {}

    def new_phone(self, **more: Any) -> Page:
        """Return the page of a phone nobody has used."""
        look = {"viewport": VIEWPORT, "has_touch": True, "locale": "en-CA"}
        # No colour is looked at on its way to another.
        context = self.browser.new_context(reduced_motion="reduce", **{**look, **more})
        if self.ahead_ms:
            context.clock.install(time=self.now_ms() / 1000)
        return context.new_page()

    def now_ms(self) -> int:
        """Return what time it is for the server and the phones."""
        return int(time.time() * 1000) + self.ahead_ms

    def joined(self, token: str) -> Page:
        """Return the page of a phone that has joined and sent all."""
        page = self.new_phone()
        page.goto(f"{self.url}/join#{token}")
        page.get_by_role("button", name="Join", exact=True).click()
        choose_pin(page)
        expect(page.get_by_text("all sent")).to_be_visible()
        expect(page.locator(".row, .card").first).to_be_visible()
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        return page

    @contextmanager
    def at(self, screen: PhoneScreen, language: str, scheme: str = "light") -> Iterator[Page]:
        """Be at a screen, in a language and a theme."""
        page = self.phones.get(screen.whose)
        if page is None:
            context = {"locale": LANGUAGES[language], "user_agent": screen.agent}
            with closing(self.new_phone(**context)) as page:
                page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
                page.add_init_script(screen.script)
                page.goto(self.url + screen.path.format_map(self.names))
                for step in screen.steps:
                    step(page)
                expect(page.locator(screen.ready).first).to_be_visible()
                yield page
        else:
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            arrive(page, screen, self.names)
            yield page

    def speak(self, language: str) -> None:
        """Change the language of the phones that are in use."""
        for page in self.phones.values():
            visit(page, "/settings")
            page.locator("[name=language]").nth([*LANGUAGES].index(language)).check()
            expect(page.locator("html")).to_have_attribute("lang", language)

    def walk(
        self, language: str = "en", scheme: str = "light", text: str = "normal"
    ) -> Iterator[tuple[str, Page]]:
        """Go to every screen there is; the name says which, and how it is looked at."""
        self.speak(language)
        for screen in SCREENS:
            with self.at(screen, language, scheme) as page, text_size(page, text):
                yield f"{screen.name} ({language}, {scheme})", page


@contextmanager
def closing(page: Page) -> Iterator[Page]:
    """Close a phone for good afterwards."""
    try:
        yield page
    finally:
        page.context.close()


@contextmanager
def text_size(page: Page, size: str) -> Iterator[None]:
    """Set the text size of the system for a while."""
    if size == "normal":
        yield
        return
    session = page.context.new_cdp_session(page)
    for standard in (32, 16):
        session.send("Page.setFontSizes", {"fontSizes": {"standard": standard}})
        expect(page.locator("html")).to_have_css("font-size", f"{standard}px")
        if standard == 32:
            yield
    session.detach()


@pytest.fixture(scope="module")
def stage(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The small union with a talk noted, something promised, somebody new, and every trouble."""
    union = make_small_union(tmp_path_factory.mktemp("stage") / "rounds.db")
    someone = {"name": "Nia Oyelaran", "roles/go_to": True, "active": True, "language": "en"}
    union.write(Change("volunteer", "nia", someone))
    union.write(Change("in_use", "assessment", {"on": True}))
    union.write(Change("volunteer", "ana", {"roles/steward": True}))
    server = StandingServer(union.db, is_warm=True)
    server.start()
    names = {"person": "minh", "promised": "siobhan", "noted": "adaeze"}
    stage = Stage(browser, server.url, {**names, "link": union.link_token("luc")})
    for whose, volunteer in (("steward", "ana"), ("captain", "cleo"), ("newcomer", "nia")):
        stage.phones[whose] = stage.joined(union.link_token(volunteer))
    add_troubled(stage, union, "dara")
    promise(stage.phones["steward"])
    yield stage
    for page in stage.phones.values():
        page.context.close()
    server.kill()


def promise(page: Page) -> None:
    """Note a talk with somebody who was promised something."""
    visit(page, "/talk/siobhan")
    choose(page, "Did you promise something?", "Yes")
    page.get_by_label("What did you promise?").fill("Bring the overtime form")
    choose(page, "By when?", "Tomorrow")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("all sent")).to_be_visible()
