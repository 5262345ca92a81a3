"""What does not go by the book: two answers, promises overdue, handovers, work that is held."""

from itertools import cycle, pairwise

from server.sample.calendar import MINUTE_MS
from server.sample.met import met
from server.sample.names import first_name, phone_number
from server.sample.scene import Scene
from server.sample.union import LIST_MAX, GoTo, Person
from server.sample.words import words
from sync.save import Change, Value

TOO_LONG = 2100
ROOM = 3


def tell_stories(scene: Scene) -> None:
    """Let it all happen, each on the phones and the desk it happens on."""
    others = [go_to for go_to in scene.union.go_tos[1:] if _is_at_it(scene, go_to)]
    _list_of_the_hero(scene)
    _lunch(scene)
    _handed_over(scene, others[0])
    _asked(scene, _two_numbers(scene, others[1], scene.hero, at_day=-6))
    pairs = pairwise(cycle(_with_room(others[1:])))
    _two_numbers(scene, *next(pairs), at_day=-4)
    _settled(scene, _two_numbers(scene, *next(pairs), at_day=-9))
    _two_answers(scene, *next(pairs), "work_shift", ("nights", "rotating"))
    _two_answers(scene, *next(pairs), "department", ("Stores and supply", "Central supply"))
    _two_answers(scene, *next(pairs), "email", ("fern.hollow@example.org", "fernh@example.org"))
    _two_spellings(scene, next(pairs)[0])
    _about_a_stranger(scene, *next(pairs))
    _too_long(scene, next(pairs)[0])
    _undone(scene, next(pairs)[0])
    _have_left(scene)
    met(scene)


def _is_at_it(scene: Scene, go_to: GoTo) -> bool:
    return go_to.id in scene.phones and not go_to.has_left and len(go_to.people) > 5


def _with_room(others: list[GoTo]) -> list[GoTo]:
    """Return those whose list can take somebody over, or all of them if that leaves nobody."""
    roomy = [go_to for go_to in others if len(go_to.people) <= LIST_MAX - ROOM]
    return roomy if len(roomy) > 1 else others


def _list_of_the_hero(scene: Scene) -> None:
    """The list the demo shows: some talked to, one promise due today, one overdue, one peace."""
    hero, talks, phone = scene.hero, scene.talks, scene.phone_of(scene.hero.id)
    calendar = scene.calendar
    plans: list[tuple[int, dict[str, Value]]] = [
        (-14, _promised("Send the overtime article of the agreement", calendar.day(-3))),
        (-11, {"contact": "dont_know", "promise_text": ""}),
        (-10, {"platform": "yes", "picket": "yes", "promise_text": ""}),
        (-8, {"platform": "not_yet", "promise_text": ""}),
        (-6, _promised("Find out about the parking refund", calendar.day())),
        (-3, {"platform": "yes", "picket": "maybe", "promise_text": ""}),
    ]
    for person, (day, said) in zip(hero.people, plans, strict=False):
        when = calendar.moment(day, 12, scene.chance.randrange(60))
        phone.save(talks.noted_at(when), *talks.about(person, hero, when, **said))
    peace = Change("person", hero.people[1].id, {"do_not_contact/all": True})
    phone.save(calendar.moment(-11, 13), peace)
    for person, day in ((hero.people[6], -5), (hero.people[7], -2)):
        when = calendar.moment(day, 10, 15)
        phone.save(talks.noted_at(when), *talks.attempt(person, when))
    phone.exchange()


def _lunch(scene: Scene) -> None:
    """A conversation with several of the hero's people: one record each, joined by the meeting."""
    hero, talks = scene.hero, scene.talks
    when = scene.calendar.moment(-4, 12, 20)
    meeting, changes = scene.chance.id(when), []
    same = {"workload": _workload(hero.people[8]), "take_up": "nights", "promise": "no"}
    for person in hero.people[8:11]:
        talk, *rest = talks.about(person, hero, when, **same)
        talk.set["meeting"] = meeting
        changes += [talk, *rest]
    scene.phone_of(hero.id).save(talks.noted_at(when), *changes)
    scene.phone_of(hero.id).exchange()


def _promised(text: str, due: str) -> dict[str, Value]:
    return {"promise_text": text, "promise_due": due}


def _handed_over(scene: Scene, old: GoTo) -> None:
    """Somebody the next go-to person has talked to is new on the hero's list."""
    person, phone = old.people[0], scene.phone_of(old.id)
    when = scene.calendar.moment(-12, 11, 40)
    said = scene.talks.about(person, old, when, workload=_workload(person), promise_text="")
    phone.save(scene.talks.noted_at(when), *said)
    phone.exchange()
    _assign(scene, person, scene.hero, -2)


def _two_numbers(scene: Scene, old: GoTo, new: GoTo, at_day: int) -> Person:
    """Two go-to people talk to one person in one week and note two numbers, unseen."""
    person = _handed_over_unseen(scene, old, new, at_day - 1)
    ends = scene.chance.sample(range(100), 2)
    for go_to, day, end in ((old, at_day, ends[0]), (new, at_day + 2, ends[1])):
        when = scene.calendar.moment(day, 14, scene.chance.randrange(60))
        number = {"contact": "phone", "contact_phone": f"780-555-01{end:02d}"}
        said = scene.talks.about(person, go_to, when, promise_text="", **number)
        scene.phone_of(go_to.id).save(scene.talks.noted_at(when), *said)
    _both_send(scene, old, new)
    return person


