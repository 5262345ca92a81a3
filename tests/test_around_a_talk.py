"""After a talk was noted: change it, move it, or turn the phone before it is kept."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from server.ids import now_ms
from sync.save import Change
from tests.desk import HOUR_MS, desk, talked, writes
from tests.journeys import choose, join, note_talk, reload, visit
from tests.small_union import SmallUnion
from tests.standing_server import StandingServer
from tests.test_desk_pages import seen

WORDS = "What is the workload like?"
MINUTE_MS = 60_000
PLATFORM = "Will they put their name on the platform?"
LUNCH = "Time for lunch?"


@pytest.fixture
def page(phone_page: Page, server: StandingServer, union: SmallUnion) -> Page:
    return join(phone_page, server, union, "ana")


def answers(union: SmallUnion, person: str) -> dict[str, object]:
    """Return what shows of the answers of a person's conversations."""
    rows = union.read(
        "SELECT element, answer.value FROM conversation_answers AS answer "
        "JOIN conversation ON conversation.id = answer.conversation "
        "WHERE person = ? AND answer.value IS NOT NULL",
        person,
    )
    return {row["element"]: row["value"] for row in rows}


def all_sent(page: Page) -> None:
    visit(page, "/")
    expect(page.get_by_text("all sent")).to_be_visible()


def note(page: Page, name: str) -> None:
    """From the list: begin a note."""
    page.get_by_role("link", name=name).click()
    page.get_by_role("link", name="Note a talk").click()


def save(page: Page) -> None:
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved on this phone.")).to_be_visible()


def change_last(page: Page, name: str) -> None:
    """From the list: open the person's last talk to change it."""
    page.get_by_role("link", name=name).click()
    page.get_by_role("link", name="Change it").click()


def add_lunch(union: SmallUnion) -> None:
    """Begin a second campaign, which asks what the first asks and one question more."""
    asked = [
        {"key": "workload", "type": "long_text", "text": {"en": "Asked twice?", "fr": "Deux ?"}},
        {"key": "lunch", "type": "yes_no", "text": {"en": LUNCH, "fr": "Le temps ?"}},
    ]
    days = {"starts": "2020-01-01", "ends": "2099-12-31"}
    union.write(
        Change("questionnaire", "q-2", {"name/en": "Lunch", "questions": json.dumps(asked)}),
        Change("campaign", "campaign-2", {"name/en": "Lunch", **days, "questionnaire": "q-2"}),
    )


def counts_for(union: SmallUnion, person: str) -> list[str]:
    """Return the campaigns that the conversations of a person count for."""
    rows = union.read(
        "SELECT element FROM conversation_campaigns AS counted "
        "JOIN conversation ON conversation.id = counted.conversation "
        "WHERE person = ? AND counted.value = 1 ORDER BY element",
        person,
    )
    return [row["element"] for row in rows]


# Change it


def test_a_talk_opens_again_with_its_answers_and_what_changes_replaces_them(
    page: Page, union: SmallUnion
) -> None:
    note_talk(page, "Minh Trần", words="Short breaks", platform="Yes")
    change_last(page, "Minh Trần")
    expect(page.get_by_label(WORDS)).to_have_value("Short breaks")
    page.get_by_label(WORDS).fill("Short breaks, and no lunch")
    choose(page, PLATFORM, "Not yet")
    save(page)
    expect(page.get_by_text("Short breaks, and no lunch")).to_be_visible()
    expect(page.get_by_text("corrected")).to_have_count(0)  # so soon after, quietly
    all_sent(page)
    assert answers(union, "minh") == {
        "workload": "Short breaks, and no lunch",
        "platform": "not_yet",
    }
    assert len(union.read("SELECT * FROM conversation")) == 1
    assert union.read("SELECT * FROM register WHERE conflict = 1") == []


def test_a_talk_of_two_campaigns_is_changed_as_one_and_counts_for_both(
    page: Page, union: SmallUnion
) -> None:
    add_lunch(union)
    reload(page)
    note(page, "Minh Trần")
    page.get_by_label(WORDS).fill("Short breaks")
    choose(page, LUNCH, "No")
    save(page)
    change_last(page, "Minh Trần")
    expect(page.get_by_label("Asked twice?")).to_have_count(0)
    expect(page.get_by_role("group", name=LUNCH).get_by_label("No", exact=True)).to_be_checked()
    choose(page, PLATFORM, "Yes")
    choose(page, LUNCH, "Yes")
    save(page)
    all_sent(page)
    assert answers(union, "minh") == {"workload": "Short breaks", "platform": "yes", "lunch": "yes"}
    assert counts_for(union, "minh") == ["campaign-1", "campaign-2"]


