"""My list on a real phone page: groups, filters, search, who is new, picked or lost, marks."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from server.access.audit import Who
from server.access.erasing import erase_person
from server.ids import now_ms
from server.ledger.facts import SERVER
from sync.kinds import load_kinds
from sync.save import Change, Value
from tests.journeys import choose_pin, join, look_again, note_talk, reload, visit
from tests.small_union import Opened, SmallUnion
from tests.standing_server import StandingServer

MINH, SIOBHAN, ADAEZE = "Minh Trần", "Siobhán O’Keefe-Tremblay", "Adaeze Okonkwo"


def day(offset: int) -> str:
    """Return the day so many days from today."""
    return (datetime.now(UTC).date() + timedelta(days=offset)).isoformat()


def add(union: SmallUnion, name: str, **said: Value) -> None:
    """Put one more person on Ana's list."""
    id = name.lower().replace(" ", "-")
    about = {"name": name, "worksite": "ward-42", "department": "Ward 42", "relation": "in_unit"}
    union.write(
        Change("person", id, {**about, "local": "local-1", **said}),
        Change("assignment", id, {"volunteer": "ana"}),
    )


def hand_over(union: SmallUnion, person: str, to: str | None) -> None:
    """Give somebody to another go-to person, or to nobody."""
    (row,) = union.read(
        "SELECT heads FROM register"
        " WHERE kind = 'assignment' AND record = ? AND field = 'volunteer'",
        person,
    )
    saw = {"volunteer": [row["heads"].split('"')[3]]}
    union.write(Change("assignment", person, {"volunteer": to}, saw))


def names(page: Page) -> list[str]:
    """Return who is on the screen, from top to bottom."""
    return page.locator(".row .who b").all_text_contents()


def row(page: Page, name: str) -> Locator:
    return page.locator("li", has_text=name)


def top(page: Page, name: str) -> float:
    box = row(page, name).bounding_box()
    assert box is not None
    return box["y"]


def show(page: Page, what: str) -> None:
    page.get_by_label("Show").select_option(label=what)


def offered(page: Page) -> list[str]:
    """Return what can be shown."""
    return page.get_by_label("Show").locator("option").all_inner_texts()


def search(page: Page, words: str) -> None:
    page.get_by_role("searchbox", name="Find a name").fill(words)


@pytest.fixture
def phone(phone_page: Page, server: StandingServer, union: SmallUnion) -> Page:
    return join(phone_page, server, union, "ana")


@pytest.fixture
def two_sites(phone_page: Page, server: StandingServer, union: SmallUnion) -> Page:
    """Ana's phone: one of her people works at the depot, one nobody knows where."""
    add(union, "Bao Nguyen", worksite="depot", department="Stores", preferred_name="Bobby")
    add(union, "Zora Hale", worksite=None)
    return join(phone_page, server, union, "ana")


def test_people_of_several_worksites_are_grouped_by_worksite_and_stay_so(two_sites: Page) -> None:
    page = two_sites
    expect(row(page, "Bao Nguyen")).to_contain_text("Stores · Bow Valley Depot")
    show(page, "By worksite")
    for heading in ("Worksite not known · 1", "Bow Valley Depot · 1", "Foothills Hospital · 3"):
        expect(page.get_by_role("heading", name=heading)).to_be_visible()
    assert names(page) == ["Zora Hale", "Bao Nguyen", ADAEZE, MINH, SIOBHAN]
    expect(row(page, "Bao Nguyen")).not_to_contain_text("Depot")
    reload(page)
    expect(page.get_by_role("heading", name="Bow Valley Depot · 1")).to_be_visible()
    show(page, "All · 5")
    expect(page.get_by_role("heading", name="Not yet · 5")).to_be_visible()


def test_who_was_talked_to_comes_last_in_each_worksite(two_sites: Page) -> None:
    note_talk(two_sites, ADAEZE, platform="Yes")
    show(two_sites, "By worksite")
    expect(two_sites.get_by_role("heading", name="Foothills Hospital · 3")).to_be_visible()
    assert names(two_sites) == ["Zora Hale", "Bao Nguyen", MINH, SIOBHAN, ADAEZE]
    expect(row(two_sites, ADAEZE)).to_contain_text("✓ talked, today")


