"""Whom the hero met beside the list, and who would rather talk with somebody else."""

from server.sample.names import first_name, phone_number
from server.sample.scene import Scene
from sync.save import Change, Value


def met(scene: Scene) -> None:
    """Let both happen on the phone of the hero, without signal."""
    phone = scene.phone_of(scene.hero.id)
    phone.save(scene.calendar.moment(-1, 12, 20), *_somebody_new(scene))
    phone.save(scene.calendar.moment(-1, 12, 40), *_asks_for_another(scene))
    phone.exchange()


def _somebody_new(scene: Scene) -> list[Change]:
    """Somebody at the bus stop, on no list yet: a first name and a number."""
    site = scene.hero.people[0].site
    id = scene.chance.id(scene.calendar.moment(-1, 12, 20))
    said = {"name": first_name(scene.hero.people[-1].name), "phone": phone_number(scene.chance)}
    place = {"worksite": site.id, "local": scene.union.locals[site.local]}
    list_: dict[str, Value] = {"volunteer": scene.hero.id, "picked": True}
    list_ |= {"since": scene.calendar.day(-1)}
    return [Change("person", id, {**said, **place}), Change("assignment", id, list_)]


def _asks_for_another(scene: Scene) -> list[Change]:
    person, when = scene.hero.people[8], scene.calendar.moment(-1, 12, 40)
    [change] = scene.talks.attempt(person, when)
    return [Change(change.kind, change.record, {**change.set, "result": "another_go_to"})]
