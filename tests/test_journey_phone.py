"""What a go-to person does besides the talk itself, on a real phone page against a real server."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from sync.save import Change
from tests.journeys import choose, choose_pin, join, look_again, note_talk, visit
from tests.small_union import SmallUnion
from tests.standing_server import StandingServer


@pytest.fixture
def page(phone_page: Page, server: StandingServer, union: SmallUnion) -> Page:
    return join(phone_page, server, union, "ana")


def talks(union: SmallUnion, person: str) -> list[str]:
    """Return the results the server holds of conversations with a person, oldest first."""
    query = "SELECT result FROM conversation WHERE person = ? ORDER BY id"
    return [row["result"] for row in union.read(query, person)]


def all_sent(page: Page) -> None:
    expect(page.get_by_text("all sent")).to_be_visible()


def test_the_app_can_be_installed(page: Page) -> None:
    session = page.context.new_cdp_session(page)
    answer = session.send("Page.getInstallabilityErrors")
    errors = [found["errorId"] for found in answer["installabilityErrors"]]
    # A test's browser context is a private window, which is the one thing it objects to.
    assert [error for error in errors if error != "in-incognito"] == []


def test_a_talk_that_was_undone_does_not_count_and_its_note_is_back(
    page: Page, union: SmallUnion
) -> None:
    note_talk(page, "Minh Trần", words="Short breaks", platform="Yes")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Undone.")).to_be_visible()
    all_sent(page)
    assert talks(union, "minh") == []
    page.get_by_role("link", name="Minh Trần").click()
    page.get_by_role("link", name="Finish your note").click()
    expect(page.get_by_label("What is the workload like?")).to_have_value("Short breaks")


def test_a_talk_noted_with_the_wrong_person_is_moved(page: Page, union: SmallUnion) -> None:
    note_talk(page, "Minh Trần", words="Short breaks", platform="Yes")
    all_sent(page)
    page.get_by_role("link", name="all sent").click()
    page.get_by_text("Minh Trần").first.click()
    page.get_by_role("link", name="Wrong person? Move it").click()
    page.get_by_role("button", name="Adaeze Okonkwo").click()
    expect(page.get_by_text("Moved to")).to_be_visible()
    page.get_by_role("link", name="My list").click()
    all_sent(page)
    assert (talks(union, "minh"), talks(union, "adaeze")) == ([], ["talked"])


def test_a_talk_may_be_moved_twice_and_a_move_undone(page: Page, union: SmallUnion) -> None:
    note_talk(page, "Minh Trần", platform="Yes")
    for wrong, right in (("Minh Trần", "Adaeze Okonkwo"), ("Adaeze Okonkwo", "Siobhán")):
        visit(page, "/done")
        page.get_by_text(wrong).first.click()
        page.get_by_role("link", name="Wrong person? Move it").click()
        page.get_by_role("button", name=right).click()
        expect(page.get_by_text("Moved to")).to_be_visible()
        visit(page, "/")
        all_sent(page)
    visit(page, "/done")
    page.get_by_text("Siobhán").first.click()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Undone.")).to_be_visible()
    visit(page, "/")
    all_sent(page)
    assert (talks(union, "adaeze"), talks(union, "siobhan")) == (["talked"], [])


def test_not_at_work_is_one_tap(page: Page, union: SmallUnion) -> None:
    page.get_by_role("link", name="Minh Trần").click()
    page.get_by_role("button", name="Not at work").click()
    expect(page.get_by_text("Saved on this phone.")).to_be_visible()
    all_sent(page)
    assert talks(union, "minh") == ["not_at_work"]
    expect(page.get_by_role("heading", name="Later · 1")).to_be_visible()


def test_somebody_who_wants_no_contact_is_left_alone(page: Page, union: SmallUnion) -> None:
    page.get_by_role("link", name="Minh Trần").click()
    page.get_by_role("link", name="Other…").click()
    page.get_by_role("link", name="Does not want contact").click()
    page.get_by_role("button", name="Not at all").click()
    all_sent(page)
    assert union.value("person", "minh", "do_not_contact/all") is True
    expect(page.get_by_role("heading", name="Do not contact · 1")).to_be_visible()
    page.get_by_role("link", name="Minh Trần").click()
    expect(page.get_by_role("link", name="Note a talk")).to_have_count(0)


def test_a_promise_stands_on_the_list_until_it_is_kept(page: Page, union: SmallUnion) -> None:
    page.get_by_role("link", name="Minh Trần").click()
    page.get_by_role("link", name="Note a talk").click()
    expect(page.get_by_label("What did you promise?")).to_have_count(0)
    choose(page, "Did you promise something?", "Yes")
    page.get_by_label("What did you promise?").fill("Bring the overtime form")
    choose(page, "By when?", "Tomorrow")
    page.get_by_role("button", name="Save").click()
    all_sent(page)
    (promise,) = union.read("SELECT * FROM follow_up")
    assert (promise["text"], promise["owner"]) == ("Bring the overtime form", "ana")
    page.get_by_role("link", name="Minh Trần").click()
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_text("Saved on this phone.")).to_be_visible()
    visit(page, "/")
    all_sent(page)
    assert union.value("follow_up", promise["id"], "state") == "done"


def test_an_overdue_promise_comes_first(
    phone_page: Page, server: StandingServer, union: SmallUnion
) -> None:
    due = (datetime.now(UTC).date() - timedelta(days=2)).isoformat()
    said = {"person": "siobhan", "text": "Call back", "due": due, "owner": "ana", "state": "open"}
    union.write(Change("follow_up", "promise-1", said))
    page = join(phone_page, server, union, "ana")
    expect(page.locator("a.row").first).to_contain_text("Siobhán O’Keefe-Tremblay")
    expect(page.locator("a.row").first).to_contain_text("Call back")


def test_a_register_with_a_strange_name_breaks_no_list(
    phone_page: Page, server: StandingServer, union: SmallUnion
) -> None:
    union.write(Change("person", "minh", {"constructor/prototype": "x", "constructor/name": "x"}))
    page = join(phone_page, server, union, "ana")
    expect(page.get_by_role("link", name="Minh Trần")).to_be_visible()
    note_talk(page, "Minh Trần", platform="Yes")
    all_sent(page)


def test_a_question_that_hangs_on_another_shows_with_its_answer(page: Page) -> None:
    page.get_by_role("link", name="Minh Trần").click()
    page.get_by_role("link", name="Note a talk").click()
    expect(page.get_by_label("Which number?")).to_have_count(0)
    page.get_by_role("radio", name="Yes, by phone").check()
    expect(page.get_by_label("Which number?")).to_be_visible()
    page.get_by_role("radio", name="Not today").check()
    expect(page.get_by_label("Which number?")).to_have_count(0)


def test_nothing_is_preselected_and_an_empty_talk_may_be_saved(
    page: Page, union: SmallUnion
) -> None:
    page.get_by_role("link", name="Minh Trần").click()
    page.get_by_role("link", name="Note a talk").click()
    expect(page.locator("fieldset:not(details *) input:checked")).to_have_count(0)
    page.get_by_role("button", name="Save").click()
    all_sent(page)
    assert talks(union, "minh") == ["talked"]


def test_what_waits_is_sent_by_the_button(
    page: Page, server: StandingServer, union: SmallUnion
) -> None:
    server.kill()
    note_talk(page, "Minh Trần", platform="Yes")
    page.get_by_role("link", name="1 kept here").click()
    page.get_by_role("button", name="Send now").click()
    expect(page.get_by_text("No signal right now.")).to_be_visible()
    server.start()
    page.get_by_role("button", name="Send now").click()
    expect(page.get_by_text("Done. All is sent.")).to_be_visible()
    assert talks(union, "minh") == ["talked"]


def test_the_phone_speaks_french_without_signal(page: Page) -> None:
    page.context.set_offline(True)
    page.get_by_role("link", name="Settings").click()
    page.get_by_role("radio", name="Français").check()
    expect(page.get_by_role("heading", name="Réglages")).to_be_visible()
    visit(page, "/")
    expect(page.get_by_role("heading", name="Ma liste")).to_be_visible()


def test_a_phone_in_french_joins_in_french(
    browser: Browser, server: StandingServer, union: SmallUnion
) -> None:
    context = browser.new_context(locale="fr-CA")
    page = context.new_page()
    page.goto(f"{server.url}/join#{union.link_token('ana')}")
    page.get_by_role("button", name="J’embarque").click()
    for _ in range(2):
        page.locator("#pin").fill("204917")
        page.locator(".foot button").click()
    expect(page.get_by_role("heading", name="Ma liste")).to_be_visible()
    context.close()


def test_somebody_handed_over_is_new_to_the_other_phone(page: Page, union: SmallUnion) -> None:
    (row,) = union.read("SELECT heads FROM register WHERE kind = 'assignment' AND record = 'minh'")
    saw = {"volunteer": [row["heads"].split('"')[3]]}
    union.write(Change("assignment", "minh", {"volunteer": "luc"}, saw))
    look_again(page)
    page.get_by_role("button", name="Your list has changed").click()
    expect(page.get_by_role("link", name="Minh Trần")).to_have_count(0)


def test_a_phone_that_was_signed_out_says_that_its_work_was_handed_in(
    page: Page, union: SmallUnion
) -> None:
    note_talk(page, "Minh Trần", platform="Yes")
    all_sent(page)
    union.read("UPDATE device SET revoked_at = 1 WHERE volunteer = 'ana'")
    page.reload()
    expect(page.get_by_text("This phone was signed out")).to_be_visible()
    expect(page.get_by_text("All you had noted was handed in first.")).to_be_visible()
    expect(page.get_by_text("Minh Trần")).to_have_count(0)
    assert talks(union, "minh") == ["talked"]
    page.goto(f"{page.url}join#{union.link_token('ana')}")
    page.get_by_role("button", name="Join", exact=True).click()
    choose_pin(page)
    expect(page.get_by_role("link", name="Minh Trần")).to_be_visible()


def test_a_link_that_was_used_says_whom_to_ask(
    browser: Browser, server: StandingServer, union: SmallUnion
) -> None:
    link = f"{server.url}/join#{union.link_token('luc')}"
    first, second = (browser.new_context(locale="en-CA") for _ in range(2))
    page = first.new_page()
    page.goto(link)
    page.get_by_role("button", name="Join", exact=True).click()
    choose_pin(page)
    expect(page.get_by_text("Welcome,")).to_be_visible()
    page = second.new_page()
    page.goto(link)
    page.get_by_role("button", name="Join", exact=True).click()
    choose_pin(page)
    expect(page.get_by_role("heading", name="This link was already used")).to_be_visible()
    expect(page.get_by_text("ask the coordinator")).to_be_visible()
    for context in (first, second):
        context.close()
