"""The rounds so far: every go-to person's phone with the talks it noted."""

from server.sample.calendar import MINUTE_MS
from server.sample.devices import Phone
from server.sample.talks import Talks
from server.sample.union import GoTo, Person
from sync.save import Change

TRIED = 0.07
LEFT_EARLY = 0.5
KEPT = 0.75
ASKS_FOR_PEACE = 0.02
PEACE = {"all": 4, "phone": 4, "work": 1}
Noted = tuple[int, list[Change]]


def note_talks(phone: Phone, go_to: GoTo, talks: Talks) -> None:
    """Keep one go-to person's talks on their phone, in the order they noted them."""
    noted = [found for person in go_to.people for found in _with(person, go_to, talks)]
    for at, changes in sorted(noted, key=lambda one: one[0]):
        phone.save(at, *changes)


def _with(person: Person, go_to: GoTo, talks: Talks) -> list[Noted]:
    chance, found = talks.chance, []
    share = person.site.mapped * (LEFT_EARLY if go_to.has_left else 1)
    if chance.happens(TRIED):
        when = talks.when(person)
        found.append((talks.noted_at(when), talks.attempt(person, when)))
    if chance.happens(share):
        when = talks.when(person)
        changes, at = talks.about(person, go_to, when), talks.noted_at(when)
        found += [(at, changes), *_promise_kept(changes, at, talks)]
        if chance.happens(ASKS_FOR_PEACE):
            register = f"do_not_contact/{chance.weighted(PEACE)}"
            found.append((at + MINUTE_MS, [Change("person", person.id, {register: True})]))
    return found


def _promise_kept(changes: list[Change], at: int, talks: Talks) -> list[Noted]:
    """Return that what was promised was done, mostly, a day before it was due."""
    last = changes[-1]
    if last.kind != "follow_up" or not talks.chance.happens(KEPT):
        return []
    done = talks.calendar.moment(talks.calendar.days_until(str(last.set["due"])) - 1, 12)
    if not at < done < talks.calendar.now:
        return []
    return [(done, [Change("follow_up", last.record, {"state": "done"})])]
