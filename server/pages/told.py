"""Records in the reader's words: fields and answers by name, who and on what, page by page."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

from server.ledger.facts import SERVER
from server.pages.desk import Desk
from server.pages.frame import link
from server.reports import names, talks
from server.schema import Connection
from server.text import REFERS, Words
from sync.kinds import Kinds
from sync.questionnaire import STANDING, Question, in_words, together
from sync.save import Change, Value

Shown = dict[str, Any]  # what a template is given
Ref = tuple[str, str]  # kind, id
FREE = ("text", "long_text")
# What no questionnaire words: these are said the same in all of them.
ANSWERS = ("yes", "no", "maybe", "dont_know", "not_asked", "1", "2", "3", "4", "5")


class Teller:
    """Says what records hold; knows the names and questions that they refer to."""

    def __init__(self, db: Connection, words: Words, kinds: Kinds, wanted: Iterable[Ref]) -> None:
        self._words = words
        self._kinds = kinds
        wanted = [*wanted]
        self._names = names.names_of(db, wanted, words.language)
        gone = names.erased(db, [id for kind, id in wanted if kind == "volunteer"])
        for id in gone:
            self._names["volunteer", id] = words("by.erased", code=id[-4:].upper())
        self._names["volunteer", SERVER] = words("by.server")
        self._questionnaires = talks.questionnaires(db)

    def name(self, kind: str, id: str | None) -> str:
        """Return a record's name, or words for not having one."""
        return self._names.get((kind, id or ""), self._words("value.unknown"))

    def has_name(self, kind: str, id: str | None) -> bool:
        """Return whether a record has a name."""
        return (kind, id or "") in self._names

    def questions(self, *questionnaires: object) -> list[Question]:
        """Return the questions of these questionnaires; the standing ones where none is known."""
        known = [self._questionnaires[one] for one in questionnaires
                 if isinstance(one, str) and one in self._questionnaires]  # fmt: skip
        return together(known) if known else STANDING

    def theme(self, key: str) -> str:
        """Return what a theme is called by the questionnaires that offer it to choose."""
        return self._themes.get(key, key)

    @cached_property
    def _every(self) -> dict[str, Question]:
        return {q["key"]: q for q in together(self._questionnaires.values())}

    @cached_property
    def _themes(self) -> dict[str, str]:
        asked = [q for found in self._questionnaires.values() for q in found]
        choices = [c for q in asked if q.get("to") == "issue.themes" for c in q["choices"]]
        return {choice["key"]: choice["text"][self._words.language] for choice in choices}

    def label(self, kind: str, register: str, questionnaire: object = None) -> str:
        """Return what a register is called, or the question it answers."""
        question = self._question(register, questionnaire) if kind == "conversation" else None
        if question is not None:
            return str(question["text"][self._words.language])
        if kind == "issue" and register.startswith("themes/"):
            name = self._words.label(kind, "themes")
            return self._words("value.pair", label=name, value=self.theme(register[7:]))
        return self._words.label(kind, register, self._names)

    def value(self, kind: str, register: str, value: Value, questionnaire: object = None) -> str:
        """Return a register's value in words."""
        question = self._question(register, questionnaire) if kind == "conversation" else None
        if question is not None and value not in (None, ""):
            return self.answer(question, value)
        return self._words.value(kind, register, value, self._names)

    def answer(self, question: Question, value: Value) -> str:
        """Return an answer in words."""
        if question["type"] == "day" and isinstance(value, str) and len(value) == 10:
            return self._words.value("follow_up", "due", value)
        known = {key: self._words(f"answer.{key}") for key in ANSWERS}
        return in_words(question, value, self._words.language, known)

    def change(self, change: Change) -> Shown:
        """Return one change as its kind and (label, value) lines; what points home is left out."""
        about = self._kinds[change.kind].about if change.kind in self._kinds else ""
        asked = change.set.get("questionnaire")
        quiet = {about, "questionnaire", "conversation", "asks"}
        lines = [
            (self.label(change.kind, register, asked), self._in_change(change, register, asked))
            for register in change.set
            if register not in quiet and not register.startswith("questionnaires/")
        ]
        return {"kind": self._words.kind(change.kind), "lines": lines}

    def talk(self, talk: talks.Talk) -> Shown:
        """Return one conversation."""
        t, noted = self._words, talk.noted
        return {
            "id": talk.id,
            "person": self.name("person", talk.person),
            "person_link": f"/desk/people/{talk.person}",
            "worksite": self.name("worksite", talk.worksite) if talk.worksite else "",
            "by": self.name("volunteer", noted.by if noted else None),
            "when": t.moment(talk.when, noted.at_error_ms if noted else 0)
            if talk.when
            else t("value.unknown"),
            "how": t.choice("conversation", "how", talk.how) if talk.how else "",
            "result": t.choice("conversation", "result", talk.result) if talk.result else "",
            "talked": talk.result == "talked",
            "in_group": talk.meeting is not None,
            "corrected": t.moment(talk.corrected) if talk.corrected else "",
            "note": talk.note or "",
            **self._answers(talk),
        }

    def _answers(self, talk: talks.Talk) -> Shown:
        """Return a conversation's answers in order: what was said freely, and what was chosen."""
        shown: Shown = {"free": [], "chosen": []}
        questions = self.questions(talk.questionnaire, *talk.questionnaires)
        for question in questions:
            if question["key"] in talk.answers:
                text = question["text"][self._words.language]
                said = self.answer(question, talk.answers[question["key"]])
                shown["free" if question["type"] in FREE else "chosen"].append((text, said))
        unknown = talk.answers.keys() - {question["key"] for question in questions}
        shown["free"] += [(key, str(talk.answers[key])) for key in sorted(unknown)]
        return shown

    def _in_change(self, change: Change, register: str, questionnaire: object) -> str:
        return self.value(change.kind, register, change.set[register], questionnaire)

    def _question(self, register: str, questionnaire: object) -> Question | None:
        name, _, key = register.partition("/")
        if name != "answers":
            return None
        asked = (q for q in self.questions(questionnaire) if q["key"] == key)
        # A talk for several campaigns has answers to another's questions too.
        return next(asked, None) or self._every.get(key)


