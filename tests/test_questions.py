"""What may be a questionnaire: what everybody asks, counts and shows has the shape they rely on."""

import json
from pathlib import Path
from typing import Any

import pytest

from sync.question import are_questions, problems_of_questions
from sync.questionnaire import STANDING
from sync.save import Change
from tests.desk import desk, talked, writes
from tests.small_union import QUESTIONS, SmallUnion

HOUSE = Path(__file__).parent.parent
WHOLE = (Path(__file__).parent / "whole_questionnaire.json").read_text()
WORDS = {"en": "Workload?", "fr": "Charge ?"}
A: dict[str, Any] = {"key": "a", "type": "text", "text": WORDS}
YES = {"key": "yes", "text": WORDS}
CHOICE: dict[str, Any] = {**A, "type": "choice", "choices": [YES]}
B = {**A, "key": "b"}
NO_QUESTIONS: dict[str, Any] = {
    "no list": {"a": 1},
    "a number": [1],
    "nothing": [{}],
    "a text in one language": [{**A, "text": {"en": "Workload?"}}],
    "a bare text": [{**A, "text": "Workload?"}],
    "an unknown type": [{**A, "type": "colour"}],
    "a key with a space": [{**A, "key": "a b"}],
    "a key twice": [A, A],
    "a choice of nothing": [{**A, "type": "choice"}],
    "a text to choose": [{**CHOICE, "type": "text"}],
    "choices that are texts": [{**CHOICE, "choices": ["yes"]}],
    "a choice twice": [{**CHOICE, "choices": [YES, YES]}],
    "a choice that sets a list": [{**CHOICE, "choices": [{**YES, "sets": {"person.note": []}}]}],
    "a choice that sets nowhere": [{**CHOICE, "choices": [{**YES, "sets": {"note": "x"}}]}],
    "a condition in words": [CHOICE, {**B, "when": "a is yes"}],
    "a condition on no question": [CHOICE, {**B, "when": {"question": "c", "is": ["yes"]}}],
    "a condition on a later question": [{**B, "when": {"question": "a", "is": ["yes"]}}, CHOICE],
    "a condition on itself": [{**CHOICE, "when": {"question": "a", "is": ["yes"]}}],
    "a condition that nothing meets": [CHOICE, {**B, "when": {"question": "a", "is": []}}],
    "an answer that goes nowhere": [{**A, "to": "phone"}],
    "a scale without words at its ends": [{**A, "type": "scale", "low": WORDS}],
    "an ask for nothing": [{**A, "type": "ask"}],
    "an action of a text": [{**A, "action": "rally"}],
    "a consent to nothing": [{**A, "type": "consent"}],
    "a consent to a way that there is not": [{**A, "type": "consent", "to": "person.consent/fax"}],
    "a consent in more words than are kept": [
        {**A, "type": "consent", "to": "person.consent/text", "text": {"en": "x" * 501, "fr": "x"}}
    ],
    "words to read that are needed": [{**A, "type": "note", "required": True}],
    "words to read that go somewhere": [{**A, "type": "note", "to": "person.job"}],
    "a yes with choices": [{**CHOICE, "type": "yes_no"}],
    "limits of a day": [{**A, "type": "day", "min": 3}],
    "limits that nothing fits": [{**A, "type": "number", "min": 3, "max": 2}],
    "a choice that its field does not have": [{**CHOICE, "to": "person.work_shift"}],
    "a text where a day goes": [{**A, "to": "follow_up.due"}],
    "an answer that only coordinators write": [{**A, "to": "person.worksite"}],
    "an answer that goes to another kind": [{**A, "to": "volunteer.name"}],
    "a wording that goes nowhere": [{**A, "wording": "story.words"}],
    "half a character": [{**A, "text": {"en": "\ud83d", "fr": "x"}}],
}


@pytest.mark.parametrize("questions", NO_QUESTIONS.values(), ids=NO_QUESTIONS)
def test_what_is_no_questionnaire_is_held_and_breaks_no_page(
    union: SmallUnion, questions: Any
) -> None:
    text = json.dumps(questions)
    assert not are_questions(text)
    said = {"name/en": "Spring", "name/fr": "Printemps", "version": 1, "questions": text}
    receipt = writes(union, "dara", Change("questionnaire", "q-2", said))
    assert (receipt.verdict, receipt.reason) == ("held", "bad_questions")
    union.write(Change("campaign", "campaign-1", {"questionnaire": "q-2"}))
    talked(union, "ana", "minh", a="yes", b="no")
    with desk(union) as client:
        for page in ("conversations", "people/minh", "review"):
            assert client.get(f"/desk/{page}").status_code == 200


