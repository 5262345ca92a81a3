"""A conversation with several: one note, and a record for each of them."""

import json

import pytest
from playwright.sync_api import Page, expect

from server.ids import now_ms
from server.reports.mapped import by_worksite, total
from server.reports.scope import reach
from sync.save import Change
from tests.desk import desk
from tests.journeys import choose, join, note_talk, reload, visit
from tests.small_union import Opened, SmallUnion
from tests.standing_server import StandingServer
from tests.test_around_a_talk import (
    LUNCH,
    PLATFORM,
    WORDS,
    add_lunch,
    all_sent,
    answers,
    counts_for,
    save,
)
from tests.test_desk_pages import seen

NAMES = {"minh": "Minh Trần", "siobhan": "Siobhán O’Keefe-Tremblay"}


@pytest.fixture
def page(phone_page: Page, server: StandingServer, union: SmallUnion) -> Page:
    return join(phone_page, server, union, "ana")


def begin(page: Page) -> None:
    """Choose Minh and Siobhán."""
    visit(page, "/group")
    for name in NAMES.values():
        page.get_by_role("checkbox", name=name).check()
    page.get_by_role("link", name="Go on with 2").click()


def ask_each(page: Page, platform: dict[str, str]) -> None:
    """Open each one's part and choose an answer."""
    for name, choice in platform.items():
        fold = page.locator("details", has=page.locator("summary", has_text=name))
        fold.locator("summary").click()
        fold.get_by_role("group", name=PLATFORM).get_by_label(choice, exact=True).check()
        expect(fold.locator("summary")).to_contain_text("1 of 3 answered")


def test_each_has_what_all_said_and_their_own_answers(page: Page, union: SmallUnion) -> None:
    begin(page)
    expect(page.locator("fieldset:not(.when *) input:checked")).to_have_count(0)
    page.get_by_label(WORDS).fill("Two of us for 31 patients")
    ask_each(page, {"Minh": "Yes", "Siobhán": "Not yet"})
    save(page)
    all_sent(page)
    both = {"workload": "Two of us for 31 patients"}
    assert answers(union, "minh") == {**both, "platform": "yes"}
    assert answers(union, "siobhan") == {**both, "platform": "not_yet"}
    first, second = union.read("SELECT * FROM conversation")
    assert first["meeting"] == second["meeting"] is not None
    assert first["id"] != second["id"]


def test_two_campaigns_are_one_conversation_that_counts_for_both_with_each(
    page: Page, union: SmallUnion
) -> None:
    add_lunch(union)
    reload(page)
    begin(page)
    expect(page.get_by_label("Asked twice?")).to_have_count(0)
    page.get_by_label(WORDS).fill("Two of us for 31 patients")
    fold = page.locator("details", has=page.locator("summary", has_text="Minh"))
    fold.locator("summary").click()
    fold.get_by_role("group", name=LUNCH).get_by_label("No", exact=True).check()
    save(page)
    all_sent(page)
    both = {"workload": "Two of us for 31 patients"}
    assert answers(union, "minh") == {**both, "lunch": "no"}
    assert answers(union, "siobhan") == both
    for person in NAMES:
        assert counts_for(union, person) == ["campaign-1", "campaign-2"]


def test_what_each_must_answer_is_asked_for_in_their_own_part(
    page: Page, union: SmallUnion
) -> None:
    both = {"en": PLATFORM, "fr": PLATFORM}
    asked = [{"key": "platform", "type": "yes_no", "text": both, "required": True}]
    union.write(Change("questionnaire", "q-2", {"version": 2, "questions": json.dumps(asked)}))
    standing = union.read(
        "SELECT heads ->> '$[0].id' AS id FROM register "
        "WHERE kind = 'campaign' AND field = 'questionnaire'"
    )
    saw = {"questionnaire": [one["id"] for one in standing]}
    union.write(Change("campaign", "campaign-1", {"questionnaire": "q-2"}, saw))
    reload(page)
    begin(page)
    for name in ("Minh", "Siobhán"):
        page.get_by_role("button", name="Save").click()
        fold = page.locator("details", has=page.locator("summary", has_text=name))
        expect(fold.get_by_role("alert")).to_be_visible()
        fold.get_by_label("Yes", exact=True).check()
    assert union.read("SELECT 1 FROM conversation") == []
    save(page)
    all_sent(page)
    assert answers(union, "minh") == answers(union, "siobhan") == {"platform": "yes"}


