"""What was said by a clock that may be wrong is told as "about", wherever it is told."""

import pytest
from starlette.testclient import TestClient

from server.app import create_app
from server.config import Settings
from server.ids import now_ms
from sync.save import Change
from tests.desk import DAY_MS, desk, talked, writes
from tests.model_phone import ModelPhone
from tests.small_union import SmallUnion
from tests.test_desk_pages import seen

IN_1970 = 1


@pytest.fixture
def told(union: SmallUnion) -> SmallUnion:
    """A phone that believes in 1970 noted a talk, a number, a check-in, and held work."""
    with TestClient(create_app(Settings(db=union.db))) as client:
        ana, cleo = (ModelPhone(client, union.link_token(who)) for who in ("ana", "cleo"))
        facts = {"person": "minh", "result": "talked", "when": now_ms() - DAY_MS}
        ana.save({"kind": "conversation", "record": "talk-1", "set": facts}, at=IN_1970)
        ana.save({"kind": "person", "record": "minh", "set": {"phone": "1"}}, at=IN_1970)
        ana.save({"kind": "person", "record": "ravneet", "set": {"note": "x"}}, at=IN_1970)
        for way, person in (("in", "siobhan"), ("out", "adaeze")):
            event = {"line": "gate-3", "person": person, "way": way, "when": now_ms() - 60_000}
            cleo.save({"kind": "check_event", "record": way, "set": event}, at=IN_1970)
        for phone in (ana, cleo):
            phone.exchange()
    writes(union, "dara", Change("person", "minh", {"phone": "2"}))
    talked(union, "dara", "minh")
    return union


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/desk/people/minh", "1 waits: a different answer, written without having seen the one "
         "that shows Ana Kowalczyk · on a phone · about "),
        ("/desk/people/minh", "on a phone written about "),
        ("/desk/conversations", "to Ana Kowalczyk about "),
        ("/desk/review", "1 Ana Kowalczyk · on a phone · about "),
        ("/desk/review", "written by Ana Kowalczyk · on a phone written about "),
        ("/desk/review", "Ana Kowalczyk, about "),
        ("/desk/lines/gate-3", "Siobhán O’Keefe-Tremblay since about "),
        ("/desk/lines/gate-3", "Adaeze Okonkwo · about "),
    ],
)  # fmt: skip
def test_an_uncertain_time_is_told_as_such(told, path, said):
    with desk(told) as client:
        assert said in seen(client, path)


def test_a_certain_time_is_told_as_it_is(told):
    with desk(told) as client:
        assert "to Dara Wójcik about" not in seen(client, "/desk/conversations")
        assert "to Dara Wójcik" in seen(client, "/desk/conversations")
        assert "2 Dara Wójcik · on a phone · about" not in seen(client, "/desk/review")


def test_how_long_ago_by_an_uncertain_clock_is_said_in_the_list(union):
    with TestClient(create_app(Settings(db=union.db))) as client:
        ana = ModelPhone(client, union.link_token("ana"))
        facts = {"person": "minh", "result": "talked", "when": now_ms() - 2 * DAY_MS}
        ana.save({"kind": "conversation", "record": "talk-1", "set": facts}, at=IN_1970)
        ana.exchange()
    with desk(union) as client:
        assert "2 days ago, by an uncertain clock" in seen(client, "/desk/people?q=minh")
    talked(union, "ana", "minh", at=now_ms() - DAY_MS)
    with desk(union) as client:
        assert "uncertain" not in seen(client, "/desk/people?q=minh")


def test_it_is_said_in_french_too(told):
    with desk(told) as client:
        client.post("/desk/language", data={"language": "fr"})
        assert "à Ana Kowalczyk vers le " in seen(client, "/desk/conversations")
        assert "depuis environ " in seen(client, "/desk/lines/gate-3")
