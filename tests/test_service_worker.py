"""The app without signal: whole or not at all, new only when asked, and gone when told to."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from server.routes import phone
from tests.bad_network import Asked, BadNetwork, Forward, Reply, bad_network
from tests.engine import EMPTY, PIN, Engine
from tests.journeys import join, unlock
from tests.small_union import SmallUnion
from tests.standing_server import StandingServer

HOUSE = Path(__file__).parent.parent
ROOMS = ("sync", "server", "pwa")
ALWAYS = [url for url, _ in phone.precached(phone.shell())]
START = next((url for url in ALWAYS if url.startswith("/app/")), "/main.js")
WORDS = json.loads((HOUSE / "pwa" / "text" / "en.json").read_text())

READY = (
    "navigator.serviceWorker.controller && navigator.serviceWorker.ready.then((r) => !!r.active)"
)
LOOK = "navigator.serviceWorker.getRegistration().then((r) => r.update()).then(() => null)"
# Whether no version is being installed or waits.
SETTLED = "navigator.serviceWorker.getRegistration().then((r) => !r?.installing && !r?.waiting)"
NEXT_FRAME = "new Promise(requestAnimationFrame)"
CACHES = "caches.keys()"
INSTALL = """async () => {
  window.policy ??= trustedTypes.createPolicy("rounds", { createScriptURL: (url) => url })
  const url = policy.createScriptURL("/service-worker.js")
  const { installing } = await navigator.serviceWorker.register(url)
  return new Promise((done) => {
    installing.addEventListener("statechange", () => done(installing.state), { once: true })
  })
}"""
KEPT = """async () => {
  const kept = await Promise.all((await caches.keys()).map(async (name) =>
    (await (await caches.open(name)).keys()).map(({ url }) => new URL(url).pathname)))
  return kept.flat()
}"""
# Opens a phone of its own in the page, beside the app's.
PHONE = f"""import('/phone.js').then(async ({{ openPhone }}) => {{
  const phone = await openPhone()
  await phone.unlock('{PIN}')
  return phone
}})"""


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the code for the server to run from, so that a test can bring out a version."""
    for room in ROOMS:
        shutil.copytree(HOUSE / room, tmp_path / "house" / room)
    monkeypatch.chdir(tmp_path / "house")
    return tmp_path / "house"


@pytest.fixture
def deployed(house: Path, server: StandingServer) -> StandingServer:
    """The server, running from the copy."""
    return server


@pytest.fixture
def line(deployed: StandingServer) -> Iterator[tuple[BadNetwork, str]]:
    """The network before the server, and its address."""
    with bad_network(deployed.url) as found:
        yield found


@pytest.fixture
def network(line: tuple[BadNetwork, str]) -> BadNetwork:
    return line[0]


@pytest.fixture
def app(browser: Browser, line: tuple[BadNetwork, str], union: SmallUnion) -> Iterator[Page]:
    """Ana's app, installed, on the page with the settings."""
    context = browser.new_context(locale="en-CA")
    Engine(context, line[1]).join(union.link_token("ana"))
    page = context.new_page()
    page.goto(line[1] + "/settings")
    unlock(page, PIN)
    until(page, READY)
    yield page
    context.close()


def bring_out(house: Path, server: StandingServer, path: str, more: str) -> None:
    """Bring out a version of the app in which one file has a few more bytes."""
    server.kill()
    file = house / "pwa" / path
    file.write_text(file.read_text() + more)
    server.start()


def bring_back(house: Path, server: StandingServer, path: str) -> None:
    """Bring back the version the test began with."""
    server.kill()
    shutil.copy(HOUSE / "pwa" / path, house / "pwa" / path)
    server.start()


def changes_on_the_way(path: str) -> Any:
    def trouble(asked: Asked, forward: Forward) -> Reply | None:
        reply = forward()
        if asked.path == path and reply.status == 200:
            reply.headers.pop("content-encoding", None)
            reply.body = (phone.PWA / path[1:]).read_bytes() + b"\n"
        return reply

    return trouble