def refs_in(kinds: Kinds, kind: str, register: str, value: Value) -> Iterator[Ref]:
    """Yield the records whose names are needed to say a register and its value."""
    name, _, element = register.partition("/")
    if element.startswith("by_"):
        yield "volunteer", element[3:]
    elif name in REFERS and element:
        yield REFERS[name], element
    field = kinds[kind].field_of(register) if kind in kinds else None
    if field is not None and field.type == "ref" and isinstance(value, str):
        yield field.to or "", value


def refs_in_changes(kinds: Kinds, changes: Iterable[Change]) -> set[Ref]:
    """Return the records whose names are needed to say changes, and those they are about."""
    found: set[Ref] = set()
    for change in changes:
        if change.kind in ("person", "volunteer", "worksite", "picket_line"):
            found.add((change.kind, change.record))
        if change.kind == "assignment":
            found.add(("person", change.record))
        for register, value in change.set.items():
            found.update(refs_in(kinds, change.kind, register, value))
    return found


def refs_in_talks(found: Iterable[talks.Talk]) -> set[Ref]:
    """Return the records whose names are needed to say conversations."""
    rows = [(t.person, t.worksite, t.noted.by if t.noted else None) for t in found]
    kinds = ("person", "worksite", "volunteer")
    return {(kind, id) for row in rows for kind, id in zip(kinds, row, strict=True) if id}


def device(desk: Desk, kind: str | None) -> str:
    """Return on what something was written: a phone, the desk."""
    return desk.words(f"device.{kind}") if kind in ("phone", "desk") else ""


def pages(path: str, asked: Mapping[str, str], page: int, count: int, size: int) -> Shown:
    """Return the links around one page of a long list."""
    last = max(1, -(-count // size))
    return {
        "page": page,
        "last": last,
        "first_shown": min(count, (page - 1) * size + 1),
        "last_shown": min(count, page * size),
        "count": count,
        "previous": link(path, {**asked, "page": page - 1}) if 1 < page <= last else "",
        "next": link(path, {**asked, "page": page + 1}) if page < last else "",
    }
