"""A phone that is lost, locked or borrowed: it hands in its work and gives nothing away."""

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect

from tests.conftest import ARGUMENTS, PHONE
from tests.journeys import choose_pin, join, note_talk, reload, unlock
from tests.small_union import PEOPLE, SmallUnion
from tests.standing_server import StandingServer
from tools.find_chromium import chromium_path

WORDS = ("Zwölf Nächte ohne Pause", "nobody relieves the ward", "lifts alone since October")
NUMBERS = ("587 555-0142", "403 555-0177", "780 555-0163")
NAMES = [name.split()[0] for name, _ in PEOPLE.values() if not name.startswith("Ravneet")]


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport=PHONE, has_touch=True, locale="en-CA")
    yield context.new_page()
    context.close()


def launch(playwright: Playwright, profile: Path) -> BrowserContext:
    """Start Chromium on a profile that lies on disk."""
    return playwright.chromium.launch_persistent_context(
        str(profile),
        executable_path=chromium_path(),
        args=ARGUMENTS,
        viewport=PHONE,
        locale="en-CA",
    )


def note_ten(page: Page) -> None:
    """Note ten talks, with words, numbers and a promise in them, as people type them."""
    for at in range(9):
        name = list(PEOPLE.values())[at % 3][0]
        page.get_by_role("link", name=name).click()
        page.get_by_role("link", name="Note a talk").click()
        page.get_by_label("What is the workload like?").fill(WORDS[at % 3])
        page.get_by_role("radio", name="Yes, by phone").check()
        page.get_by_label("Which number?").fill(NUMBERS[at % 3])
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text(f"{at + 1} kept here")).to_be_visible()
    note_talk(page, "Minh Trần", platform="Yes")


def found_in(profile: Path, words: list[str]) -> set[str]:
    """Return which of some words stand in any file of a profile, as UTF-8 or UTF-16."""
    held = [path.read_bytes() for path in profile.rglob("*") if path.is_file()]
    encodings = ("utf-8", "utf-16-le", "utf-16-be")
    sought = {word: [word.encode(encoding) for encoding in encodings] for word in words}
    return {w for w, forms in sought.items() for form in forms if any(form in h for h in held)}


def all_that_is_secret() -> list[str]:
    """What was typed and whose names came, cut into pieces that no packing takes apart."""
    return [*NAMES, "Okonkwo", "Tremblay", *NUMBERS, "ohne Pause", "relieves", "since October"]


def test_a_lost_phone_gives_nothing_away_and_sends_everything(
    playwright: Playwright, server: StandingServer, union: SmallUnion, tmp_path: Path
) -> None:
    profile = tmp_path / "profile"
    phone = launch(playwright, profile)
    page = join(phone.pages[0], server, union, "ana")
    server.kill()
    note_ten(page)
    page.get_by_role("link", name="Siobhán").click()
    page.get_by_role("link", name="Note a talk").click()
    page.get_by_label("What is the workload like?").fill(f"half a sentence, {WORDS[0]}")
    page.get_by_role("button", name="Hide the screen").click()
    expect(page.get_by_role("heading", name="Clock")).to_be_visible()
    page.get_by_role("button", name="Back").click()
    expect(page.locator("main.unlock")).to_contain_text("10 kept here")
    phone.close()
    assert found_in(profile, all_that_is_secret()) == set()

    server.start()
    phone = launch(playwright, profile)
    page = phone.pages[0]
    page.goto(server.url)
    expect(page.get_by_text("All sent")).to_be_visible()
    assert len(union.read("SELECT * FROM conversation WHERE result = 'talked'")) == 10
    (cookie,) = [one for one in phone.cookies() if one["name"] == "rounds"]
    answer = httpx2.post(
        f"{server.url}/sync",
        json={"protocol": 2, "cursor": None, "envelopes": []},
        headers={"cookie": f"rounds={cookie['value']}"},
    )
    assert (answer.json()["records"], answer.json()["locked"]) == ([], True)
    unlock(page)
    page.get_by_role("link", name="Siobhán").click()
    page.get_by_role("link", name="Finish your note").click()
    field = page.get_by_label("What is the workload like?")
    expect(field).to_have_value(f"half a sentence, {WORDS[0]}")
    phone.close()
    assert found_in(profile, all_that_is_secret()) == set()


def test_a_phone_without_a_vault_would_be_caught(
    playwright: Playwright, server: StandingServer, union: SmallUnion, tmp_path: Path
) -> None:
    phone = launch(playwright, tmp_path / "profile")
    phone.add_init_script("Object.defineProperty(crypto, 'subtle', { value: undefined })")
    page = phone.pages[0]
    page.goto(f"{server.url}/join#{union.link_token('ana')}")
    page.get_by_role("button", name="Join", exact=True).click()
    expect(page.get_by_role("link", name="Minh Trần")).to_be_visible()
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    server.kill()
    note_ten(page)
    phone.close()
    found = found_in(tmp_path / "profile", all_that_is_secret())
    assert {*NUMBERS, "relieves", "Adaeze"} <= found


