"""How somebody may be reached: noted on the phone and at the desk, in which words, since when."""

import json

import pytest
from playwright.sync_api import Page, expect

from server.reports.reachable import Employer, domains_in, is_employers
from sync.save import Change
from tests.desk import desk, writes
from tests.journeys import join, visit
from tests.model_phone import Join
from tests.small_union import SmallUnion
from tests.standing_server import StandingServer

EMAIL = {"key": "mail", "type": "email", "text": {"en": "Which e-mail?", "fr": "Quel courriel ?"}}


def test_a_no_on_the_phone_takes_that_way_away_and_an_employers_address_is_flagged(
    phone_page: Page, server: StandingServer, union: SmallUnion
) -> None:
    asked = json.dumps([{**EMAIL, "to": "person.email"}])
    union.write(
        Change("questionnaire", "q-2", {"name/en": "Mail", "version": 1, "questions": asked}),
        Change("campaign", "campaign-1", {"questionnaire": "q-2"}),
        Change("employer", "e-1", {"name": "Health", "domains": "ahs.example"}),
        Change("person", "minh", {"phone": "587 555-0142", "email": "minh@home.example"}),
    )
    page = join(phone_page, server, union, "ana")
    visit(page, "/person/minh")
    ways = [page.get_by_role("link", name=name, exact=True) for name in ("Call", "Text", "E-mail")]
    for way in ways:
        expect(way).to_be_visible()
    page.get_by_role("link", name="Other…").click()
    page.get_by_role("link", name="How may we reach Minh?").click()
    question = page.get_by_role("group", name="May we call you?")
    expect(question.get_by_label("No", exact=True)).not_to_be_checked()
    question.get_by_label("No", exact=True).check()
    expect(page.get_by_text("Saved on this phone.")).to_be_visible()
    expect(question.get_by_text("noted today")).to_be_visible()
    page.get_by_role("group", name="union news by e-mail").get_by_label("Yes", exact=True).check()
    page.get_by_role("link", name="Minh Trần").click()
    expect(page.get_by_text("Said no to: calls")).to_be_visible()
    expect(ways[0]).to_be_hidden()
    expect(ways[1]).to_be_visible()
    page.get_by_role("link", name="Note a talk").click()
    page.get_by_label("Which e-mail?").fill("Minh@mail.AHS.example")
    expect(page.get_by_text("This is the employer’s address")).to_be_visible()
    page.get_by_label("Which e-mail?").fill("minh@notahs.example")
    expect(page.get_by_text("This is the employer’s address")).to_be_hidden()
    visit(page, "/done")
    expect(page.get_by_text("Nothing waits on this phone.")).to_be_visible()
    assert union.value("person", "minh", "consent/phone") is False
    assert union.value("person", "minh", "consent/news_email") is True
    assert union.value("person", "minh", "consent_wording/phone") == "May we call you?"


def test_the_desk_shows_who_noted_it_when_and_in_which_words_and_sets_it(
    union: SmallUnion, join: Join
) -> None:
    ana = join("ana")
    ana.exchange()
    with desk(union) as client:
        page = client.get("/desk/people/minh/consent").text
        assert page.count("not asked") == 8
        said = {"may.phone": "no", "wording.phone": "Shall I ring you up?", "may.text": "yes"}
        client.post("/desk/people/minh/consent", data=said)
        # Ana's phone has not heard of it, and its clock is an hour fast.
        ana.save({"kind": "person", "record": "minh", "set": {"consent/phone": True}})
        ana.exchange()
        assert union.value("person", "minh", "consent/phone") is False
        page = client.get("/desk/people/minh/consent").text
        assert "“Shall I ring you up?”" in page
        assert "noted by Dara Wójcik" in page
        assert "did not take effect: a “no” stands" in client.get("/desk/people/minh").text
        saw = ana.saw("person", "minh", "consent/phone")
        ana.save({"kind": "person", "record": "minh", "set": {"consent/phone": True}, "saw": saw})
        ana.exchange()
        assert union.value("person", "minh", "consent/phone") is True
        assert "In which words is not known." in client.get("/desk/people/minh/consent").text
        assert "Nothing was entered" in client.post("/desk/people/minh/consent", data={}).text
        row = client.get("/desk/people.csv?q=minh").text
        assert "May be called" in row
    with desk(union, "emil") as client:
        assert client.get("/desk/people/minh/consent").status_code == 404
        assert client.post("/desk/people/minh/consent", data=said).status_code == 404


