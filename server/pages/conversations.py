"""Conversations: each question's answers counted, and what was said, newest first."""

from dataclasses import dataclass

from starlette.responses import Response
from starlette.routing import Route

from server.pages import told
from server.pages.desk import Desk, desk_page
from server.pages.frame import link
from server.pages.overview import width
from server.reports import campaigns, talks
from server.schema import Connection
from sync.questionnaire import Question
from sync.save import Value

SEARCHES = ("worksite", "volunteer", "question")
WITH_CHART = ("choice", "multiple")


@dataclass(frozen=True)
class Gathered:
    """What the page reads, at one moment."""

    count: int
    found: list[talks.Talk]
    questions: list[Question]
    counts: talks.Counts
    worksites: list[tuple[str, str]]
    volunteers: list[tuple[str, str]]
    tell: told.Teller


def gather(db: Connection, desk: Desk) -> Gathered:
    """Read one page of conversations and the counts of all that match."""
    campaign = campaigns.current(campaigns.campaigns(db, desk.zone), desk.today)
    questionnaire = campaign.questionnaire if campaign else None
    filters = talks.Filters(**_asked(desk))
    found = talks.talks(db, desk.reach, filters, desk.page_number)
    tell = told.Teller(db, desk.words, desk.kinds, told.refs_in_talks(found))
    questions = tell.questions(questionnaire)
    charted = [q["key"] for q in questions if q["type"] in WITH_CHART]
    return Gathered(
        count=talks.count(db, desk.reach, filters),
        found=found,
        questions=questions,
        counts=desk.remembered(
            db,
            ("answers", filters, questionnaire),
            lambda: talks.counts(db, desk.reach, filters, questionnaire, charted),
        ),
        worksites=desk.offered(db, "worksite"),
        volunteers=desk.offered(db, "volunteer"),
        tell=tell,
    )


@desk_page
async def conversations(desk: Desk) -> Response:
    """The page of conversations."""
    found = await desk.read(gather, desk)
    asked = _asked(desk)
    language = desk.words.language
    desk.note("conversations.read", [talk.person for talk in found.found], found.count)
    return await desk.page(
        "conversations.html",
        "conversations",
        asked=asked,
        is_narrowed=any(asked.values()),
        count=found.count,
        charts=[
            _chart(desk, question, found.counts.get(question["key"], {}))
            for question in found.questions
            if question["type"] in WITH_CHART
        ],
        questions=[(q["key"], q["text"][language]) for q in found.questions],
        worksites=found.worksites,
        volunteers=found.volunteers,
        talks=[found.tell.talk(talk) for talk in found.found],
        pages=told.pages("/desk/conversations", asked, desk.page_number, found.count, talks.PAGE),
    )


def _asked(desk: Desk) -> dict[str, str]:
    return {name: desk.asked(name) for name in SEARCHES}


def _chart(desk: Desk, question: Question, given: dict[Value, int]) -> told.Shown:
    """Return a question's bars: who answered is the whole, several choices may be one answer."""
    t = desk.words
    answered = sum(given.values())
    chosen: dict[str, int] = {choice["key"]: 0 for choice in question["choices"]}
    for value, n in given.items():
        keys = str(value).split(" ") if question["type"] == "multiple" else [str(value)]
        for key in keys:
            chosen[key] = chosen.get(key, 0) + n
    texts = {choice["key"]: choice["text"][t.language] for choice in question["choices"]}
    return {
        "key": question["key"],
        "text": question["text"][t.language],
        "answered": answered,
        "multiple": question["type"] == "multiple",
        "link": link("/desk/conversations", {**_asked(desk), "question": question["key"]}),
        "bars": [
            {
                "label": texts.get(key, key),
                "n": n,
                "share": t.share(n, answered),
                "width": width(n, answered),
            }
            for key, n in chosen.items()
        ],
    }


ROUTES = [Route("/desk/conversations", conversations)]
