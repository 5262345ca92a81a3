"""Noting a talk with every type of question, on a real phone page against a real server."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from sync.save import Change
from tests.axe import faults
from tests.journeys import choose, join, reload, visit
from tests.small_union import SmallUnion
from tests.standing_server import StandingServer

WHOLE = (Path(__file__).parent / "whole_questionnaire.json").read_text()
RAP = """# The opening
I’m Ana, from your ward.
I listen first.

- Safe staffing
- Steady schedules
- <b>No promises</b> of a raise

Sheets: https://union.example/sheets/staffing."""

# What is to be tapped and is less than 56 px high.
SMALL = """() => [...document.querySelectorAll(
    "form > a, .choice, .question > input, .question > textarea, .foot button")]
  .filter((one) => one.checkVisibility())
  .map((one) => [one.textContent.trim() || one.id, one.getBoundingClientRect().height])
  .filter(([, height]) => height < 56)"""


@pytest.fixture
def page(phone_page: Page, server: StandingServer, union: SmallUnion) -> Page:
    asks(union, WHOLE)
    union.write(
        Change("action", "rally", {"name/en": "Rally at the gate", "name/fr": "Rassemblement",
               "place": "Gate 3"}),
        Change("campaign", "campaign-1", {"rap/en": RAP, "rap/fr": "Écoutez d’abord."}),
    )  # fmt: skip
    return join(phone_page, server, union, "ana")


def asks(union: SmallUnion, questions: str) -> None:
    """Let the campaign that runs ask these questions."""
    said = {"name/en": "Whole", "name/fr": "Tout", "version": 1, "questions": questions}
    assert union.write(Change("questionnaire", "q-2", said)).verdict == "taken"
    union.write(Change("campaign", "campaign-1", {"questionnaire": "q-2"}))


def to_note(page: Page, name: str = "Minh Trần") -> None:
    page.get_by_role("link", name=name).click()
    page.get_by_role("link", name="Note a talk").click()


def save(page: Page) -> None:
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved on this phone.")).to_be_visible()
    expect(page.get_by_text("all sent")).to_be_visible()


def test_every_type_of_question_is_answered_and_goes_where_it_points(
    page: Page, union: SmallUnion
) -> None:
    to_note(page)
    expect(page.get_by_text("Say who you are, and listen first.")).to_be_visible()
    expect(page.locator("fieldset:not(details *) input:checked")).to_have_count(0)
    choose(page, "How hopeful are they?", "4")
    choose(page, "What did they raise?", "Nights")
    page.get_by_label("In their words").fill("One of us for the whole floor")
    page.get_by_label("A story they told").fill("The night the lift stood still")
    choose(page, "May the union tell it?", "Without a name")
    choose(page, "Card signed?", "Yes")
    page.get_by_label("How many years here?").fill("12")
    page.get_by_label("Since when short of people?").fill("2025-09-01")
    choose(page, "May we text you?", "Yes")
    page.get_by_label("Which number?").fill("587 555-0142")
    page.get_by_label("Which e-mail?").fill("minh@home.example")
    expect(page.get_by_text("Rally at the gate · Gate 3")).to_be_visible()
    choose(page, "Will they come?", "Maybe")
    page.get_by_label("What did you promise?").fill("Bring the form")
    choose(page, "By when?", "Tomorrow")
    save(page)

    (talk,) = union.read("SELECT * FROM conversation")
    given = union.read("SELECT element, value FROM conversation_answers")
    answers = {row["element"]: row["value"] for row in given}
    assert (answers["hopeful"], answers["years"], answers["since"]) == (4, 12, "2025-09-01")
    assert "hello" not in answers
    (issue,) = union.read("SELECT * FROM issue")
    assert issue["text"] == "One of us for the whole floor"
    assert (issue["person"], issue["conversation"]) == ("minh", talk["id"])
    assert union.read("SELECT element FROM issue_themes WHERE value = 1") == [{"element": "nights"}]
    (story,) = union.read("SELECT * FROM story")
    assert (story["text"], story["consent"]) == ("The night the lift stood still", "anonymous")
    assert story["wording"] == "May the union tell it?"
    (answer,) = union.read("SELECT * FROM participation")
    assert (answer["person"], answer["action"], answer["answer"]) == ("minh", "rally", "maybe")
    (promise,) = union.read("SELECT * FROM follow_up")
    assert (promise["text"], promise["state"], promise["owner"]) == (
        "Bring the form", "open", "ana",
    )  # fmt: skip
    assert promise["due"] > "2026"
    for register, value in {
        "signed": True, "phone": "587 555-0142", "email": "minh@home.example",
        "consent/text": True, "consent_wording/text": "May we text you?",
    }.items():  # fmt: skip
        assert union.value("person", "minh", register) == value
    assert len(union.read("SELECT 1 FROM save WHERE verdict = 'held'")) == 0

    page.get_by_role("link", name="Minh Trần").click()
    expect(page.get_by_text("4 of 5")).to_be_visible()
    expect(page.get_by_text("Without a name")).to_be_visible()


