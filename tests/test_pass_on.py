"""The executive's answer is carried back: whom of mine to tell, ticked off, and what they said."""

import pytest
from playwright.sync_api import Browser, Page, expect

from sync.save import Change
from tests.journeys import join, reload, sign_in
from tests.small_union import SmallUnion
from tests.standing_server import StandingServer

NIGHTS = {
    "title/en": "Two more night staff",
    "text/en": "Two more night staff on Ward 42 from 1 March.",
    "day": "2026-01-05",
    "worksite": "ward-42",
}


@pytest.fixture
def page(new_phone: Page) -> Page:
    return new_phone


def answered(union: SmallUnion) -> None:
    union.write(Change("report_back", "nights", NIGHTS))


def test_an_answer_written_at_the_desk_is_passed_on_without_signal_and_counted(
    page: Page, browser: Browser, server: StandingServer, union: SmallUnion
) -> None:
    office = sign_in(browser.new_context(), server, union, "dara")
    office.get_by_role("link", name="Answers", exact=True).click()
    office.get_by_label("In a few words · English").fill("Two more night staff")
    office.get_by_label("What the go-to person passes on · English").fill("From 1 March.")
    office.get_by_label("Worksite").select_option("Foothills Hospital")
    office.get_by_role("button", name="Send it to the phones").click()
    expect(office.get_by_role("main")).to_contain_text("0 of 4 told")

    join(page, server, union, "ana")
    page.context.set_offline(True)
    page.get_by_role("link", name="1 answer to pass on").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Answers to pass on")
    expect(page.get_by_text("From 1 March.")).to_be_visible()
    page.get_by_role("button", name="Minh Trần").click()
    expect(page.get_by_role("button", name="Minh Trần")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("group", name="What did Minh say to it?").get_by_label("Not enough").check()
    expect(page.get_by_role("button", name="Minh Trần")).to_contain_text("Not enough")
    reload(page)
    page.get_by_role("link", name="My list").click()
    page.get_by_role("link", name="Siobhán O’Keefe-Tremblay").click()
    card = page.get_by_role("region", name="An answer to pass on")
    expect(card).to_contain_text("From 1 March.")
    card.get_by_role("button", name="Told").click()
    expect(card.get_by_role("button", name="Told")).to_have_attribute("aria-pressed", "true")
    page.context.set_offline(False)
    page.get_by_role("link", name="My list").click()
    expect(page.get_by_text("all sent")).to_be_visible()
    office.reload()
    expect(office.get_by_role("main")).to_contain_text("2 of 4 told")
    expect(office.get_by_role("main")).to_contain_text("not enough: 1")
    office.context.close()


def test_a_tick_is_taken_back_by_undo_and_by_a_second_tap(
    page: Page, server: StandingServer, union: SmallUnion
) -> None:
    answered(union)
    join(page, server, union, "ana")
    page.get_by_role("link", name="1 answer to pass on").click()
    minh = page.get_by_role("button", name="Minh Trần")
    before = minh.bounding_box()
    minh.click()
    expect(minh).to_have_attribute("aria-pressed", "true")
    assert minh.bounding_box() == before
    page.get_by_role("button", name="Undo").click()
    expect(minh).to_have_attribute("aria-pressed", "false")
    minh.click()
    expect(minh).to_have_attribute("aria-pressed", "true")
    minh.click()
    expect(minh).to_have_attribute("aria-pressed", "false")


def test_when_all_were_told_the_list_asks_no_more(
    page: Page, server: StandingServer, union: SmallUnion
) -> None:
    answered(union)
    join(page, server, union, "ana")
    page.get_by_role("link", name="1 answer to pass on").click()
    for name in ("Minh Trần", "Siobhán O’Keefe-Tremblay", "Adaeze Okonkwo"):
        page.get_by_role("button", name=name).click()
        expect(page.get_by_role("button", name=name)).to_have_attribute("aria-pressed", "true")
    page.get_by_role("link", name="My list").click()
    expect(page.get_by_role("link", name="Minh Trần")).to_be_visible()
    expect(page.get_by_text("to pass on")).to_have_count(0)


def test_a_new_go_to_person_finds_who_is_still_to_be_told(
    page: Page, server: StandingServer, union: SmallUnion
) -> None:
    answered(union)
    union.write(
        Change("told", "told-1", {"person": "minh", "report_back": "nights", "state": "told"}),
        Change("told", "told-2", {"person": "ravneet", "report_back": "nights", "state": "told"}),
    )
    join(page, server, union, "luc")
    expect(page.get_by_text("to pass on")).to_have_count(0)
    for person in ("minh", "adaeze"):
        (head,) = union.read(
            "SELECT shown FROM register WHERE record = ? AND field = 'volunteer'", person
        )
        saw = {"volunteer": [head["shown"]]}
        union.write(Change("assignment", person, {"volunteer": "luc"}, saw))
    page.get_by_role("link", name="What I did").or_(page.locator(".pill")).click()
    page.get_by_role("button", name="Send now").click()
    page.get_by_role("link", name="My list").click()
    page.get_by_role("link", name="1 answer to pass on").click()
    pressed = {"Minh Trần": "true", "Adaeze Okonkwo": "false", "Ravneet Gill": "true"}
    for name, is_told in pressed.items():
        row = page.get_by_role("button", name=name)
        expect(row).to_have_attribute("aria-pressed", is_told)


def test_an_answer_for_somebody_picked_is_for_nobody_else(
    page: Page, server: StandingServer, union: SmallUnion
) -> None:
    union.write(
        Change("report_back", "nights", {**NIGHTS, "picked": True}),
        Change("told", "told-1", {"person": "minh", "report_back": "nights", "state": "open"}),
    )
    join(page, server, union, "ana")
    page.get_by_role("link", name="1 answer to pass on").click()
    expect(page.locator("button.row")).to_have_count(1)
    page.get_by_role("button", name="Minh Trần").click()
    expect(page.get_by_text("all sent")).to_have_count(0)
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    page.get_by_role("link", name="My list").click()
    expect(page.get_by_text("all sent")).to_be_visible()
    assert union.read("SELECT id, state FROM told") == [{"id": "told-1", "state": "told"}]
