"""Conversations: who talked with whom and what was said; each question's answers counted."""

import json
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from server.reports.scope import IN_REACH, Names, select
from server.schema import Connection, Row
from sync.questionnaire import STANDING, Question, read_questions
from sync.save import Value

PAGE = 30
GRACE_MS = 30 * 60 * 1000  # so long a correction does not show as one; phones: screens/words.js
Counts = dict[str, dict[Value, int]]  # question key -> answer -> how many gave it


@dataclass(frozen=True)
class Filters:
    """What narrows the conversations; empty is no matter."""

    worksite: str = ""
    volunteer: str = ""
    question: str = ""
    person: str = ""


@dataclass(frozen=True)
class Noted:
    """Who noted a conversation, in which save, and how wrong their clock may have been (ms)."""

    by: str
    save: str
    at_error_ms: int


@dataclass(frozen=True)
class Talk:
    """One conversation; `when` in ms, `noted` by whom; None when that does not count.

    corrected: when its facts were last corrected, in ms; 0 if not, or at once.
    """

    id: str
    person: str
    worksite: str | None
    noted: Noted | None
    when: int | None
    how: str | None
    result: str | None
    meeting: str | None
    corrected: int
    note: str | None
    questionnaire: str | None
    questionnaires: list[str]
    answers: dict[str, Value]


SOURCE = "FROM conversation JOIN person ON person.id = conversation.person"
# A device's saves are its volunteer's; their bodies name the conversations.
BY_VOLUNTEER = """conversation.id IN (
    SELECT part.value ->> 'record' FROM device
    JOIN save ON save.device = device.id
    JOIN json_each(save.body, '$.changes') AS part
    WHERE device.volunteer = :volunteer AND json_valid(save.body)
    AND part.value ->> 'kind' = 'conversation'
    AND json_type(part.value, '$.set.person') = 'text')"""
ANSWERED = """EXISTS (SELECT 1 FROM conversation_answers AS given
    WHERE given.conversation = conversation.id AND given.element = :question)"""

ASKED = """(conversation.questionnaire IN (SELECT value FROM json_each(:asked))
    OR EXISTS (SELECT 1 FROM conversation_questionnaires AS more
        WHERE more.conversation = conversation.id AND more.value = 1
        AND more.element IN (SELECT value FROM json_each(:asked))))"""


def count(db: Connection, reach: Names, filters: Filters) -> int:
    """Return how many conversations match."""
    row = select(db, reach, f"SELECT count(*) AS n {_matching(filters)}", vars(filters))
    return int(row.fetchone()["n"])


def talks(
    db: Connection, reach: Names, filters: Filters, page: int, size: int = PAGE
) -> list[Talk]:
    """Return page 1, 2, 3 … of the conversations that match, newest first."""
    names = {**vars(filters), "size": size, "skip": (page - 1) * size}
    rows = select(
        db,
        reach,
        f"SELECT conversation.*, person.worksite AS worksite {_matching(filters)} "
        'ORDER BY "when" DESC, conversation.id DESC LIMIT :size OFFSET :skip',
        names,
    ).fetchall()
    ids = [row["id"] for row in rows]
    answers = _answers(db, json.dumps(ids))
    asked = _questionnaires(db, json.dumps(ids))
    by, last = noted(db, ids), corrected(db, ids)
    return [
        _talk(r, answers[r["id"]], asked[r["id"]], by.get(r["id"]), last.get(r["id"], 0))
        for r in rows
    ]


def counts(
    db: Connection, reach: Names, filters: Filters, questionnaires: Collection[str], keys: list[str]
) -> Counts:
    """Return how often each answer to these questionnaires' questions was given, where it matches.

    None at all is the standing one.
    """
    rows = select(
        db,
        reach,
        "SELECT answer.element, answer.value, count(*) AS n "
        "FROM conversation_answers AS answer "
        "JOIN conversation ON conversation.id = answer.conversation "
        f"JOIN person ON person.id = conversation.person WHERE {_where(filters)} "
        f"AND {ASKED if questionnaires else 'conversation.questionnaire IS NULL'} "
        "AND answer.element IN (SELECT value FROM json_each(:keys)) "
        "GROUP BY answer.element, answer.value",
        {**vars(filters), "asked": json.dumps([*questionnaires]), "keys": json.dumps(keys)},
    )
    found: Counts = {}
    for row in rows:
        found.setdefault(row["element"], {})[row["value"]] = row["n"]
    return found


