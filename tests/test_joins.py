"""Two records of one person, joined and split again."""

from typing import Any

from sync.save import Change
from tests.model_phone import Join
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
        "SELECT value, conflict FROM register "
        "WHERE kind = 'assignment' AND record = 'minh' AND field = 'volunteer'"
    )
    assert who == {"value": '"luc"', "conflict": 1}


def alias(union: SmallUnion, one: str, other: str) -> str:
    """Join two people at the desk; return the id of the save."""
    return union.write(Change("alias", f"{one}-{other}", {"person": one, "same_as": other})).save


def subject_of(union: SmallUnion, talk: str) -> Any:
    rows = union.read("SELECT subject FROM record WHERE kind = 'conversation' AND id = ?", talk)
    return rows[0]["subject"]


def shown(union: SmallUnion) -> list[dict[str, Any]]:
    """Return every head there is, of persons and of what is about them."""
    return union.read(
        "SELECT kind, record, field, subject, value, heads FROM register "
        "WHERE kind NOT IN ('alias', 'ruling') AND heads <> '[]' ORDER BY kind, record, field"
    )
