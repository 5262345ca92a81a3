"""States somebody meets once a year exist, say what is safe, and say what to do."""

import threading
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from sync.save import Change
from tests.bad_network import Asked, BadNetwork, Forward, Reply
from tests.conftest import PHONE
from tests.engine import EMPTY
from tests.journeys import PIN, choose_pin, join, note_talk, visit
from tests.small_union import SmallUnion
from tests.standing_server import StandingServer

# Thirty promises at once, by a second tab of the same phone.
THIRTY = f"""async () => {{
  const phone = await (await import('/phone.js')).openPhone()
  if (phone.lockState() === "locked") await phone.unlock('{PIN}')
  for (let n = 0; n < 30; n++) {{
    const set = {{ person: "minh", text: `Promise ${{n}}`, owner: "ana", state: "open" }}
    await phone.save([{{ kind: "follow_up", record: phone.newId(), set }}])
  }}
}}"""


@pytest.fixture
def page(new_phone: Page) -> Page:
    return new_phone


def hand_over(union: SmallUnion, person: str, volunteer: str) -> None:
    (head,) = union.read(
        "SELECT shown FROM register WHERE record = ? AND field = 'volunteer'", person
    )
    saw = {"volunteer": [head["shown"]]}
    union.write(Change("assignment", person, {"volunteer": volunteer}, saw))


def holding(network: BadNetwork) -> Callable[[], None]:
    """Let exchanges wait on their way until what is returned is called."""
    free = threading.Event()

    def trouble(asked: Asked, forward: Forward) -> Reply | None:
        if asked.path == "/sync":
            free.wait(60)
        return forward()

    network.trouble = trouble
    return free.set


def test_the_first_download_says_that_it_is_under_way(
    page: Page, line: tuple[BadNetwork, str], union: SmallUnion
) -> None:
    network, url = line
    go_on = holding(network)
    page.goto(f"{url}/join#{union.link_token('ana')}")
    page.get_by_role("button", name="Join", exact=True).click()
    choose_pin(page)
    work = page.locator(".work")
    expect(work.get_by_role("status")).to_contain_text("Fetching your list")
    expect(work.get_by_role("progressbar")).to_be_visible()
    expect(page.get_by_text("No list yet")).to_have_count(0)
    go_on()
    expect(page.get_by_role("link", name="Minh Trần")).to_be_visible()
    expect(work).to_have_count(0)


def test_much_to_send_says_how_far_it_is(
    page: Page, line: tuple[BadNetwork, str], union: SmallUnion
) -> None:
    network, url = line
    page.goto(f"{url}/join#{union.link_token('ana')}")
    page.get_by_role("button", name="Join", exact=True).click()
    choose_pin(page)
    expect(page.get_by_role("link", name="Minh Trần")).to_be_visible()
    network.trouble = lambda asked, forward: None if asked.path == "/sync" else forward()
    other = page.context.new_page()
    other.goto(url + EMPTY)
    other.evaluate(THIRTY)
    other.close()
    expect(page.get_by_text("30 kept here")).to_be_visible()
    go_on = holding(network)
    page.locator(".pill").click()
    page.get_by_role("button", name="Send now").click()
    work = page.locator(".work")
    expect(work.get_by_role("status")).to_contain_text("Sending: 0 of 30")
    before = page.locator("h1").bounding_box()
    go_on()
    expect(page.get_by_text("Done. All is sent.")).to_be_visible()
    expect(work).to_have_count(0)
    assert page.locator("h1").bounding_box() == before


def test_who_has_a_new_go_to_person_stays_until_what_was_noted_is_sent(
    page: Page, line: tuple[BadNetwork, str], union: SmallUnion
) -> None:
    network, url = line
    page.goto(f"{url}/join#{union.link_token('ana')}")
    page.get_by_role("button", name="Join", exact=True).click()
    choose_pin(page)
    expect(page.get_by_role("link", name="Minh Trần")).to_be_visible()
    hand_over(union, "minh", "luc")
    network.trouble = no_saves
    note_talk(page, "Minh Trần", platform="Yes")
    visit(page, "/person/minh")
    expect(page.get_by_text("Minh has a new go-to person. Your notes are safe")).to_be_visible()
    visit(page, "/done")
    expect(page.get_by_text("Minh Trần · talked: could not be sent yet")).to_be_visible()
    network.trouble = None
    page.get_by_role("button", name="Send now").click()
    expect(page.get_by_text("Done. All is sent.")).to_be_visible()
    visit(page, "/person/minh")
    expect(page.get_by_role("heading", level=1)).to_have_text("Not on this phone")
    assert len(union.read("SELECT * FROM conversation WHERE result = 'talked'")) == 1


def no_saves(asked: Asked, forward: Forward) -> Reply | None:
    """Stumble over every save, and bring what is new."""
    return Reply(500) if asked.path == "/sync" and asked.saves else forward()


def test_two_volunteers_who_talked_to_one_person_are_both_told_kindly(
    browser: Browser, page: Page, server: StandingServer, union: SmallUnion
) -> None:
    join(page, server, union, "ana")
    note_talk(page, "Minh Trần", platform="Yes")
    expect(page.get_by_text("all sent")).to_be_visible()
    hand_over(union, "minh", "luc")
    other = browser.new_context(viewport=PHONE, has_touch=True, locale="en-CA")
    luc = join(other.new_page(), server, union, "luc")
    note_talk(luc, "Minh Trần", platform="Yes")
    visit(luc, "/person/minh")
    expect(luc.get_by_text("Someone else talked with Minh too, today.")).to_be_visible()
    other.close()


def test_without_a_campaign_the_list_and_the_standing_questions_are_there(
    page: Page, server: StandingServer, union: SmallUnion
) -> None:
    (head,) = union.read("SELECT shown FROM register WHERE kind = 'campaign' AND field = 'ends'")
    union.write(Change("campaign", "campaign-1", {"ends": "2020-02-01"}, {"ends": [head["shown"]]}))
    join(page, server, union, "ana")
    expect(page.get_by_text("no campaign right now")).to_be_visible()
    visit(page, "/talk/minh")
    expect(page.get_by_role("button", name="Save")).to_be_visible()
    expect(page.locator(".question").first).to_be_visible()
