"""Conversations: each question's answers counted, and what was said, newest first."""

from dataclasses import dataclass

from starlette.responses import Response
from starlette.routing import Route

from server.pages import told
from server.pages.desk import Desk, desk_page
from server.pages.frame import link
from server.pages.overview import width
from server.reports import campaigns, raised, talks
from server.schema import Connection
from sync.questionnaire import Question, choices_of, keys_of
from sync.save import Value

SEARCHES = ("worksite", "volunteer", "question")


@dataclass(frozen=True)
class Gathered:
    """What the page reads, at one moment."""

    count: int
    found: list[talks.Talk]
    questions: list[Question]
    counts: talks.Counts
    themes: list[raised.Theme]
    asks: list[raised.Asked]
    worksites: list[tuple[str, str]]
    volunteers: list[tuple[str, str]]
    tell: told.Teller


def gather(db: Connection, desk: Desk) -> Gathered:
    """Read one page of conversations and the counts of all that match."""
    asked = campaigns.asked(campaigns.campaigns(db, desk.zone), desk.today)
    filters = talks.Filters(**_asked(desk))
    found = talks.talks(db, desk.reach, filters, desk.page_number)
    tell = told.Teller(db, desk.words, desk.kinds, told.refs_in_talks(found))
    questions = [q for q in tell.questions(*asked) if q["type"] != "note"]
    charted = [q["key"] for q in questions if choices_of(q)]
    return Gathered(
        count=talks.count(db, desk.reach, filters),
        found=found,
        questions=questions,
        counts=desk.remembered(
            db,
            ("answers", filters, *asked),
            lambda: talks.counts(db, desk.reach, filters, asked, charted),
        ),
        themes=desk.remembered(
            db, ("raised", filters), lambda: raised.themes(db, desk.reach, filters)
        ),
        asks=desk.remembered(db, ("asks", filters), lambda: raised.asks(db, desk.reach, filters)),
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
            _chart(desk, found.tell, question, found.counts.get(question["key"], {}))
            for question in found.questions
            if choices_of(question)
        ],
        raised=[_theme(desk, found.tell, theme) for theme in found.themes],
        asks=[_ask(desk, asked) for asked in found.asks],
        questions=[(q["key"], q["text"][language]) for q in found.questions],
        worksites=found.worksites,
        volunteers=found.volunteers,
        talks=[found.tell.talk(talk) for talk in found.found],
        pages=told.pages("/desk/conversations", asked, desk.page_number, found.count, talks.PAGE),
    )


def _asked(desk: Desk) -> dict[str, str]:
    return {name: desk.asked(name) for name in SEARCHES}


def _chart(
    desk: Desk, tell: told.Teller, question: Question, given: dict[Value, int]
) -> told.Shown:
    """Return a question's bars: who answered is the whole, several choices may be one answer."""
    t = desk.words
    answered = sum(given.values())
    chosen: dict[str, int] = {choice["key"]: 0 for choice in choices_of(question)}
    for value, n in given.items():
        for key in keys_of(question, value):
            chosen[key] = chosen.get(key, 0) + n
    return {
        "key": question["key"],
        "text": question["text"][t.language],
        "answered": answered,
        "multiple": question["type"] == "multiple",
        "link": link("/desk/conversations", {**_asked(desk), "question": question["key"]}),
        "bars": [
            {
                "label": _label(desk, tell, question, key),
                "n": n,
                "share": t.share(n, answered),
                "width": width(n, answered),
            }
            for key, n in chosen.items()
        ],
    }


def _label(desk: Desk, tell: told.Teller, question: Question, key: str) -> str:
    """Return one answer in words, and what the ends of a scale mean."""
    words = tell.answer({**question, "type": "choice"}, key)
    end = {"1": "low", "5": "high"}.get(key) if question["type"] == "scale" else None
    return f"{words}: {question[end][desk.words.language]}" if end else words


def _theme(desk: Desk, tell: told.Teller, theme: raised.Theme) -> told.Shown:
    label = tell.theme(theme.key) if theme.key else desk.words("raised.own_words")
    return {"label": label, "people": theme.people, "last": _last(desk, theme.last)}


def _last(desk: Desk, last: int | None) -> str:
    return desk.words.day(desk.words.local_day(last)) if last else desk.words("value.unknown")


def _ask(desk: Desk, asked: raised.Asked) -> told.Shown:
    language = desk.words.language
    name = asked.names.get(language) or next(iter(asked.names.values()), asked.action)
    return {"name": name, "yes": asked.yes, "maybe": asked.maybe, "no": asked.no}


ROUTES = [Route("/desk/conversations", conversations)]
