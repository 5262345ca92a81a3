"""The plan of a sample union: who works where, and who has whom. Nothing is written here."""

from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property

from server.sample.chance import Chance
from server.sample.names import named, plain_ascii
from server.sample.words import words
from sync.questionnaire import Question

LIST_MAX = 20
PEOPLE_PER_WORKSITE = 30
PEOPLE_PER_GO_TO = 16
PEOPLE_PER_CAPTAIN = 300
STORY_SITE_PEOPLE = 60
STORY_LISTS = (16, 20, 16, 8)  # the first gets two more: handed over by the next ones


@dataclass
class Worksite:
    """A workplace; `mapped` is the share of its people somebody has talked to."""

    id: str
    name: str
    place: str
    local: int
    sort: str
    size: int
    mapped: float
    people: list["Person"] = field(default_factory=list)


@dataclass
class Person:
    """Somebody we talk to."""

    id: str
    name: str
    language: str
    number: str
    site: Worksite
    department: str
    work_shift: str
    unit: int
    job: str


@dataclass
class GoTo:
    """A go-to person and their list; one who left keeps it until somebody takes it over."""

    id: str
    name: str
    language: str
    site: Worksite
    people: list[Person]
    has_left: bool = False


@dataclass
class Volunteer:
    """A captain or a coordinator; `local` binds a coordinator to one local."""

    id: str
    name: str
    language: str
    local: int | None = None


@dataclass
class Union:
    """Everybody and everything, with ids."""

    locals: list[str]
    units: list[str]
    sites: list[Worksite]
    people: list[Person]
    go_tos: list[GoTo]
    captains: list[Volunteer]
    coordinators: list[Volunteer]
    campaign: str
    questionnaire: str
    action: str

    @cached_property
    def questions(self) -> list[Question]:
        """What the questionnaire asks; its ask is for the union's action."""
        return [
            {**question, "action": self.action} if question["type"] == "ask" else question
            for question in words("questionnaire")
        ]


