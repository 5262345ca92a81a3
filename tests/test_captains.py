"""Two captains without signal on one line: the hours are the same whoever comes back first."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from server.app import create_app
from server.config import Settings
from server.ids import now_ms
from server.reports.hours import Week, week
from server.reports.scope import reach
from tests.model_phone import ModelPhone
from tests.small_union import HOUR_MS, Opened, make_small_union

TODAY = datetime.now(UTC).date()
EIGHT = int(datetime(TODAY.year, TODAY.month, TODAY.day, tzinfo=UTC).timestamp() * 1000)
CLEO = [("minh", "in", 0), ("ravneet", "in", 1), ("minh", "out", 4), ("ravneet", "out", 5)]
CEM = [("minh", "in", 0.5), ("minh", "out", 4.1), ("adaeze", "in", 2), ("adaeze", "out", 3)]


def line_after(path: Path, first: str, second: str) -> Week:
    """Return the line's week after both captains' phones came back, in this order."""
    union = make_small_union(path)
    with TestClient(create_app(Settings(db=path))) as client:
        phones = {name: ModelPhone(client, union.link_token(name)) for name in ("cleo", "cem")}
        for name, events in (("cleo", CLEO), ("cem", CEM)):
            for index, (person, way, hour) in enumerate(events):
                at = EIGHT + round(hour * HOUR_MS)
                said = {"line": "gate-3", "person": person, "way": way, "when": at}
                record = f"{name}-{index}"
                phones[name].save({"kind": "check_event", "record": record, "set": said}, at=at)
        for name in (first, second):
            phones[name].exchange()
    monday = TODAY.fromordinal(TODAY.toordinal() - TODAY.weekday())
    with Opened(path) as db:
        found = week(db, reach(frozenset()), "gate-3", monday, now_ms() + 24 * HOUR_MS, UTC)
    assert found is not None
    return found


@pytest.fixture(params=[("cleo", "cem"), ("cem", "cleo")], ids=lambda names: " then ".join(names))
def found(request: pytest.FixtureRequest, tmp_path: Path) -> Week:
    first, second = request.param
    return line_after(tmp_path / "rounds.db", first, second)


def test_hours_are_joined_and_the_same_in_either_order(found: Week) -> None:
    hours = {presence.person: round(presence.total / HOUR_MS, 3) for presence in found.people}
    assert hours == {"minh": 4.1, "ravneet": 4.0, "adaeze": 1.0}
    assert found.strays == []


def test_the_day_adds_up_to_its_people(found: Week) -> None:
    assert found.total == sum(presence.total for presence in found.people)
    assert found.total == sum(found.totals) == round(9.1 * HOUR_MS)