def test_nobody_lets_count_what_is_no_questionnaire(union: SmallUnion) -> None:
    said = {"name/en": "x" * 500, "questions": "[1]"}
    held = writes(union, "dara", Change("person", "minh", {"signed": 1}),
                  Change("questionnaire", "q-2", said))  # fmt: skip
    assert held.reason == "bad_questions"
    assert union.write(Change("ruling", held.save, {"counts": True})).reason == "bad_questions"
    assert union.value("questionnaire", "q-2", "questions") is None


def test_a_published_version_never_changes(union: SmallUnion) -> None:
    seen = union.read("SELECT heads FROM register WHERE record = 'q-1' AND field = 'questions'")
    saw = {"questions": [json.loads(seen[0]["heads"])[0]["id"]]}
    for said in ({"questions": json.dumps([A])}, {"questions": None}, {"version": 2}):
        changed = writes(union, "dara", Change("questionnaire", "q-1", said, saw))
        assert (changed.verdict, changed.reason) == ("held", "version_is_published")
        admits = union.write(Change("ruling", changed.save, {"counts": True}))
        assert admits.reason == "version_is_published"
    assert union.value("questionnaire", "q-1", "questions") == QUESTIONS
    assert union.value("questionnaire", "q-1", "version") == 1


def test_what_is_published_may_be_said_again_and_get_another_name(union: SmallUnion) -> None:
    said = {"name/en": "Winter 2", "version": 1, "questions": QUESTIONS}
    assert writes(union, "dara", Change("questionnaire", "q-1", said)).verdict == "taken"


def test_a_version_that_was_withdrawn_may_be_made_anew(union: SmallUnion) -> None:
    first = union.write(Change("questionnaire", "q-2", {"questions": "[]"}))
    union.write(Change("ruling", first.save, {"counts": False}))
    union.write(Change("questionnaire", "q-2", {"questions": json.dumps([A])}))
    assert union.value("questionnaire", "q-2", "questions") == json.dumps([A])


def test_what_a_newer_app_says_besides_is_kept(union: SmallUnion) -> None:
    text = json.dumps([{**A, "least": 3}])
    assert writes(union, "dara", Change("questionnaire", "q-2", {"questions": text})).reason is None
    assert union.value("questionnaire", "q-2", "questions") == text


@pytest.mark.parametrize(
    ("question", "problem"),
    [
        ({**A, "type": "colour"}, "question 2 “a”: type: Invalid enum value 'colour'"),
        ({**A, "text": {"en": "x"}}, "question 2 “a”: text: Object missing required field `fr`"),
        ({"key": 7}, "question 2: key: Expected `str`, got `int`"),
        ({**A, "type": "scale"}, "question 2 “a”: low, high: a scale has words at both ends"),
        ({**A, "to": "follow_up.due"},
         "question 2 “a”: to: “follow_up.due” is a day, which no answer of type text fits"),
        ({**CHOICE, "to": "person.work_shift"},
         "question 2 “a”: to: “person.work_shift” cannot be “yes”"),
        ({**A, "key": "b"}, "question 2 “b”: key: another question has it"),
    ],
)  # fmt: skip
def test_what_is_wrong_names_the_question_and_its_field(
    union: SmallUnion, question: dict[str, Any], problem: str
) -> None:
    text = json.dumps([B, question])
    assert list(problems_of_questions(text)) == [problem]
    said = {"name/en": "Spring", "name/fr": "Printemps", "version": 1, "questions": text}
    writes(union, "dara", Change("questionnaire", "q-2", said))
    with desk(union) as client:
        assert problem.split(": ")[0] in client.get("/desk/review").text


def test_our_own_questionnaires_have_the_shape() -> None:
    sample = (HOUSE / "server" / "sample" / "questionnaire.json").read_text()
    for text in (sample, QUESTIONS, WHOLE, json.dumps(STANDING)):
        assert list(problems_of_questions(text)) == []
