"""A talk of six questions, as a thumb goes through it, and how often it taps."""

import json
from typing import Any, NamedTuple

from playwright.sync_api import Page, expect

from sync.save import Change
from tests.journeys import PIN, choose_pin
from tests.small_union import SmallUnion
from tests.standing_server import StandingServer

YES_NO = [
    {"key": "yes", "text": {"en": "Yes", "fr": "Oui"}},
    {"key": "no", "text": {"en": "No", "fr": "Non"}},
    {"key": "dont_know", "text": {"en": "Don’t know", "fr": "Ne sait pas"}},
]
COUNT = """() => {
  if (!("taps" in window)) addEventListener("pointerdown", () => { window.taps += 1 }, true)
  window.taps = 0
}"""


class Taps(NamedTuple):
    """How many it took."""

    unlocking: int
    talking: int


def six_questions(page: Page, server: StandingServer, union: SmallUnion) -> Taps:
    """Ask six questions of one person from the list, answer all of them, and save."""
    give_questions(union)
    page.goto(f"{server.url}/join#{union.link_token('ana')}")
    page.get_by_role("button", name="Join", exact=True).click()
    choose_pin(page)
    expect(page.get_by_text("all sent")).to_be_visible()
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    unlocking = counted(page, lambda: tap_pin(page))
    return Taps(unlocking, counted(page, lambda: talk(page)))


def counted(page: Page, taps: Any) -> int:
    """Return how often the screen was touched meanwhile."""
    page.evaluate(COUNT)
    taps()
    return int(page.evaluate("window.taps"))


def tap_pin(page: Page) -> None:
    """Unlock by the keys on the screen."""
    for digit in PIN:
        page.get_by_role("button", name=digit, exact=True).tap()
    expect(page.get_by_role("link", name="Minh Trần")).to_be_visible()


def talk(page: Page) -> None:
    """From the unlocked list to Saved. A text is one tap into its field; keys are no taps."""
    page.get_by_role("link", name="Minh Trần").tap()
    page.get_by_role("link", name="Note a talk").tap()
    page.get_by_label("Question 1").tap()
    page.keyboard.type("Two of us for 31 patients")
    for number in range(2, 7):
        question = page.get_by_role("group", name=f"Question {number}")
        question.locator("label.choice").first.tap()
    page.get_by_role("button", name="Save").tap()
    expect(page.get_by_text("Saved on this phone.")).to_be_visible()


def give_questions(union: SmallUnion) -> None:
    """Give the campaign a questionnaire of six, none of which another one brings or hides."""
    asked = [
        {"key": "q1", "type": "long_text", "text": text(1)},
        *({"key": f"q{n}", "type": "choice", "text": text(n), "choices": YES_NO} for n in (2, 3)),
        {"key": "q4", "type": "multiple", "text": text(4), "choices": YES_NO},
        *({"key": f"q{n}", "type": "choice", "text": text(n), "choices": YES_NO} for n in (5, 6)),
    ]
    six = {"name/en": "Six", "name/fr": "Six", "version": 1, "questions": json.dumps(asked)}
    union.write(Change("questionnaire", "q-6", six))
    union.write(Change("campaign", "campaign-1", {"questionnaire": "q-6"}))


def text(number: int) -> dict[str, str]:
    """Return what a question asks."""
    return {"en": f"Question {number}", "fr": f"Question {number}"}
