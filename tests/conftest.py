"""What tests stand on: a real server process on a real file, and a real Chromium."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright
from starlette.testclient import TestClient

from server.app import create_app
from server.config import Settings
from tests.access_matrix import summary
from tests.bad_network import BadNetwork, bad_network
from tests.model_phone import Join, ModelPhone
from tests.node_line import node_ana, node_line, node_phones  # noqa: F401 they are fixtures
from tests.phone_stage import VIEWPORT, stage  # noqa: F401 it is a fixture
from tests.small_union import Opened, SmallUnion, make_small_union
from tests.standing_server import StandingServer
from tests.static_server import serve_folder
from tools.find_chromium import chromium_path

HOUSE = Path(__file__).parent.parent
# Generous, because two cores may be busy: what is waited for comes as soon as it can.
expect.set_options(timeout=20_000)
PHONE = VIEWPORT
# Every new context would load two pages of the desktop's address bar, for more than the test's own
# page costs. Of several such arguments the last counts, so Playwright's own stand here again.
FEATURES_OFF = (
    *("WebUIOmniboxPopup", "WebUIOmniboxAimPopup"),
    *("AimEnabled", "AvoidCorsURLLoaderRestartOnRedirect", "AvoidUnnecessaryBeforeUnloadCheckSync"),
    *("BlockOriginHeaderModificationOnRedirect", "DestroyProfileOnBrowserClose", "HttpsUpgrades"),
    *("DialMediaRouteProvider", "GlobalMediaControls", "LensOverlay", "MediaRouter", "Translate"),
    *("NetworkTimeServiceQuerying", "OptimizationHints", "PaintHolding"),
    "ThirdPartyStoragePartitioning",
)
ARGUMENTS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--disable-features={','.join(FEATURES_OFF)}",
]


@pytest.fixture
def union(tmp_path: Path) -> SmallUnion:
    """A database with a handful of invented people, made by real saves."""
    return make_small_union(tmp_path / "rounds.db")


@pytest.fixture
def server(union: SmallUnion) -> Iterator[StandingServer]:
    """A running `rounds serve` on the small union; it can be killed and started again."""
    # A test that has gone to another copy of the code starts that one.
    server = StandingServer(union.db, is_warm=Path.cwd() == HOUSE)
    server.start()
    yield server
    server.kill()


@pytest.fixture
def line(server: StandingServer) -> Iterator[tuple[BadNetwork, str]]:
    """The network before the server, and its address."""
    with bad_network(server.url) as found:
        yield found


@pytest.fixture
def network(line: tuple[BadNetwork, str]) -> BadNetwork:
    """What happens to what phones send through `line`."""
    return line[0]


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Playwright itself, for tests that launch a browser of their own."""
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """One Chromium for the whole run; every test makes its own context in it."""
    browser = playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def modules_page(browser: Browser) -> Iterator[Page]:
    """A page that can load the phone's modules as they are written, and nothing more."""
    with serve_folder(HOUSE / "pwa") as url:
        page = browser.new_page()
        page.goto(f"{url}/text/en.json")
        yield page
        page.close()


@pytest.fixture
def client(union: SmallUnion) -> Iterator[TestClient]:
    """The real app on the small union's file, in this process."""
    with TestClient(create_app(Settings(db=union.db))) as client:
        yield client


@pytest.fixture
def join(client: TestClient, union: SmallUnion) -> Join:
    """Phones that speak the exchange in Python: join("ana") is a new one of Ana's."""

    def join(volunteer: str) -> ModelPhone:
        phone = ModelPhone(client, union.link_token(volunteer))
        # It joined long ago, so its saves may be of any time since.
        with Opened(union.db) as db:
            db.execute("UPDATE device SET made_at = 0")
        return phone

    return join


@pytest.fixture
def new_phone(browser: Browser) -> Iterator[Page]:
    """A page of phone size that has opened nothing yet, in a context of its own."""
    context = browser.new_context(viewport=PHONE, has_touch=True, locale="en-CA")
    yield context.new_page()
    context.close()


@pytest.fixture
def phone_page(new_phone: Page, server: StandingServer) -> Page:
    """The same at the server's address."""
    new_phone.goto(server.url)
    return new_phone


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how much of who gets what was asked."""
    asked = terminalreporter.stats.get("passed", [])
    if any("test_access_matrix" in report.nodeid for report in asked):
        terminalreporter.write_line(summary())