def test_a_group_conversation_is_no_one_on_one(page: Page, union: SmallUnion) -> None:
    begin(page)
    save(page)
    expect(page.get_by_text("0 of 3 talked to")).to_be_visible()
    expect(page.get_by_role("heading", name="Not yet · 3")).to_be_visible()
    expect(page.get_by_text("talked in a group, today").first).to_be_visible()
    all_sent(page)
    with desk(union) as client:
        assert "Minh Trần" in seen(client, "/desk/people?talked=no")
        assert "Minh Trần" not in seen(client, "/desk/people?talked=yes")
        assert "in a group" in seen(client, "/desk/conversations")
        assert mapped(union) == 0
    note_talk(page, "Minh Trần", platform="Yes")
    all_sent(page)
    assert mapped(union) == 1
    with desk(union) as client:
        assert "Minh Trần" not in seen(client, "/desk/people?talked=no")
        assert "week" not in seen(client, "/desk/review")


def mapped(union: SmallUnion) -> int:
    """Return how many the desk's overview counts as mapped."""
    later = now_ms() + 1000
    with Opened(union.db) as db:
        return total(by_worksite(db, reach(frozenset()), 0, later, later)).mapped


def test_undo_takes_all_of_it_back_and_gives_back_the_note(page: Page, union: SmallUnion) -> None:
    begin(page)
    page.get_by_label(WORDS).fill("Two of us")
    save(page)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Undone.")).to_be_visible()
    all_sent(page)
    assert union.read("SELECT * FROM conversation") == []
    page.get_by_role("link", name="Finish your note of a conversation with several").click()
    page.get_by_role("link", name="Go on with 2").click()
    expect(page.get_by_label(WORDS)).to_have_value("Two of us")
    save(page)
    all_sent(page)
    assert len(union.read("SELECT * FROM conversation")) == 2


def test_a_group_note_survives_a_closed_app(page: Page) -> None:
    begin(page)
    page.get_by_label(WORDS).fill("Half a sentence")
    ask_each(page, {"Minh": "Yes"})
    reload(page)
    expect(page.get_by_label(WORDS)).to_have_value("Half a sentence")
    page.locator("summary", has_text="Minh").click()
    group = page.locator("details", has_text="Minh").get_by_role("group", name=PLATFORM)
    expect(group.get_by_label("Yes", exact=True)).to_be_checked()


def test_one_of_several_is_corrected_alone(page: Page, union: SmallUnion) -> None:
    begin(page)
    ask_each(page, {"Minh": "Yes", "Siobhán": "Yes"})
    save(page)
    visit(page, "/done")
    page.locator("summary", has_text="and 1 more").click()
    page.get_by_role("link", name="Change: Siobhán O’Keefe-Tremblay").click()
    choose(page, PLATFORM, "Not yet")
    save(page)
    all_sent(page)
    assert answers(union, "minh") == {"platform": "yes"}
    assert answers(union, "siobhan") == {"platform": "not_yet"}


def test_forty_people_fit_and_are_undone_together(
    phone_page: Page, server: StandingServer, union: SmallUnion
) -> None:
    people = [f"p-{n:02}" for n in range(40)]
    union.write(*(Change("person", id, {"name": f"Person {id}"}) for id in people))
    union.write(*(Change("assignment", id, {"volunteer": "ana"}) for id in people))
    page = join(phone_page, server, union, "ana")
    visit(page, "/group")
    for id in people:
        page.get_by_role("checkbox", name=f"Person {id}").check()
    page.get_by_role("link", name="Go on with 40").click()
    choose(page, "Did you promise something?", "Yes")
    page.get_by_label("What did you promise?").fill("The form")
    save(page)
    all_sent(page)
    rows = union.read("SELECT * FROM conversation")
    assert (len(rows), len({row["meeting"] for row in rows})) == (40, 1)
    assert len(union.read("SELECT * FROM follow_up")) == 40
    visit(page, "/done")
    page.locator("summary", has_text="and 39 more").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Undone.")).to_be_visible()
    all_sent(page)
    assert union.read("SELECT * FROM conversation") == []
    assert union.read("SELECT * FROM follow_up") == []


def test_who_has_one_of_them_next_hears_of_nobody_else(page: Page, union: SmallUnion) -> None:
    begin(page)
    save(page)
    all_sent(page)
    bodies = [str(row) for row in union.read("SELECT * FROM conversation WHERE person = 'minh'")]
    assert [body for body in bodies if "siobhan" in body] == []