def test_who_forgot_the_pin_waits_longer_and_longer_and_loses_nothing(
    page: Page, server: StandingServer, union: SmallUnion
) -> None:
    join(page, server, union, "ana")
    server.kill()
    note_talk(page, "Minh Trần", words="no breaks", platform="Yes")
    reload(page)
    page.get_by_role("link", name="Settings").click()
    page.get_by_role("button", name="Lock now").click()
    for digit in "998877":
        page.get_by_role("button", name=digit, exact=True).click()
    expect(page.get_by_role("alert")).to_have_text("Not this one. Please try again.")
    for _ in range(4):
        expect(page.locator("#pin")).to_be_focused()
        page.locator("#pin").fill("998877")
        expect(page.locator("#pin")).to_have_value("")
    expect(page.get_by_role("alert")).to_contain_text("Too many tries. Again in")
    page.reload()
    expect(page.get_by_role("alert")).to_contain_text("Too many tries. Again in")
    expect(page.locator("#pin")).to_be_disabled()

    with page.expect_download() as download:
        page.get_by_role("button", name="Save unsent work to a file").click()
    assert '"sealed"' in Path(download.value.path()).read_text()
    page.get_by_role("button", name="I forgot it").click()
    expect(page.get_by_text("1 kept here, since")).to_be_visible()
    page.get_by_role("button", name="Start over on this phone").click()
    expect(page.get_by_text("This phone starts over")).to_be_visible()
    server.start()
    page.get_by_role("button", name="Send now").click()
    expect(page.get_by_text("Done. All is sent.")).to_be_visible()
    assert len(union.read("SELECT * FROM conversation WHERE result = 'talked'")) == 1
    page.goto(f"{server.url}/join#{union.link_token('ana')}")
    page.get_by_role("button", name="Join", exact=True).click()
    choose_pin(page, "806153")
    expect(page.get_by_role("heading", name="Talked · 1")).to_be_visible()
    page.reload()
    unlock(page, "806153")
    expect(page.get_by_role("link", name="Minh Trần")).to_be_visible()


def test_a_guest_leaves_nothing_readable_and_the_work_is_sent(
    page: Page, server: StandingServer, union: SmallUnion
) -> None:
    page.goto(f"{server.url}/join#{union.link_token('ana')}")
    page.get_by_label("This phone is not mine").check()
    page.get_by_role("button", name="Join", exact=True).click()
    expect(page.get_by_role("link", name="Minh Trần")).to_be_visible()
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    server.kill()
    note_talk(page, "Minh Trần", words="no breaks", platform="Yes")
    page.get_by_role("link", name="Settings").click()
    page.get_by_role("button", name="Leave this phone").click()
    expect(page.get_by_text("You have left this phone")).to_be_visible()
    assert page.evaluate(HELD) == {"saves": 1, "pages": 0, "inside": 0, "kept": 0}
    page.reload()
    expect(page.get_by_text("1 kept here, since")).to_be_visible()
    server.start()
    page.get_by_role("button", name="Send now").click()
    expect(page.get_by_text("Done. All is sent.")).to_be_visible()
    assert len(union.read("SELECT * FROM conversation WHERE result = 'talked'")) == 1


# How much lies in the stores, and how many saves still have something readable in a box.
HELD = """async () => {
  const asked = indexedDB.open("rounds")
  await new Promise((done) => { asked.onsuccess = done })
  const held = {}
  for (const name of ["saves", "pages", "inside"]) {
    const found = asked.result.transaction(name).objectStore(name).getAll()
    await new Promise((done) => { found.onsuccess = done })
    held[name] = found.result.length
    if (name === "saves") held.kept = found.result.filter((row) => row.kept).length
  }
  asked.result.close()
  return held
}"""


def test_no_name_stands_where_a_browser_keeps_things_by_itself(
    page: Page, server: StandingServer, union: SmallUnion
) -> None:
    join(page, server, union, "ana")
    page.get_by_role("link", name="Minh Trần").click()
    expect(page).to_have_title("Rounds")
    page.get_by_role("link", name="Note a talk").click()
    expect(page.get_by_role("button", name="Save")).to_be_visible()
    expect(page).to_have_title("Rounds")
    remembers = "#talk :is(input:not([type=radio], [type=checkbox]), textarea)"
    expect(page.locator(f"{remembers}:not([autocomplete=off])")).to_have_count(0)
    expect(page.locator("form:not([autocomplete=off])")).to_have_count(0)
    assert page.evaluate("[localStorage.length, sessionStorage.length, history.state]") == [
        *(0, 0, None)
    ]
