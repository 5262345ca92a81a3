"""Answers of the executive: written here, passed on by go-to people, and how many were told."""

from dataclasses import dataclass
from datetime import date

from starlette.datastructures import FormData
from starlette.responses import Response
from starlette.routing import Route

from server.ids import new_id
from server.pages import told
from server.pages.desk import Desk, desk_page
from server.pages.overview import width
from server.pages.seen_in import seen_in
from server.problems import Problem
from server.reports import answers, campaigns
from server.reports.heads import heads_of
from server.schema import Connection
from sync.questionnaire import choices_of
from sync.save import Change, Value

ANSWERS = "/desk/answers"
TEXTS = {"title": 120, "text": 2000}


@dataclass(frozen=True)
class Gathered:
    """The answers for everybody or in reach, how each stands; what a new one may be for."""

    given: list[answers.Answer]
    counts: dict[str, answers.Standing]
    saw: dict[str, list[str]]
    tell: told.Teller
    campaigns: list[campaigns.Campaign]
    locals: list[tuple[str, str]]
    worksites: list[tuple[str, str]]


def gather(db: Connection, desk: Desk) -> Gathered:
    """Read the page."""
    found = [one for one in answers.answers(db) if not one.local or _is_theirs(desk, one)]
    wanted = {(kind, str(getattr(one, kind))) for kind in ("local", "worksite") for one in found}
    return Gathered(
        given=found,
        counts=desk.remembered(
            db,
            "answers",
            lambda: {one.id: answers.count(db, desk.reach, one) for one in found},
        ),
        saw={one.id: _heads(db, one.id) for one in found},
        tell=told.Teller(db, desk.words, desk.kinds, wanted),
        campaigns=campaigns.campaigns(db, desk.zone),
        locals=desk.offered(db, "local"),
        worksites=desk.offered(db, "worksite"),
    )


def _heads(db: Connection, id: str) -> list[str]:
    return heads_of(db, "report_back", id, ["state"]).get("state", [])


@desk_page
async def every(desk: Desk) -> Response:
    """Every answer, and a form for one more."""
    found = await desk.read(gather, desk)
    return await desk.page(
        "report_backs.html",
        "answers",
        answers=[_shown(desk, found, one) for one in found.given],
        languages_told=[(code, desk.words(f"language.{code}")) for code in ("en", "fr")],
        most=TEXTS,
        today=desk.today.isoformat(),
        is_bound=bool(desk.session.locals),
        locals=found.locals,
        worksites=found.worksites,
        campaigns=[(one.id, _name(desk, one)) for one in found.campaigns],
        said=_offered_choices(desk, found),
    )


@desk_page
async def write(desk: Desk) -> Response:
    """Save a new answer."""
    form = await desk.form()
    said = _typed(form)
    found = await desk.read(gather, desk)
    offered = {
        "local": dict(found.locals),
        "worksite": dict(found.worksites),
        "campaign": {one.id for one in found.campaigns},
    }
    if any(said.get(name) and said[name] not in known for name, known in offered.items()):
        raise Problem("not_found")  # out of this coordinator's reach, or made up
    if not (_has(said, "title") and _has(said, "text")):
        return desk.back(ANSWERS, "nothing_entered")
    if desk.session.locals and not said.get("local"):
        said["local"] = next(iter(offered["local"]), None)
    receipt = await desk.save([Change("report_back", new_id(desk.now), said)])
    flash = "answer_written" if receipt.verdict == "taken" else "kept_held"
    return desk.back(ANSWERS, flash, receipt.save)


@desk_page
async def turn(desk: Desk) -> Response:
    """Let an answer be passed on no more, or again."""
    id, form = desk.request.path_params["answer"], await desk.form()
    found = await desk.read(gather, desk)
    one = next((one for one in found.given if one.id == id), None)
    if one is None or not _is_theirs(desk, one):
        raise Problem("not_found")
    said: dict[str, Value] = {"state": "closed" if form.get("state") == "closed" else "open"}
    receipt = await desk.save([Change("report_back", id, said, seen_in(form, said))])
    flash = "corrected" if receipt.verdict == "taken" else "kept_held"
    return desk.back(ANSWERS, flash, receipt.save)


