"""What people raised, told and were asked: as coordinators read and count it, and how long."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from server.ids import now_ms
from sync.save import Change
from tests.desk import DAY_MS, desk, writes
from tests.small_union import SmallUnion
from tests.test_backup import rounds
from tests.test_desk_pages import seen
from tests.test_erase_commands import left

WORDS = {"en": "What came up?", "fr": "Quoi ?"}
THEMES = [
    {"key": "nights", "text": {"en": "Nights and short notice", "fr": "Les nuits"}},
    {"key": "parking", "text": {"en": "Parking", "fr": "Le stationnement"}},
]
RAISED = {
    "key": "raised", "type": "multiple", "text": WORDS, "choices": THEMES, "to": "issue.themes",
}  # fmt: skip
LUNCH = {"key": "lunch", "type": "yes_no", "text": {"en": "Time for lunch?", "fr": "Le temps ?"}}
YESTERDAY = (datetime.now(UTC).date() - timedelta(days=2)).isoformat()
STORY = "Aufzugsnacht"


@pytest.fixture
def asked(union: SmallUnion) -> SmallUnion:
    """Two campaigns, one of them with themes, and an action."""
    days = {"starts": "2020-01-01", "ends": "2099-12-31"}
    union.write(
        Change("questionnaire", "q-2", {"name/en": "Themes", "questions": json.dumps([RAISED])}),
        Change("questionnaire", "q-3", {"name/en": "Lunch", "questions": json.dumps([LUNCH])}),
        Change("campaign", "campaign-1", {"questionnaire": "q-2"}),
        Change("campaign", "campaign-2", {"name/en": "Lunch", **days, "questionnaire": "q-3"}),
        Change("action", "rally", {"name/en": "Rally at the gate", "name/fr": "Rassemblement"}),
    )
    return union


def talk(union: SmallUnion, by: str, person: str, at: int = 0, **said: dict[str, object]) -> str:
    """Store a talk for both campaigns, and what came of it; return its id."""
    when = now_ms() - at
    id = f"talk-{person}-{when}"
    head = {
        "person": person, "campaign": "campaign-1", "questionnaire": "q-2", "when": when,
        "result": "talked", "campaigns/campaign-1": True, "campaigns/campaign-2": True,
        "questionnaires/q-2": True, "questionnaires/q-3": True,
    }  # fmt: skip
    about = {"person": person, "conversation": id}
    more = [
        Change(kind, f"{kind}-{id}", {**about, **set_})
        for kind, set_ in said.items()
        if kind != "answers"
    ]
    answers = {f"answers/{key}": value for key, value in said.get("answers", {}).items()}
    receipt = writes(union, by, Change("conversation", id, {**head, **answers}), *more)
    assert receipt.verdict == "taken"
    return id


def test_issues_are_counted_by_people_and_not_by_talks(asked: SmallUnion) -> None:
    talk(asked, "ana", "minh", 2 * DAY_MS, issue={"themes/nights": True})
    talk(asked, "ana", "minh", issue={"themes/nights": True, "themes/parking": True})
    talk(asked, "ana", "adaeze", issue={"themes/nights": True, "text": "Never a break"})
    talk(asked, "luc", "ravneet", issue={"text": "The lift"})
    with desk(asked) as client:
        text = seen(client, "/desk/conversations")
        assert "Nights and short notice 2" in text
        assert "Parking 1" in text
        assert "In their own words, no theme 1" in text
        assert "Never a break" in seen(client, "/desk/people/adaeze")
        narrowed = seen(client, "/desk/conversations?volunteer=luc")
        assert "Nights and short notice 2" not in narrowed
        assert "In their own words, no theme 1" in narrowed


def test_who_was_asked_twice_counts_with_the_latest_answer(asked: SmallUnion) -> None:
    talk(asked, "ana", "minh", participation={"action": "rally", "answer": "yes"})
    talk(asked, "ana", "minh", 3 * DAY_MS, participation={"action": "rally", "answer": "no"})
    talk(asked, "ana", "adaeze", participation={"action": "rally", "answer": "maybe"})
    with desk(asked) as client:
        assert "Rally at the gate 1 1 0" in seen(client, "/desk/conversations")
        assert "Rally at the gate yes" in seen(client, "/desk/people/minh")


def test_a_story_stands_with_where_it_may_be_told_and_in_which_words_that_was_asked(
    asked: SmallUnion,
) -> None:
    said = {"text": STORY, "consent": "anonymous", "wording": "May we tell it?"}
    id = talk(asked, "ana", "minh", story=said)
    with desk(asked) as client:
        text = seen(client, "/desk/people/minh")
        assert f"{STORY}" in text
        assert "without a name" in text
        assert "Asked: “May we tell it?”" in text
        (row,) = asked.read("SELECT heads FROM register WHERE kind = 'story' AND field = 'consent'")
        saw = {"consent": [head["id"] for head in json.loads(row["heads"])]}
        writes(asked, "ana", Change("story", f"story-{id}", {"consent": "no"}, saw))
        assert "not to be told" in seen(client, "/desk/people/minh")
        everything = seen(client, "/desk/people/minh/everything")
        assert STORY in everything


def test_nothing_of_it_is_counted_or_shown_in_another_local(asked: SmallUnion) -> None:
    issue = {"themes/nights": True, "text": "Never a break"}
    talk(asked, "ana", "minh", issue=issue, story={"text": STORY},
         participation={"action": "rally", "answer": "yes"})  # fmt: skip
    with desk(asked, "emil") as client:
        text = seen(client, "/desk/conversations")
        for words in ("Nights and short notice", "Never a break", "Rally at the gate", STORY):
            assert words not in text


def test_one_talk_for_two_campaigns_counts_once_in_each(asked: SmallUnion) -> None:
    talk(asked, "ana", "minh", answers={"raised": "nights", "lunch": "no"})
    with desk(asked) as client:
        for campaign in ("campaign-1", "campaign-2"):
            assert "1 of 5" in seen(client, f"/desk?campaign={campaign}")
        text = seen(client, "/desk/conversations")
        assert "1 conversation" in text
        assert "Time for lunch?" in text
        assert "What came up?" in text
        assert text.count("1 answered") == 2
        person = seen(client, "/desk/people/minh")
        # In the conversation, and in what was written.
        assert person.count("Time for lunch? No") == 2
        assert "answers/lunch" not in person


def test_what_a_purged_campaign_heard_goes_with_its_talks(asked: SmallUnion) -> None:
    asked.write(Change("campaign", "campaign-2", {"ends": "2020-02-01"}))
    for campaign in ("campaign-1", "campaign-2"):
        asked.write(Change("campaign", campaign, {"keep_until": YESTERDAY}))
    issue = {"themes/nights": True, "text": f"{STORY} again"}
    talk(asked, "ana", "minh", issue=issue, story={"text": STORY},
         participation={"action": "rally", "answer": "yes"})  # fmt: skip
    undone = writes(
        asked, "ana",
        Change("conversation", "undone", {"person": "siobhan", "campaign": "campaign-1"}),
        Change("story", "s-u", {"person": "siobhan", "conversation": "undone", "text": STORY}),
    )  # fmt: skip
    asked.write(Change("ruling", undone.save, {"counts": False}))
    result = rounds("retention", "--purge-due", "--yes", "--db", asked.db)
    assert result.exit_code == 0, result.output
    assert left(asked.db.parent, (STORY,)) == []
    for kind in ("conversation", "issue", "story", "participation"):
        assert asked.read(f"SELECT 1 FROM {kind}") == []


def test_a_talk_for_two_campaigns_is_kept_as_long_as_the_one_kept_longest(
    asked: SmallUnion,
) -> None:
    id = talk(asked, "ana", "minh", issue={"text": "Never a break"})
    asked.write(Change("campaign", "campaign-1", {"keep_until": YESTERDAY}))
    result = rounds("retention", "--purge-due", "--yes", "--db", asked.db)
    assert result.exit_code == 0, result.output
    assert asked.value("conversation", id, "result") == "talked"
    asked.write(Change("campaign", "campaign-2", {"keep_until": YESTERDAY}))
    result = rounds("retention", "--purge-due", "--yes", "--db", asked.db)
    assert result.exit_code == 0, result.output
    assert asked.read("SELECT 1 FROM conversation") == []
    assert asked.read("SELECT 1 FROM issue") == []
