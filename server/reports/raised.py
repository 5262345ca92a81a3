"""What people raised, told and were asked: issues by theme, stories, answers to asks."""

from collections import defaultdict
from dataclasses import dataclass

from server.reports.scope import IN_REACH, Names, select
from server.reports.talks import BY_VOLUNTEER, Filters
from server.schema import Connection


@dataclass(frozen=True)
class Theme:
    """How many people raised a theme, and when last (ms); "" for own words without a theme."""

    key: str
    people: int
    last: int | None


@dataclass(frozen=True)
class Asked:
    """What people answered when asked to take part in an action: each counts once, the latest."""

    action: str
    names: dict[str, str]
    yes: int
    maybe: int
    no: int


@dataclass(frozen=True)
class Issue:
    """What one person raised in one conversation; `when` in ms."""

    themes: list[str]
    text: str | None
    when: int | None


@dataclass(frozen=True)
class Story:
    """One told in a person's words, where it may be told, and in which words that was asked."""

    text: str | None
    consent: str | None
    wording: str | None
    when: int | None


@dataclass(frozen=True)
class Answer:
    """What one person answered when asked to take part in an action."""

    action: str
    answer: str
    when: int | None


THEMES = """
SELECT coalesce(theme.element, '') AS key, count(DISTINCT issue.person) AS people,
    max(conversation."when") AS last
FROM issue JOIN person ON person.id = issue.person
LEFT JOIN conversation ON conversation.id = issue.conversation
LEFT JOIN issue_themes AS theme ON theme.issue = issue.id AND theme.value = 1
WHERE (theme.element IS NOT NULL OR issue.text <> '') AND
"""
ASKS = """
SELECT action, answer, count(*) AS n FROM (
    SELECT action, answer, row_number() OVER (
        PARTITION BY participation.person, action
        ORDER BY conversation."when" DESC, participation.id DESC) AS nth
    FROM participation JOIN person ON person.id = participation.person
    LEFT JOIN conversation ON conversation.id = participation.conversation
    WHERE action IS NOT NULL AND answer IS NOT NULL AND {matches})
WHERE nth = 1 GROUP BY action, answer
"""


def themes(db: Connection, reach: Names, filters: Filters) -> list[Theme]:
    """Return how many people raised each theme, the most first."""
    rows = select(
        db,
        reach,
        f"{THEMES} {_matches(filters)} GROUP BY 1 ORDER BY people DESC, key",
        vars(filters),
    )
    return [Theme(**dict(row)) for row in rows]


def asks(db: Connection, reach: Names, filters: Filters) -> list[Asked]:
    """Return what people answered to each ask, the action most were asked about first."""
    counted: dict[str, dict[str, int]] = defaultdict(dict)
    query = ASKS.format(matches=_matches(filters))
    for row in select(db, reach, query, vars(filters)):
        counted[row["action"]][row["answer"]] = row["n"]
    names = action_names(db)
    found = [
        Asked(action, names.get(action, {}), *(n.get(key, 0) for key in ("yes", "maybe", "no")))
        for action, n in counted.items()
    ]
    return sorted(found, key=lambda one: (-(one.yes + one.maybe + one.no), one.action))


def action_names(db: Connection) -> dict[str, dict[str, str]]:
    """Return what each action is called, by language."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for row in db.execute("SELECT action, element, value FROM action_name"):
        found[row["action"]][row["element"]] = row["value"]
    return found


def issues_of(db: Connection, person: str) -> list[Issue]:
    """Return what one person raised, the latest first."""
    rows = db.execute(
        f"SELECT issue.id, text, {WHEN} FROM issue {TALK.format('issue')}", (person,)
    ).fetchall()
    chosen: dict[str, list[str]] = defaultdict(list)
    for row in db.execute(
        "SELECT issue, element FROM issue_themes JOIN issue ON issue.id = issue "
        "WHERE person = ? AND value = 1 ORDER BY element",
        (person,),
    ):
        chosen[row["issue"]].append(row["element"])
    return [Issue(chosen[row["id"]], row["text"], row["when"]) for row in rows]


def stories_of(db: Connection, person: str) -> list[Story]:
    """Return what one person told, the latest first."""
    rows = db.execute(
        f"SELECT text, consent, wording, {WHEN} FROM story {TALK.format('story')}", (person,)
    )
    return [Story(**dict(row)) for row in rows]


def answers_of(db: Connection, person: str) -> list[Answer]:
    """Return what one person answered to each ask, the latest first."""
    rows = db.execute(
        f"SELECT action, answer, {WHEN} FROM participation {TALK.format('participation')}",
        (person,),
    )
    return [Answer(**dict(row)) for row in rows if row["action"] and row["answer"]]


WHEN = 'conversation."when"'
TALK = """LEFT JOIN conversation ON conversation.id = {0}.conversation
    WHERE {0}.person = ? ORDER BY conversation."when" DESC, {0}.id DESC"""


def _matches(filters: Filters) -> str:
    """Return what narrows them as it narrows conversations, but for the question."""
    parts = [IN_REACH]
    if filters.worksite:
        parts.append("person.worksite = :worksite")
    if filters.volunteer:
        parts.append(BY_VOLUNTEER)
    return " AND ".join(parts)
