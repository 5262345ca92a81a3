"""Two different answers as a coordinator sees them: side by side, nobody's chosen beforehand."""

from dataclasses import dataclass

from server.pages import told
from server.pages.desk import Desk
from server.reports import conflicts
from server.schema import Connection

INPUTS = {"day": "date", "number": "number", "email": "email", "phone": "tel"}


@dataclass(frozen=True)
class Cases:
    """Registers with different answers, and what it takes to say them."""

    differing: list[conflicts.Conflict]
    asked: dict[str, conflicts.Asked]
    questionnaires: dict[str, str]
    go_to: dict[str, str]
    tell: told.Teller


def cases(db: Connection, desk: Desk, limit: int) -> Cases:
    """Read the newest registers with different answers."""
    found = conflicts.conflicts(db, desk.reach, limit)
    asked = conflicts.asked(db, found)
    go_to = conflicts.go_to_people(db, [c.subject for c in found if c.subject])
    wanted = _refs_in_conflicts(desk, found)
    wanted |= {("volunteer", a.owner) for a in asked.values() if a.owner}
    wanted |= {("volunteer", volunteer) for volunteer in go_to.values()}
    return Cases(
        differing=found,
        asked=asked,
        questionnaires=conflicts.questionnaires(db, found),
        go_to=go_to,
        tell=told.Teller(db, desk.words, desk.kinds, wanted),
    )


def shown(desk: Desk, found: Cases) -> list[told.Shown]:
    """Return them as the page shows them, numbered from 1."""
    return [_case(desk, found, n, conflict) for n, conflict in enumerate(found.differing, 1)]


def _refs_in_conflicts(desk: Desk, found: list[conflicts.Conflict]) -> set[told.Ref]:
    wanted: set[told.Ref] = set()
    for conflict in found:
        wanted |= {("person", conflict.subject)} if conflict.subject else set()
        wanted.add((conflict.kind, conflict.record))
        for answer in conflict.answers:
            wanted.add(("volunteer", answer.by))
            wanted.update(told.refs_in(desk.kinds, conflict.kind, conflict.register, answer.value))
    return wanted


def first_name(name: str) -> str:
    """Return how somebody is called in a sentence."""
    return name.split(" ")[0] or name


def _case(desk: Desk, found: Cases, position: int, conflict: conflicts.Conflict) -> told.Shown:
    t, tell = desk.words, found.tell
    asks = found.questionnaires.get(conflict.record)
    is_person = tell.has_name("person", conflict.subject)
    whose = tell.name("person" if is_person else conflict.kind, conflict.subject)
    asked = found.asked.get(conflict.key)
    go_to = found.go_to.get(conflict.subject or "")
    return {
        "position": position,
        "whose": whose,
        "first_name": first_name(whose),
        "link": f"/desk/people/{conflict.subject}" if is_person else "",
        "label": tell.label(conflict.kind, conflict.register, asks),
        "kind": conflict.kind,
        "record": conflict.record,
        "register": conflict.register,
        "saw": conflict.saw,
        "answers": [_answer(desk, tell, conflict, answer, asks) for answer in conflict.answers],
        "can_ask": is_person and asked is None and not is_private(desk, conflict),
        "asker": tell.name("volunteer", go_to) if go_to else "",
        "asked": asked
        and t(
            "review.asked",
            name=tell.name("volunteer", asked.owner),
            day=t.value("follow_up", "due", asked.due),
        ),
        "input": _input(desk, tell, conflict, asks),
    }


def is_private(desk: Desk, conflict: conflicts.Conflict) -> bool:
    """Return whether the answers stay with who gave them: asking somebody would tell them."""
    kind = desk.kinds.get(conflict.kind)
    return kind is not None and conflict.register in kind.private


def _answer(
    desk: Desk,
    tell: told.Teller,
    conflict: conflicts.Conflict,
    answer: conflicts.Answer,
    asks: str | None,
) -> told.Shown:
    return {
        "head": answer.ids[0],
        "value": tell.value(conflict.kind, conflict.register, answer.value, asks),
        "by": tell.name("volunteer", answer.by),
        "device": told.device(desk, answer.device),
        "at": desk.words.moment(answer.at, answer.at_error_ms),
    }


def _input(
    desk: Desk, tell: told.Teller, conflict: conflicts.Conflict, asks: str | None
) -> told.Shown:
    """Return how another value is entered: an input's type, or the choices there are."""
    t = desk.words
    kind = desk.kinds.get(conflict.kind)
    field = kind.field_of(conflict.register) if kind else None
    if field is None:
        return {"type": "", "choices": [], "max": 0}
    choices = [(c, t.choice(conflict.kind, conflict.register, c)) for c in field.choices]
    if field.type == "flag":
        choices = [("yes", t("value.yes")), ("no", t("value.no"))]
    if field.type == "answer":
        choices = _choices_of_question(desk, tell, conflict, asks)
    is_free = field.type not in ("ref", "moment", "questions") or bool(choices)
    return {
        "type": INPUTS.get(field.type, "text") if is_free else "",
        "choices": choices,
        "max": field.max if field.type != "number" else None,
    }


def _choices_of_question(
    desk: Desk, tell: told.Teller, conflict: conflicts.Conflict, asks: str | None
) -> list[tuple[str, str]]:
    key = conflict.register.partition("/")[2]
    question = next((q for q in tell.questions(asks) if q["key"] == key), None)
    if question is None or question["type"] != "choice":
        return []
    return [(c["key"], c["text"][desk.words.language]) for c in question["choices"]]
