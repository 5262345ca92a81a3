"""One conversation goes the whole way: real browser, real server process, real file."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Playwright, expect

from tests.conftest import ARGUMENTS, PHONE
from tests.journeys import join, note_talk, reload, sign_in, unlock
from tests.small_union import SmallUnion
from tests.standing_server import StandingServer
from tools.find_chromium import chromium_path


@pytest.fixture
def contexts(browser: Browser) -> Iterator[list[BrowserContext]]:
    """Three devices: two phones and a desk."""
    phones = [browser.new_context(viewport=PHONE, has_touch=True, locale="en-CA") for _ in "12"]
    desk = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-CA")
    yield [*phones, desk]
    for context in (*phones, desk):
        context.close()


def test_three_talks_without_signal_stand_on_the_desk(
    contexts: list[BrowserContext], server: StandingServer, union: SmallUnion
) -> None:
    phone, _, desk = contexts
    page = join(phone.new_page(), server, union, "ana")
    expect(page.get_by_role("link", name="Minh Trần")).to_be_visible()

    phone.set_offline(True)
    note_talk(page, "Minh Trần", words="Two of us for 31 patients", platform="Yes")
    note_talk(page, "Siobhán O’Keefe-Tremblay", platform="Not yet")
    server.kill()
    reload(page)
    expect(page.get_by_text("2 kept here")).to_be_visible()
    note_talk(page, "Adaeze Okonkwo", platform="Don’t know")
    expect(page.get_by_text("3 kept here")).to_be_visible()
    assert union.read("SELECT * FROM conversation") == []

    server.start()
    phone.set_offline(False)
    expect(page.get_by_text("all sent")).to_be_visible()
    assert len(union.read("SELECT * FROM conversation WHERE result = 'talked'")) == 3

    office = sign_in(desk, server, union, "dara")
    office.get_by_role("link", name="Conversations").click()
    for name in ("Minh Trần", "Siobhán O’Keefe-Tremblay", "Adaeze Okonkwo"):
        expect(office.get_by_role("main")).to_contain_text(name)
    expect(office.get_by_role("main")).to_contain_text("Two of us for 31 patients")


def test_a_phone_whose_browser_is_killed_keeps_what_it_called_saved(
    playwright: Playwright, server: StandingServer, union: SmallUnion, tmp_path: Path
) -> None:
    profile = str(tmp_path / "profile")

    def launch() -> BrowserContext:
        return playwright.chromium.launch_persistent_context(
            profile, executable_path=chromium_path(), args=ARGUMENTS, viewport=PHONE, locale="en-CA"
        )

    phone = launch()
    page = join(phone.pages[0], server, union, "ana")
    expect(page.get_by_role("link", name="Minh Trần")).to_be_visible()
    phone.close()  # Chromium writes cookies down within half a minute, or when it ends
    phone = launch()
    page = phone.pages[0]
    page.goto(server.url)
    unlock(page)
    server.kill()
    note_talk(page, "Minh Trần", platform="Yes")
    page.get_by_role("link", name="Siobhán O’Keefe-Tremblay").click()
    page.get_by_role("link", name="Note a talk").click()
    drafts = page.evaluate(DRAFTS_KEPT)
    page.get_by_label("What is the workload like?").fill("Half a sentence")
    expect(page.get_by_text("kept as you go")).to_be_visible()
    assert any(page.evaluate(DRAFTS_KEPT) > drafts for _ in range(1000))
    _kill_browser(profile)
    with suppress(Error):
        phone.close()

    phone = launch()
    page = phone.pages[0]
    page.goto(server.url)  # the server is still dead: all of this comes from the phone
    unlock(page)
    expect(page.get_by_text("1 kept here")).to_be_visible()
    page.get_by_role("link", name="Siobhán O’Keefe-Tremblay").click()
    page.get_by_role("link", name="Finish your note").click()
    expect(page.get_by_label("What is the workload like?")).to_have_value("Half a sentence")
    server.start()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("all sent")).to_be_visible()
    assert len(union.read("SELECT * FROM conversation WHERE result = 'talked'")) == 2
    phone.close()


def test_two_phones_that_disagree_are_settled_at_the_desk(
    contexts: list[BrowserContext], server: StandingServer, union: SmallUnion
) -> None:
    pages = [join(context.new_page(), server, union, "ana") for context in contexts[:2]]
    for context in contexts[:2]:
        context.set_offline(True)
    for page, number in zip(pages, ("587 555-0142", "587 555-0199"), strict=True):
        page.get_by_role("link", name="Minh Trần").click()
        page.get_by_role("link", name="Note a talk").click()
        page.get_by_role("radio", name="Yes, by phone").check()
        page.get_by_label("Which number?").fill(number)
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("1 kept here")).to_be_visible()
    for context, page in zip(contexts[:2], pages, strict=True):
        context.set_offline(False)
        expect(page.get_by_text("all sent")).to_be_visible()

    office = sign_in(contexts[2], server, union, "dara")
    office.get_by_role("link", name="Review").click()
    main = office.get_by_role("main")
    expect(main).to_contain_text("587 555-0142")
    expect(main).to_contain_text("587 555-0199")
    office.get_by_role("button", name="587 555-0142").click()
    assert union.value("person", "minh", "phone") == "587 555-0142"
    assert _conflicts(union) == 0
    office.get_by_role("button", name="Undo").first.click()
    assert _conflicts(union) == 1


def test_two_captains_count_the_same_people_on_one_line(
    contexts: list[BrowserContext], server: StandingServer, union: SmallUnion
) -> None:
    cleo = join(contexts[0].new_page(), server, union, "cleo")
    cem = join(contexts[1].new_page(), server, union, "cem")
    for page in (cleo, cem):
        expect(page.get_by_role("heading", level=1)).to_contain_text("Gate 3")
    contexts[0].set_offline(True)
    for name in ("Minh Trần", "Ravneet Gill"):
        cleo.get_by_role("button", name=name).click()
    expect(cleo.locator(".count")).to_have_text("2")
    cem.get_by_role("button", name="Minh Trần").click()
    expect(cem.get_by_text("all sent")).to_be_visible()
    contexts[0].set_offline(False)
    expect(cleo.get_by_text("all sent")).to_be_visible()

    office = sign_in(contexts[2], server, union, "dara")
    office.get_by_role("link", name="Picket lines").click()
    expect(office.get_by_role("main")).to_contain_text("Gate 3")
    assert len(union.read("SELECT * FROM check_event")) == 3


def _conflicts(union: SmallUnion) -> int:
    (row,) = union.read("SELECT count(*) AS n FROM register WHERE conflict = 1")
    return int(row["n"])


# The note is in IndexedDB itself, not only on the screen; nobody can read it there.
DRAFTS_KEPT = """async () => {
  const asked = indexedDB.open("rounds")
  await new Promise((done) => { asked.onsuccess = done })
  const counted = asked.result.transaction("inside").objectStore("inside").count()
  await new Promise((done) => { counted.onsuccess = done })
  asked.result.close()
  return counted.result
}"""


def _kill_browser(profile: str) -> None:
    """Kill every process of the browser that uses this profile, as a dead battery would."""
    listed = subprocess.run(["pgrep", "-f", profile], capture_output=True, text=True, check=False)
    for pid in listed.stdout.split():
        if int(pid) != os.getpid():
            try:
                os.kill(int(pid), signal.SIGKILL)
            except ProcessLookupError:
                continue
