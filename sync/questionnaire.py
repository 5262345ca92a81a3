"""Questions, skip logic, and what answers point to. Twin: pwa/sync/questionnaire.js."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from sync.save import Value

Question = dict[str, Any]
Answers = Mapping[str, Value]
SHARED = ("text", "long_text", "number", "day", "note")
STANDING: list[Question] = json.loads((Path(__file__).parent / "standing.json").read_text())
DONT_KNOW = "dont_know"
# What is answered with keys, and the keys where the questionnaire names none.
CHOSEN: dict[str, list[str]] = {
    "choice": [],
    "multiple": [],
    "yes_no": ["yes", "no"],
    "consent": ["yes", "no"],
    "scale": ["1", "2", "3", "4", "5"],
    "ask": ["yes", "maybe", "no"],
}
FLAGS = {"yes": True, "no": False}


def read_questions(text: str) -> list[Question]:
    """Return the questions of a questionnaire record."""
    questions: list[Question] = json.loads(text)
    return questions


def together(questionnaires: Iterable[Iterable[Question]]) -> list[Question]:
    """Return the questions of several questionnaires as one: each key once, as first asked."""
    found: dict[str, Question] = {}
    for question in (one for questions in questionnaires for one in questions):
        found.setdefault(question["key"], question)
    return list(found.values())


def choices_of(question: Question) -> list[dict[str, Any]]:
    """Return what there is to choose; one without `text` is said the same in all questionnaires.

    "Don't know" is always there; for an ask it is that it was not asked.
    """
    type_ = question["type"]
    if type_ not in CHOSEN:
        return []
    said = question.get("choices") or [{"key": key} for key in CHOSEN[type_]]
    last = "not_asked" if type_ == "ask" else DONT_KNOW
    return said if any(one["key"] == last for one in said) else [*said, {"key": last}]


def visible(questions: Iterable[Question], answers: Answers) -> list[Question]:
    """Return the questions that show for these answers, in order.

    A question with `when` shows if the question it names shows and was answered so; without `is`,
    if it was answered at all.
    """
    showing: dict[str, Question] = {}
    for question in questions:
        when = question.get("when")
        if when is None or (when["question"] in showing and _is_met(when, showing, answers)):
            showing[question["key"]] = question
    return list(showing.values())


def effects(
    questions: Iterable[Question], answers: Answers, language: str = "en"
) -> dict[str, Value]:
    """Return kind.register -> value for what answers write elsewhere (`to`, `sets`, an ask's
    action). `language`: in which the questions were asked, for the wording of a consent.
    """
    found: dict[str, Value] = {}
    for question in visible(questions, answers):
        chosen = _chosen(question, answers)
        if chosen:
            found |= _written(question, answers[question["key"]], chosen, language)
    return found


def elsewhere(effects: Mapping[str, Value]) -> list[tuple[str, dict[str, Value]]]:
    """Return (kind, register -> value) of each record that effects are written to."""
    found: dict[str, tuple[str, dict[str, Value]]] = {}
    for target, value in effects.items():
        kind, _, register = target.partition(".")
        if kind == "participation":
            found[target] = (kind, {"action": register.partition("/")[2], "answer": value})
        else:
            found.setdefault(kind, (kind, {}))[1][register] = value
    return list(found.values())


def kept(questions: Iterable[Question], answers: Answers) -> dict[str, Value]:
    """Return the answers to send: those of questions that show and were answered."""
    keys = [question["key"] for question in visible(questions, answers)]
    return {key: answers[key] for key in keys if answers.get(key) not in (None, "")}


def each_of(questions: Iterable[Question]) -> set[str]:
    """Return the keys of the questions that everybody in a group conversation answers alone.

    Where it says so (`each`), else what is chosen, what is about the person, and what hangs on
    such a question.
    """
    found: set[str] = set()
    for question in questions:
        is_about = question.get("to", "").startswith("person.")
        is_own = question.get("each", question["type"] not in SHARED or is_about)
        if is_own or question.get("when", {}).get("question") in found:
            found.add(question["key"])
    return found


def in_words(question: Question, value: Value, language: str, known: Mapping[str, str]) -> str:
    """Return an answer as a reader says it: choices by their text, the rest as it stands.

    known: key -> text of the choices that no questionnaire words.
    """
    choices = choices_of(question)
    if not choices:
        return str(value)
    said = {choice["key"]: choice["text"][language] for choice in choices if "text" in choice}
    texts = {**known, **said}
    return ", ".join(texts.get(key, key) for key in keys_of(question, value))


def keys_of(question: Question, value: Value) -> list[str]:
    """Return the keys that an answer chose."""
    # What is no text is written as in JSON: true, and not True.
    text = value if isinstance(value, str) else json.dumps(value)
    return text.split(" ") if question["type"] == "multiple" else [text]


def _written(
    question: Question, value: Value, chosen: list[str], language: str
) -> dict[str, Value]:
    type_, to = question["type"], question.get("to")
    found: dict[str, Value] = {}
    if type_ == "multiple" and to:
        found = {f"{to}/{key}": True for key in chosen if key != DONT_KNOW}
    elif type_ in ("yes_no", "consent") and to:
        found = {to: FLAGS[chosen[0]]} if chosen[0] in FLAGS else {}
    elif type_ == "ask":
        is_answered = chosen[0] in CHOSEN["ask"]
        found = {f"participation.answer/{question['action']}": value} if is_answered else {}
    elif to and not (type_ in CHOSEN and value == DONT_KNOW):
        found = {to: value}
    wording = question.get("wording")
    if type_ == "consent" and to:
        wording = to.replace("consent", "consent_wording")
    if found and wording:
        found[wording] = question["text"][language]
    for choice in question.get("choices", ()):
        if choice["key"] in chosen:
            found.update(choice.get("sets", {}))
    return found


def _is_met(when: Mapping[str, Any], showing: Mapping[str, Question], answers: Answers) -> bool:
    chosen = _chosen(showing[when["question"]], answers)
    return bool(chosen) and ("is" not in when or not {*when["is"]}.isdisjoint(chosen))


def _chosen(question: Question, answers: Answers) -> list[str]:
    value = answers.get(question["key"])
    return [] if value is None or value == "" else keys_of(question, value)
