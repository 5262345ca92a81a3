"""Picket lines: one whose shift is now, with people who came and a few who left again."""

from collections.abc import Iterator

from server.sample.calendar import MINUTE_MS
from server.sample.chance import Chance
from server.sample.devices import Phone
from server.sample.scene import Scene
from server.sample.union import Worksite
from sync.save import Change, Value

HOUR_MS = 60 * MINUTE_MS
CAME = 0.45
LEFT = 0.12
FEWEST_EXPECTED = 40
GATES = ("North gate", "Loading dock", "Main entrance", "South driveway")


def staff_lines(scene: Scene) -> None:
    """Set up a line for each captain but the last, who relieves the first; people come."""
    captains = scene.union.captains
    made = [_line(scene, index) for index in range(len(captains) - 1)]
    scene.desk.save(scene.calendar.moment(-4, 15), *made)
    phone = scene.phone_of(captains[0].id)
    phone.exchange()
    expected = [person.id for person in scene.union.sites[0].people]
    check_in(phone, scene.chance, made[0].record, expected, scene.calendar.now)
    phone.exchange()


def shift_around(now: int) -> dict[str, Value]:
    """Return a picket shift that began three hours ago, on the hour, and lasts eight."""
    starts = now - now % HOUR_MS - 3 * HOUR_MS
    return {"shift_starts": starts, "shift_ends": starts + 8 * HOUR_MS}


def check_in(phone: Phone, chance: Chance, line: str, expected: list[str], now: int) -> None:
    """Check in some of those expected since the shift began, and a few of them out again."""
    came = chance.sample(expected, round(CAME * len(expected)))
    events = []
    for person in came:
        at = now - chance.randrange(15, 200) * MINUTE_MS
        events.append((at, person, "in"))
        if chance.happens(LEFT) or person == came[0]:
            events.append((at + (now - at) // 2, person, "out"))
    for at, person, way in sorted(events):
        said: dict[str, Value] = {"line": line, "person": person, "way": way, "when": at}
        phone.save(at, Change("check_event", chance.id(at), said))


def _line(scene: Scene, index: int) -> Change:
    """Return the line of one captain; the first stands now, the others this morning or later."""
    union, calendar = scene.union, scene.calendar
    sites = [*_sites_of(union.sites, index)]
    starts = calendar.moment(0, 6 + 6 * (index % 3))
    shift: dict[str, Value] = {"shift_starts": starts, "shift_ends": starts + 6 * HOUR_MS}
    captains = union.captains[index :: len(union.captains) - 1]
    said: dict[str, Value] = {
        "name": f"{GATES[index % len(GATES)]}, {sites[0].name}",
        "place": sites[0].place,
        **(shift_around(calendar.now) if index == 0 else shift),
        **{f"captains/{captain.id}": True for captain in captains},
        **{f"expects/{site.id}": True for site in sites},
    }
    return Change("picket_line", scene.chance.id(calendar.now), said)


def _sites_of(sites: list[Worksite], index: int) -> Iterator[Worksite]:
    people = 0
    for site in sites[index % len(sites) :]:
        yield site
        people += len(site.people)
        if people >= FEWEST_EXPECTED:
            return