def test_people_of_one_worksite_are_offered_no_grouping(phone: Page) -> None:
    assert offered(phone) == ["All · 3", "Not yet · 3"]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("tran", MINH),
        ("keefe", SIOBHAN),
        ("OKEEFE", SIOBHAN),
        ("o'keefe", SIOBHAN),
        ("tremblay siob", SIOBHAN),
        ("bobby", "Bao Nguyen"),
        ("ng vall", "Bao Nguyen"),
    ],
)
def test_any_part_of_a_name_finds_somebody(two_sites: Page, words: str, found: str) -> None:
    search(two_sites, words)
    expect(two_sites.get_by_role("heading", name="1 found")).to_be_visible()
    assert names(two_sites) == [found]


def test_who_is_not_on_the_list_may_be_added(phone: Page) -> None:
    search(phone, "Nobody")
    expect(phone.get_by_text("Nobody on your list by this name.")).to_be_visible()
    link = phone.get_by_role("link", name="Someone who is not on my list")
    expect(link).to_have_attribute("href", "/add")


def test_the_end_of_the_list_leads_further(phone: Page) -> None:
    ways = phone.locator(".body > a.row").evaluate_all("all => all.map((a) => a.pathname + a.hash)")
    assert ways == ["/#mark", "/add", "/group", "/help"]
    phone.get_by_role("link", name="A conversation with several").click()
    expect(phone.get_by_role("heading", level=1)).to_be_visible()


def test_filters_count_and_only_those_that_find_somebody_are_there(
    phone_page: Page, server: StandingServer, union: SmallUnion
) -> None:
    union.write(Change("assignment", "minh", {"since": day(-2)}))
    page = join(phone_page, server, union, "ana")
    note_talk(page, SIOBHAN, platform="Yes")
    assert offered(page) == ["All · 3", "Not yet · 2", "Talked · 1", "New to you · 1"]


def test_a_filter_lasts_while_somebody_is_opened_and_ends_with_one_tap(two_sites: Page) -> None:
    page = two_sites
    note_talk(page, SIOBHAN, platform="Yes")
    show(page, "Talked · 1")
    expect(row(page, MINH)).to_have_count(0)
    page.get_by_role("link", name=SIOBHAN).click()
    page.get_by_role("link", name="My list").click()
    expect(page.get_by_label("Show")).to_have_value("talked")
    assert names(page) == [SIOBHAN]
    search(page, "minh")
    expect(row(page, MINH)).to_be_visible()
    search(page, "")
    show(page, "All · 5")
    expect(row(page, MINH)).to_be_visible()
    show(page, "Talked · 1")
    reload(page)
    expect(row(page, MINH)).to_be_visible()


def test_a_filter_that_finds_nobody_any_more_hides_nobody(phone: Page) -> None:
    note_talk(phone, SIOBHAN, platform="Yes")
    show(phone, "Talked · 1")
    phone.get_by_role("link", name=SIOBHAN).click()
    phone.get_by_role("link", name="Other…").click()
    phone.get_by_role("link", name="Does not want contact").click()
    phone.get_by_role("button", name="Not at all").click()
    expect(row(phone, MINH)).to_be_visible()


def test_the_list_says_how_many_days_are_left(phone: Page, union: SmallUnion) -> None:
    expect(phone.locator(".sub")).to_contain_text("0 of 3 talked to · until ")
    for offset, words in ((5, "5 days left"), (1, "1 day left"), (0, "the last day is today")):
        union.write(Change("campaign", "campaign-1", {"ends": day(offset)}))
        reload(phone)
        expect(phone.locator(".sub")).to_have_text(f"0 of 3 talked to · {words}")


def test_of_two_campaigns_each_has_its_progress_and_both_must_be_asked(
    phone_page: Page, server: StandingServer, union: SmallUnion
) -> None:
    ago = int((datetime.now(UTC) - timedelta(days=9)).timestamp() * 1000)
    talk: dict[str, Value] = {"person": "minh", "when": ago, "how": "in_person", "result": "talked"}
    union.write(
        Change("conversation", "talk-1", talk),
        Change(
            "campaign",
            "campaign-2",
            {"name/en": "Strike vote", "starts": day(-3), "ends": day(10), "questionnaire": "q-1"},
        ),
    )
    page = join(phone_page, server, union, "ana")
    expect(page.locator(".sub").first).to_have_text("0 of 3 talked to · Strike vote · 10 days left")
    expect(page.locator(".sub").nth(1)).to_contain_text("1 of 3 talked to · Winter blitz · until ")
    expect(page.get_by_role("heading", name="Not yet · 3")).to_be_visible()
    note_talk(page, MINH, platform="Yes")
    expect(page.locator(".sub").first).to_contain_text("1 of 3 talked to")
    expect(page.get_by_role("heading", name="Talked · 1")).to_be_visible()


