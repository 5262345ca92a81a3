"""Two records of one person, joined and split again."""

import json
from typing import Any

from sync.save import Change
from tests.model_phone import Join, Json
from tests.small_union import SmallUnion


def test_a_talk_that_was_withdrawn_follows_its_person_into_a_join(
    join: Join, union: SmallUnion
) -> None:
    ana = join("ana")
    talk = ana.talk("minh", "talk-1")
    withdraw = {"kind": "ruling", "record": talk}
    ana.save({**withdraw, "set": {"counts": False}})
    ana.exchange()
    alias(union, "minh", "adaeze")
    assert subject_of(union, "talk-1") == "adaeze"
    ana.save({**withdraw, "set": {"counts": None}})
    ana.exchange()
    assert ("conversation", "talk-1") in ana.records


def test_a_talk_that_was_withdrawn_is_with_the_right_one_after_a_split(
    join: Join, union: SmallUnion
) -> None:
    ana = join("ana")
    talk = ana.talk("minh", "talk-1")
    ana.save({"kind": "ruling", "record": talk, "set": {"counts": False}})
    ana.exchange()
    joined = alias(union, "minh", "adaeze")
    union.write(Change("ruling", joined, {"counts": False}))
    assert subject_of(union, "talk-1") == "minh"


def test_a_join_and_its_split_give_back_what_was(join: Join, union: SmallUnion) -> None:
    ana, luc = join("ana"), join("luc")
    ana.talk("minh", "talk-1")
    luc.talk("ravneet", "talk-2")
    ana.exchange()
    luc.exchange()
    before = shown(union)
    joined = alias(union, "ravneet", "minh")
    assert shown(union) != before
    union.write(Change("ruling", joined, {"counts": False}))
    assert shown(union) == before


def test_go_to_persons_of_two_joined_people_are_two_different_answers(union: SmallUnion) -> None:
    alias(union, "ravneet", "minh")
    (who,) = union.read(
        "SELECT heads, conflict FROM register "
        "WHERE kind = 'assignment' AND record = 'minh' AND field = 'volunteer'"
    )
    # Which of them shows is open: the union's assignments were made within a millisecond.
    assert {head["value"] for head in json.loads(who["heads"])} == {"ana", "luc"}
    assert who["conflict"] == 1


def test_whoever_had_one_of_them_writes_about_the_one_they_are_now(
    join: Join, union: SmallUnion
) -> None:
    luc = join("luc")
    alias(union, "ravneet", "minh")
    union.write(Change("assignment", "minh", {"volunteer": "ana"}))
    by_old, by_new = luc.talk("ravneet", "talk-1"), luc.talk("minh", "talk-2")
    other = luc.talk("adaeze", "talk-3")
    luc.exchange()
    verdicts = [luc.receipts[save]["verdict"] for save in (by_old, by_new, other)]
    assert verdicts == ["taken", "taken", "held"]
    assert subject_of(union, "talk-1") == subject_of(union, "talk-2") == "minh"


def test_a_coordinator_joins_only_people_of_their_own_local(join: Join, union: SmallUnion) -> None:
    union.write(Change("person", "zora", {"name": "Zora", "local": "local-2"}))
    emil = join("emil")
    reaching_out = emil.save(alias_change("zoe", "minh"))
    other_way = emil.save(alias_change("minh", "zoe"))
    within = emil.save(alias_change("zora", "zoe"))
    emil.exchange()
    assert [emil.receipts[save]["reason"] for save in (reaching_out, other_way, within)] == [
        "out_of_scope",
        "out_of_scope",
        None,
    ]


def test_a_coordinator_admits_no_join_with_somebody_of_another_local(
    join: Join, union: SmallUnion
) -> None:
    emil = join("emil")
    held = emil.save(alias_change("zoe", "minh"))
    admitted = emil.save({"kind": "ruling", "record": held, "set": {"counts": True}})
    emil.exchange()
    assert emil.receipts[admitted]["reason"] == "out_of_scope"
    assert union.read("SELECT id FROM joined") == []


def test_a_join_may_be_said_again_in_other_words(join: Join, union: SmallUnion) -> None:
    dara = join("dara")
    dara.save(alias_change("zoe", "minh"))
    dara.exchange()
    again = dara.save({**alias_change("zoe", "adaeze"), "record": "zoe-minh"})
    dara.exchange()
    assert dara.receipts[again]["verdict"] == "taken"


def alias(union: SmallUnion, one: str, other: str) -> str:
    """Join two people at the desk; return the id of the save."""
    return union.write(Change("alias", f"{one}-{other}", {"person": one, "same_as": other})).save


def alias_change(one: str, other: str) -> Json:
    return {"kind": "alias", "record": f"{one}-{other}", "set": {"person": one, "same_as": other}}


def subject_of(union: SmallUnion, talk: str) -> Any:
    rows = union.read("SELECT subject FROM record WHERE kind = 'conversation' AND id = ?", talk)
    return rows[0]["subject"]


def shown(union: SmallUnion) -> list[dict[str, Any]]:
    """Return every head there is, of persons and of what is about them."""
    return union.read(
        "SELECT kind, record, field, subject, value, heads FROM register "
        "WHERE kind NOT IN ('alias', 'ruling') AND heads <> '[]' ORDER BY kind, record, field"
    )
