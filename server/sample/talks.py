"""Ordinary conversations: what people said, and the saves that note it."""

from server.sample.calendar import MINUTE_MS, Calendar
from server.sample.chance import Chance
from server.sample.names import first_name, phone_number
from server.sample.union import GoTo, Person, Union, email_of
from server.sample.words import words
from sync.questionnaire import effects, elsewhere, kept
from sync.save import Change, Value

ATTEMPTS = {
    "busy": 6,
    "not_at_work": 6,
    "not_today": 3,
    "started": 3,
    "on_leave": 2,
    "manager_nearby": 2,
    "wrong_contact": 1,
    "someone_else": 1,
    "language": 1,
    "changed_worksite": 1,
    "left_employer": 1,
}
HOW = {"in_person": 8, "phone": 3, "text": 1, "online": 1}
PLATFORM = {"yes": 12, "not_yet": 4, "dont_know": 2}
PICKET = {"yes": 5, "maybe": 6, "no": 4, "not_asked": 3}
SAFE: tuple[Value, ...] = (1, 2, 3, 4, 5, "dont_know")
MAY_TELL = {"anonymous": 5, "named": 2, "media": 1, "no": 2}
CONTACT = {"phone": 9, "email": 4, "dont_know": 5}
TAKE_UP = ("nights", "overtime", "parking", "safety", "respect", "other")
WEIGHT = {
    "hospital": (6, 4, 3, 3, 2, 1),
    "care": (3, 4, 2, 4, 4, 1),
    "school": (0, 2, 2, 3, 5, 3),
    "office": (0, 3, 3, 1, 5, 2),
    "jail": (4, 6, 1, 6, 3, 1),
    "depot": (5, 4, 1, 4, 2, 2),
}


class Talks:
    """Makes the changes of one save about one conversation."""

    def __init__(self, union: Union, calendar: Calendar, chance: Chance) -> None:
        self.union, self.calendar, self.chance = union, calendar, chance

    def about(self, person: Person, by: GoTo, when: int, **said: Value) -> list[Change]:
        """Return a talk and what it points to; answers are made up, but for those in `said`."""
        answers = {**self._answers(person, by, when), **said}
        questions = self.union.questions
        talk = self.chance.id(when)
        first = {
            **self._head(person, when),
            "questionnaire": self.union.questionnaire,
            "result": "talked",
            **{f"answers/{key}": value for key, value in kept(questions, answers).items()},
        }
        changes = [Change("conversation", talk, first)]
        more: dict[str, Value] = {"person": person.id, "conversation": talk}
        for kind, pointed in elsewhere(effects(questions, answers, by.language)):
            if kind == "person":
                changes.append(Change(kind, person.id, pointed))
                continue
            owned = {"owner": by.id, "state": "open"} if kind == "follow_up" else {}
            changes.append(Change(kind, self.chance.id(when), {**more, **owned, **pointed}))
        return changes

    def attempt(self, person: Person, when: int) -> list[Change]:
        """Return a try that did not become a talk."""
        result = self.chance.weighted(ATTEMPTS)
        said = {**self._head(person, when), "result": result}
        return [Change("conversation", self.chance.id(when), said)]

    def when(self, person: Person) -> int:
        """Return a moment at which this person was at work."""
        return self.calendar.at_work(self.chance, person.work_shift)

    def noted_at(self, when: int) -> int:
        """Return when a talk was noted: minutes later, in a stairwell."""
        return when + self.chance.randrange(2, 40) * MINUTE_MS

    def _head(self, person: Person, when: int) -> dict[str, Value]:
        how = self.chance.weighted(HOW)
        return {"person": person.id, "campaign": self.union.campaign, "when": when, "how": how}

    def _answers(self, person: Person, by: GoTo, when: int) -> dict[str, Value]:
        chance, said = self.chance, words("words")
        answers: dict[str, Value] = {}
        if chance.happens(0.85):
            answers["workload"] = self._workload(person, by.language)
        answers["platform"] = chance.weighted(PLATFORM)
        if chance.happens(0.9):
            answers["picket"] = chance.weighted(PICKET)
        answers["safe"] = chance.choices(SAFE, (3, 5, 6, 4, 2, 2))[0]
        if chance.happens(0.12):
            answers["story"] = chance.choice(said["story"][by.language])
            answers["story_consent"] = chance.weighted(MAY_TELL)
        answers["overtime_hours"] = chance.randrange(2, 40)
        answers["news"] = "yes" if chance.happens(0.6) else "no"
        answers["contact"] = chance.weighted(CONTACT)
        answers["contact_phone"] = phone_number(chance)
        answers["contact_email"] = email_of(person)
        if chance.happens(0.8):
            answers["take_up"] = self._take_up(person)
            answers["take_up_other"] = chance.choice(said["take_up_other"][by.language])
        if chance.happens(0.5):
            answers["listens_to"] = self._listens_to(person, by.language)
        if chance.happens(0.2):
            answers["promise_text"] = chance.choice(said["promise"][by.language])
        answers["promise_due"] = self._due(when)
        return answers

    def _workload(self, person: Person, language: str) -> str:
        said = words("words")
        sentences = [self.chance.choice(said["workload"][language][person.site.sort])]
        if self.chance.happens(0.45):
            sentences.append(self.chance.choice(said["more"][language]))
        return " ".join(sentences)

    def _take_up(self, person: Person) -> str:
        count = self.chance.choices((1, 2, 3), (5, 4, 1))[0]
        chosen = self.chance.choices(TAKE_UP, WEIGHT[person.site.sort], k=count)
        return " ".join(sorted(set(chosen)))

    def _listens_to(self, person: Person, language: str) -> str:
        # One in each department is named most often, as it is.
        near = [p for p in person.site.people if p.department == person.department]
        leader = near[len(near) // 3] if self.chance.happens(0.6) else self.chance.choice(near)
        form = self.chance.choice(words("words")["listens_to"][language])
        return str(form.format(first_name(leader.name), leader.department))

    def _due(self, when: int) -> str:
        days = (when - self.calendar.now) // (24 * 60 * MINUTE_MS)
        return self.calendar.day(days + self.chance.randrange(4, 24))
