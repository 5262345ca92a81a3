"""Questions, skip logic, and what answers point to. Twin: pwa/sync/questionnaire.js."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from sync.save import Value

Question = dict[str, Any]
Answers = Mapping[str, Value]
STANDING: list[Question] = json.loads((Path(__file__).parent / "standing.json").read_text())


def read_questions(text: str) -> list[Question]:
    """Return the questions of a questionnaire record."""
    questions: list[Question] = json.loads(text)
    return questions


def visible(questions: Iterable[Question], answers: Answers) -> list[Question]:
    """Return the questions that show for these answers, in order.

    A question with `when` shows if the question it names shows and was answered so.
    """
    showing: dict[str, Question] = {}
    for question in questions:
        when = question.get("when")
        if when is None or (
            when["question"] in showing
            and _chosen(showing[when["question"]], answers).intersection(when["is"])
        ):
            showing[question["key"]] = question
    return list(showing.values())


def effects(questions: Iterable[Question], answers: Answers) -> dict[str, Value]:
    """Return kind.register -> value for what answers write elsewhere (`to`, and `sets`)."""
    found: dict[str, Value] = {}
    for question in visible(questions, answers):
        value = answers.get(question["key"])
        if value is None or value == "":
            continue
        if "to" in question:
            found[question["to"]] = value
        for choice in question.get("choices", ()):
            if choice["key"] in _chosen(question, answers):
                found.update(choice.get("sets", {}))
    return found


def kept(questions: Iterable[Question], answers: Answers) -> dict[str, Value]:
    """Return the answers to send: those of questions that show and were answered."""
    keys = [question["key"] for question in visible(questions, answers)]
    return {key: answers[key] for key in keys if answers.get(key) not in (None, "")}


def in_words(question: Question, value: Value, language: str) -> str:
    """Return an answer as a reader says it: choices by their text, the rest as it stands."""
    if not question.get("choices"):
        return str(value)
    texts = {choice["key"]: choice["text"][language] for choice in question["choices"]}
    return ", ".join(texts.get(key, key) for key in _keys(question, value))


def _chosen(question: Question, answers: Answers) -> set[str]:
    value = answers.get(question["key"])
    if value is None or value == "":
        return set()
    return set(_keys(question, value))


def _keys(question: Question, value: Value) -> list[str]:
    # What is no text is written as in JSON: true, and not True.
    text = value if isinstance(value, str) else json.dumps(value)
    return text.split(" ") if question["type"] == "multiple" else [text]
