"""After the talk: what I did and promised; practice, help, and how it all looks and feels."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from sync.save import Change
from tests.conftest import PHONE
from tests.desk import writes
from tests.journeys import choose, choose_pin, join, note_talk, reload, visit
from tests.small_union import SmallUnion
from tests.standing_server import StandingServer

COUNT_BUZZES = """
window.buzzes = []
Navigator.prototype.vibrate = (ms) => window.buzzes.push(ms)
"""


@pytest.fixture
def page(new_phone: Page) -> Page:
    return new_phone


def promise(union: SmallUnion, person: str, text: str, days: int) -> None:
    due = str(datetime.now(UTC).date() + timedelta(days=days))
    set_ = {"person": person, "text": text, "due": due, "owner": "ana", "state": "open"}
    writes(union, "ana", Change("follow_up", f"promise-{person}", set_))


def test_what_i_promised_stands_with_its_day_and_leads_to_the_person(
    page: Page, server: StandingServer, union: SmallUnion
) -> None:
    promise(union, "minh", "Find out about parking", 20)
    promise(union, "siobhan", "Bring the overtime form", -20)
    others = {"person": "adaeze", "text": "Somebody else’s", "owner": "luc", "state": "open"}
    union.write(Change("follow_up", "promise-luc", others))
    join(page, server, union, "ana")
    visit(page, "/done")
    rows = page.get_by_role("list", name="What I promised").get_by_role("link")
    expect(rows).to_have_count(2)
    expect(rows.nth(0)).to_contain_text("Bring the overtime form")
    expect(rows.nth(0)).to_contain_text("was for")
    rows.nth(1).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Minh Trần")


def test_a_kept_promise_is_thanked_for(
    page: Page, server: StandingServer, union: SmallUnion
) -> None:
    promise(union, "minh", "Find out about parking", 0)
    join(page, server, union, "ana")
    page.get_by_role("link", name="Minh Trần").click()
    page.get_by_role("button", name="Done").click()
    visit(page, "/done")
    expect(page.get_by_text("You kept 1 promise.")).to_be_visible()
    expect(page.get_by_role("list", name="What I promised")).to_have_count(0)


def test_what_i_did_leads_to_the_person(
    page: Page, server: StandingServer, union: SmallUnion
) -> None:
    join(page, server, union, "ana")
    note_talk(page, "Minh Trần", platform="Yes")
    visit(page, "/done")
    page.get_by_text("Minh Trần").click()
    page.get_by_role("link", name="Open").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Minh Trần")


def test_a_practice_talk_needs_no_list_and_keeps_nothing(
    page: Page, server: StandingServer, union: SmallUnion
) -> None:
    for person in ("minh", "siobhan", "adaeze"):
        (head,) = union.read(
            "SELECT shown FROM register WHERE record = ? AND field = 'volunteer'", person
        )
        union.write(
            Change("assignment", person, {"volunteer": "luc"}, {"volunteer": [head["shown"]]})
        )
    page.goto(f"{server.url}/join#{union.link_token('ana')}")
    page.get_by_role("button", name="Join", exact=True).click()
    choose_pin(page)
    page.get_by_role("link", name="Try a practice talk").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sam Rivera")
    page.get_by_label("What is the workload like?").fill("Too much")
    choose(page, "Will they put their name on the platform?", "Yes")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("That’s all there is to it")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    page.get_by_role("link", name="My list").last.click()
    expect(page.get_by_text("all sent")).to_be_visible()
    assert union.read("SELECT * FROM conversation") == []
    visit(page, "/practice")
    expect(page.get_by_label("What is the workload like?")).to_have_value("")


def test_help_is_there_without_signal(
    page: Page, server: StandingServer, union: SmallUnion
) -> None:
    join(page, server, union, "ana")
    page.context.set_offline(True)
    reload(page)
    page.get_by_role("link", name="Help").click()
    page.get_by_text("PIN forgotten").click()
    expect(page.get_by_text("a new link brings your list back")).to_be_visible()
    page.get_by_role("link", name="Try a practice talk").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sam Rivera")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("That’s all there is to it")
    page.get_by_role("link", name="My list").last.click()
    expect(page.get_by_role("link", name="Minh Trần")).to_be_visible()
    expect(page.get_by_text("Saved on this phone.")).to_have_count(0)


def test_the_size_of_the_text_is_chosen_and_stays(
    page: Page, server: StandingServer, union: SmallUnion
) -> None:
    join(page, server, union, "ana")
    visit(page, "/settings")
    size = "() => getComputedStyle(document.documentElement).fontSize"
    before = page.evaluate(size)
    page.get_by_role("radio", name="Largest").check()
    expect(page.locator("html")).to_have_attribute("data-size", "largest")
    largest = page.evaluate(size)
    assert float(largest.removesuffix("px")) >= 1.5 * float(before.removesuffix("px"))
    reload(page)
    expect(page.locator("html")).to_have_attribute("data-size", "largest")
    visit(page, "/")
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


def test_a_buzz_is_off_until_it_is_chosen(
    page: Page, server: StandingServer, union: SmallUnion
) -> None:
    page.add_init_script(COUNT_BUZZES)
    join(page, server, union, "ana")
    note_talk(page, "Minh Trần", platform="Yes")
    assert page.evaluate("window.buzzes") == []
    visit(page, "/settings")
    page.get_by_role("checkbox", name="A short buzz").check()
    visit(page, "/")
    note_talk(page, "Siobhán O’Keefe-Tremblay", platform="Yes")
    page.wait_for_function("() => window.buzzes.length === 1")
