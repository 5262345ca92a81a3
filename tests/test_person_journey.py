"""A person, before you talk: reached by phone, corrected, added, handed to somebody else."""

from playwright.sync_api import Browser, Page, expect

from sync.save import Change
from tests.journeys import choose, join, reload, sign_in, visit
from tests.small_union import SmallUnion
from tests.standing_server import StandingServer

KNOWN = {"phone": "587 555-0142", "email": "minh@example.org", "preferred_name": "Mimi"}
# There is no app for calls here, and Chromium's question about that takes every later tap.
NO_OTHER_APPS = """addEventListener("click", (event) => {
  if (/^(tel|sms|mailto):/.test(event.target.closest("a")?.href)) event.preventDefault()
})"""


def at_minh(page: Page, server: StandingServer, union: SmallUnion) -> Page:
    """Join as Ana and open Minh, who can be reached in three ways."""
    union.write(Change("person", "minh", KNOWN))
    page.add_init_script(NO_OTHER_APPS)
    join(page, server, union, "ana")
    page.get_by_role("link", name="Minh Trần").click()
    return page


def sent(page: Page) -> None:
    """Wait until the server has all."""
    visit(page, "/")
    expect(page.get_by_text("all sent")).to_be_visible()


def results(union: SmallUnion) -> list[tuple[str, str]]:
    rows = union.read('SELECT how, result FROM conversation ORDER BY "when"')
    return [(row["how"], row["result"]) for row in rows]


def test_after_a_call_one_tap_notes_how_it_went(
    phone_page: Page, server: StandingServer, union: SmallUnion
) -> None:
    page = at_minh(phone_page, server, union)
    expect(page.get_by_role("region", name="You called")).to_have_count(0)
    page.get_by_role("link", name="Call", exact=True).click()
    asks = page.get_by_role("region", name="You called Mimi. How did it go?")
    asks.get_by_role("button", name="No answer").click()
    expect(page.get_by_text("Saved on this phone.")).to_be_visible()
    sent(page)
    assert results(union) == [("phone", "no_answer")]
    page.get_by_role("link", name="Minh Trần").click()
    expect(asks).to_have_count(0)


def test_how_a_text_went_is_asked_again_after_the_app_was_killed(
    phone_page: Page, server: StandingServer, union: SmallUnion
) -> None:
    page = at_minh(phone_page, server, union)
    page.get_by_role("link", name="Text", exact=True).click()
    expect(page.get_by_role("region", name="You texted Mimi")).to_be_visible()
    reload(page)
    visit(page, "/")
    expect(page.get_by_role("link", name="Minh Trần")).to_contain_text("Not finished")
    page.get_by_role("link", name="Minh Trần").click()
    page.get_by_role("button", name="We talked").click()
    expect(page.get_by_text("Just now, by text")).to_be_visible()
    choose(page, "Will they put their name on the platform?", "Yes")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved on this phone.")).to_be_visible()
    sent(page)
    assert results(union) == [("text", "talked")]


def test_what_came_to_nothing_is_put_away_and_notes_nothing(
    phone_page: Page, server: StandingServer, union: SmallUnion
) -> None:
    page = at_minh(phone_page, server, union)
    page.get_by_role("link", name="E-mail", exact=True).click()
    page.get_by_role("region", name="You wrote to Mimi").get_by_text("Nothing to note").click()
    expect(page.get_by_role("region", name="You wrote to Mimi")).to_have_count(0)
    reload(page)
    expect(page.get_by_role("heading", name="Minh Trần")).to_be_visible()
    expect(page.get_by_role("region", name="You wrote to Mimi")).to_have_count(0)
    assert results(union) == []


def test_details_are_corrected_with_what_they_were_and_can_be_undone(
    phone_page: Page, server: StandingServer, union: SmallUnion
) -> None:
    page = at_minh(phone_page, server, union)
    page.get_by_role("link", name="Correct details").click()
    expect(page.get_by_label("Personal phone")).to_have_value("587 555-0142")
    page.get_by_label("Personal phone").fill("587 555-0199")
    expect(page.get_by_text("was: 587 555-0142")).to_be_visible()
    page.get_by_label("days", exact=True).check()
    expect(page.get_by_text("was: nights")).to_be_visible()
    page.get_by_label("Job").fill("Porter")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("587 555-0199")).to_be_visible()
    sent(page)
    assert union.value("person", "minh", "phone") == "587 555-0199"
    assert union.value("person", "minh", "work_shift") == "days"
    assert union.value("person", "minh", "job") == "Porter"
    assert union.value("person", "minh", "name") == "Minh Trần"
    visit(page, "/done")
    page.get_by_text("Minh Trần").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Undone.")).to_be_visible()
    sent(page)
    assert union.value("person", "minh", "phone") == "587 555-0142"


def test_a_correction_writes_only_what_changed_and_saw_what_it_replaced(
    phone_page: Page, server: StandingServer, union: SmallUnion
) -> None:
    page = at_minh(phone_page, server, union)
    page.get_by_role("link", name="Correct details").click()
    page.get_by_label("Personal phone").fill("587 555-0199")
    page.get_by_label("Personal e-mail").fill("")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Minh Trần")).to_be_visible()
    sent(page)
    assert union.value("person", "minh", "email") is None
    rows = union.read("SELECT count(*) AS n FROM register WHERE conflict = 1")
    assert rows[0]["n"] == 0
    changes = union.read(
        "SELECT save.body ->> '$.changes[0].set' AS said FROM save WHERE author = 'ana'"
    )
    assert [change["said"] for change in changes] == ['{"phone":"587 555-0199","email":null}']


