"""Every screen of the phone, a line each: whose it is, and how to get there.

Tests walk along these lines with axe, a ruler and a keyboard, and `make screenshots` with a camera;
a new screen is a new line. Steps find what they tap by its place, since words change with the
language. In a path, {names} stand for what a stage has: see tests/phone_stage.py.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from playwright.sync_api import Page, expect

from tests.journeys import PIN, unlock, visit

Step = Callable[[Page], None]
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1"
)
ANDROID = (
    "Mozilla/5.0 (Linux; Android 15; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/141.0.0.0 Mobile Safari/537.36"
)
INSIDE = IPHONE.replace("Version/18.5", "").replace("Safari/604.1", "Instagram 390.0")


class PhoneScreen(NamedTuple):
    """One screen, or one state of it that looks different.

    whose: the phone of a steward, of a captain, of a newcomer without a list, one of those in
    tests/phone_troubles.py, or nobody's yet. ready: what is there once it is drawn. first: what
    must be on screen however large the text is. agent, script: which browser it is, what it lacks.
    """

    name: str
    path: str
    steps: tuple[Step, ...] = ()
    whose: str = "steward"
    ready: str = "h1"
    first: str = "h1"
    agent: str | None = None
    script: str = ""


def tap(place: str) -> Step:
    """Tap the first of what a selector finds."""
    return lambda page: page.locator(place).first.click()


def write(place: str, words: str) -> Step:
    """Write into a field."""
    return lambda page: page.locator(place).first.fill(words)


def see(place: str) -> Step:
    """Bring into view what lies further down."""
    return lambda page: page.locator(place).first.scroll_into_view_if_needed()


def check(place: str, nth: int) -> Step:
    """Tick a box, should it not be ticked already: a note of a group stays as it was begun."""
    return lambda page: page.locator(place).nth(nth).check()


PRIVATE = "navigator.storage.getDirectory = () => Promise.reject(new Error('private'))"
NO_STORAGE = "indexedDB.open = () => { throw new Error('not here') }"
HIDE = tap(".hide")
AWAY = (HIDE, tap(".hidden .foot button"))
FIRST_ROW = ".row b"
TWO_OF_THEM = (check(".choice input", 0), check(".choice input", 1), tap(".foot .main"))
ANSWER = "fieldset:not(.when *) .choice input"
TURN = tap("[href^='/turn/']")
JOIN = (tap(".foot .main"),)
PHRASE = (*JOIN, tap(".row.link"))
BORROW = check(".choice input", 0)  # on one's own phone a PIN comes first
ASK_AGAIN = (BORROW, *JOIN, tap("main:has(div[role=alert]) .foot .main"))
A_PIN = (write("#pin", PIN), tap(".foot .main"))
INTO_THE_ROOM = (write("#name", "Tova Lindqvist"), *JOIN, *A_PIN, *A_PIN)

SCREENS = (
    PhoneScreen("list", "/", first=FIRST_ROW),
    PhoneScreen("list_found", "/", (write(".search", "o"),), ready="#hits", first=FIRST_ROW),
    PhoneScreen("list_mark", "/#mark", first=FIRST_ROW),
    PhoneScreen(
        "list_saved", "/person/{person}", (tap(".foot button"),), ready=".list .toast.shown"
    ),
    PhoneScreen("person", "/person/{promised}"),
    PhoneScreen("person_first_talk", "/person/{person}"),
    PhoneScreen("person_elsewhere", "/person/nobody"),
    PhoneScreen("other", "/person/{person}#other"),
    PhoneScreen("do_not_contact", "/person/{person}#do-not-contact"),
    PhoneScreen("consent", "/consent/{person}"),
    PhoneScreen("correct", "/correct/{person}"),
    PhoneScreen("add", "/add"),
    PhoneScreen("talk", "/talk/{person}"),
    PhoneScreen("talk_when", "/talk/{person}", (tap(".when summary"),)),
    PhoneScreen("rap", "/rap/{person}"),
    PhoneScreen("turn", "/talk/{noted}", (check(ANSWER, 0), TURN), ready="main.turn"),
    PhoneScreen("turn_nothing", "/turn/{person}"),
    PhoneScreen("change", "/person/{promised}", (tap("[href^='/change/']"),), ready="main.talk"),
    PhoneScreen("group", "/group"),
    PhoneScreen("group_note", "/group", TWO_OF_THEM, ready="main.talk"),
    PhoneScreen("done", "/done"),
    PhoneScreen("done_open", "/done", (tap(".deed summary"),), ready=".deed[open] .two"),
    PhoneScreen("move", "/done", (tap(".deed summary"), tap(".deed a")), ready="main.move"),
    PhoneScreen("assess", "/assess/{person}"),
    PhoneScreen("pass_on", "/pass-on"),
    PhoneScreen("practice", "/practice"),
    PhoneScreen("help", "/help"),
    PhoneScreen("settings", "/settings"),
    PhoneScreen("pin_change", "/settings#pin"),
    PhoneScreen("privacy", "/privacy"),
    PhoneScreen("joined_already", "/join"),
    PhoneScreen("hidden", "/", (HIDE,), ready="main.hidden"),
    PhoneScreen("locked", "/", AWAY, ready=".unlock .card"),
    PhoneScreen("pin_forgotten", "/", (*AWAY, tap(".row.link")), ready="main.forgotten"),
    PhoneScreen("line", "/", whose="captain", first=FIRST_ROW),
    PhoneScreen("line_found", "/", (write(".search", "r"),), "captain", first=FIRST_ROW),
    PhoneScreen("settings_captain", "/settings", whose="captain"),
    PhoneScreen("list_empty", "/", whose="newcomer", ready=".card"),
    PhoneScreen("list_late", "/", whose="late", ready=".card.due", first=FIRST_ROW),
    PhoneScreen("done_late", "/done", whose="late", ready=".card.due"),
    PhoneScreen("person_moved", "/person/lena", whose="late", ready=".card"),
    PhoneScreen("locked_late", "/", AWAY, "late", ready=".unlock .card"),
    PhoneScreen("settings_update", "/settings", whose="late", ready=".card.accent"),
    PhoneScreen("list_held", "/", whose="held", ready=".card", first=FIRST_ROW),
    PhoneScreen("done_held", "/done", whose="held", ready=".card.due"),
    PhoneScreen("person_twice", "/person/thando", whose="held", ready=".card"),
    PhoneScreen("done_aside", "/done", whose="aside", ready=".card.due"),
    PhoneScreen("locked_tried", "/", whose="tried", ready=".unlock:has(#pin:disabled) .card"),
    PhoneScreen("list_fetching", "/", whose="fetching", ready=".work progress"),
    PhoneScreen("lines", "/", whose="two lines", ready=".row", first=FIRST_ROW),
    PhoneScreen("join_emptied", "/join", whose="emptied", ready=".card.due"),
    PhoneScreen("settings_borrowed", "/settings", (see(".card.accent"),), whose="borrowed"),
    PhoneScreen("list_signed_out", "/", whose="borrowed", ready=".card.due", first=FIRST_ROW),
    PhoneScreen("join_again", "/join", whose="borrowed", ready="#link"),
    PhoneScreen("join_left", "/join", whose="left", ready=".card.due"),
    PhoneScreen("join", "/join#{link}", whose="nobody"),
    PhoneScreen("join_no_link", "/join", whose="nobody"),
    PhoneScreen("join_pin", "/join#{link}", (tap(".foot .main"),), "nobody", ready="#pin"),
    PhoneScreen("join_phrase", "/join#{link}", PHRASE, "nobody", ready="#pin:not([inputmode])"),
    PhoneScreen("join_borrowed", "/join#{link}", (BORROW,), "nobody", ready=".hint"),
    PhoneScreen("join_iphone", "/join#{link}", whose="nobody", agent=IPHONE),
    PhoneScreen(
        "join_code", "/join#{link}", (tap(".stack .main"),), "nobody", ".code", agent=IPHONE
    ),
    PhoneScreen("join_android", "/join#{link}", whose="nobody", ready=".picture", agent=ANDROID),
    PhoneScreen("join_private", "/join#{link}", whose="nobody", ready=".card", script=PRIVATE),
    PhoneScreen("join_scan", "/join", (tap(".stack .button"),), "nobody", ready="[role=alert]"),
    PhoneScreen("join_room", "/join#{room}", whose="nobody", ready="#name"),
    PhoneScreen("join_waiting", "/join#{room}", INTO_THE_ROOM, "nobody", ready=".sign"),
    PhoneScreen("join_used", "/join#{used}", (BORROW, *JOIN), "nobody", ready="[role=alert]"),
    PhoneScreen("join_asked", "/join#{expired}", ASK_AGAIN, "nobody", ready=".card.accent"),
    PhoneScreen("stop_no_storage", "/", whose="nobody", ready="main.problem", script=NO_STORAGE),
    PhoneScreen("join_inside", "/join#{link}", whose="nobody", agent=INSIDE),
)


def of(whose: str) -> list[PhoneScreen]:
    """Return the screens of one phone."""
    return [screen for screen in SCREENS if screen.whose == whose]


def arrive(page: Page, screen: PhoneScreen, names: Mapping[str, str]) -> None:
    """Go to a screen of a phone that is open, and return once it is drawn."""
    open_again(page)
    visit(page, "/privacy")  # so that nothing opened on this very screen stays open
    visit(page, screen.path.format_map(names))
    page.evaluate("scrollTo(0, 0)")
    for step in screen.steps:
        step(page)
    expect(page.locator(screen.ready).first).to_be_visible()


def open_again(page: Page) -> None:
    """Unlock a phone that the last screen locked."""
    for closed in ("main.hidden", "main.forgotten"):
        if page.locator(closed).count():
            page.locator(".foot button").first.click()
            expect(page.locator("main.unlock")).to_be_visible()
    if page.locator("main.unlock #pin:enabled").count():
        unlock(page)
