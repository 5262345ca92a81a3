"""How long conversations are kept: what goes, what stays, and that nothing goes unasked."""

from datetime import date, timedelta

import pytest

from sync.save import Change
from tests.desk import desk, writes
from tests.model_phone import Join
from tests.small_union import SmallUnion
from tests.test_audit import noted
from tests.test_backup import rounds
from tests.test_erase_commands import left

WORDS = "Quellwasser"
YESTERDAY = str(date.today() - timedelta(days=2))  # noqa: DTZ011 two zones and still over
PATH = "/desk/privacy/retention"


@pytest.fixture
def said(union: SmallUnion, join: Join) -> SmallUnion:
    """A campaign with talks that count, one undone and one held, and two promises."""
    ana, luc = join("ana"), join("luc")
    ana.talk("minh", "talk-1", platform=WORDS)
    undone = ana.talk("siobhan", "talk-2", platform=WORDS)
    ana.save({"kind": "ruling", "record": undone, "set": {"counts": False}})
    for id, state in (("f-open", "open"), ("f-done", "done")):
        about = {"person": "minh", "conversation": "talk-1", "state": state, "text": f"{id} word"}
        ana.save({"kind": "follow_up", "record": id, "set": about})
    ana.save({"kind": "person", "record": "minh", "set": {"do_not_contact/phone": True}})
    luc.talk("adaeze", "talk-3", platform=WORDS)
    for phone in (ana, luc):
        phone.exchange()
    writes(union, "ana", Change("conversation", "talk-4", {"person": "minh", "note": "Other one"}))
    return union


def test_nothing_is_erased_before_its_day_and_nothing_unasked(said: SmallUnion) -> None:
    with desk(said) as client:
        assert "nothing can be erased here before that day" in client.get(f"{PATH}/campaign-1").text
        client.post(f"{PATH}/campaign-1", data={"typed": "Winter blitz"})
        tomorrow = str(date.today() + timedelta(days=2))  # noqa: DTZ011
        client.post(f"{PATH}/campaign-1/keep", data={"keep_until": tomorrow})
        assert "They are kept until" in client.get(f"{PATH}/campaign-1").text
        client.post(f"{PATH}/campaign-1", data={"typed": "Winter blitz"})
        client.post(f"{PATH}/campaign-1/keep", data={"keep_until": YESTERDAY})
        # The form had not seen the day that was set meanwhile: nothing goes before both are over.
        page = client.get(PATH).text
        assert "its time is over" not in page
    assert said.value("conversation", "talk-1", "answers/platform") == WORDS
    result = rounds("retention", "--purge", "campaign-1", "--yes", "--db", said.db)
    assert result.exit_code == 1
    assert "No campaign with the ID “campaign-1” is due" in result.output
    assert "Nothing is due." in rounds("retention", "--purge-due", "--yes", "--db", said.db).output


@pytest.mark.parametrize("way", ["desk", "command"])
def test_what_was_said_goes_and_do_not_contact_outlives_it(said: SmallUnion, way: str) -> None:
    said.write(Change("campaign", "campaign-1", {"keep_until": YESTERDAY}))
    preview = rounds("retention", "--preview", "--db", said.db).output
    assert "3 conversations with 3 people and 1 promises would go; 1 open promises stay" in preview
    if way == "desk":
        with desk(said) as client:
            page = client.get(f"{PATH}/campaign-1").text
            assert all(name in page for name in ("Minh Trần", "Siobhán", "Adaeze Okonkwo"))
            wrong = client.post(f"{PATH}/campaign-1", data={"typed": "Summer blitz"})
            assert "Nothing was erased" in wrong.text
            assert left(said.db.parent, (WORDS,)) != []
            done = client.post(f"{PATH}/campaign-1", data={"typed": "winter BLITZ"})
            assert "No byte of it is left" in done.text
            assert "3 conversations were erased" in done.text
            client.get("/desk")
    else:
        result = rounds("retention", "--purge-due", "--yes", "--db", said.db)
        assert result.exit_code == 0, result.output
    assert left(said.db.parent, (WORDS, "f-done word")) == []
    assert said.value("follow_up", "f-open", "text") == "f-open word"
    assert said.value("conversation", "talk-4", "note") == "Other one"
    assert said.value("person", "minh", "name") == "Minh Trần"
    assert said.value("person", "minh", "do_not_contact/phone") is True
    assert said.value("campaign", "campaign-1", "purged_talks") == 3
    assert ("campaign.purged", ("campaign-1",), 4) in {
        (e.what, e.ids, e.count) for e in noted(said)
    }
    assert rounds("check", "--db", said.db).exit_code == 0


def test_a_phone_drops_what_was_purged_and_what_comes_late_is_erased(
    said: SmallUnion, join: Join
) -> None:
    ana = join("ana")
    ana.exchange()
    assert ("conversation", "talk-1") in ana.records
    said.write(Change("campaign", "campaign-1", {"keep_until": YESTERDAY}))
    late = ana.save({"kind": "conversation", "record": "talk-1", "set": {"note": WORDS}})
    assert rounds("retention", "--purge-due", "--yes", "--db", said.db).exit_code == 0
    ana.exchange()
    assert ana.receipts[late]["verdict"] == "erased"
    assert not ana.records.get(("conversation", "talk-1"))
    assert left(said.db.parent, (WORDS,)) == []


def test_campaigns_are_the_whole_unions(said: SmallUnion) -> None:
    with desk(said, "emil") as client:
        for path in (PATH, f"{PATH}/campaign-1", "/desk/privacy/employers"):
            assert client.get(path).status_code == 404
        for path in (f"{PATH}/campaign-1", f"{PATH}/campaign-1/keep", "/desk/privacy/employers"):
            assert (
                client.post(path, data={"typed": "x", "keep_until": "2020-01-01"}).status_code
                == 404
            )
        assert client.get("/desk/privacy").status_code == 200