def test_not_to_know_is_always_there_and_writes_nothing_elsewhere(
    page: Page, union: SmallUnion
) -> None:
    to_note(page)
    choose(page, "What did they raise?", "Nights")
    for question in ("How hopeful are they?", "What did they raise?", "Card signed?"):
        choose(page, question, "Don’t know")
    raised = page.get_by_role("group", name="What did they raise?")
    expect(raised.get_by_label("Nights")).not_to_be_checked()
    choose(page, "May we text you?", "Don’t know")
    choose(page, "Will they come?", "Not asked")
    save(page)
    rows = union.read("SELECT element, value FROM conversation_answers")
    assert {row["element"]: row["value"] for row in rows} == {
        "hopeful": "dont_know", "raised": "dont_know", "signed": "dont_know",
        "texts": "dont_know", "rally": "not_asked",
    }  # fmt: skip
    assert union.read("SELECT 1 FROM issue UNION ALL SELECT 1 FROM participation") == []
    assert union.value("person", "minh", "consent/text") is None
    assert union.value("person", "minh", "signed") is None


def test_what_is_needed_and_missing_is_said_at_its_question_and_nothing_is_lost(
    page: Page, union: SmallUnion
) -> None:
    to_note(page)
    page.get_by_label("A story they told").fill("The night the lift stood still")
    question = page.get_by_role("group", name="May the union tell it?")
    expect(question.get_by_text("Needed before you save.")).to_be_visible()
    for _ in range(2):
        page.get_by_role("button", name="Save").click()
        expect(question.get_by_role("alert")).to_have_text(
            "This one is still open. Everything else is kept."
        )
        expect(question.get_by_label("No", exact=True)).to_be_focused()
    expect(page.get_by_label("A story they told")).to_have_value("The night the lift stood still")
    reload(page)
    page.get_by_label("A story they told").wait_for()
    expect(page.get_by_label("A story they told")).to_have_value("The night the lift stood still")
    page.get_by_role("button", name="Save").click()
    choose(page, "May the union tell it?", "No")
    expect(question.get_by_role("alert")).to_have_count(0)
    save(page)
    assert union.read("SELECT consent FROM story") == [{"consent": "no"}]


def test_an_answer_outside_its_limits_is_looked_at_once_and_then_saved_as_it_is(
    page: Page, union: SmallUnion
) -> None:
    to_note(page)
    choose(page, "What did they raise?", "Nights")
    choose(page, "What did they raise?", "Parking")
    years = page.get_by_label("How many years here?")
    years.fill("120")
    page.get_by_label("Which e-mail?").fill("minh at home")
    page.get_by_role("button", name="Save").click()
    raised = page.get_by_role("group", name="What did they raise?")
    expect(raised.get_by_role("alert")).to_contain_text("Choose 1 at most.")
    expect(raised.get_by_label("Nights")).to_be_focused()
    expect(page.locator("#q-years").get_by_role("alert")).to_contain_text("That is more than 60.")
    expect(years).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_text("That does not look like an e-mail address.")).to_be_visible()
    years.fill("12")
    expect(page.locator("#q-years").get_by_role("alert")).to_have_count(0)
    save(page)
    rows = union.read("SELECT element, value FROM conversation_answers")
    assert {row["element"]: row["value"] for row in rows} == {
        "raised": "nights parking", "years": 12, "mail": "minh at home",
    }  # fmt: skip


def test_what_to_say_is_one_tap_away_without_signal_and_nothing_in_it_is_html(page: Page) -> None:
    page.context.set_offline(True)
    page.get_by_role("link", name="Minh Trần").click()
    page.get_by_role("link", name="What to say").click()
    expect(page.get_by_role("heading", name="The opening")).to_be_visible()
    expect(page.get_by_role("listitem")).to_have_count(3)
    expect(page.get_by_text("<b>No promises</b> of a raise")).to_be_visible()
    sheet = page.get_by_role("link", name="union.example/sheets/staffing")
    expect(sheet).to_have_attribute("href", "https://union.example/sheets/staffing")
    page.get_by_role("link", name="Minh Trần").click()
    page.get_by_role("link", name="Note a talk").click()
    page.get_by_label("How many years here?").fill("12")
    page.get_by_role("link", name="What to say").click()
    page.get_by_role("link", name="Back to your note").click()
    expect(page.get_by_label("How many years here?")).to_have_value("12")


