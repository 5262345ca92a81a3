"""Take a contact sheet of every screen of the phone. Run by `make screenshots`.

One picture a screen, in docs/screenshots/phone/: light and dark, English and French, and at twice
the text size, from the demo's union at a fixed moment, so that the same screens make the same
pictures. The screens stand in tests/phone_screens.py.
"""

import base64
import os
import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from playwright.sync_api import Browser, Page, expect

from server.commands.common import writing
from server.config import Settings
from server.ids import now_ms
from server.sample import Sample, make
from sync.kinds import load_kinds
from sync.save import Change
from tests.journeys import visit
from tests.phone_stage import Stage
from tests.phone_troubles import add_troubled
from tests.small_union import SmallUnion
from tests.standing_server import StandingServer

PICTURES = Path(__file__).parent.parent / "docs" / "screenshots" / "phone"
# A Tuesday at noon in the union's zone; server and phones begin then.
MOMENT_MS = 1_791_914_400_000
PEOPLE, SEED = 150, 1912
LOOKS = (
    ("en", "light", "normal"),
    ("en", "dark", "normal"),
    ("fr", "light", "normal"),
    ("fr", "dark", "normal"),
    ("fr", "light", "double"),
)
SENT = re.compile("all sent|tout envoyé")
QUALITY = 35
WIDTH, HEIGHT, GAP = 360, 640, 12
SHEET = f"""<!doctype html><style>
  body {{ margin: 0; padding: {GAP}px; display: flex; gap: {GAP}px; background: #d9dcd6 }}
  img {{ inline-size: {WIDTH}px; block-size: {HEIGHT}px }}
</style>"""


def take(browser: Browser) -> None:
    """Take the picture of every screen."""
    shots: defaultdict[str, list[bytes]] = defaultdict(list)
    with demo_stage(browser) as stage:
        for language, scheme, text in LOOKS:
            for name, page in stage.walk(language, scheme, text):
                shots[name.split(" ")[0]].append(picture(page))
    PICTURES.mkdir(parents=True, exist_ok=True)
    for name, taken in shots.items():
        (PICTURES / f"{name}.webp").write_bytes(sheet(browser, taken))


def picture(page: Page) -> bytes:
    """Return what the phone shows once all is sent, without the mark of where somebody types."""
    pill = page.locator(".pill:not(.due)")
    if pill.count():
        expect(pill).to_have_text(SENT)
    return page.screenshot(animations="disabled", caret="hide")


def sheet(browser: Browser, shots: list[bytes]) -> bytes:
    """Return pictures side by side as one."""
    width = GAP + len(shots) * (WIDTH + GAP)
    page = browser.new_page(viewport={"width": width, "height": HEIGHT + 2 * GAP})
    images = (base64.b64encode(shot).decode() for shot in shots)
    page.set_content(SHEET + "".join(f'<img src="data:image/png;base64,{i}">' for i in images))
    page.wait_for_function("[...document.images].every((image) => image.complete)")
    asked = {"format": "webp", "quality": QUALITY}
    taken = page.context.new_cdp_session(page).send("Page.captureScreenshot", asked)
    page.close()
    return base64.b64decode(taken["data"])


@contextmanager
def demo_stage(browser: Browser) -> Iterator[Stage]:
    """Serve the demo's union at the moment of the pictures, with the phones that walk along."""
    with TemporaryDirectory() as folder:
        union = SmallUnion(Path(folder) / "rounds.db")
        ahead_ms = MOMENT_MS - now_ms()
        os.environ["CLOCK_AHEAD_MS"] = str(ahead_ms)
        import tests.altered_server.clock  # noqa: F401 from here on links are made then, too

        shown = made(union)
        union.write(Change("volunteer", "nia", NEWCOMER))
        union.write(Change("in_use", "assessment", {"on": True}))
        union.write(Change("volunteer", shown.go_to, {"roles/steward": True}))
        server = StandingServer(union.db, module="tests.altered_server.clock")
        server.start()
        stage = Stage(browser, server.url, {}, ahead_ms=ahead_ms)
        who = {"steward": shown.go_to, "captain": shown.captain, "newcomer": "nia"}
        for whose, volunteer in who.items():
            stage.phones[whose] = stage.joined(union.link_token(volunteer))
        stage.names |= {**names(stage.phones["steward"]), "link": union.link_token(shown.go_to)}
        add_troubled(stage, union, shown.coordinator)
        note_talk(stage.phones["steward"], stage.names["promised"])
        yield stage
        server.kill()


NEWCOMER: dict[str, Any] = {
    "name": "Nia Oyelaran",
    "roles/go_to": True,
    "active": True,
    "language": "en",
}


def made(union: SmallUnion) -> Sample:
    """Make the demo's union and return whom to show it to."""
    chosen = Settings(db=union.db)
    with writing(chosen) as writer:
        return make(writer, load_kinds(), MOMENT_MS, chosen.zone, SEED, PEOPLE, lambda _: None)


def note_talk(page: Page, person: str) -> None:
    """Note a talk on this phone, so that there is one to change."""
    visit(page, f"/talk/{person}")
    page.locator(".choice input").first.check()
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".list .toast.shown")).to_be_visible()
    expect(page.get_by_text("all sent")).to_be_visible()


def names(page: Page) -> dict[str, str]:
    """Return whom the screens are of: somebody promised something, and two not talked to."""
    rows = {
        "promised": page.locator("a.row", has=page.locator(".due")).first,
        "person": page.locator("[aria-labelledby=group-1] a.row").first,
        "noted": page.locator("[aria-labelledby=group-1] a.row").last,
    }
    return {name: str(row.get_attribute("href")).split("/")[2] for name, row in rows.items()}
