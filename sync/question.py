"""What is a questionnaire's list of questions, and what is not: everybody may rely on the shape."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

import msgspec

from sync.save import Value
from sync.target import problems_of_answer, problems_of_target

Key = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{1,80}\Z")]
Id = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{1,64}\Z")]
Text = Annotated[str, msgspec.Meta(min_length=1)]
# kind.register, as `person.phone` or `person.consent/phone`
Target = Annotated[
    str, msgspec.Meta(pattern=r"^[a-z][a-z_]{0,40}\.[a-z][a-z0-9_]{0,40}(/[A-Za-z0-9_-]{1,80})?\Z")
]
Type = Literal[
    "choice", "multiple", "yes_no", "scale", "consent", "ask",
    "text", "long_text", "phone", "email", "number", "day", "note",
]  # fmt: skip
UNSET = msgspec.UNSET
CHOSEN = ("choice", "multiple")
LIMITED = ("multiple", "text", "long_text", "number")
CONSENT = "person.consent/"
MAX_WORDING = 500


class Words(msgspec.Struct, frozen=True):
    """A text in each language."""

    en: Text
    fr: Text


class Choice(msgspec.Struct, frozen=True):
    """One answer to choose; choosing it writes what it `sets` elsewhere."""

    key: Key
    text: Words
    sets: dict[Target, Value] = {}


class When(msgspec.Struct, frozen=True):
    """Shows a question only if an earlier one was answered: by one of these keys, if it says."""

    question: Key
    is_: Annotated[list[Key], msgspec.Meta(min_length=1)] | msgspec.UnsetType = msgspec.field(
        name="is", default=UNSET
    )


class Question(msgspec.Struct, frozen=True):
    """One question. What a newer app says besides is no reason to turn it away.

    each: asked of each in a group conversation, or of all at once. low, high: the ends of a scale.
    action: what an ask asks to take part in. wording: where the words go that it was asked in.
    min, max: of a number itself, of the letters of a text, of how many are chosen.
    """

    key: Key
    type: Type
    text: Words
    hint: Words | msgspec.UnsetType = UNSET
    choices: list[Choice] = []
    when: When | msgspec.UnsetType = UNSET
    to: Target | msgspec.UnsetType = UNSET
    wording: Target | msgspec.UnsetType = UNSET
    action: Id | msgspec.UnsetType = UNSET
    low: Words | msgspec.UnsetType = UNSET
    high: Words | msgspec.UnsetType = UNSET
    each: bool | msgspec.UnsetType = UNSET
    required: bool = False
    min: int | msgspec.UnsetType = UNSET
    max: int | msgspec.UnsetType = UNSET


def are_questions(text: str) -> bool:
    """Return whether a text is a list of questions as phones and the desk ask and count them."""
    return next(problems_of_questions(text), None) is None


def problems_of_questions(text: str) -> Iterator[str]:
    """Yield what is wrong with a questionnaire, the question and its field before it."""
    try:
        said = msgspec.json.decode(text.encode())
        msgspec.json.encode(said)  # JSON can spell half a character; nobody can show it
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        yield "the text is no JSON"
        return
    if not isinstance(said, list):
        yield "there is no list of questions"
        return
    earlier: dict[str, Question] = {}
    for n, one in enumerate(said, 1):
        key = one.get("key") if isinstance(one, dict) else None
        where = f"question {n}" + (f" “{key[:80]}”" if isinstance(key, str) else "")
        try:
            question = msgspec.convert(one, Question)
        except msgspec.ValidationError as problem:
            yield f"{where}: {_in_words(problem)}"
            continue
        yield from (f"{where}: {problem}" for problem in _of_question(question, earlier))
        earlier[question.key] = question


def _in_words(problem: msgspec.ValidationError) -> str:
    """Return the field, then what is wrong with it: msgspec says it the other way round."""
    what, _, place = str(problem).partition(" - at `")
    field = place.rstrip("`").lstrip("$.")
    return f"{field}: {what}" if field else what


def _of_question(question: Question, earlier: Mapping[str, Question]) -> Iterator[str]:
    if question.key in earlier:
        yield "key: another question has it"
    yield from _of_choices(question)
    yield from _of_limits(question)
    if isinstance(question.when, When) and question.when.question not in earlier:
        yield f"when: there is no earlier question “{question.when.question}”"
    if question.type == "scale" and UNSET in (question.low, question.high):
        yield "low, high: a scale has words at both ends"
    if (question.type == "ask") != (question.action is not UNSET):
        yield "action: an ask has one, and nothing else has"
    if question.type == "consent" and not str(question.to or "").startswith(CONSENT):
        yield f"to: a consent is written to {CONSENT}…"
    if question.type in ("note", "ask") and question.to is not UNSET:
        yield f"to: what a question of type {question.type} is answered goes nowhere"
    yield from _of_targets(question)


def _of_choices(question: Question) -> Iterator[str]:
    keys = [choice.key for choice in question.choices]
    if question.type in CHOSEN and not keys:
        yield f"choices: a question of type {question.type} needs some"
    if question.type not in CHOSEN and keys:
        yield f"choices: a question of type {question.type} has none of its own"
    for key in sorted({key for key in keys if keys.count(key) > 1}):
        yield f"choices: “{key}” stands there twice"


def _of_limits(question: Question) -> Iterator[str]:
    least, most = question.min, question.max
    if question.type == "note" and question.required:
        yield "required: words to read have no answer"
    if {least, most} != {UNSET} and question.type not in LIMITED:
        yield f"min, max: a question of type {question.type} has no limits"
    elif isinstance(least, int) and isinstance(most, int) and least > most:
        yield f"min, max: {least} is more than {most}"


def _of_targets(question: Question) -> Iterator[str]:
    keys = [choice.key for choice in question.choices]
    if isinstance(question.to, str):
        yield from (f"to: {p}" for p in problems_of_answer(question.to, question.type, keys))
    for choice in question.choices:
        for target in choice.sets:
            yield from (f"choices: “{choice.key}”: sets: {p}" for p in problems_of_target(target))
    if isinstance(question.wording, str):
        yield from (f"wording: {p}" for p in problems_of_answer(question.wording, "text", []))
    is_kept = question.type == "consent" or isinstance(question.wording, str)
    if is_kept and max(len(question.text.en), len(question.text.fr)) > MAX_WORDING:
        yield f"text: what is kept as the words of a consent has at most {MAX_WORDING} letters"
