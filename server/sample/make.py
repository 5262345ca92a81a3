"""Makes the sample union in an empty database, through the doors everybody uses."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from zoneinfo import ZoneInfo

import sync
from server.ledger.facts import SERVER
from server.sample import structure
from server.sample.answered import answer
from server.sample.calendar import CAMPAIGN_STARTED, Calendar
from server.sample.chance import Chance
from server.sample.devices import Desk, Office, Phone, chunks, device_row
from server.sample.picket import staff_lines
from server.sample.rounds import note_talks
from server.sample.scene import Scene
from server.sample.stories import tell_stories
from server.sample.talks import Talks
from server.sample.union import Union, plan
from server.writer import Writer
from sync.kinds import Kinds

FEWEST = 150
FOLDERS = (Path(__file__).parent, Path(sync.__file__).parent / "kinds")
STORYTELLERS = 60
SETTING_UP = 0.4  # of the time it takes
RARELY, NOT_JOINED = 0.2, 0.4
Progress = Callable[[float], None]


@dataclass(frozen=True)
class Sample:
    """Whom to show it to: volunteers' ids."""

    go_to: str
    captain: str
    coordinator: str


def make(
    writer: Writer, kinds: Kinds, now: int, zone: ZoneInfo, seed: int, people: int, tell: Progress
) -> Sample:
    """Make the union of a seed; `tell` hears how much is done, from 0 to 1.

    The same now, zone, seed and people (FEWEST at least) make the same log, byte for byte.
    """
    chance = Chance(seed)
    calendar = Calendar(now, zone)
    before = calendar.moment(CAMPAIGN_STARTED - 6, 10)
    union = plan(chance, people, before)
    office = Office(writer, kinds, chance, now)
    scene = _set_up(office, calendar, union, before, tell)
    _talk(scene, tell)
    tell_stories(scene)
    answer(scene)
    staff_lines(scene)
    tell(1)
    return Sample(scene.hero.id, union.captains[0].id, union.coordinators[0].id)


def version() -> str:
    """Return what changes when the sample, or the kinds it is made of, change."""
    files = sorted(file for folder in FOLDERS for file in folder.iterdir() if file.is_file())
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in files))
    return digest.hexdigest()[:16]


def _set_up(office: Office, calendar: Calendar, union: Union, at: int, tell: Progress) -> Scene:
    chance = office.chance
    server = Desk(office, office.run(lambda db: device_row(db, SERVER)))
    server.save(at, *structure.coordinators(union))
    desk = Desk(office, office.new_device(union.coordinators[0].id, "desk"))
    parts = (
        structure.places(union),
        structure.campaign(union, calendar),
        structure.volunteers(union, chance),
        structure.people(union, chance),
        structure.assignments(union, calendar),
    )
    changes = [*chain.from_iterable(parts)]
    for index, chunk in enumerate(chunks(changes, 500)):
        desk.save(at, *chunk)
        tell(SETTING_UP * 500 * index / len(changes))
    return Scene(union, calendar, chance, office, desk, Talks(union, calendar, chance))


def _talk(scene: Scene, tell: Progress) -> None:
    """Let every go-to person who has joined go round; the hero's list is a story of its own."""
    for index, go_to in enumerate(scene.union.go_tos):
        if go_to.site.mapped < RARELY and scene.chance.happens(NOT_JOINED):
            continue
        # A phone holds a lot; only those that stories are told of are kept.
        tells = index < STORYTELLERS
        phone = scene.phone_of(go_to.id) if tells else Phone(scene.office, go_to.id)
        phone.exchange()
        if go_to is not scene.hero:
            note_talks(phone, go_to, scene.talks)
            phone.exchange()
        tell(SETTING_UP + (1 - SETTING_UP) * index / len(scene.union.go_tos))