def test_a_talk_changed_from_what_i_did_can_be_undone_to_what_it_was(
    page: Page, union: SmallUnion
) -> None:
    note_talk(page, "Minh Trần", words="Short breaks", platform="Yes")
    visit(page, "/done")
    page.get_by_text("Minh Trần").first.click()
    page.get_by_role("link", name="Change it").click()
    page.get_by_label(WORDS).fill("")
    save(page)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Undone.")).to_be_visible()
    expect(page.get_by_text("Short breaks")).to_be_visible()
    all_sent(page)
    assert answers(union, "minh") == {"workload": "Short breaks", "platform": "yes"}


def test_a_change_that_was_begun_survives_a_closed_app(page: Page) -> None:
    note_talk(page, "Minh Trần", words="Short breaks", platform="Yes")
    change_last(page, "Minh Trần")
    page.get_by_label(WORDS).fill("Half a sentence")
    expect(page.get_by_label(WORDS)).to_have_value("Half a sentence")
    reload(page)
    expect(page.get_by_label(WORDS)).to_have_value("Half a sentence")


def test_a_change_after_the_grace_time_shows_as_corrected(page: Page) -> None:
    page.context.set_offline(True)
    visit(page, "/settings")
    page.get_by_role("radio", name="60 min").check()
    visit(page, "/")
    note_talk(page, "Minh Trần", words="Short breaks", platform="Yes")
    page.clock.set_fixed_time(datetime.now(UTC) + timedelta(minutes=31))
    change_last(page, "Minh Trần")
    choose(page, PLATFORM, "Not yet")
    save(page)
    expect(page.get_by_text("corrected today")).to_be_visible()
    expect(page.get_by_text("Not yet")).to_be_visible()


def test_the_desk_shows_a_correction_and_what_was_there_before(union: SmallUnion) -> None:
    noted = now_ms() - 2 * HOUR_MS
    talked(union, "ana", "minh", at=noted, platform="yes")
    [talk] = union.read("SELECT id FROM conversation")
    [heads] = union.read("SELECT heads FROM register WHERE field = 'answers/platform'")
    saw = {"answers/platform": [json.loads(heads["heads"])[0]["id"]]}
    soon = Change("conversation", talk["id"], {"answers/workload": "Long"})
    writes(union, "ana", soon, at=noted + 29 * MINUTE_MS)
    with desk(union) as client:
        assert "corrected" not in seen(client, "/desk/conversations")
        late = Change("conversation", talk["id"], {"answers/platform": "not_yet"}, saw)
        writes(union, "ana", late, at=noted + HOUR_MS)
        assert "corrected" in seen(client, "/desk/conversations")
        person = seen(client, "/desk/people/minh")
    assert "corrected" in person
    for said in ("Yes", "Not yet"):
        assert said in person
    assert union.read("SELECT * FROM register WHERE conflict = 1") == []


def test_what_a_changed_answer_said_of_the_person_is_what_stood_before(
    page: Page, union: SmallUnion
) -> None:
    note(page, "Minh Trần")
    page.get_by_role("radio", name="Yes, by phone").check()
    page.get_by_label("Which number?").fill("587 555-0142")
    choose(page, "Did you promise something?", "Yes")
    page.get_by_label("What did you promise?").fill("Bring the form")
    save(page)
    all_sent(page)
    assert union.value("person", "minh", "consent/phone") is True
    change_last(page, "Minh Trần")
    page.get_by_role("radio", name="Not today").check()
    choose(page, "Did you promise something?", "No")
    save(page)
    expect(page.get_by_role("link", name="Call")).to_have_count(0)
    expect(page.get_by_text("Bring the form")).to_have_count(0)
    all_sent(page)
    assert union.value("person", "minh", "phone") is None
    assert union.value("person", "minh", "consent/phone") is None
    assert union.read("SELECT * FROM follow_up WHERE person = 'minh'") == []


def test_a_changed_promise_stays_the_same_promise(page: Page, union: SmallUnion) -> None:
    note(page, "Minh Trần")
    choose(page, "Did you promise something?", "Yes")
    page.get_by_label("What did you promise?").fill("Bring the form")
    save(page)
    change_last(page, "Minh Trần")
    page.get_by_label("What did you promise?").fill("Bring both forms")
    save(page)
    all_sent(page)
    (promise,) = union.read("SELECT text, state FROM follow_up")
    assert promise == {"text": "Bring both forms", "state": "open"}


def test_nobody_is_offered_to_change_what_somebody_else_noted(
    page: Page, union: SmallUnion
) -> None:
    union.write(Change("conversation", "t", {"person": "minh", "result": "talked", "when": 1}))
    reload(page)
    page.get_by_role("link", name="Minh Trần").click()
    expect(page.get_by_text("Last time")).to_be_visible()
    expect(page.get_by_role("link", name="Change it")).to_have_count(0)


# Move it


