"""How often a thumb taps for a talk of six questions."""

from playwright.sync_api import Page, expect

from tests.small_union import SmallUnion
from tests.standing_server import StandingServer
from tests.taps import six_questions


def test_a_talk_of_six_questions_takes_ten_taps_at_most_from_the_unlocked_list(
    phone_page: Page, server: StandingServer, union: SmallUnion
) -> None:
    taps = six_questions(phone_page, server, union)
    assert taps.talking <= 10
    assert taps.unlocking == 6
    expect(phone_page.get_by_text("all sent")).to_be_visible()
    talks = union.read("SELECT count(*) AS n FROM conversation_answers WHERE value IS NOT NULL")
    assert talks == [{"n": 6}]