def questionnaires(db: Connection) -> dict[str | None, list[Question]]:
    """Return every questionnaire's questions by its id; None is the standing one."""
    rows = db.execute("SELECT id, questions FROM questionnaire WHERE questions IS NOT NULL")
    return {None: STANDING, **{row["id"]: read_questions(row["questions"]) for row in rows}}


def _matching(filters: Filters) -> str:
    return f"{SOURCE} WHERE {_where(filters)}"


def _where(filters: Filters) -> str:
    parts = [IN_REACH]
    if filters.worksite:
        parts.append("person.worksite = :worksite")
    if filters.person:
        parts.append("conversation.person = :person")
    if filters.volunteer:
        parts.append(BY_VOLUNTEER)
    if filters.question:
        parts.append(ANSWERED)
    return " AND ".join(parts)


def _answers(db: Connection, ids: str) -> dict[str, dict[str, Value]]:
    rows = db.execute(
        "SELECT conversation, element, answer.value FROM json_each(?) AS wanted "
        "CROSS JOIN conversation_answers AS answer ON answer.conversation = wanted.value",
        (ids,),
    )
    found: dict[str, dict[str, Value]] = defaultdict(dict)
    for row in rows:
        found[row["conversation"]][row["element"]] = row["value"]
    return found


def noted(db: Connection, conversations: Collection[str]) -> dict[str, Noted]:
    """Return conversation -> who noted it: the head that says whom it was with."""
    rows = db.execute(
        "SELECT record, heads FROM json_each(?) AS wanted CROSS JOIN register "
        "ON register.kind = 'conversation' AND record = wanted.value AND field = 'person'",
        (json.dumps([*conversations]),),
    )
    heads = {row["record"]: json.loads(row["heads"]) for row in rows}
    return {
        id: Noted(found[0]["by"], found[0]["id"].partition(":")[0], found[0]["at_error_ms"])
        for id, found in heads.items()
        if found
    }


def _questionnaires(db: Connection, ids: str) -> dict[str, list[str]]:
    """Return conversation -> whose questions were asked, where there were several."""
    rows = db.execute(
        "SELECT conversation, element FROM json_each(?) AS wanted "
        "CROSS JOIN conversation_questionnaires AS asked ON asked.conversation = wanted.value "
        "WHERE asked.value = 1 ORDER BY element",
        (ids,),
    )
    found: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        found[row["conversation"]].append(row["element"])
    return found


def corrected(db: Connection, conversations: Collection[str]) -> dict[str, int]:
    """Return conversation -> when its facts were corrected, in ms, once its grace was over."""
    rows = db.execute(
        "SELECT record, min(head.value ->> 'at') AS first, max(head.value ->> 'at') AS last "
        "FROM json_each(?) AS wanted CROSS JOIN register "
        "ON register.kind = 'conversation' AND record = wanted.value "
        "AND (field IN ('person', 'when', 'how') OR field LIKE 'answers/%') "
        "CROSS JOIN json_each(heads) AS head GROUP BY record",
        (json.dumps([*conversations]),),
    )
    return {row["record"]: row["last"] for row in rows if row["last"] > row["first"] + GRACE_MS}


def _talk(
    row: Row, answers: dict[str, Value], asked: list[str], by: Noted | None, corrected: int
) -> Talk:
    names = ("id", "person", "worksite", "when", "how", "result", "meeting", "note")
    said = {name: row[name] for name in (*names, "questionnaire")}
    return Talk(noted=by, answers=answers, questionnaires=asked, corrected=corrected, **said)
