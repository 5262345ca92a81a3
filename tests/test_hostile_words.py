"""Hostile names and answers, in every field that takes words, on every screen and page."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect
from starlette.routing import Route

from server.access.rooms import token_of
from server.app import create_app
from server.config import Settings, secret_beside
from server.seen import having_seen
from sync.kinds import Field, load_kinds
from sync.save import Change, Value
from tests.conftest import PHONE
from tests.desk import writes
from tests.journeys import choose_pin, join, visit
from tests.small_union import Opened, SmallUnion, write
from tests.standing_server import StandingServer

KINDS = load_kinds()
HOSTILE = "\"'><img src=x data-bad onerror=alert(1)>"
LONGER = (
    HOSTILE + "</script><script>alert(2)</script>{{7*7}}${alert(3)}`<svg/onload=alert(4)>\u202e"
)
SHORT = '"><b'
LINK = "javascript:alert(5)//" + HOSTILE
WORDS = ("text", "long_text", "phone", "email", "answer")
# What is there of each kind, so that all of it is shown somewhere.
RECORDS = {
    "person": ("minh", "zoe"),
    "volunteer": ("ana", "luc", "cleo", "dara"),
    "local": ("local-1",),
    "worksite": ("ward-42",),
    "unit": ("unit-1",),
    "campaign": ("campaign-1",),
    "picket_line": ("gate-3",),
    "questionnaire": ("q-2",),
    "conversation": ("talk-1",),
    "follow_up": ("promise-1",),
    "import": ("list-1",),
    "employer": ("employer-1",),
    "action": ("action-1",),
    "issue": ("issue-1",),
    "story": ("story-1",),
    "report_back": ("answer-1",),
    "told": ("told-1",),
}
ELEMENTS = {"answers": ("words", "platform"), "name": ("en", "fr"), "wording": ("en", "fr")}
STEWARD = (
    *("/", "/person/minh", "/talk/minh", "/done", "/settings", "/consent/minh", "/privacy"),
    *("/person/minh#other", "/rap/minh", "/correct/minh", "/add", "/group", "/turn/minh"),
    *("/change/talk-1", "/pass-on", "/practice", "/help", "/#mark"),
)
WITHOUT_WORDS = ("/done", "/settings", "/privacy", "/help", "/add", "/turn/minh")
CAPTAIN = ("/", "/line/gate-3")
DESK = (
    *("/desk", "/desk/people", "/desk/people/minh", "/desk/conversations", "/desk/review"),
    *("/desk/lines", "/desk/lines/gate-3", "/desk/upload", "/desk/imports", "/desk/me"),
    *("/desk/imports/list-1", "/desk/same-person?id=minh&id=zoe"),
    "/desk/people?q=%22%3E%3Cimg%20src%3Dx%20data-bad%20onerror%3Dalert(1)%3E",
    "/desk/same-person?id=minh&q=%3Cimg%20src%3Dx%20data-bad%20onerror%3Dalert(1)%3E",
    *("/desk/people/minh/consent", "/desk/people/minh/everything", "/desk/people/minh/erase"),
    *("/desk/people/minh/correct?field=name", "/desk/privacy", "/desk/privacy/audit"),
    "/desk/answers",
    *("/desk/privacy/retention", "/desk/privacy/retention/campaign-1", "/desk/privacy/employers"),
    *("/desk/volunteers", "/desk/volunteers/new", "/desk/volunteers/ana", "/desk/rooms"),
    *("/desk/volunteers/ana/edit", "/desk/volunteers/ana/erase"),
)
# Before anybody is signed in, files and figures, and what a test of its own looks at below.
NO_PAGES = (
    *("/desk/join", "/desk/fresh", "/desk/me/passkey", "/desk/people.csv"),
    *("/desk/people/{person}/everything.json", "/desk/invitations/{hash}"),
    *("/desk/volunteers/{volunteer}/invite", "/desk/volunteers/{volunteer}/sign-out"),
    *("/desk/rooms/{room}", "/desk/rooms/{room}/screen", "/desk/rooms/{room}/waiting"),
)


def words_for(field: Field) -> str:
    """Return the worst that a field takes."""
    most = field.max or 2000
    if field.type == "email":
        return LINK
    return next(words for words in (LONGER, HOSTILE, SHORT) if len(words) <= most)


def hostile(kind: str) -> dict[str, Value]:
    """Return every register of a kind that takes words, with the worst it takes."""
    found: dict[str, Value] = {}
    for name, field in KINDS[kind].fields.items():
        if field.type in WORDS:
            known = field.elements or ELEMENTS.get(name, ("en",))
            elements = [element for element in known if not element.endswith("*")]
            registers = [f"{name}/{element}" for element in elements] if field.each else [name]
            found |= dict.fromkeys(registers, words_for(field))
    return found


def questions() -> str:
    """Return questions that are hostile themselves."""
    said = {"en": LONGER, "fr": LONGER}
    words = {"key": "words", "type": "long_text", "text": said, "hint": said}
    choices = [{"key": "yes", "text": said}, {"key": "no", "text": said}]
    choice = {"key": "platform", "type": "choice", "text": said, "choices": choices}
    return json.dumps([words, choice])


@pytest.fixture
def hostile_union(union: SmallUnion) -> SmallUnion:
    """The small union, in which every field that takes words holds the worst it takes."""
    now = 1_790_000_000_000
    facts: dict[str, dict[str, Value]] = {
        "questionnaire": {"version": 1, "questions": questions()},
        "conversation": {"person": "minh", "campaign": "campaign-1", "questionnaire": "q-2"},
        "follow_up": {"person": "minh", "due": "2020-01-01", "state": "open"},
        "import": {"saves": 2},
        "campaign": {"questionnaire": "q-2"},
        "issue": {"person": "minh", "conversation": "talk-1"},
        "story": {"person": "minh", "conversation": "talk-1"},
        "told": {"person": "minh", "report_back": "answer-1", "state": "told"},
    }
    facts["conversation"] |= {"when": now, "result": "talked"}
    for kind, ids in RECORDS.items():
        for id in ids:
            with Opened(union.db) as db:
                change = Change(kind, id, {**hostile(kind), **facts.get(kind, {})})
                receipt = write(db, having_seen(db, change))
            assert receipt.verdict == "taken", (kind, receipt.reason)
    # Two answers, one held, a check-in, and what looks alike.
    for number in (HOSTILE, HOSTILE[:-1]):
        writes(union, "ana", Change("person", "minh", {"phone": number}))
    writes(union, "luc", Change("person", "minh", {"note": LONGER}))
    event = {"line": "gate-3", "person": "minh", "way": "in", "when": now}
    writes(union, "cleo", Change("check_event", "in-1", event))
    return union


class Watch:
    """What a page does that it must not: talk, or try what its policy forbids."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.faults: list[str] = []
        page.on("dialog", lambda dialog: (self.faults.append(dialog.message), dialog.dismiss()))
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.faults.append(str(error)))

    def look_at(self, url: str) -> None:
        """Open a page, wait until it stands, and look for what words have made of it."""
        answer = self.page.goto(url)
        assert answer is None or answer.status == 200, url
        self.look_here(url)

    def visit(self, path: str) -> None:
        """Go to another screen of the phone, which stays unlocked, and look there."""
        visit(self.page, path)
        expect(self.page.locator("main")).to_be_visible()
        self.look_here(path)

    def look_here(self, where: str) -> None:
        """Look for what words have made of the page that stands."""
        expect(self.page.get_by_role("heading", level=1)).to_be_visible()
        made = self.page.locator(
            "[data-bad], [onerror], [onload], svg[onload], a[href^=javascript]"
        )
        if made.count():
            self.faults.append(f"{where}: {made.first.evaluate('e => e.outerHTML')}")

    def shows_the_words(self) -> bool:
        """Whether the hostile words stand there as words."""
        return "data-bad" in (self.page.locator("body").text_content() or "")

    def _said(self, said: ConsoleMessage) -> None:
        if "Security Policy" in said.text or "Trusted" in said.text:
            self.faults.append(said.text)