def test_what_answers_say_of_a_person_moves_too_and_what_was_corrected_with_it(
    page: Page, union: SmallUnion
) -> None:
    note(page, "Minh Trần")
    page.get_by_label(WORDS).fill("Short breaks")
    page.get_by_role("radio", name="Yes, by phone").check()
    page.get_by_label("Which number?").fill("587 555-0142")
    choose(page, "Did you promise something?", "Yes")
    page.get_by_label("What did you promise?").fill("Bring the form")
    save(page)
    change_last(page, "Minh Trần")
    page.get_by_label(WORDS).fill("Long nights")
    save(page)
    visit(page, "/done")
    page.locator("summary", has_text="Talked").click()
    page.get_by_role("link", name="Wrong person? Move it").click()
    page.get_by_role("button", name="Adaeze Okonkwo").click()
    expect(page.get_by_text("Moved to")).to_be_visible()
    all_sent(page)
    assert answers(union, "minh") == {}
    assert answers(union, "adaeze")["workload"] == "Long nights"
    for field, value in (("phone", "587 555-0142"), ("consent/phone", True)):
        assert union.value("person", "minh", field) is None
        assert union.value("person", "adaeze", field) == value
    (promise,) = union.read("SELECT person, text FROM follow_up WHERE person IS NOT NULL")
    assert promise == {"person": "adaeze", "text": "Bring the form"}
    visit(page, "/done")
    page.locator("summary", has_text="Adaeze").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Undone.")).to_be_visible()
    all_sent(page)
    assert answers(union, "adaeze") == {}
    assert answers(union, "minh")["workload"] == "Long nights"
    assert union.value("person", "minh", "phone") == "587 555-0142"


def test_a_detail_the_wrong_person_had_already_reaches_the_right_one(
    page: Page, union: SmallUnion
) -> None:
    union.write(Change("person", "minh", {"phone": "587 555-0142"}))
    reload(page)
    note(page, "Minh Trần")
    page.get_by_role("radio", name="Yes, by phone").check()
    page.get_by_label("Which number?").fill("587 555-0142")
    save(page)
    visit(page, "/done")
    page.get_by_text("Minh Trần").first.click()
    page.get_by_role("link", name="Wrong person? Move it").click()
    page.get_by_role("button", name="Adaeze Okonkwo").click()
    expect(page.get_by_text("Moved to")).to_be_visible()
    all_sent(page)
    assert union.value("person", "adaeze", "phone") == "587 555-0142"
    assert union.value("person", "minh", "phone") == "587 555-0142"


def test_undoing_a_talk_takes_its_changes_along(page: Page, union: SmallUnion) -> None:
    note_talk(page, "Minh Trần", words="Short breaks", platform="Yes")
    change_last(page, "Minh Trần")
    page.get_by_label(WORDS).fill("Long nights")
    save(page)
    visit(page, "/done")
    page.locator("summary", has_text="Talked").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Undone.")).to_be_visible()
    all_sent(page)
    rows = union.read("SELECT * FROM register WHERE kind = 'conversation' AND heads != '[]'")
    assert rows == []


# Turn the phone


def test_what_the_person_strikes_is_not_sent(page: Page, union: SmallUnion) -> None:
    note(page, "Minh Trần")
    page.get_by_label(WORDS).fill("The manager shouts")
    choose(page, PLATFORM, "Yes")
    page.get_by_role("radio", name="Yes, by phone").check()
    page.get_by_label("Which number?").fill("587 555-0142")
    page.get_by_role("link", name="Turn the phone").click()
    main = page.get_by_role("main")
    expect(page.get_by_role("heading", level=1)).to_have_text("Minh, this is what goes forward")
    expect(main).to_contain_text("The manager shouts")
    for other in ("Siobhán", "Adaeze"):
        expect(main).not_to_contain_text(other)
    page.get_by_role("button", name="Strike this").first.click()
    expect(main).to_contain_text("Struck: stays between us")
    page.get_by_role("button", name="All right, hand the phone back").click()
    expect(page.get_by_label(WORDS)).to_have_value("")
    group = page.get_by_role("group", name=PLATFORM)
    expect(group.get_by_role("radio", name="Yes", exact=True)).to_be_checked()
    save(page)
    all_sent(page)
    assert answers(union, "minh") == {
        "platform": "yes", "contact": "phone", "contact_phone": "587 555-0142",
    }  # fmt: skip
    assert "shouts" not in json.dumps(union.read("SELECT body FROM save"), default=str)


def test_striking_works_by_keyboard_and_a_struck_line_may_come_back(page: Page) -> None:
    note(page, "Minh Trần")
    page.get_by_label(WORDS).fill("The manager shouts")
    page.get_by_role("link", name="Turn the phone").click()
    button = page.get_by_role("button", name="Strike this")
    expect(button).to_have_accessible_description(WORDS)
    button.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Put it back")).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="hand the phone back").click()
    expect(page.get_by_label(WORDS)).to_have_value("The manager shouts")
