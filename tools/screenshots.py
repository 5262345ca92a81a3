"""Take the pictures of the README anew, from a fresh sample union. Run by `make screenshots`.

They are written to docs/screenshots/: four screens of the phone side by side, two pages of the
desk, and in phone/ every screen of the phone: tools/phone_pictures.py.
"""

import base64
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tools import phone_pictures
from tools.find_chromium import chromium_path

HOUSE = Path(__file__).parent.parent
PICTURES = HOUSE / "docs" / "screenshots"
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1440, "height": 900}
LINK = re.compile(r"http://\S+/join#\S+")
FRAME = """<!doctype html><style>
  body { margin: 0; padding: 24px; display: flex; gap: 24px; background: #d9dcd6 }
  img { inline-size: 360px; border-radius: 16px; box-shadow: 0 2px 12px #0003 }
</style>"""


def main() -> None:
    """Take every picture."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with demo() as links, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium_path(), args=["--no-sandbox", "--hide-scrollbars"]
        )
        go_to, captain, coordinator = links
        shots = [*steward(browser, go_to), line(browser, captain)]
        side_by_side(browser, shots, PICTURES / "phone.png")
        desk(browser, coordinator)
        phone_pictures.take(browser)
        browser.close()


@contextmanager
def demo() -> Iterator[list[str]]:
    """Run `rounds demo` on a database of its own; give its three links."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-u", "-m", "server", "demo", "--port", "8765"]
        server = subprocess.Popen(
            [*command, "--db", f"{folder}/rounds.db"], stdout=subprocess.PIPE, text=True, cwd=HOUSE
        )
        try:
            yield printed_links(server)
        finally:
            server.terminate()
            server.wait()


def printed_links(server: subprocess.Popen[str]) -> list[str]:
    """Return the links a starting demo prints."""
    links: list[str] = []
    for said in server.stdout or ():
        links += LINK.findall(said)
        if said.startswith("Stop with"):
            break
    return links


def steward(browser: Browser, link: str) -> list[bytes]:
    """Return my list, a person before the talk, and the talk."""
    page = joined(browser, link)
    shots = [page.screenshot()]
    page.locator("a.row", has=page.locator(".due")).first.click()
    page.get_by_role("link", name="Note a talk").wait_for()
    shots.append(page.screenshot())
    page.get_by_role("link", name="Note a talk").click()
    page.get_by_role("radio").nth(1).wait_for(state="attached")
    first = page.get_by_role("group").filter(has=page.get_by_role("radio", name="Not yet"))
    first.get_by_label("Yes", exact=True).check()
    first.evaluate("group => scrollTo(0, group.offsetTop - 120)")
    shots.append(page.screenshot())
    page.context.close()
    return shots


def line(browser: Browser, link: str) -> bytes:
    """Return the captain's line."""
    page = joined(browser, link)
    page.locator(".count").wait_for()
    shot = page.screenshot()
    page.context.close()
    return shot


def desk(browser: Browser, link: str) -> None:
    """Write the overview and the review page."""
    page = browser.new_context(viewport=DESK, locale="en-CA").new_page()
    page.goto(link)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="Review").wait_for()
    page.screenshot(path=PICTURES / "desk.png")
    page.get_by_role("link", name="Review").click()
    page.wait_for_load_state()
    page.screenshot(path=PICTURES / "review.png")
    page.context.close()


def joined(browser: Browser, link: str) -> Page:
    """Return a phone that has joined and whose toast is gone."""
    context = browser.new_context(viewport=PHONE, device_scale_factor=2, locale="en-CA")
    page = context.new_page()
    page.goto(link)
    page.get_by_role("button", name="Join", exact=True).click()
    for _ in range(2):
        page.locator("#pin").fill("204917")
        page.locator(".foot button").click()
    page.get_by_text("Welcome,").wait_for()
    page.get_by_text("all sent").wait_for()
    page.mouse.move(2, 2)
    page.get_by_text("Welcome,").wait_for(state="hidden")
    return page


def side_by_side(browser: Browser, shots: list[bytes], path: Path) -> None:
    """Write several phone pictures as one."""
    images = (base64.b64encode(shot).decode() for shot in shots)
    page = browser.new_page(viewport={"width": 24 + 384 * len(shots), "height": 788})
    page.set_content(FRAME + "".join(f'<img src="data:image/png;base64,{i}">' for i in images))
    page.screenshot(path=path)
    page.close()


if __name__ == "__main__":
    main()