def until(page: Page, condition: str) -> None:
    """Return when an expression holds in the page, whose CSP lets nothing evaluate it there."""
    page.evaluate(f"async () => {{ while (!(await ({condition}))) await {NEXT_FRAME} }}")


def version(page: Page) -> str:
    """Return the version the settings show."""
    shown = page.get_by_text(WORDS["version"], exact=True).locator("+ dd")
    return str(shown.text_content())


def test_the_app_opens_without_a_server_at_any_of_its_addresses(
    app: Page, server: StandingServer
) -> None:
    shown = app.locator("h1").inner_text()
    server.kill()
    app.reload()
    unlock(app, PIN)
    expect(app.locator("h1")).to_have_text(shown)
    app.goto(app.url.replace("/settings", "/person/minh"))
    unlock(app, PIN)
    expect(app.get_by_text("Minh Trần").first).to_be_visible()


def test_every_file_the_app_asks_for_is_in_its_list(
    browser: Browser, server: StandingServer
) -> None:
    context = browser.new_context()
    page = context.new_page()
    asked: set[str] = set()
    page.on("request", lambda request: asked.add(request.url.removeprefix(server.url)))
    page.goto(server.url + "/join")
    until(page, READY)
    served = phone.shell()
    listed = {url for kept in ("always", "never") for url, _ in phone.precached(served, kept)}
    assert asked - listed <= {"/join", "/service-worker.js", "/sync"}
    context.close()


@pytest.mark.parametrize(("who", "is_captain"), [("cleo", True), ("ana", False)])
def test_what_only_captains_open_is_kept_on_their_phones_alone(
    browser: Browser, server: StandingServer, union: SmallUnion, who: str, is_captain: bool
) -> None:
    captains = {url for url, _ in phone.precached(phone.shell(), "captain")}
    assert captains
    context = browser.new_context(locale="en-CA")
    page = join(context.new_page(), server, union, who)
    if is_captain:
        page.wait_for_function(f"async () => (await ({KEPT})()).includes('{min(captains)}')")
        server.kill()
        page.reload()
        unlock(page)
        expect(page.get_by_text("here now")).to_be_visible()
    kept = set(page.evaluate(KEPT))
    assert (captains <= kept) is is_captain
    context.close()


def test_an_edited_module_is_served_as_it_is_written_and_all_others_with_it(house: Path) -> None:
    def scripts() -> set[str]:
        return {url for url, _ in phone.precached(phone.shell(house / "pwa")) if url[-3:] == ".js"}

    assert {url.rpartition("/")[0] for url in scripts()} == {"/app"}
    with (house / "pwa" / "shape.js").open("a") as module:
        module.write("// edited\n")
    assert {"/main.js", "/shape.js", "/vendor/lit-html.js"} <= scripts()
    assert not [url for url in scripts() if url.startswith("/app/")]
    assert b'src="/main.js"' in phone.shell(house / "pwa")["/index.html"].body


def test_with_one_file_changed_on_the_way_nothing_is_installed(
    browser: Browser, line: tuple[BadNetwork, str]
) -> None:
    network, url = line
    network.trouble = changes_on_the_way(START)
    page = browser.new_page()
    page.goto(url + EMPTY)
    assert page.evaluate(INSTALL) == "redundant"
    assert page.evaluate(CACHES) == []
    network.trouble = None
    assert page.evaluate(INSTALL) == "installed"
    page.context.close()


def test_a_broken_update_leaves_the_version_in_use_whole(
    app: Page, network: BadNetwork, house: Path, server: StandingServer
) -> None:
    before = app.evaluate(CACHES)
    bring_out(house, server, "sync/rules.js", "// new\n")
    network.trouble = changes_on_the_way("/sync/rules.js")
    app.evaluate(LOOK)
    until(app, SETTLED)
    assert app.evaluate(CACHES) == before
    server.kill()
    app.reload()
    unlock(app, PIN)
    expect(app.locator("h1")).to_be_visible()


