"""The same phone in the other engines: Firefox, and WebKit as in Safari."""

import platform
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, expect

from tests.conftest import PHONE
from tests.journeys import PIN, join, note_talk, reload, sign_in
from tests.small_union import SmallUnion
from tests.standing_server import StandingServer
from tests.webkit import webkit
from tools.find_engines import firefox_path

pytestmark = pytest.mark.skipif(
    platform.system() != "Linux", reason="Debian's Firefox and WebKitGTK are there on Linux only"
)
ROW = "//a[contains(@class, 'row')][contains(., 'Minh Trần')]"


@pytest.fixture
def firefox(playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.firefox.launch(channel="moz-firefox", executable_path=firefox_path())
    yield browser
    browser.close()


def test_in_firefox_three_talks_without_signal_stand_on_the_desk(
    firefox: Browser, server: StandingServer, union: SmallUnion
) -> None:
    page = firefox.new_context(viewport=PHONE, has_touch=True, locale="en-CA").new_page()
    join(page, server, union, "ana")
    server.kill()
    note_talk(page, "Minh Trần", words="Two of us for 31 patients", platform="Yes")
    note_talk(page, "Siobhán O’Keefe-Tremblay", platform="Not yet")
    reload(page)
    expect(page.get_by_text("2 kept here")).to_be_visible()
    note_talk(page, "Adaeze Okonkwo", platform="Don’t know")
    page.get_by_role("link", name="3 kept here").click()
    server.start()
    page.get_by_role("button", name="Send now").click()
    expect(page.get_by_text("Done. All is sent.")).to_be_visible()
    assert len(union.read("SELECT * FROM conversation WHERE result = 'talked'")) == 3

    desk = firefox.new_context(viewport={"width": 1280, "height": 800}, locale="en-CA")
    office = sign_in(desk, server, union, "dara")
    office.get_by_role("link", name="Conversations").click()
    expect(office.get_by_role("main")).to_contain_text("Two of us for 31 patients")


def test_in_webkit_the_phone_opens_saves_and_sends_after_a_reload_without_signal(
    server: StandingServer, union: SmallUnion, tmp_path: Path
) -> None:
    with webkit(tmp_path) as phone:
        phone.goto(f"{server.url}/join#{union.link_token('ana')}")
        phone.tap("//button[normalize-space() = 'Join']")
        for button in ("Next", "Use this"):
            phone.write("//input[@id = 'pin']", PIN)
            phone.tap(f"//button[normalize-space() = '{button}']")
        phone.wait(ROW)
        phone.wait("//a[contains(., 'all sent')]")
        phone.run("return navigator.serviceWorker.ready.then(() => true)")
        server.kill()

        phone.reload()
        phone.write("//input[@id = 'pin']", PIN)
        phone.tap(ROW)
        phone.tap("//a[contains(., 'Note a talk')]")
        phone.tap("//label[normalize-space() = 'Not yet']")
        phone.tap("//button[normalize-space() = 'Save']")
        phone.wait("//a[contains(., '1 kept here')]")

        phone.reload()
        phone.write("//input[@id = 'pin']", PIN)
        phone.tap("//a[contains(., '1 kept here')]")
        server.start()
        phone.tap("//button[normalize-space() = 'Send now']")
        phone.wait("//*[contains(., 'Done. All is sent.')]")
    (talk,) = union.read("SELECT * FROM conversation")
    assert (talk["person"], talk["result"]) == ("minh", "talked")
