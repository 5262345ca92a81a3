"""Joining in a real browser: from an invitation at the desk, by code, by camera, in a room."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import segno
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect

from server.access.rooms import token_of
from server.config import secret_beside
from tests.conftest import ARGUMENTS, PHONE
from tests.journeys import choose_pin, reload, sign_in
from tests.small_union import SmallUnion
from tests.standing_server import StandingServer
from tools.find_chromium import chromium_path

SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1"
)
INSTAGRAM = SAFARI.replace("Version/18.5", "Instagram 340.0").replace(" Safari/604.1", "")
ANDROID = (
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/150.0.0.0 Mobile Safari/537.36"
)
SIDE = 480
# What moved without anybody having tapped, as Lighthouse counts it.
WATCH_SHIFTS = """
  window.shifts = []
  new PerformanceObserver((list) => {
    for (const { value } of list.getEntries()) shifts.push(value)
  }).observe({ type: "layout-shift", buffered: true })
"""
Contexts = Callable[..., BrowserContext]


@pytest.fixture
def contexts(browser: Browser) -> Iterator[Contexts]:
    """Make contexts of phone size, or as asked; all are closed in the end."""
    made: list[BrowserContext] = []

    def make(**options: Any) -> BrowserContext:
        usual = {"viewport": PHONE, "has_touch": True, "locale": "en-CA"}
        made.append(browser.new_context(**{**usual, **options}))
        return made[-1]

    yield make
    for context in made:
        context.close()


def join_by(page: Page, code: str) -> None:
    """Type a code into the joining screen and join; the PIN was chosen."""
    page.get_by_label("Code or link").fill(code)
    page.get_by_role("button", name="Join", exact=True).click()
    expect(page.get_by_role("link", name="Settings")).to_be_visible()


def test_an_invitation_leads_an_iphone_to_the_home_screen_and_lets_the_code_in(
    contexts: Contexts, server: StandingServer, union: SmallUnion
) -> None:
    office = sign_in(contexts(viewport={"width": 1280, "height": 800}), server, union, "dara")
    office.get_by_role("link", name="Volunteers").click()
    office.get_by_role("link", name="Ana Kowalczyk").click()
    office.get_by_role("button", name="Make the invitation").click()
    expect(office.get_by_role("img", name="QR code of the link")).to_be_visible()
    link = office.locator(".address").inner_text()
    office.get_by_role("button", name="Copy the link").click()
    expect(office.get_by_role("button", name="Copied")).to_be_visible()

    inside = contexts(user_agent=INSTAGRAM).new_page()
    inside.goto(link)
    expect(inside.get_by_text("You are inside another app.")).to_be_visible()
    expect(inside.get_by_role("button", name="Copy the link")).to_be_visible()
    expect(inside.get_by_role("button", name="Join", exact=True)).to_have_count(0)

    safari = contexts(user_agent=SAFARI).new_page()
    safari.goto(link)
    expect(safari.get_by_text("Choose “Add to Home Screen”.")).to_be_visible()
    safari.get_by_role("button", name="Get the code to type").click()
    code = safari.locator(".code").inner_text()

    app = contexts().new_page()  # as on the home screen: a storage of its own, and no link
    app.goto(f"{server.url}/join")
    app.get_by_label("Code or link").fill("ABCD EFGH")
    app.get_by_role("button", name="Join", exact=True).click()
    choose_pin(app)
    expect(app.get_by_role("alert")).to_contain_text("This is not a code of ours.")
    join_by(app, code.lower())
    expect(office.get_by_role("status")).to_contain_text(
        "Ana Kowalczyk has joined: Chrome · Linux."
    )
    expect(office.locator("[data-open]")).to_be_hidden()

    app.get_by_role("link", name="Settings").click()
    expect(app.get_by_text("Version", exact=True)).to_be_visible()
    reload(app)  # at its next start it says which version it runs
    assert any(union.read("SELECT 1 FROM device WHERE app > '' AND unsent = 0") for _ in range(500))

    safari.get_by_role("button", name="Get another code").click()
    expect(safari.get_by_role("heading", name="This link was already used")).to_be_visible()
    expect(safari.get_by_text("It came from Dara Wójcik.")).to_be_visible()
    safari.get_by_role("button", name="Ask for a new link").click()
    expect(safari.get_by_text("Asked. Your coordinators see it")).to_be_visible()
    office.get_by_role("link", name="Volunteers").click()
    expect(office.get_by_role("main")).to_contain_text("Who asks for a new link")
    office.get_by_role("link", name="Invite again").click()
    expect(office.get_by_text("1 phone of 2")).to_be_visible()
    expect(office.get_by_text("nothing, all sent")).to_be_visible()


def test_android_is_offered_the_home_screen_and_never_held_up(
    contexts: Contexts, server: StandingServer, union: SmallUnion
) -> None:
    page = contexts(user_agent=ANDROID).new_page()
    page.goto(f"{server.url}/join#{union.link_token('ana')}")
    expect(page.get_by_text("Best as an app")).to_be_visible()
    page.evaluate(
        """() => {
          const event = new Event("beforeinstallprompt", { cancelable: true })
          event.prompt = async () => { document.title = "prompted" }
          dispatchEvent(event)
        }"""
    )
    page.get_by_role("button", name="Put it on the home screen").click()
    expect(page.get_by_text("choose “Install app”")).to_be_visible()
    page.get_by_role("button", name="Join", exact=True).click()
    choose_pin(page)
    expect(page.get_by_role("link", name="Settings")).to_be_visible()
    (row,) = union.read("SELECT label FROM device WHERE volunteer = 'ana'")
    assert row["label"] == "Chrome · Android"


@pytest.mark.parametrize("agent", [ANDROID, SAFARI, INSTAGRAM])
@pytest.mark.parametrize("path", ["/join", "/join#a.link"])
def test_nothing_moves_under_the_thumb_while_the_joining_page_comes(
    contexts: Contexts, server: StandingServer, agent: str, path: str
) -> None:
    page = contexts(user_agent=agent).new_page()
    page.add_init_script(WATCH_SHIFTS)
    page.goto(f"{server.url}{path}")
    expect(page.locator(".body svg, .body .steps, .body .card").first).to_be_visible()
    page.evaluate("new Promise((seen) => requestAnimationFrame(() => setTimeout(seen)))")
    assert page.evaluate("shifts") == []


def test_a_whole_room_joins_by_one_code_and_a_number_on_both_screens(
    contexts: Contexts, server: StandingServer, union: SmallUnion
) -> None:
    office = sign_in(contexts(viewport={"width": 1280, "height": 800}), server, union, "dara")
    office.goto(f"{server.url}/desk/rooms")
    office.get_by_role("button", name="Open a room").click()
    with office.expect_popup() as wall:
        office.get_by_role("link", name="Show on the wall").click()
    expect(wall.value.get_by_role("img", name="QR code of the link")).to_be_visible()
    link = in_the_code(union, server)

    ana, tova, mallory = (contexts().new_page() for _ in range(3))
    numbers = []
    for page, name in ((ana, "kowalczyk ana"), (tova, "Tova Lindqvist"), (mallory, "Dara Wójcik")):
        page.goto(link)
        page.get_by_label("Your name").fill(name)
        page.get_by_role("button", name="Ask to be let in").click()
        choose_pin(page)
        expect(page.get_by_role("heading", name="Waiting for Dara Wójcik")).to_be_visible()
        numbers.append(page.locator(".sign").inner_text())
        expect(page.get_by_text("Ana Kowalczyk")).to_have_count(0)

    rows = office.locator(".guests > li")
    expect(rows).to_have_count(3)  # the page looks again by itself
    for row, number in zip(rows.all(), numbers, strict=True):
        expect(row.locator(".sign")).to_contain_text(number)
    # Nobody becomes a coordinator by writing a coordinator's name.
    expect(rows.nth(2).get_by_role("button", name="Let in: Dara Wójcik")).to_have_count(0)
    rows.nth(0).get_by_role("button", name="Let in: Ana Kowalczyk").click()
    expect(ana.get_by_role("link", name="Minh Trần")).to_be_visible()
    rows.filter(has_text="Tova").get_by_role("button", name="New: add and let in").click()
    expect(tova.get_by_role("link", name="Settings")).to_be_visible()
    rows.filter(has_text="Dara").get_by_role("button", name="Decline").click()
    expect(mallory.get_by_role("heading", name="You were not let in")).to_be_visible()

    late = contexts().new_page()
    late.goto(link)
    late.get_by_label("Your name").fill("Late")
    office.get_by_role("button", name="Close the room").click()
    expect(office.get_by_role("status")).to_contain_text("Closed.")
    late.get_by_role("button", name="Ask to be let in").click()
    choose_pin(late)
    expect(late.get_by_role("heading", name="This room is closed")).to_be_visible()
    assert len(union.read("SELECT 1 FROM volunteer WHERE name = 'Tova Lindqvist'")) == 1
    assert b"kowalczyk ana" not in b"".join(
        path.read_bytes() for path in union.db.parent.iterdir() if path.is_file()
    )


def in_the_code(union: SmallUnion, server: StandingServer) -> str:
    """Return the address that the code on the wall holds."""
    (row,) = union.read("SELECT id FROM room")
    return f"{server.url}/join#{token_of(secret_beside(union.db), row['id'])}"


def test_the_app_reads_a_code_with_its_camera(
    playwright: Playwright, server: StandingServer, union: SmallUnion, tmp_path: Path
) -> None:
    film = tmp_path / "camera.y4m"
    film.write_bytes(filmed(f"{server.url}/join#{union.link_token('ana')}"))
    camera = [
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    ]
    browser = playwright.chromium.launch(
        executable_path=chromium_path(), args=[*ARGUMENTS, *camera]
    )
    page = browser.new_page(viewport=PHONE, locale="en-CA")
    page.goto(f"{server.url}/join")
    page.get_by_role("button", name="Scan a QR code").click()
    expect(page.get_by_text("One tap, no password.")).to_be_visible()
    page.get_by_role("button", name="Join", exact=True).click()
    choose_pin(page)
    expect(page.get_by_role("link", name="Minh Trần")).to_be_visible()
    browser.close()


def filmed(text: str) -> bytes:
    """Return a film of one picture, as Chromium's fake camera plays it: a QR code on white."""
    code = segno.make(text, error="m", micro=False)
    rows = [*code.matrix_iter(scale=SIDE // (code.symbol_size()[0] + 4), border=4)]
    margin = (SIDE - len(rows)) // 2
    picture = bytearray(b"\xeb" * (SIDE * SIDE))
    for y, row in enumerate(rows):
        start = (y + margin) * SIDE + margin
        picture[start : start + len(row)] = bytes(16 if dark else 235 for dark in row)
    head = f"YUV4MPEG2 W{SIDE} H{SIDE} F10:1 Ip A1:1 C420jpeg\n".encode()
    return head + b"FRAME\n" + bytes(picture) + b"\x80" * (SIDE * SIDE // 2)
