"""Answers of the executive: for whom each is, and how many of them were told."""

from collections.abc import Iterator
from dataclasses import dataclass

from server.reports.scope import IN_REACH, Names, select
from server.schema import Connection, Row

SAID = ("glad", "not_enough", "question", "nothing")
FOR_WHOM = ("local", "worksite", "campaign", "question", "choice")


@dataclass(frozen=True)
class Answer:
    """One report-back: its words by language, and whom it is for; `day` an ISO day."""

    id: str
    titles: dict[str, str]
    texts: dict[str, str]
    day: str | None
    local: str | None
    worksite: str | None
    campaign: str | None
    question: str | None
    choice: str | None
    picked: bool
    is_open: bool


@dataclass(frozen=True)
class Standing:
    """How many it is for, were told, have no go-to person to tell them; and what they said."""

    people: int
    told: int
    without: int
    said: dict[str, int]


# Twin: pwa/sync/report_back.js; both judged by sync/cases/report_back.json.
SAID_SO = """EXISTS (SELECT 1 FROM conversation AS talk WHERE talk.person = person.id
    AND talk.result = 'talked' AND (:campaign IS NULL OR talk.campaign = :campaign
        OR EXISTS (SELECT 1 FROM conversation_campaigns AS more WHERE more.conversation = talk.id
            AND more.element = :campaign AND more.value = 1))
    AND (:question IS NULL OR EXISTS (SELECT 1 FROM conversation_answers AS given
        WHERE given.conversation = talk.id AND given.element = :question
        AND instr(' ' || given.value || ' ', ' ' || :choice || ' ') > 0)))"""
IS_FOR = f"""(:picked = 0
    AND (:local IS NULL OR person.local = :local)
    AND (:worksite IS NULL OR person.worksite = :worksite)
    AND (:campaign IS NULL AND :question IS NULL OR {SAID_SO}))"""
COUNT = f"""
WITH noted AS MATERIALIZED (
    SELECT person, max(state = 'told') AS is_told, max(said) AS said
    FROM told WHERE report_back = :id GROUP BY person)
SELECT count(*) AS people, coalesce(sum(noted.is_told), 0) AS told,
    coalesce(sum(volunteer.id IS NULL AND coalesce(noted.is_told, 0) = 0), 0) AS without,
    {", ".join(f"coalesce(sum(noted.said = '{said}'), 0) AS said_{said}" for said in SAID)}
FROM person LEFT JOIN noted ON noted.person = person.id
LEFT JOIN assignment ON assignment.id = person.id
LEFT JOIN volunteer ON volunteer.id = assignment.volunteer AND volunteer.active = 1
WHERE {IN_REACH} AND (noted.person IS NOT NULL OR {IS_FOR})
"""


def answers(db: Connection) -> list[Answer]:
    """Return every answer, those to pass on first, then the latest."""
    rows = db.execute(
        "SELECT * FROM report_back ORDER BY coalesce(state, 'open') = 'closed', day DESC, id DESC"
    ).fetchall()
    titles, texts = (_by_language(db, field) for field in ("title", "text"))
    return [*_answers(rows, titles, texts)]


def count(db: Connection, reach: Names, answer: Answer) -> Standing:
    """Return how an answer stands with the people in reach."""
    names = {name: getattr(answer, name) or None for name in FOR_WHOM}
    if not answer.choice:
        names["question"] = None
    names |= {"id": answer.id, "picked": int(answer.picked)}
    row = select(db, reach, COUNT, names).fetchone()
    said = {name: int(row[f"said_{name}"]) for name in SAID}
    return Standing(int(row["people"]), int(row["told"]), int(row["without"]), said)


Words = dict[str, dict[str, str]]


def _by_language(db: Connection, field: str) -> Words:
    found: Words = {}
    for row in db.execute(f"SELECT report_back, element, value FROM report_back_{field}"):
        found.setdefault(row["report_back"], {})[row["element"]] = row["value"] or ""
    return found


def _answers(rows: list[Row], titles: Words, texts: Words) -> Iterator[Answer]:
    for row in rows:
        yield Answer(
            id=row["id"],
            titles=titles.get(row["id"], {}),
            texts=texts.get(row["id"], {}),
            day=row["day"],
            **{name: row[name] for name in FOR_WHOM},
            picked=bool(row["picked"]),
            is_open=row["state"] != "closed",
        )
