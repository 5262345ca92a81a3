"""What people do with their phones and desks, in the words they see."""

from playwright.sync_api import BrowserContext, Page, expect

from tests.small_union import SmallUnion
from tests.standing_server import StandingServer


def join(page: Page, server: StandingServer, union: SmallUnion, volunteer: str) -> Page:
    """Open a joining link, join, and wait until the app is ready to work without signal."""
    page.goto(f"{server.url}/join#{union.link_token(volunteer)}")
    page.get_by_role("button", name="Join", exact=True).click()
    choose_pin(page)
    expect(page.get_by_role("link", name="Settings")).to_be_visible()
    expect(page.locator(".row").first).to_be_visible()
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    return page


PIN = "204917"
HIDDEN = """(isHidden) => {
  Object.defineProperty(document, "hidden", { value: isHidden, configurable: true })
  document.dispatchEvent(new Event("visibilitychange", { bubbles: true }))
}"""


def choose_pin(page: Page, pin: str = PIN) -> None:
    """Type a new PIN twice, as after tapping Join."""
    page.get_by_label("New PIN, six digits").fill(pin)
    page.get_by_role("button", name="Next", exact=True).click()
    page.get_by_label("The same PIN again").fill(pin)
    page.get_by_role("button", name="Use this").click()


def unlock(page: Page, pin: str = PIN) -> None:
    """Type the PIN of a locked phone; it opens with the last digit. Its screen has no other h1."""
    expect(page.locator("main.unlock")).to_be_visible()
    page.locator("#pin").fill(pin)
    expect(page.locator("main.unlock")).to_have_count(0)


def reload(page: Page) -> None:
    """Start the app anew, as after it was closed."""
    page.reload()
    unlock(page)


def look_again(page: Page) -> None:
    """Let the phone ask the server for news, as when signal comes back."""
    page.evaluate("dispatchEvent(new Event('online'))")


def put_away(page: Page, is_hidden: bool = True) -> None:
    """Let the page believe that nobody sees it, or that somebody looks again."""
    page.evaluate(HIDDEN, is_hidden)


def visit(page: Page, path: str) -> None:
    """Go to another screen without starting anew, as links do."""
    page.evaluate(
        "(path) => { history.pushState(null, '', path); dispatchEvent(new Event('popstate')) }",
        path,
    )


def note_talk(page: Page, name: str, *, words: str = "", platform: str) -> None:
    """From the list: open a person, note a talk, save it."""
    page.get_by_role("link", name=name).click()
    page.get_by_role("link", name="Note a talk").click()
    if words:
        page.get_by_label("What is the workload like?").fill(words)
    choose(page, "Will they put their name on the platform?", platform)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved on this phone.")).to_be_visible()


def choose(page: Page, question: str, choice: str) -> None:
    """Tap one of the choices of a question."""
    page.get_by_role("group", name=question).get_by_label(choice, exact=True).check()


def sign_in(context: BrowserContext, server: StandingServer, union: SmallUnion, who: str) -> Page:
    """Open a coordinator's link and sign in at the desk."""
    page = context.new_page()
    page.goto(f"{server.url}/desk/join#{union.link_token(who, 'desk')}")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Winter blitz")
    return page
