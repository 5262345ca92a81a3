"""Which questions of a questionnaire show, and what their answers write elsewhere."""

from typing import Any


def visible(questions: list[dict], answers: dict[str, str]) -> list[str]:
    found: list[str] = []
    for question in questions:
        when = question.get("when")
        if not when or (when["question"] in found and chosen(answers, when)):
            found.append(question["key"])
    return found


def chosen(answers: dict[str, str], when: dict) -> bool:
    # Several choices are one text with spaces between.
    return bool(set(answers.get(when["question"], "").split()) & set(when["is"]))


def effects(questions: list[dict], answers: dict[str, str]) -> dict[str, Any]:
    """Return kind.register -> value."""
    found: dict[str, Any] = {}
    shown = visible(questions, answers)
    for question in questions:
        answer = answers.get(question["key"], "")
        if question["key"] in shown and answer:
            if "to" in question:
                found[question["to"]] = answer
            for choice in question.get("choices", []):
                if choice["key"] in answer.split():
                    found.update(choice.get("sets", {}))
    return found
