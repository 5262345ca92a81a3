"""What is a questionnaire's list of questions, and what is not: everybody may rely on the shape."""

from typing import Annotated, Literal

import msgspec

from sync.save import Value

Key = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{1,80}\Z")]
Text = Annotated[str, msgspec.Meta(min_length=1)]
# kind.register, as `person.phone` or `person.consent/phone`
Target = Annotated[
    str, msgspec.Meta(pattern=r"^[a-z][a-z_]{0,40}\.[a-z][a-z0-9_]{0,40}(/[A-Za-z0-9_-]{1,80})?\Z")
]
CHOSEN = ("choice", "multiple")


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
    """Shows a question only if an earlier one was answered by one of these keys."""

    question: Key
    is_: Annotated[list[Key], msgspec.Meta(min_length=1)] = msgspec.field(name="is")


class Question(msgspec.Struct, frozen=True):
    """One question. What a newer app says besides is no reason to turn it away."""

    key: Key
    type: Literal["choice", "multiple", "text", "long_text", "phone", "email", "number", "day"]
    text: Words
    hint: Words | msgspec.UnsetType = msgspec.UNSET
    choices: list[Choice] = []
    when: When | msgspec.UnsetType = msgspec.UNSET
    to: Target | msgspec.UnsetType = msgspec.UNSET


_DECODER = msgspec.json.Decoder(list[Question])


def are_questions(text: str) -> bool:
    """Return whether a text is a list of questions as phones and the desk ask and count them."""
    try:
        questions = _DECODER.decode(text.encode())
        msgspec.json.encode(questions)  # JSON can spell half a character; nobody can show it
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return False
    earlier: set[str] = set()
    for question in questions:
        keys = [choice.key for choice in question.choices]
        if question.key in earlier or len(set(keys)) < len(keys):
            return False
        if bool(keys) != (question.type in CHOSEN):
            return False
        if isinstance(question.when, When) and question.when.question not in earlier:
            return False
        earlier.add(question.key)
    return True