def test_two_campaigns_are_one_talk_that_counts_for_both(
    phone_page: Page, server: StandingServer, union: SmallUnion
) -> None:
    second = [
        {"key": "workload", "type": "long_text", "text": {"en": "Asked twice?", "fr": "Deux ?"}},
        {"key": "lunch", "type": "yes_no", "text": {"en": "Time for lunch?", "fr": "Le temps ?"}},
    ]
    days = {"starts": "2020-01-01", "ends": "2099-12-31"}
    union.write(
        Change("questionnaire", "q-2", {"name/en": "Lunch", "questions": json.dumps(second)}),
        Change("campaign", "campaign-2", {"name/en": "Lunch", **days, "questionnaire": "q-2"}),
    )
    page = join(phone_page, server, union, "ana")
    to_note(page)
    expect(page.get_by_label("Asked twice?")).to_have_count(0)
    page.get_by_label("What is the workload like?").fill("Two short again")
    choose(page, "Time for lunch?", "No")
    save(page)
    (talk,) = union.read("SELECT * FROM conversation")
    assert (talk["campaign"], talk["questionnaire"]) == ("campaign-1", "q-1")
    for table, ids in (("campaigns", ["campaign-1", "campaign-2"]),
                       ("questionnaires", ["q-1", "q-2"])):  # fmt: skip
        rows = union.read(f"SELECT element FROM conversation_{table} WHERE value = 1 ORDER BY 1")
        assert [row["element"] for row in rows] == ids
    page.get_by_role("link", name="Minh Trần").click()
    expect(page.get_by_text("Time for lunch?")).to_be_visible()
    page.get_by_role("button", name="Not at work").click()
    expect(page.get_by_text("all sent")).to_be_visible()
    assert len(union.read("SELECT 1 FROM conversation_campaigns")) == 4


def test_without_a_campaign_what_they_raised_and_what_was_promised_is_asked(
    phone_page: Page, server: StandingServer, union: SmallUnion
) -> None:
    union.write(Change("campaign", "campaign-1", {"ends": "2020-01-01"}))
    page = join(phone_page, server, union, "ana")
    to_note(page)
    expect(page.get_by_role("link", name="What to say")).to_have_count(0)
    page.get_by_label("What did they raise?").fill("The lift")
    expect(page.get_by_role("group", name="By when?")).to_have_count(0)
    page.get_by_label("What did you promise?").fill("Bring the form")
    choose(page, "By when?", "Next week")
    save(page)
    assert union.read("SELECT text FROM issue") == [{"text": "The lift"}]
    (promise,) = union.read("SELECT text, due, owner FROM follow_up")
    assert (promise["text"], promise["owner"]) == ("Bring the form", "ana")
    (talk,) = union.read("SELECT campaign, questionnaire FROM conversation")
    assert (talk["campaign"], talk["questionnaire"]) == (None, None)


def test_a_talk_moved_to_somebody_else_takes_along_all_that_it_wrote(
    page: Page, union: SmallUnion
) -> None:
    to_note(page)
    choose(page, "What did they raise?", "Nights")
    choose(page, "Will they come?", "Yes")
    save(page)
    visit(page, "/done")
    page.get_by_text("Minh Trần").first.click()
    page.get_by_role("link", name="Wrong person? Move it").click()
    page.get_by_role("button", name="Adaeze Okonkwo").click()
    expect(page.get_by_text("Moved to")).to_be_visible()
    visit(page, "/")
    expect(page.get_by_text("all sent")).to_be_visible()
    (talk,) = union.read("SELECT * FROM conversation")
    for table in ("issue", "participation"):
        (row,) = union.read(f"SELECT * FROM {table}")
        assert (row["person"], row["conversation"]) == ("adaeze", talk["id"])


def test_the_keyboard_alone_answers_one_question_after_the_other(
    page: Page, union: SmallUnion
) -> None:
    to_note(page)
    page.get_by_role("link", name="What to say").focus()
    for key in ("Tab", "Tab", "Space"):  # the fold of when and how, then the scale
        page.keyboard.press(key)
    expect(
        page.get_by_role("group", name="How hopeful").get_by_label("1", exact=True)
    ).to_be_checked()
    page.keyboard.press("ArrowRight")
    for key in ("Tab", "Space", "Tab", "Tab", "Tab"):
        page.keyboard.press(key)
    page.keyboard.type("The lift")
    page.keyboard.press("Tab")
    focused = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert (page.evaluate("document.activeElement.id"), focused) == ("story", "solid")
    save(page)
    assert union.read("SELECT text FROM issue") == [{"text": "The lift"}]
    assert union.read("SELECT element FROM issue_themes") == [{"element": "nights"}]
    rows = union.read("SELECT value FROM conversation_answers WHERE element = 'hopeful'")
    assert rows == [{"value": 2}]


def test_every_type_is_large_enough_fits_at_200_percent_and_is_read_out(page: Page) -> None:
    to_note(page)
    page.get_by_label("A story they told").fill("Short")
    page.get_by_label("How many years here?").fill("99")
    page.get_by_label("What did you promise?").fill("Bring the form")
    choose(page, "May we text you?", "Yes")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_have_count(3)
    small = page.evaluate(SMALL)
    assert small == []
    found = faults(page)
    for scheme, language in (("dark", "en"), ("light", "fr"), ("dark", "fr")):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        visit(page, "/settings")
        page.get_by_role("radio", name={"en": "English", "fr": "Français"}[language]).check()
        expect(page.locator("html")).to_have_attribute("lang", language)
        visit(page, "/talk/minh")
        page.locator("form .foot button, .foot .main").click()
        expect(page.get_by_role("alert")).to_have_count(3)
        found += faults(page)
        visit(page, "/rap/minh")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        found += faults(page)
    assert found == []
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    for path in ("/talk/minh", "/rap/minh", "/person/minh"):
        visit(page, path)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