def test_who_was_picked_is_not_called_new(
    phone_page: Page, server: StandingServer, union: SmallUnion
) -> None:
    union.write(
        Change("assignment", "minh", {"since": day(0), "picked": True}),
        Change("assignment", "adaeze", {"since": day(0)}),
    )
    page = join(phone_page, server, union, "ana")
    expect(row(page, MINH)).to_contain_text("Picked by you")
    expect(row(page, ADAEZE)).to_contain_text("New to you")
    show(page, "Picked by you · 1")
    expect(row(page, ADAEZE)).to_have_count(0)
    assert names(page) == [MINH]


def test_who_moved_to_another_while_the_phone_was_away_is_said_until_read(
    phone: Page, union: SmallUnion
) -> None:
    hand_over(union, "minh", "luc")
    said = f"{MINH} has a new go-to person. Your notes are safe."
    look_again(phone)
    # While the list is open, nobody's row goes away under the thumb.
    changed = phone.get_by_role("button", name="Your list has changed")
    expect(changed).to_be_visible()
    expect(row(phone, MINH)).to_be_visible()
    expect(phone.get_by_text(said)).to_have_count(0)
    changed.click()
    expect(phone.get_by_text(said)).to_be_visible()
    expect(row(phone, MINH)).to_have_count(0)
    phone.get_by_role("link", name=ADAEZE).click()
    phone.get_by_role("link", name="My list").click()
    phone.get_by_role("button", name="OK").click()
    expect(phone.get_by_text(said)).to_have_count(0)
    reload(phone)
    expect(row(phone, ADAEZE)).to_be_visible()
    expect(phone.get_by_text(said)).to_have_count(0)


def test_who_comes_back_was_not_lost(phone: Page, union: SmallUnion) -> None:
    hand_over(union, "minh", "luc")
    look_again(phone)
    changed = phone.get_by_role("button", name="Your list has changed")
    changed.click()
    expect(phone.get_by_text("has a new go-to person")).to_be_visible()
    hand_over(union, "minh", "ana")
    look_again(phone)
    changed.click()
    expect(phone.get_by_role("link", name=MINH)).to_be_visible()
    expect(changed).to_have_count(0)
    expect(phone.get_by_text("has a new go-to person")).to_have_count(0)


def test_of_who_was_erased_no_name_is_kept(phone: Page, union: SmallUnion) -> None:
    with Opened(union.db) as db:
        erase_person(db, load_kinds(), Who("dara", SERVER), "minh", now_ms())
    look_again(phone)
    phone.get_by_role("button", name="Your list has changed").click()
    expect(row(phone, MINH)).to_have_count(0)
    expect(row(phone, ADAEZE)).to_be_visible()
    expect(phone.get_by_text("has a new go-to person")).to_have_count(0)


def test_several_are_marked_as_not_at_work_and_one_undo_takes_all_back(
    phone: Page, union: SmallUnion
) -> None:
    phone.context.set_offline(True)
    phone.get_by_role("link", name="Mark several as not at work").click()
    expect(phone.get_by_role("button", name="Nobody marked yet")).to_be_disabled()
    for name in (MINH, ADAEZE):
        phone.get_by_role("checkbox", name=name).check()
    phone.get_by_role("checkbox", name=SIOBHAN).check()
    phone.get_by_role("checkbox", name=SIOBHAN).uncheck()
    phone.get_by_role("button", name="2 not at work").click()
    expect(phone.locator(".toast")).to_contain_text("2 not at work. Saved on this phone.")
    expect(phone.get_by_role("heading", name="Later · 2")).to_be_visible()
    expect(phone.get_by_text("1 kept here")).to_be_visible()
    phone.get_by_role("button", name="Undo").click()
    expect(phone.get_by_role("heading", name="Not yet · 3")).to_be_visible()
    phone.context.set_offline(False)
    expect(phone.get_by_text("all sent")).to_be_visible()
    assert union.read("SELECT * FROM conversation") == []


