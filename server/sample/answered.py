"""What the executive answered: one answer to pass on, one that most have heard by now."""

from server.sample.scene import Scene
from sync.save import Change, Value

NIGHTS: dict[str, Value] = {
    "title/en": "More staff on nights",
    "title/fr": "Plus de personnel la nuit",
    "text/en": "The employer agreed to two more people on every night shift from the first of next "
    "month. The executive checks it each week: tell us where it does not happen.",
    "text/fr": "L’employeur accepte deux personnes de plus à chaque quart de nuit dès le premier "
    "du mois prochain. L’exécutif vérifie chaque semaine : dites-nous où ce n’est pas le cas.",
}
PARKING: dict[str, Value] = {
    "title/en": "Parking refund",
    "title/fr": "Remboursement du stationnement",
    "text/en": "Who paid for parking in January gets it back with the next pay.",
    "text/fr": "Le stationnement payé en janvier est remboursé avec la prochaine paie.",
}


def answer(scene: Scene) -> None:
    """Let the executive answer, and the hero pass one of the answers on to some."""
    calendar, campaign = scene.calendar, scene.union.campaign
    yes: dict[str, Value] = {"question": "platform", "choice": "yes"}
    for words, day, whom in ((NIGHTS, -1, yes), (PARKING, -6, {})):
        at = calendar.moment(day, 9, 30)
        said: dict[str, Value] = {
            **words,
            **whom,
            "campaign": campaign,
            "day": calendar.day(day),
            "state": "open",
        }
        id = scene.chance.id(at)
        scene.desk.save(at, Change("report_back", id, said))
        if words is PARKING:
            _pass_on(scene, id)
    scene.phone_of(scene.hero.id).exchange()


def _pass_on(scene: Scene, report_back: str) -> None:
    phone = scene.phone_of(scene.hero.id)
    phone.exchange()
    for person, reaction in zip(scene.hero.people[2:4], ("glad", "question"), strict=True):
        when = scene.calendar.moment(-4, 15, scene.chance.randrange(60))
        told: dict[str, Value] = {"person": person.id, "report_back": report_back, "when": when}
        told |= {"state": "told", "said": reaction}
        phone.save(when, Change("told", scene.chance.id(when), told))
