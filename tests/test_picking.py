"""Whom a volunteer meets and nobody had: they make that person, and see nobody else by it."""

from typing import Any

import pytest

from server.ids import new_id, now_ms
from server.imports.comparing import person_id
from sync.save import Change
from tests.model_phone import Join, ModelPhone
from tests.small_union import SmallUnion

Said = dict[str, Any]


def met(phone: ModelPhone, id: str | None = None, **more: Said) -> str:
    """Make the save of somebody met; `person` and `assignment` are what it says otherwise."""
    id = id or new_id(now_ms())
    volunteer = phone.me["volunteer"]
    person = {"name": "Farah", "worksite": "ward-42", "local": "local-1"}
    assignment = {"volunteer": volunteer, "picked": True, "since": "2026-11-27"}
    return phone.save(
        {"kind": "person", "record": id, "set": person | more.get("person", {})},
        {"kind": "assignment", "record": id, "set": assignment | more.get("assignment", {})},
    )


def verdict(phone: ModelPhone, save: str) -> tuple[str, str | None]:
    """Exchange; return what became of a save."""
    phone.exchange()
    receipt = phone.receipts[save]
    return receipt["verdict"], receipt.get("reason")


def test_whoever_makes_a_person_has_them(join: Join, union: SmallUnion) -> None:
    ana, id = join("ana"), new_id(now_ms())
    assert verdict(ana, met(ana, id)) == ("taken", None)
    assert union.value("assignment", id, "volunteer") == "ana"
    assert union.value("person", id, "local") == "local-1"
    assert ("person", id) in ana.records
    assert verdict(ana, ana.talk(id)) == ("taken", None)


def test_a_talk_with_somebody_new_may_come_in_the_same_save(join: Join, union: SmallUnion) -> None:
    ana, id = join("ana"), new_id(now_ms())
    save = ana.save(
        {"kind": "conversation", "record": "talk-1", "set": {"person": id, "result": "talked"}},
        {"kind": "person", "record": id, "set": {"name": "Farah"}},
        {"kind": "assignment", "record": id, "set": {"volunteer": "ana", "picked": True}},
    )
    assert verdict(ana, save) == ("taken", None)
    assert union.value("conversation", "talk-1", "person") == id


def test_a_coordinators_word_on_who_has_whom_wins(join: Join, union: SmallUnion) -> None:
    ana, luc, id = join("ana"), join("luc"), new_id(now_ms())
    assert verdict(ana, met(ana, id)) == ("taken", None)
    union.write(Change("assignment", id, {"volunteer": "luc"}))
    ana.exchange()
    luc.exchange()
    assert ("person", id) not in ana.records
    assert ("person", id) in luc.records


@pytest.mark.parametrize("known", ["minh", "ravneet", "zoe", "ana", "luc", "gate-3", "ward-42"])
def test_an_id_that_is_there_is_nobody_new(join: Join, union: SmallUnion, known: str) -> None:
    luc = join("luc")
    assert verdict(luc, met(luc, known))[0] == "held"
    assert not any(key[1] == "minh" for key in luc.records)


@pytest.mark.parametrize(
    "before",
    [
        Change("person", "{id}", {"name": "Minh"}),
        Change("assignment", "{id}", {"volunteer": None}),
        Change("follow_up", "f-1", {"person": "{id}", "text": "secret"}),
        Change("alias", "al-1", {"person": "minh", "same_as": "{id}"}),
        Change("alias", "al-1", {"person": "{id}", "same_as": "minh"}),
        Change("volunteer", "{id}", {"name": "Noor"}),
        Change("picket_line", "{id}", {"name": "Gate 4"}),
    ],
    ids=lambda change: change.kind,
)
def test_whatever_was_written_about_an_id_makes_it_known(
    join: Join, union: SmallUnion, before: Change
) -> None:
    id, luc = new_id(now_ms()), join("luc")
    values = {name: id if value == "{id}" else value for name, value in before.set.items()}
    union.write(Change(before.kind, before.record.replace("{id}", id), values))
    assert verdict(luc, met(luc, id))[0] == "held"
    assert union.value("assignment", id, "volunteer") != "luc"
    luc.exchange()
    assert not any(key[1] in (id, "minh", "f-1") for key in luc.records)