def _two_answers(
    scene: Scene, old: GoTo, new: GoTo, register: str, answers: tuple[str, str]
) -> None:
    """Two go-to people correct one thing about one person, unseen."""
    person = _handed_over_unseen(scene, old, new, -8)
    for go_to, day, answer in ((old, -7, answers[0]), (new, -6, answers[1])):
        correction = Change("person", person.id, {register: answer})
        scene.phone_of(go_to.id).save(scene.calendar.moment(day, 15, 20), correction)
    _both_send(scene, old, new)


def _handed_over_unseen(scene: Scene, old: GoTo, new: GoTo, day: int) -> Person:
    """Hand somebody over; the old go-to person's phone has no signal and does not know."""
    person = scene.chance.choice([one for one in old.people[3:] if one.id not in scene.told])
    scene.told.add(person.id)
    _assign(scene, person, new, day)
    scene.phone_of(new.id).exchange()
    return person


def _both_send(scene: Scene, old: GoTo, new: GoTo) -> None:
    for go_to in (old, new):
        scene.phone_of(go_to.id).exchange()


def _assign(scene: Scene, person: Person, to: GoTo, day: int) -> None:
    said: dict[str, Value] = {"volunteer": to.id, "since": scene.calendar.day(day)}
    scene.desk.save(scene.calendar.moment(day, 9), Change("assignment", person.id, said))
    for go_to in scene.union.go_tos:
        go_to.people = [one for one in go_to.people if one is not person]
    to.people.append(person)


def _asked(scene: Scene, person: Person) -> None:
    """The coordinator does not guess: the go-to person is asked to ask."""
    scene.desk.save(
        scene.calendar.moment(-1, 16, 5),
        Change(
            "follow_up",
            scene.chance.id(scene.calendar.moment(-1, 16, 5)),
            {
                "person": person.id,
                "text": f"Which number is right for {first_name(person.name)}?",
                "due": scene.calendar.day(3),
                "owner": scene.hero.id,
                "asks": f"person/{person.id}/phone",
                "state": "open",
            },
        ),
    )


def _settled(scene: Scene, person: Person) -> None:
    """A coordinator phoned and found out which number is right."""
    right = Change("person", person.id, {"phone": phone_number(scene.chance)})
    scene.desk.save(scene.calendar.moment(-3, 11), right)


def _two_spellings(scene: Scene, go_to: GoTo) -> None:
    """The desk and a phone correct one name, unseen, in two ways."""
    person = scene.chance.choice([one for one in go_to.people if one.id not in scene.told])
    first, _, last = person.name.partition(" ")
    noon = scene.calendar.moment(-5, 12)
    phone = scene.phone_of(go_to.id)
    phone.save(noon, Change("person", person.id, {"name": f"{first}-Rose {last}".strip()}))
    scene.desk.save(
        noon + 90 * MINUTE_MS, Change("person", person.id, {"name": f"{first} Rose {last}".strip()})
    )
    phone.exchange()


def _about_a_stranger(scene: Scene, go_to: GoTo, other: GoTo) -> None:
    """Held: a talk about somebody who was never on this list."""
    when = scene.calendar.moment(-4, 17, 10)
    said = scene.talks.about(other.people[0], go_to, when, promise_text="", contact="dont_know")
    phone = scene.phone_of(go_to.id)
    phone.save(scene.talks.noted_at(when), *said)
    phone.exchange()


def _too_long(scene: Scene, go_to: GoTo) -> None:
    """Held: more words than fit. That calls are unwelcome counts at once all the same."""
    person, when = go_to.people[0], scene.calendar.moment(-2, 13, 30)
    sentences = [*words("words")["workload"]["en"][person.site.sort], *words("words")["more"]["en"]]
    text = " ".join(sentences * (1 + TOO_LONG // len(" ".join(sentences))))
    said = scene.talks.about(
        person, go_to, when, workload=text, promise_text="", contact="dont_know"
    )
    no_calls = Change("person", person.id, {"do_not_contact/phone": True})
    phone = scene.phone_of(go_to.id)
    phone.save(scene.talks.noted_at(when), *said, no_calls)
    phone.exchange()


def _undone(scene: Scene, go_to: GoTo) -> None:
    """Noted under the wrong name, and taken back a minute later."""
    when = scene.calendar.moment(-3, 12, 25)
    phone = scene.phone_of(go_to.id)
    said = scene.talks.about(go_to.people[1], go_to, when, promise_text="", contact="dont_know")
    wrong = phone.save(when + 5 * MINUTE_MS, *said)
    phone.save(when + 6 * MINUTE_MS, Change("ruling", wrong, {"counts": False}))
    phone.exchange()


def _have_left(scene: Scene) -> None:
    """Who left keeps nothing on the phone; their people wait for somebody new."""
    left = [go_to for go_to in scene.union.go_tos if go_to.has_left]
    changes = [Change("volunteer", go_to.id, {"active": False}) for go_to in left]
    scene.desk.save(scene.calendar.moment(-6, 15), *changes)


def _workload(person: Person) -> str:
    return str(words("words")["workload"]["en"][person.site.sort][0])