def test_every_screen_and_every_page_shows_them_as_words(
    browser: Browser, server: StandingServer, hostile_union: SmallUnion
) -> None:
    for look in (at_a_steward, at_a_captain, at_the_desk, at_a_link):
        context = browser.new_context(viewport=PHONE, locale="en-CA")
        watch = Watch(context.new_page())
        look(watch, server, hostile_union)
        assert watch.faults == []
        context.close()


def at_a_steward(watch: Watch, server: StandingServer, union: SmallUnion) -> None:
    page = join(watch.page, server, union, "ana")
    visit(page, "/talk/siobhan")
    page.get_by_role("textbox").first.fill(LONGER)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved on this phone.")).to_be_visible()
    for path in STEWARD:
        watch.visit(path)
        assert path in WITHOUT_WORDS or watch.shows_the_words(), path


def at_a_captain(watch: Watch, server: StandingServer, union: SmallUnion) -> None:
    join(watch.page, server, union, "cleo")
    for path in CAPTAIN:
        watch.visit(path)
        assert watch.shows_the_words(), path


def at_the_desk(watch: Watch, server: StandingServer, union: SmallUnion) -> None:
    page = watch.page
    page.goto(f"{server.url}/desk/join#{union.link_token('dara', 'desk')}")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("contentinfo")).to_contain_text("data-bad")
    for path in DESK:
        watch.look_at(f"{server.url}{path}")
        assert watch.shows_the_words(), path
    page.goto(f"{server.url}/desk/volunteers/ana")
    page.get_by_role("button", name="Make the invitation").click()
    watch.look_here("the invitation")
    page.goto(f"{server.url}/desk/rooms")
    page.get_by_role("button", name="Open a room").click()
    enter_room(page, server, union)
    expect(page.get_by_role("main")).to_contain_text(HOSTILE)
    watch.look_here("the room")
    watch.look_at(f"{page.url}/screen")


def enter_room(page: Page, server: StandingServer, union: SmallUnion) -> None:
    """Write a hostile name in the room that is open."""
    [room] = union.read("SELECT id FROM room")
    token = token_of(secret_beside(union.db), room["id"])
    name = {"token": token, "name": HOSTILE}
    answer = page.request.post(f"{server.url}/join/room", data=name)
    assert answer.status == 200, answer.text()


def test_no_page_of_the_desk_is_left_out() -> None:
    """A page that is added is looked at with hostile words too."""
    routes = [
        route
        for route in create_app(Settings(db=Path("unused.db"))).routes
        if isinstance(route, Route) and route.path.startswith("/desk") and "GET" in route.methods
    ]
    seen = {route.path for route in routes for path in DESK if route.path_regex.match(bare(path))}
    assert {route.path for route in routes} == seen | {*NO_PAGES}


def bare(path: str) -> str:
    """Return an address without its query."""
    return path.partition("?")[0]


def at_a_link(watch: Watch, server: StandingServer, union: SmallUnion) -> None:
    token = union.link_token("luc")
    with Opened(union.db) as db:
        db.execute("UPDATE invitation SET made_by = 'dara', expires_at = 1 WHERE made_by IS NULL")
    watch.look_at(f"{server.url}/join#{token}")
    watch.page.get_by_role("button", name="Join", exact=True).click()
    choose_pin(watch.page)
    expect(watch.page.get_by_role("heading", name="This link has expired")).to_be_visible()
    watch.look_here("an expired link")
    assert watch.shows_the_words()