def test_whom_somebody_else_made_is_not_made_again(join: Join, union: SmallUnion) -> None:
    ana, luc, id = join("ana"), join("luc"), new_id(now_ms())
    assert verdict(ana, met(ana, id)) == ("taken", None)
    assert verdict(luc, met(luc, id)) == ("held", "role_too_low")
    assert ("person", id) not in luc.records
    assert union.value("assignment", id, "volunteer") == "ana"


def test_what_was_withdrawn_or_held_is_known(join: Join, union: SmallUnion) -> None:
    ana, luc, id = join("ana"), join("luc"), new_id(now_ms())
    save = met(ana, id)
    ana.save({"kind": "ruling", "record": save, "set": {"counts": False}})
    ana.exchange()
    assert ("person", id) not in ana.records
    assert verdict(luc, met(luc, id))[0] == "held"


def test_the_id_of_somebody_whom_an_import_will_bring_cannot_be_taken_before(
    join: Join, union: SmallUnion
) -> None:
    luc = join("luc")
    coming = person_id("members", "4471")
    assert verdict(luc, met(luc, coming))[0] == "held"
    union.write(Change("person", coming, {"name": "Adaeze", "phone": "587 555-0142"}))
    luc.exchange()
    assert ("person", coming) not in luc.records


@pytest.mark.parametrize(
    "more",
    [
        {"assignment": {"volunteer": "luc"}},
        {"assignment": {"picked": None}},
        {"assignment": {"picked": False}},
        {"person": {"local": "local-2"}},
        {"person": {"local": None}},
        {"person": {"name": None}},
        {"person": {"unit": "unit-1"}},
        {"person": {"relation": "in_unit"}},
        {"person": {"member_number": "10024471"}},
        {"person": {"number_end": "4471"}},
    ],
    ids=str,
)
def test_nobody_says_more_of_somebody_new_than_is_theirs_to_say(
    join: Join, union: SmallUnion, more: Said
) -> None:
    ana, id = join("ana"), new_id(now_ms())
    assert verdict(ana, met(ana, id, **more))[0] == "held"
    assert union.value("person", id, "name") is None
    assert union.value("assignment", id, "volunteer") is None


def test_somebody_new_belongs_to_the_local_of_who_met_them(join: Join, union: SmallUnion) -> None:
    union.write(Change("volunteer", "ana", {"local": "local-2"}))
    ana = join("ana")
    assert verdict(ana, met(ana))[0] == "held"
    assert verdict(ana, met(ana, person={"local": "local-2"})) == ("taken", None)


def test_nobody_hands_on_whom_they_made(join: Join, union: SmallUnion) -> None:
    ana, id = join("ana"), new_id(now_ms())
    met(ana, id)
    ana.exchange()
    saw = ana.saw("assignment", id, "volunteer")
    set_ = {"volunteer": "luc", "picked": True}
    save = ana.save({"kind": "assignment", "record": id, "set": set_, "saw": saw})
    assert verdict(ana, save) == ("held", "role_too_low")
    moved = {"kind": "person", "record": id, "set": {"worksite": "depot"}}
    assert verdict(ana, ana.save(moved)) == ("held", "role_too_low")


@pytest.mark.parametrize("role", ["cleo", "left"])
def test_who_has_no_list_makes_nobody(join: Join, union: SmallUnion, role: str) -> None:
    phone = join("cleo" if role == "cleo" else "ana")
    if role == "left":
        union.write(Change("volunteer", "ana", {"active": False}))
    assert verdict(phone, met(phone))[0] == "held"


def test_two_who_are_made_in_one_save_are_judged_one_by_one(join: Join, union: SmallUnion) -> None:
    ana, id = join("ana"), new_id(now_ms())
    save = ana.save(
        {"kind": "person", "record": id, "set": {"name": "Farah"}},
        {"kind": "assignment", "record": id, "set": {"volunteer": "ana", "picked": True}},
        {"kind": "person", "record": "ravneet", "set": {"name": "Ravneet"}},
        {"kind": "assignment", "record": "ravneet", "set": {"volunteer": "ana", "picked": True}},
    )
    assert verdict(ana, save)[0] == "held"
    assert union.value("assignment", "ravneet", "volunteer") == "luc"
    assert ("person", "ravneet") not in ana.records
