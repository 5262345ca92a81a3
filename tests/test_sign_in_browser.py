"""Signing in at the desk in a real browser, with Chromium's virtual authenticator."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, CDPSession, Page, expect

from tests.conftest import PHONE
from tests.journeys import sign_in
from tests.small_union import Opened, SmallUnion
from tests.standing_server import StandingServer
from tests.test_accessible import faults

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def named_server(union: SmallUnion) -> Iterator[StandingServer]:
    """A server that people reach by a name: browsers make no passkeys at a number."""
    server = StandingServer(union.db, host="localhost")
    server.start()
    yield server
    server.kill()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-CA")
    yield context.new_page()
    context.close()


def with_authenticator(page: Page) -> tuple[CDPSession, str]:
    """Give a page's browser a fingerprint reader that always says yes."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    added = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    return devtools, added["authenticatorId"]


def assert_fits_a_phone(page: Page) -> None:
    """Look at a page in French, which is longer, on a phone's screen; then go back."""
    page.get_by_role("button", name="Français").click()
    expect(page.get_by_role("button", name="avec une clé d’accès")).to_be_visible()
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.set_viewport_size({"width": 1280, "height": 800})
    page.get_by_role("button", name="English").click()


def test_from_a_link_to_a_passkey_and_back(
    page: Page, named_server: StandingServer, union: SmallUnion
) -> None:
    desk = sign_in(page.context, named_server, union, "dara")
    devtools, authenticator = with_authenticator(desk)

    desk.get_by_role("link", name="Signed in: Dara Wójcik").click()
    found = faults(desk)
    desk.get_by_role("link", name="Add a passkey").click()
    found += faults(desk)
    expect(desk.get_by_label("What you call it")).to_have_value("Chrome · Linux")
    desk.get_by_label("What you call it").fill("Office laptop")
    desk.get_by_role("button", name="Make the passkey").click()
    expect(desk.get_by_role("status")).to_contain_text("Your passkey is there.")
    expect(desk.get_by_text("Office laptop", exact=True)).to_be_visible()

    desk.get_by_role("link", name="Add a passkey").click()
    desk.get_by_role("button", name="Make the passkey").click()
    expect(desk.get_by_text("already holds a passkey of yours")).to_be_visible()

    desk.get_by_role("contentinfo").get_by_role("button", name="Sign out").click()
    assert_fits_a_phone(desk)
    desk.get_by_role("button", name="Sign in with a passkey").click()
    expect(desk.get_by_role("heading", level=1)).to_contain_text("Winter blitz")

    # Old enough to be asked again; what was posted is said to be still unsent.
    with Opened(union.db) as db:
        db.execute("UPDATE device SET fresh_at = fresh_at - 3600000")
    desk.get_by_role("link", name="Signed in: Dara Wójcik").click()
    desk.get_by_role("button", name="Remove · Office laptop").click()
    expect(desk.get_by_text("Nothing was changed yet.")).to_be_visible()
    assert_fits_a_phone(desk)
    desk.emulate_media(color_scheme="dark")
    found += faults(desk)
    devtools.send(
        "WebAuthn.setUserVerified", {"authenticatorId": authenticator, "isUserVerified": False}
    )
    desk.get_by_role("button", name="Confirm with a passkey").click()
    expect(desk.get_by_text("No passkey was used.")).to_be_visible()
    devtools.send(
        "WebAuthn.setUserVerified", {"authenticatorId": authenticator, "isUserVerified": True}
    )
    desk.get_by_role("button", name="Confirm with a passkey").click()
    expect(desk.get_by_role("status")).to_contain_text("please send it again now")
    desk.get_by_role("button", name="Remove · Office laptop").click()
    expect(desk.get_by_role("status")).to_contain_text("Removed.")

    desk.get_by_role("button", name="Sign out everywhere").click()
    desk.get_by_role("button", name="Sign in with a passkey").click()
    expect(desk.get_by_text("This passkey is not known here.")).to_be_visible()
    assert found + faults(desk) == []
    sign_in(page.context, named_server, union, "dara")  # the link is the way back in
