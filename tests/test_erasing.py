"""Erasing a person: what goes, what stays, and that it stays gone."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from starlette.testclient import TestClient

from server.__main__ import main
from server.access.keys import keys_beside, path_beside
from server.ledger.erase import erase, records_about
from server.ledger.facts import SERVER
from server.ledger.rebuild import faults
from sync.kinds import load_kinds
from sync.save import Change
from tests.model_phone import Join
from tests.sealing_phone import SealingPhone, kept
from tests.small_union import Opened, SmallUnion

WORDS = "Quellwasser"  # stands in no kind, no name and no id


def test_words_about_somebody_go_from_saves_that_were_held_too(
    join: Join, union: SmallUnion
) -> None:
    luc = join("luc")
    held = luc.talk("minh", "talk-1", platform=WORDS)
    luc.exchange()
    assert luc.receipts[held]["reason"] == "out_of_scope"
    erase_person(union, "minh")
    assert says(union, WORDS) == []
    luc.save({"kind": "conversation", "record": "talk-1", "set": {"note": WORDS}})
    luc.exchange()
    assert says(union, WORDS) == []


UNLIKE = {
    "it is of a year that cannot be": (('"at": ', '"at": 1000'), "unreadable"),
    "it is no JSON": (('{"id"', '{{"id"'), "unreadable"),
    "its letters are numbers": (("minh", "\\u006dinh"), "out_of_scope"),
    "its letters are numbers, and it is no save": (('minh"', '\\u006dinh", 1'), "unreadable"),
    "it is of another device": (('"device": "', '"device": "x'), "header_differs"),
    "its kind is unknown": (("conversation", "chat"), "unknown_kind"),
}


@pytest.mark.parametrize(("twist", "reason"), UNLIKE.values(), ids=UNLIKE)
@pytest.mark.parametrize("is_late", [False, True], ids=["before", "after"])
def test_words_about_somebody_go_from_whatever_could_not_be_taken(
    join: Join, union: SmallUnion, twist: tuple[str, str], reason: str, is_late: bool
) -> None:
    luc = join("luc")
    held = luc.talk("minh", "talk-1", platform=WORDS)
    luc.waiting[0]["plain"] = luc.waiting[0]["plain"].replace(*twist)
    sent = list(luc.waiting)
    if is_late:
        erase_person(union, "minh")
    luc.exchange()
    if not is_late:
        assert luc.receipts[held]["reason"] == reason
        assert says(union, WORDS) != []
        erase_person(union, "minh")
        assert says(union, WORDS) == []
    luc.waiting = sent
    luc.exchange()
    assert luc.receipts[held]["verdict"] == "erased"
    assert says(union, WORDS) == []
    check(union)


def test_where_an_unknown_field_names_somebody_only_the_name_goes(
    join: Join, union: SmallUnion
) -> None:
    ana = join("ana")
    sent = ana.save(
        {"kind": "follow_up", "record": "f-1", "set": {"person": "siobhan", "text": "call",
         "together_with": "minh"}})  # fmt: skip
    ana.exchange()
    assert ana.receipts[sent]["verdict"] == "taken"
    erase_person(union, "minh")
    assert union.value("follow_up", "f-1", "text") == "call"
    assert union.value("follow_up", "f-1", "together_with") is None
    (row,) = union.read("SELECT body FROM save WHERE id = ?", sent)
    assert "minh" not in row["body"]


def test_what_its_phone_seals_again_about_the_erased_no_longer_waits(
    client: TestClient, union: SmallUnion
) -> None:
    ana = SealingPhone(client, union.link_token("ana"))
    without_its_key(ana, union)
    erase_person(union, "minh")
    (again,) = ana.waiting
    ana.exchange()
    assert ana.receipts[again["header"]["id"]]["verdict"] == "erased"
    assert kept(union) == []


def test_a_key_put_back_leaves_nothing_about_the_erased_waiting(
    client: TestClient, union: SmallUnion
) -> None:
    ana = SealingPhone(client, union.link_token("ana"))
    old = without_its_key(ana, union)
    erase_person(union, "minh")
    result = CliRunner().invoke(main, ["keys", "add", str(old), "--db", str(union.db)])
    assert "Sealed records opened: 0. Still closed: 0." in result.output
    assert kept(union) == []
    assert says(union, WORDS) == []


@pytest.mark.parametrize("comes_first", ["the talk", "what was added"])
def test_what_was_added_to_a_talk_that_came_too_late_goes_with_it(
    join: Join, union: SmallUnion, comes_first: str
) -> None:
    ana = join("ana")
    ana.talk("minh", "talk-1", platform=WORDS)
    ana.save({"kind": "conversation", "record": "talk-1", "set": {"note": WORDS}})
    talk, added = ana.waiting
    ana.waiting = [added] if comes_first == "what was added" else []
    ana.exchange()
    erase_person(union, "minh")
    ana.waiting = [talk, added]
    ana.exchange()
    ana.exchange()
    assert says(union, WORDS) == []
    assert {receipt["verdict"] for receipt in ana.receipts.values()} == {"erased"}


def test_what_is_sent_again_after_an_erasure_is_the_same_save(
    join: Join, union: SmallUnion
) -> None:
    cleo = join("cleo")
    came = {"line": "gate-3", "person": "minh", "way": "in", "when": 1}
    other = {"kind": "check_event", "record": "event-2", "set": {**came, "person": "siobhan"}}
    first = cleo.save({"kind": "check_event", "record": "event-1", "set": came}, other)
    corrected = {"set": {"person": "adaeze"}, "saw": {"person": [f"{first}:0"]}}
    cleo.save({"kind": "check_event", "record": "event-1", **corrected})
    sent = list(cleo.waiting)
    cleo.exchange()
    erase_person(union, "minh")
    before = union.read("SELECT id FROM save WHERE device = ?", cleo.me["device"])
    cleo.waiting = sent
    cleo.exchange()
    assert union.read("SELECT id FROM save WHERE device = ?", cleo.me["device"]) == before


def test_words_about_somebody_go_from_talks_that_were_withdrawn_too(
    join: Join, union: SmallUnion
) -> None:
    ana = join("ana")
    talk = ana.talk("minh", "talk-1", platform=WORDS)
    ana.save({"kind": "ruling", "record": talk, "set": {"counts": False}})
    ana.exchange()
    erase_person(union, "minh")
    assert says(union, WORDS) == []


@pytest.mark.parametrize("part", ["", ":0"], ids=["a save", "a change of it"])
def test_why_a_coordinator_set_words_about_somebody_aside_goes_with_them(
    join: Join, union: SmallUnion, part: str
) -> None:
    ana = join("ana")
    talk = ana.talk("minh", "talk-1")
    other = ana.talk("siobhan", "talk-2")
    ana.exchange()
    union.write(Change("ruling", f"{talk}{part}", {"counts": False, "reason": WORDS}))
    union.write(Change("ruling", other, {"counts": False, "reason": "typed twice"}))
    erase_person(union, "minh")
    assert says(union, WORDS) == []
    assert says(union, "typed twice") != []
    assert union.value("ruling", f"{talk}{part}", "counts") is False
    check(union)


def test_whoever_had_somebody_on_a_list_is_told_to_forget_them(
    join: Join, union: SmallUnion
) -> None:
    ana, cleo = join("ana"), join("cleo")
    ana.exchange()
    cleo.exchange()
    erase_person(union, "minh")
    for phone in (ana, cleo):
        down = phone.exchange()
        assert (down["forget"], "moved" in down) == (["minh"], False)
        assert not [key for key in phone.records if key[1] == "minh"]


def test_a_check_in_that_was_corrected_loses_only_the_wrong_name(
    join: Join, union: SmallUnion
) -> None:
    cleo = join("cleo")
    came = {"line": "gate-3", "person": "minh", "way": "in", "when": 1}
    first = cleo.save({"kind": "check_event", "record": "event-1", "set": came})
    cleo.save(
        {
            "kind": "check_event",
            "record": "event-1",
            "set": {"person": "adaeze"},
            "saw": {"person": [f"{first}:0"]},
        }
    )
    cleo.exchange()
    erase_person(union, "minh")
    assert says(union, '"minh"') == says(union, '"record":"minh"')
    stands = {name: union.value("check_event", "event-1", name) for name in came}
    assert stands == {**came, "person": "adaeze"}


def test_two_who_were_joined_are_erased_as_the_one_they_are(union: SmallUnion) -> None:
    union.write(Change("alias", "alias-1", {"person": "minh", "same_as": "adaeze"}))
    erase_person(union, "minh")
    assert union.read("SELECT id FROM person WHERE id IN ('minh', 'adaeze')") == []
    assert union.read("SELECT id FROM joined") == []


def test_a_join_with_somebody_erased_that_comes_late_joins_nobody(union: SmallUnion) -> None:
    erase_person(union, "adaeze")
    union.write(Change("alias", "alias-1", {"person": "minh", "same_as": "adaeze"}))
    assert union.value("person", "minh", "name") == "Minh Trần"
    assert union.read("SELECT id FROM joined") == []


def test_nobody_else_is_lost_when_somebody_they_were_joined_with_by_mistake_is_erased(
    union: SmallUnion,
) -> None:
    joined = union.write(Change("alias", "alias-1", {"person": "minh", "same_as": "adaeze"}))
    union.write(Change("ruling", joined.save, {"counts": False}))
    erase_person(union, "adaeze")
    assert union.value("person", "minh", "name") == "Minh Trần"
    union.write(Change("ruling", joined.save, {"counts": True}))
    assert union.value("person", "minh", "name") == "Minh Trần"


@pytest.mark.parametrize("author", ["ana", "dara"])
def test_nobody_erases_by_sending_an_erasure(join: Join, union: SmallUnion, author: str) -> None:
    phone = join(author)
    erasure = {"kinds/person": True, "kinds/assignment": True, "subject": "minh"}
    sent = phone.save({"kind": "erasure", "record": "minh", "set": erasure})
    phone.exchange()
    assert phone.receipts[sent]["verdict"] == "held"
    assert union.value("person", "minh", "name") == "Minh Trần"


def without_its_key(ana: SealingPhone, union: SmallUnion) -> Path:
    """Let a talk about Minh wait sealed to a key the server lost; return where the key is now."""
    old = path_beside(union.db).rename(union.db.with_name("old.keys"))
    keys_beside(union.db)
    ana.talk("minh", platform=WORDS)
    down = ana.client.post("/sync", json=ana.up(), headers=ana.headers).json()
    ana.apply(down)
    assert len(kept(union)) == 1
    return old


def erase_person(union: SmallUnion, person: str) -> None:
    """Erase somebody at the desk, and look whether the tables follow from what is left."""
    with Opened(union.db) as db:
        device = db.execute("SELECT * FROM device WHERE id = ?", (SERVER,)).fetchone()
        erase(db, load_kinds(), device, records_about(db, load_kinds(), person), now=1)
    check(union)


def check(union: SmallUnion) -> None:
    """Look whether the tables follow from what is left."""
    with Opened(union.db) as db:
        assert list(faults(db, load_kinds())) == []


def says(union: SmallUnion, words: str) -> list[int]:
    """Return the saves that say these words."""
    rows = union.read("SELECT seq FROM save WHERE instr(body, ?) > 0", words)
    return [row["seq"] for row in rows]