def test_a_field_is_corrected_and_what_it_said_stays_in_the_history(union: SmallUnion) -> None:
    writes(union, "ana", Change("person", "minh", {"email": "minh@old.example"}))
    with desk(union) as client:
        client.post("/desk/privacy/employers", data={"name": "Health", "domains": "@ahs.example"})
        form = client.get("/desk/people/minh/correct?field=email").text
        saw = form.split('name="saw" value="')[1].split('"')[0]
        data = {"field": "email", "saw": saw, "value": "minh@ahs.example"}
        done = client.post("/desk/people/minh/correct", data=data).text
        assert "This is the employer’s address" in done
        assert "minh@old.example" in done
        assert "the employer can read it" in done
        assert union.read("SELECT 1 FROM register WHERE conflict = 1") == []
        # A second form that had not seen this: both answers stand, and nobody's is overwritten.
        client.post("/desk/people/minh/correct", data={**data, "value": "minh@new.example"})
        assert len(union.read("SELECT 1 FROM register WHERE conflict = 1")) == 1
        choices = client.get("/desk/people/minh/correct?field=worksite").text
        assert "Bow Valley Depot" in choices
        for field in ("consent/phone", "unheard_of", ""):
            assert client.get(f"/desk/people/minh/correct?field={field}").status_code == 404
    with desk(union, "emil") as client:
        assert client.get("/desk/people/minh/correct?field=email").status_code == 404


@pytest.mark.parametrize("register", ["do_not_contact/phone", "signed"])
def test_what_lasts_until_a_coordinator_says_otherwise_ends_with_a_reason(
    union: SmallUnion, register: str
) -> None:
    writes(union, "ana", Change("person", "minh", {register: True}))
    with desk(union) as client:
        form = client.get(f"/desk/people/minh/correct?field={register}").text
        saw = form.split('name="saw" value="')[1].split('"')[0]
        data = {"field": register, "saw": saw, "value": "no"}
        assert "Say why it ends" in client.post("/desk/people/minh/correct", data=data).text
        assert union.value("person", "minh", register) is True
        why = {**data, "why": "Asked for it on Monday"}
        assert "Asked for it on Monday" in client.post("/desk/people/minh/correct", data=why).text
    assert union.value("person", "minh", register) is not True


def test_what_a_form_does_not_offer_is_not_taken(union: SmallUnion) -> None:
    moves = [("local", "local-1"), ("worksite", "ward-42"), ("worksite", "made-up")]
    with desk(union, "emil") as client:
        for field, elsewhere in moves:
            data = {"field": field, "value": elsewhere}
            assert client.post("/desk/people/zoe/correct", data=data).status_code == 404
        data = {"field": "worksite", "value": "depot"}
        assert client.post("/desk/people/zoe/correct", data=data).status_code == 200
    assert union.value("person", "zoe", "local") == "local-2"


@pytest.mark.parametrize(
    ("email", "local", "is_theirs"),
    [
        ("a@ahs.example", "local-2", True),
        ("A@Mail.AHS.example", None, True),
        ("a@notahs.example", None, False),
        ("a@school.example", "local-1", True),
        ("a@school.example", "local-2", False),
        ("ahs.example", None, False),
        ("", None, False),
        (None, None, False),
    ],
)
def test_an_employers_address_is_known_by_its_end(
    email: str | None, local: str | None, is_theirs: bool
) -> None:
    every = [
        Employer("e-1", "Health", None, domains_in("@AHS.example, ahs.example;")),
        Employer("e-2", "Schools", "local-1", ("school.example",)),
    ]
    assert every[0].domains == ("ahs.example",)
    assert is_employers(every, email, local) is is_theirs
