"""Which questions of a questionnaire show, and what their answers write elsewhere."""

import json
from typing import Any


def visible(questions: list[dict], answers: dict[str, Any]) -> list[str]:
    found: list[str] = []
    for question in questions:
        when = question.get("when")
        if not when or (
            when["question"] in found
            and set(chosen(named(questions, when["question"]), answers)) & set(when["is"])
        ):
            found.append(question["key"])
    return found


def named(questions: list[dict], key: str) -> dict:
    return next(question for question in questions if question["key"] == key)


def chosen(question: dict, answers: dict[str, Any]) -> list[str]:
    """Return the keys of an answer; several choices are one text with spaces between."""
    answer = answers.get(question["key"], "")
    text = answer if isinstance(answer, str) else json.dumps(answer)
    return text.split() if question["type"] == "multiple" else [text]


def effects(questions: list[dict], answers: dict[str, Any]) -> dict[str, Any]:
    """Return kind.register -> value."""
    found: dict[str, Any] = {}
    shown = visible(questions, answers)
    for question in questions:
        answer = answers.get(question["key"], "")
        if question["key"] in shown and answer:
            if "to" in question:
                found[question["to"]] = answer
            for choice in question.get("choices", []):
                if choice["key"] in chosen(question, answers):
                    found.update(choice.get("sets", {}))
    return found