def test_a_new_version_waits_until_it_is_asked_for(
    app: Page, house: Path, server: StandingServer
) -> None:
    old = version(app)
    bring_out(house, server, "main.js", "// new\n")
    app.evaluate(LOOK)
    use = app.get_by_role("button", name=WORDS["use_now"])
    expect(use).to_be_visible()
    assert version(app) == old
    with app.expect_navigation():
        use.click()
    unlock(app, PIN)
    expect(use).to_have_count(0)
    expect(app.get_by_text(old)).to_have_count(0)
    until(app, f"{CACHES}.then((names) => names.length === 1)")
    assert version(app) != old
    server.kill()
    app.reload()
    unlock(app, PIN)
    assert version(app) != old


def test_whoever_wants_to_know_can_look_for_a_new_version(
    app: Page, house: Path, server: StandingServer
) -> None:
    look = app.get_by_role("button", name=WORDS["look_now"])
    look.click()
    expect(app.get_by_role("status")).to_contain_text([WORDS["newest"]])
    server.kill()
    look.click()
    expect(app.get_by_role("status")).to_contain_text([WORDS["problem_no_network"]])
    bring_out(house, server, "main.js", "// new\n")
    look.click()
    expect(app.get_by_role("button", name=WORDS["use_now"])).to_be_visible()


def test_the_old_bytes_bring_the_old_version_back(
    app: Page, house: Path, server: StandingServer
) -> None:
    old = version(app)
    use = app.get_by_role("button", name=WORDS["use_now"])
    bring_out(house, server, "main.js", "// new\n")
    app.evaluate(LOOK)
    with app.expect_navigation():
        use.click()
    unlock(app, PIN)
    bring_back(house, server, "main.js")
    app.evaluate(LOOK)
    with app.expect_navigation():
        use.click()
    unlock(app, PIN)
    expect(app.get_by_text(old)).to_be_visible()
    server.kill()
    app.reload()
    unlock(app, PIN)
    expect(app.get_by_text(old)).to_be_visible()


def test_a_version_taken_back_before_anybody_used_it_leaves_the_old_one_whole(
    app: Page, network: BadNetwork, house: Path, server: StandingServer
) -> None:
    old = version(app)
    bring_out(house, server, "main.js", "// new\n")
    app.evaluate(LOOK)
    expect(app.get_by_role("button", name=WORDS["use_now"])).to_be_visible()
    bring_back(house, server, "main.js")
    network.trouble = changes_on_the_way(START)
    app.evaluate(LOOK)
    until(app, "navigator.serviceWorker.getRegistration().then((r) => !r.installing)")
    server.kill()
    app.reload()
    unlock(app, PIN)
    expect(app.get_by_text(old)).to_be_visible()


def test_the_kill_switch_takes_the_worker_away_and_nobodys_work(
    app: Page, server: StandingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    change = {"kind": "person", "record": "minh", "set": {"note": "kept"}}
    app.evaluate(f"(change) => {PHONE}.then((phone) => phone.save([change]))", change)
    server.kill()
    monkeypatch.setenv("ROUNDS_STOP_WORKER", "1")
    server.start()
    app.evaluate(LOOK)
    until(app, "navigator.serviceWorker.getRegistration().then((r) => !r)")
    until(app, f"{CACHES}.then((names) => names.length === 0)")
    app.reload()
    unlock(app, PIN)
    expect(app.locator("h1")).to_be_visible()
    assert app.evaluate(f"{PHONE}.then((phone) => phone.get('person', 'minh').note)") == "kept"


def test_the_desk_the_exchange_and_the_servers_health_go_past_the_worker(
    app: Page, network: BadNetwork
) -> None:
    url = app.url.replace("/settings", "")
    network.asked.clear()
    for path in ("/desk", "/health"):
        app.goto(url + path)
    app.evaluate("fetch('/sync', { method: 'POST', body: '{}' }).then(() => null)")
    assert {"/desk", "/health", "/sync"} <= {asked.path for asked in network.asked}
    kept = app.evaluate(KEPT)
    assert sorted(kept) == sorted(url for url, _ in phone.precached(phone.shell()))
