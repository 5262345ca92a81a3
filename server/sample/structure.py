"""What coordinators set up before anybody talks: the plan of the union as changes."""

import json
from collections.abc import Iterator

from server.sample.calendar import ACTION_DAY, CAMPAIGN_ENDS, CAMPAIGN_STARTED, Calendar
from server.sample.chance import Chance
from server.sample.names import phone_number, preferred
from server.sample.union import GoTo, Person, Union, Volunteer, Worksite, email_of
from server.sample.words import words
from sync.save import Change, Value


def coordinators(union: Union) -> Iterator[Change]:
    """Yield who coordinates; the second one only a local."""
    for coordinator in union.coordinators:
        bound = (
            {} if coordinator.local is None else {f"locals/{union.locals[coordinator.local]}": True}
        )
        yield _volunteer(coordinator, {"roles/coordinator": True, **bound})


def places(union: Union) -> Iterator[Change]:
    """Yield locals, units and worksites."""
    for id, local in zip(union.locals, words("places")["locals"], strict=True):
        yield Change("local", id, {"name": local["name"]})
    for id, unit in zip(union.units, words("places")["units"], strict=True):
        yield Change("unit", id, {"name": unit["name"], "agreement": unit["agreement"]})
    for site in union.sites:
        yield Change("worksite", site.id, _site(union, site))


def campaign(union: Union, calendar: Calendar) -> Iterator[Change]:
    """Yield the campaign that is running today, its questionnaire and the action it asks for."""
    questions = json.dumps(union.questions, ensure_ascii=False, separators=(",", ":"))
    names = {"name/en": "Bargaining 1:1", "name/fr": "Négociation, un à un"}
    yield Change(
        "questionnaire", union.questionnaire, {**names, "version": 1, "questions": questions}
    )
    yield Change(
        "campaign",
        union.campaign,
        {
            "name/en": "Every member, one conversation",
            "name/fr": "Chaque membre, une conversation",
            "starts": calendar.day(CAMPAIGN_STARTED),
            "ends": calendar.day(CAMPAIGN_ENDS),
            "goal_percent": 75,
            "questionnaire": union.questionnaire,
            **{f"rap/{language}": text for language, text in words("rap").items()},
        },
    )
    yield Change(
        "action",
        union.action,
        {
            "name/en": "Information picket at the main entrance",
            "name/fr": "Piquet d’information à l’entrée principale",
            "sort": "picket",
            "campaign": union.campaign,
            "day": calendar.day(ACTION_DAY),
        },
    )


def volunteers(union: Union, chance: Chance) -> Iterator[Change]:
    """Yield go-to people, some of whom are stewards too, and picket captains."""
    for go_to in union.go_tos:
        extra = {"roles/steward": True} if chance.happens(0.2) else {}
        yield _volunteer(go_to, {"roles/go_to": True, **extra})
    for captain in union.captains:
        yield _volunteer(captain, {"roles/picket_captain": True})


def people(union: Union, chance: Chance) -> Iterator[Change]:
    """Yield everybody as the membership list has them."""
    for person in union.people:
        yield Change("person", person.id, _person(union, person, chance))


def assignments(union: Union, calendar: Calendar) -> Iterator[Change]:
    """Yield who has whom."""
    since = calendar.day(CAMPAIGN_STARTED - 4)
    for go_to in union.go_tos:
        for person in go_to.people:
            yield Change("assignment", person.id, {"volunteer": go_to.id, "since": since})


def _volunteer(who: GoTo | Volunteer, more: dict[str, Value]) -> Change:
    said = {"name": who.name, "language": who.language, "active": True, **more}
    return Change("volunteer", who.id, said)


def _site(union: Union, site: Worksite) -> dict[str, Value]:
    return {"name": site.name, "place": site.place, "local": union.locals[site.local]}


def _person(union: Union, person: Person, chance: Chance) -> dict[str, Value]:
    said: dict[str, Value] = {
        "name": person.name,
        "member_number": person.number,
        "number_end": person.number[-4:],
        "language": person.language,
        "worksite": person.site.id,
        "department": person.department,
        "work_shift": person.work_shift,
        "job": person.job,
        "unit": union.units[person.unit],
        "local": union.locals[person.site.local],
        "relation": "in_unit" if chance.happens(0.98) else "retiree",
    }
    if called := preferred(person.name):
        said["preferred_name"] = called
    if chance.happens(0.46):
        said["phone"] = phone_number(chance)
    if chance.happens(0.3):
        said["email"] = email_of(person)
    if chance.happens(0.72):
        said["signed"] = True
    return said