def _is_theirs(desk: Desk, one: answers.Answer) -> bool:
    return not desk.session.locals or one.local in desk.session.locals


def _typed(form: FormData) -> dict[str, Value]:
    """Return the fields of a new answer, as they were filled in."""
    said: dict[str, Value] = {"state": "open"}
    for field, most in TEXTS.items():
        for code in ("en", "fr"):
            said[f"{field}/{code}"] = str(form.get(f"{field}.{code}", "")).strip()[:most]
    for field in ("local", "worksite", "campaign"):
        said[field] = str(form.get(field, ""))[:80]
    said["day"] = _day(str(form.get("day", "")))
    said["question"], _, said["choice"] = str(form.get("said", ""))[:161].partition("=")
    return {field: value for field, value in said.items() if value}


def _has(said: dict[str, Value], field: str) -> bool:
    return bool(said.get(f"{field}/en") or said.get(f"{field}/fr"))


def _day(text: str) -> str | None:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return None


def _offered_choices(desk: Desk, found: Gathered) -> list[tuple[str, str]]:
    """Return what somebody may have said to a question of a campaign, once each."""
    t, offered = desk.words, {}
    for campaign in found.campaigns:
        for question in found.tell.questions(campaign.questionnaire):
            for choice in choices_of(question):
                words = found.tell.answer({**question, "type": "choice"}, choice["key"])
                asked = question["text"][t.language]
                label = t("answers.said_so", question=asked, choice=words)
                offered[f"{question['key']}={choice['key']}"] = label
    return [*offered.items()]


def _shown(desk: Desk, found: Gathered, one: answers.Answer) -> told.Shown:
    t, n = desk.words, found.counts[one.id]
    return {
        "id": one.id,
        "title": _in_words(one.titles, t.language) or t("answers.untitled"),
        "text": _in_words(one.texts, t.language),
        "day": t.day(one.day) if one.day else "",
        "for_whom": _for_whom(desk, found, one),
        "is_open": one.is_open,
        "is_theirs": _is_theirs(desk, one),
        "saw": found.saw[one.id],
        "people": n.people,
        "told": n.told,
        "width": width(n.told, n.people),
        "without": n.without,
        "said": [
            (t.choice("told", "said", said), count) for said, count in n.said.items() if count
        ],
    }


def _for_whom(desk: Desk, found: Gathered, one: answers.Answer) -> str:
    """Return whom an answer is for, in words."""
    t, said = desk.words, dict(_offered_choices(desk, found))
    names = {campaign.id: _name(desk, campaign) for campaign in found.campaigns}
    parts = [found.tell.name(kind, id) for kind, id in _places(one)]
    if one.campaign:
        parts.append(t("answers.in_campaign", name=names.get(one.campaign, t("value.unknown"))))
    if one.question and one.choice:
        parts.append(said.get(f"{one.question}={one.choice}", one.choice))
    if one.picked:
        parts.append(t("answers.picked"))
    return " · ".join(parts) or t("answers.everybody")


def _places(one: answers.Answer) -> list[told.Ref]:
    return [(kind, id) for kind in ("local", "worksite") if (id := getattr(one, kind))]


def _in_words(texts: dict[str, str], language: str) -> str:
    return texts.get(language) or next((text for text in texts.values() if text), "")


def _name(desk: Desk, campaign: campaigns.Campaign) -> str:
    return _in_words(campaign.names, desk.words.language) or campaign.id


ROUTES = [
    Route(ANSWERS, every, methods=["GET"]),
    Route(ANSWERS, write, methods=["POST"]),
    Route(f"{ANSWERS}/{{answer}}", turn, methods=["POST"]),
]
