"""Which questions of a questionnaire show, and what their answers write elsewhere."""

import json
from typing import Any

NOT_KNOWN = ("dont_know", "not_asked")
OF_KEYS = ("choice", "multiple", "yes_no", "consent", "scale", "ask")


def visible(questions: list[dict], answers: dict[str, Any]) -> list[str]:
    found: list[str] = []
    for question in questions:
        when = question.get("when")
        if not when or (when["question"] in found and meets(questions, when, answers)):
            found.append(question["key"])
    return found


def meets(questions: list[dict], when: dict, answers: dict[str, Any]) -> bool:
    keys = chosen(named(questions, when["question"]), answers)
    if "is" in when:
        return bool(set(keys) & set(when["is"]))
    return any(keys)


def named(questions: list[dict], key: str) -> dict:
    return next(question for question in questions if question["key"] == key)


def chosen(question: dict, answers: dict[str, Any]) -> list[str]:
    """Return the keys of an answer; several choices are one text with spaces between."""
    answer = answers.get(question["key"], "")
    text = answer if isinstance(answer, str) else json.dumps(answer)
    return text.split() if question["type"] == "multiple" else [text]


def effects(questions: list[dict], answers: dict[str, Any], language: str = "en") -> dict[str, Any]:
    """Return kind.register -> value."""
    found: dict[str, Any] = {}
    shown = visible(questions, answers)
    for question in questions:
        answer = answers.get(question["key"], "")
        if question["key"] in shown and answer:
            written = written_by(question, answer)
            if written and (wording := wording_of(question)):
                written[wording] = question["text"][language]
            found.update(written)
            for choice in question.get("choices", []):
                if choice["key"] in chosen(question, answers):
                    found.update(choice.get("sets", {}))
    return found


def written_by(question: dict, answer: Any) -> dict[str, Any]:
    """Return what the answer itself writes: under `to`, or as a participation."""
    to = question.get("to")
    if question["type"] in OF_KEYS and answer in NOT_KNOWN:
        return {}
    if question["type"] == "ask":
        return {f"participation.answer/{question['action']}": answer}
    if to is None:
        return {}
    if question["type"] == "multiple":
        return {f"{to}/{key}": True for key in answer.split() if key not in NOT_KNOWN}
    if question["type"] in ("yes_no", "consent"):
        return {to: answer == "yes"}
    return {to: answer}


def wording_of(question: dict) -> str | None:
    if question["type"] == "consent":
        return question["to"].replace("person.consent/", "person.consent_wording/")
    return question.get("wording")