def test_what_cannot_be_is_said_kindly_and_nothing_typed_is_lost(
    phone_page: Page, server: StandingServer, union: SmallUnion
) -> None:
    page = at_minh(phone_page, server, union)
    page.get_by_role("link", name="Correct details").click()
    page.get_by_label("Department").fill("Ward 43")
    for field, wrong, said in (
        ("Personal phone", "call 5", "no number to call yet"),
        ("Personal e-mail", "minh at example", "no e-mail address yet"),
        ("Name", " ", "A name is missing"),
    ):
        page.get_by_label(field, exact=True).fill(wrong)
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("alert")).to_contain_text(said)
        expect(page.get_by_label(field, exact=True)).to_be_focused()
        page.get_by_label(field, exact=True).fill("Minh T." if field == "Name" else "")
    reload(page)
    expect(page.get_by_label("Department")).to_have_value("Ward 43")
    expect(page.get_by_label("Name", exact=True)).to_have_value("Minh T.")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Minh T.", exact=True)).to_be_visible()
    sent(page)
    assert union.value("person", "minh", "department") == "Ward 43"
    assert union.value("person", "minh", "name") == "Minh T."


def test_the_employers_address_is_pointed_out_where_it_is_typed(
    phone_page: Page, server: StandingServer, union: SmallUnion
) -> None:
    union.write(Change("employer", "e-1", {"name": "AHS", "domains": "ahs.example"}))
    page = at_minh(phone_page, server, union)
    page.get_by_role("link", name="Correct details").click()
    warning = page.get_by_role("status").filter(has_text="This is the employer’s address")
    expect(warning).to_have_count(0)
    page.get_by_label("Personal e-mail").fill("minh@ahs.example")
    expect(warning).to_be_visible()
    visit(page, "/add")
    page.get_by_label("Personal e-mail").fill("farah@mail.ahs.example")
    expect(warning).to_be_visible()
    union.write(Change("follow_up", "f-1", {"person": "minh", "asks": "person/minh/email",
                "state": "open", "owner": "ana", "text": "Which?"}))  # fmt: skip
    visit(page, "/done")
    page.get_by_role("button", name="Send now").click()
    expect(page.get_by_text("Done. All is sent.")).to_be_visible()
    visit(page, "/person/minh")
    page.get_by_text("Another answer").click()
    page.get_by_label("The right answer").fill("minh@ahs.example")
    expect(warning).to_be_visible()


def test_somebody_on_no_list_comes_onto_mine_without_signal(
    phone_page: Page, server: StandingServer, union: SmallUnion
) -> None:
    page = join(phone_page, server, union, "ana")
    page.context.set_offline(True)
    visit(page, "/add")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("A name is missing")
    page.get_by_label("Name").fill("Farah")
    page.get_by_label("Personal phone").fill("587 555-0177")
    page.get_by_label("Worksite").select_option("Foothills Hospital")
    page.get_by_label("Department").fill("Laundry")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Farah")).to_be_visible()
    page.get_by_role("link", name="Note a talk").click()
    choose(page, "Will they put their name on the platform?", "Yes")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("link", name="Farah")).to_be_visible()
    page.context.set_offline(False)
    sent(page)
    [person] = union.read("SELECT * FROM person WHERE name = 'Farah'")
    assert (person["local"], person["worksite"]) == ("local-1", "ward-42")
    assert union.value("assignment", person["id"], "volunteer") == "ana"
    assert union.value("assignment", person["id"], "picked") is True
    assert results(union) == [("in_person", "talked")]
    expect(page.get_by_role("link", name="Farah")).to_be_visible()


def test_somebody_new_is_looked_for_among_the_names_of_this_phone_and_no_others(
    phone_page: Page, server: StandingServer, union: SmallUnion
) -> None:
    page = join(phone_page, server, union, "ana")
    visit(page, "/add")
    asks = page.get_by_role("region", name="Is it one of these?")
    page.get_by_label("Name").fill("ravneet")  # Luc's
    expect(asks).to_have_count(0)
    page.get_by_label("Name").fill("tremb")
    expect(asks.get_by_role("link")).to_have_count(1)
    page.get_by_label("Name").fill("o’keefe")
    asks.get_by_role("link", name="Siobhán").click()
    expect(page.get_by_role("heading", name="Siobhán")).to_be_visible()


def test_who_asks_for_another_go_to_person_is_with_the_coordinator_after_one_tap(
    phone_page: Page, server: StandingServer, union: SmallUnion, browser: Browser
) -> None:
    page = at_minh(phone_page, server, union)
    page.get_by_role("link", name="Other…").click()
    page.get_by_role("button", name="Asks for another go-to person").click()
    expect(page.get_by_role("list", name="With the coordinator")).to_contain_text("Minh Trần")
    sent(page)
    desk = browser.new_context(locale="en-CA")
    office = sign_in(desk, server, union, "dara")
    office.get_by_role("link", name="Review").click()
    expect(office.get_by_role("region", name="Asks for another")).to_contain_text("Minh Trần")
    desk.close()