def plan(chance: Chance, people: int, at: int) -> Union:
    """Return the union a seed makes. The first worksite and its first go-to person carry the
    stories; `at` is the moment its ids are from.
    """
    sites = _worksites(chance, people, at)
    everybody = [person for site in sites for person in _staff(chance, site, at)]
    for index, person in enumerate(everybody):
        person.number = f"{100_234 + 7 * index}"
    _plant_names(everybody)
    go_tos = _go_tos(chance, sites, max(4, people // PEOPLE_PER_GO_TO), at)
    for left in chance.sample(go_tos[4:], max(2, len(go_tos) // 37)) if len(go_tos) > 6 else []:
        left.has_left = True
    return Union(
        locals=[chance.id(at) for _ in words("places")["locals"]],
        units=[chance.id(at) for _ in words("places")["units"]],
        sites=sites,
        people=everybody,
        go_tos=go_tos,
        captains=[_volunteer(chance, at) for _ in range(max(4, people // PEOPLE_PER_CAPTAIN))],
        coordinators=[_volunteer(chance, at), _volunteer(chance, at, local=0)],
        campaign=chance.id(at),
        questionnaire=chance.id(at),
        action=chance.id(at),
    )


def _volunteer(chance: Chance, at: int, local: int | None = None) -> Volunteer:
    language = "fr" if local == 0 else "en"
    return Volunteer(chance.id(at), named(chance, language), language, local)


def _worksites(chance: Chance, people: int, at: int) -> list[Worksite]:
    count = max(3, round(people / PEOPLE_PER_WORKSITE))
    sizes = _sizes(chance, people - STORY_SITE_PEOPLE, count - 1)
    rates = [0.05 + 0.9 * (index / count) ** 1.7 for index in range(1, count)]
    chance.shuffle(rates)
    places = words("places")
    known: Counter[str] = Counter()
    found = []
    for index, (size, rate) in enumerate(
        zip([STORY_SITE_PEOPLE, *sizes], [0.6, *rates], strict=True)
    ):
        local = index % len(places["locals"])
        sorts = places["locals"][local]["sorts"]
        lap = index // len(places["locals"])
        sort = sorts[lap % len(sorts)]
        town = places["towns"][index % len(places["towns"])]
        name = _site_name(known, lap // len(sorts), sort, town)
        place = f"{chance.randrange(10, 9990)} {chance.choice(places['streets'])}, {town}"
        found.append(Worksite(chance.id(at), name, place, local, sort, size, rate))
    return found


def _site_name(known: Counter[str], lap: int, sort: str, town: str) -> str:
    """Return a worksite's name; a town that has one of that name already gives it a number."""
    names = words("places")["sorts"][sort]["names"]
    name = str(names[lap % len(names)].format(town))
    known[name] += 1
    return name if known[name] == 1 else f"{name} {known[name]}"


def _sizes(chance: Chance, people: int, count: int) -> list[int]:
    weights = [chance.lognormvariate(0, 0.55) for _ in range(count)]
    sizes = [max(4, round(people * weight / sum(weights))) for weight in weights]
    while (over := sum(sizes) - people) != 0:
        biggest = sizes.index(max(sizes))
        sizes[biggest] -= over if sizes[biggest] - over >= 4 else sizes[biggest] - 4
    return sizes


def _staff(chance: Chance, site: Worksite, at: int) -> list[Person]:
    sort = words("places")["sorts"][site.sort]
    departments = sort["departments"][: max(1, min(len(sort["departments"]), site.size // 7))]
    units = [*words("places")["units"]]
    for _ in range(site.size):
        language = "fr" if chance.happens(0.22) else "en"
        unit = 0 if chance.happens(0.55) else 1
        site.people.append(
            Person(
                id=chance.id(at),
                name=named(chance, language),
                language=language,
                number="",
                site=site,
                department=chance.choice(departments),
                work_shift=chance.weighted(sort["shifts"]),
                unit=unit,
                job=chance.choice(sort["jobs"][units[unit]["name"]]),
            )
        )
    site.people.sort(key=lambda person: (departments.index(person.department), person.work_shift))
    return site.people


def _plant_names(people: list[Person]) -> None:
    """Put names as they really are among the others, and one name twice at one worksite."""
    for place, name in enumerate(words("names")["special"]):
        people[(STORY_SITE_PEOPLE - 7 + 11 * place) % len(people)].name = name
    people[1].name = people[12].name = "Karen O’Donnell"  # at one worksite, on one list


def _go_tos(chance: Chance, sites: list[Worksite], count: int, at: int) -> list[GoTo]:
    found: list[GoTo] = []
    for site, share in zip(sites, _shares(sites, count), strict=True):
        lists = [*STORY_LISTS] if site is sites[0] else _list_sizes(chance, site.size, share)
        starts = 0
        for size in lists:
            language = "fr" if chance.happens(0.25) and found else "en"
            people = site.people[starts : starts + size]
            found.append(GoTo(chance.id(at), named(chance, language), language, site, people))
            starts += size
    return found


def _shares(sites: list[Worksite], count: int) -> list[int]:
    """Return how many go-to people each worksite has: one at least, more where most are needed."""
    shares = [len(STORY_LISTS)] + [1] * (len(sites) - 1)
    need = [0.0] + [float(site.size) for site in sites[1:]]
    for _ in range(count - sum(shares)):
        neediest = need.index(max(need))
        shares[neediest] += 1
        need[neediest] = sites[neediest].size / shares[neediest]
    return shares


def _list_sizes(chance: Chance, people: int, count: int) -> list[int]:
    """Return uneven list lengths, 20 at most; whoever is left over has nobody yet."""
    weights = [chance.uniform(0.6, 1.4) for _ in range(count)]
    sizes = [min(LIST_MAX, int(people * weight / sum(weights))) for weight in weights]
    for index in range(count):
        spare = min(LIST_MAX - sizes[index], people - sum(sizes))
        sizes[index] += max(0, spare)
    return sizes


def email_of(person: Person) -> str:
    """Return an address that cannot be anybody's."""
    first, _, last = plain_ascii(person.name).partition(" ")
    return f"{first}.{last or 'solo'}@example.org".replace(" ", "").replace("'", "").lower()
