"""How strong support is: noted after parting, by who was trained for it, on nobody else's phone."""

import pytest
from playwright.sync_api import Page, expect

from sync.save import Change
from tests.journeys import join, note_talk, reload, visit
from tests.small_union import SmallUnion
from tests.standing_server import StandingServer
from tests.test_around_a_talk import all_sent


def turn_on(union: SmallUnion, *trained: str) -> None:
    said = {f"trained/{role}": True for role in trained}
    union.write(Change("in_use", "assessment", {"on": True, **said}))
    union.write(Change("volunteer", "ana", {"roles/steward": True}))


@pytest.fixture
def page(phone_page: Page, server: StandingServer, union: SmallUnion) -> Page:
    return join(phone_page, server, union, "ana")


def test_after_a_talk_a_steward_notes_how_strong_support_is(page: Page, union: SmallUnion) -> None:
    turn_on(union)
    reload(page)
    note_talk(page, "Minh Trần", platform="Yes")
    page.get_by_role("link", name="Support: Minh").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("How strong is Minh’s support?")
    expect(page.locator("input, [aria-pressed=true], [aria-checked=true]")).to_have_count(0)
    page.get_by_role("button", name="2 · Takes part").click()
    expect(page.get_by_text("Saved on this phone.")).to_be_visible()
    all_sent(page)
    (row,) = union.read("SELECT person, level FROM assessment")
    assert row == {"person": "minh", "level": 2}


def test_it_may_be_left_open_undone_and_noted_later(page: Page, union: SmallUnion) -> None:
    turn_on(union)
    reload(page)
    note_talk(page, "Minh Trần", platform="Yes")
    page.get_by_role("link", name="Support: Minh").click()
    page.get_by_role("link", name="Leave it open").click()
    expect(page.get_by_role("heading", name="My list")).to_be_visible()
    expect(page.get_by_role("link", name="Support: Minh")).to_have_count(0)
    visit(page, "/done")
    page.get_by_text("Minh Trần").first.click()
    page.get_by_role("link", name="Support: Minh").click()
    page.get_by_role("button", name="4 · Rather against").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Undone.")).to_be_visible()
    all_sent(page)
    assert union.read("SELECT * FROM assessment") == []


def test_nobody_is_asked_for_it_while_the_union_does_without(page: Page, union: SmallUnion) -> None:
    union.write(Change("volunteer", "ana", {"roles/steward": True}))
    reload(page)
    note_talk(page, "Minh Trần", platform="Yes")
    all_sent(page)
    expect(page.get_by_role("link", name="Support: Minh")).to_have_count(0)
    visit(page, "/assess/minh")
    expect(page.get_by_role("button", name="2 · Takes part")).to_have_count(0)


def test_a_role_that_was_not_trained_is_not_asked(page: Page, union: SmallUnion) -> None:
    turn_on(union, "organiser")
    reload(page)
    note_talk(page, "Minh Trần", platform="Yes")
    all_sent(page)
    expect(page.get_by_role("link", name="Support: Minh")).to_have_count(0)
    union.write(Change("volunteer", "ana", {"roles/organiser": True}))
    reload(page)
    note_talk(page, "Adaeze Okonkwo", platform="Yes")
    expect(page.get_by_role("link", name="Support: Adaeze")).to_be_visible()