def test_as_many_are_marked_as_one_save_holds_and_not_more(
    phone_page: Page, server: StandingServer, union: SmallUnion
) -> None:
    crowd(union, 48)
    page = join(phone_page, server, union, "ana")
    visit(page, "/#mark")
    boxes = page.get_by_role("checkbox")
    expect(boxes).to_have_count(51)
    for nth in range(50):
        boxes.nth(nth).check()
    expect(boxes.nth(50)).to_be_disabled()
    boxes.nth(0).uncheck()
    expect(boxes.nth(50)).to_be_enabled()
    boxes.nth(50).check()
    page.get_by_role("button", name="50 not at work").click()
    expect(page.get_by_role("heading", name="Later · 50")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", name="Not yet · 51")).to_be_visible()
    expect(page.get_by_text("all sent")).to_be_visible()
    assert union.read("SELECT * FROM conversation") == []


def test_nobody_who_wants_no_contact_can_be_marked(phone: Page, union: SmallUnion) -> None:
    union.write(Change("person", "minh", {"do_not_contact/all": True}))
    look_again(phone)
    phone.get_by_role("button", name="Your list has changed").click()
    expect(phone.get_by_role("heading", name="Do not contact · 1")).to_be_visible()
    visit(phone, "/#mark")
    expect(phone.get_by_role("checkbox", name=ADAEZE)).to_be_visible()
    expect(phone.get_by_role("checkbox", name=MINH)).to_have_count(0)


def test_marks_outlast_a_search(phone: Page) -> None:
    visit(phone, "/#mark")
    phone.get_by_role("checkbox", name=MINH).check()
    search(phone, "ada")
    phone.get_by_role("checkbox", name=ADAEZE).check()
    search(phone, "")
    expect(phone.get_by_role("checkbox", name=MINH)).to_be_checked()
    expect(phone.get_by_role("button", name="2 not at work")).to_be_visible()


def test_no_row_moves_while_news_comes_in_whatever_is_shown(
    two_sites: Page, union: SmallUnion
) -> None:
    page = two_sites
    show(page, "By worksite")
    show(page, "Not yet · 5")
    before = {name: top(page, name) for name in (ADAEZE, MINH, SIOBHAN)}
    now = int(datetime.now(UTC).timestamp() * 1000)
    talk: dict[str, Value] = {"person": "adaeze", "when": now, "how": "phone", "result": "talked"}
    union.write(Change("conversation", "talk-1", talk))
    hand_over(union, "minh", "luc")
    look_again(page)
    expect(page.get_by_role("button", name="Your list has changed")).to_be_visible()
    assert {name: top(page, name) for name in (ADAEZE, MINH, SIOBHAN)} == before
    page.get_by_role("button", name="Your list has changed").click()
    expect(row(page, ADAEZE)).to_have_count(0)
    expect(page.get_by_text(f"{MINH} has a new go-to person.")).to_be_visible()


def test_without_a_list_there_is_the_practice_talk_and_nothing_else(
    phone_page: Page, server: StandingServer, union: SmallUnion
) -> None:
    union.write(
        Change("volunteer", "noor", {"name": "Noor Haddad", "roles/go_to": True, "active": True})
    )
    page = phone_page
    page.goto(f"{server.url}/join#{union.link_token('noor')}")
    page.get_by_role("button", name="Join", exact=True).click()
    choose_pin(page)
    expect(page.get_by_text("No list yet")).to_be_visible()
    link = page.get_by_role("link", name="Try a practice talk")
    expect(link).to_have_attribute("href", "/practice")
    assert page.locator(".body a, .foot").count() == 1


def crowd(union: SmallUnion, count: int) -> None:
    """Put so many more people on Ana's list, 25 to a save."""
    for start in range(0, count, 25):
        some = range(start, min(count, start + 25))
        union.write(
            *(Change("person", f"more-{n}", {"name": f"Person {n}", "worksite": "ward-42",
                     "local": "local-1", "relation": "in_unit"}) for n in some),
            *(Change("assignment", f"more-{n}", {"volunteer": "ana"}) for n in some),
        )  # fmt: skip


@pytest.mark.parametrize("count", [1, 20, 200])
def test_lists_of_any_length_fit_at_twice_the_text(
    phone_page: Page, server: StandingServer, union: SmallUnion, count: int
) -> None:
    for person in ("siobhan", "adaeze"):
        hand_over(union, person, "luc")
    crowd(union, count - 1)
    page = join(phone_page, server, union, "ana")
    expect(page.get_by_role("heading", name=f"Not yet · {count}")).to_be_visible()
    visit(page, "/settings")  # what was said in welcome ends with the screen
    session = page.context.new_cdp_session(page)
    session.send("Page.setFontSizes", {"fontSizes": {"standard": 32, "fixed": 26}})
    for path in ("/", "/#mark"):
        visit(page, path)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        expect(page.locator("li .who b").first).to_be_in_viewport(ratio=1)
