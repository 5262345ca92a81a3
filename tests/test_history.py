"""Each value ever written to a register can say why it shows, or what became of it."""

import pytest

from sync.history import STANDINGS, history, standings
from sync.kinds import load_kinds
from sync.rules import Write
from sync.save import Change, Save, Stamped

PERSON = load_kinds()["person"]
GO_TO, COORDINATOR = 1, 3


def write(id, value, at=1000, rank=GO_TO, saw=(), error_ms=0):
    return Write(f"{id}:0", value, at, error_ms, rank, "amina", tuple(f"{s}:0" for s in saw))


def words(rule, *writes, held=(), rulings=None):
    by_id = {w.id: w for w in writes}
    counted = {id for id in by_id if id[0] not in held}
    found = standings(rule, by_id, counted, rulings or {})
    return {id[0]: (s.word, s.because and s.because[0]) for id, s in found.items()}


def test_a_value_that_was_seen_and_replaced_says_by_which():
    assert words("ask", write("a", "1"), write("b", "2", saw="a"), write("c", "3", saw="b")) == {
        "a": ("replaced", "b"),
        "b": ("replaced", "c"),
        "c": ("shows", None),
    }


def test_two_phone_numbers_written_unseen_one_shows_and_one_waits():
    assert words("ask", write("a", "1"), write("b", "2", at=2000)) == {
        "a": ("waiting", "b"),
        "b": ("shows", None),
    }


def test_the_same_number_written_twice_agrees():
    assert words("ask", write("a", "1"), write("b", "1", at=2000))["a"] == ("agrees", "b")


def test_of_facts_the_earliest_shows_and_the_other_waits():
    assert words("once", write("a", "1"), write("b", "2", at=2000))["b"] == ("waiting", "a")


def test_an_older_note_lost_to_a_later_one():
    assert words("latest", write("a", "1"), write("b", "2", at=2000))["a"] == ("later", "b")


def test_a_note_by_an_uncertain_clock_waits():
    unsure = write("a", "1", error_ms=3_600_000)
    assert words("latest", unsure, write("b", "2", at=2000))["a"] == ("waiting", "b")


def test_a_lower_rank_is_a_proposal():
    above = write("b", "ward 42", rank=COORDINATOR)
    assert words("authority", write("a", "stores", at=9000), above)["a"] == ("proposal", "b")


def test_a_later_no_does_not_undo_do_not_contact():
    no = write("b", False, at=2000, saw="a")
    assert words("sticky", write("a", True), no)["b"] == ("on_wins", "a")


def test_after_a_coordinator_turned_it_off_the_yes_is_replaced():
    off = write("b", False, at=2000, rank=COORDINATOR, saw="a")
    assert words("sticky", write("a", True), off)["a"] == ("replaced", "b")


def test_held_and_ruled_out_are_told_apart():
    both = (write("a", "1"), write("b", "2"), write("c", "3"))
    found = words("ask", *both, held="ab", rulings={"b": False})
    assert (found["a"], found["b"]) == (("held", None), ("ruled_out", None))


def test_what_a_withdrawn_value_had_replaced_is_replaced_by_its_successor():
    chain = (write("a", "1"), write("b", "2", saw="a"), write("c", "3", saw="b"))
    found = words("ask", *chain, held="b", rulings={"b:0": False})
    assert found == {"a": ("replaced", "c"), "b": ("ruled_out", None), "c": ("shows", None)}


@pytest.mark.parametrize("rule", ["once", "latest", "ask", "sticky", "set", "authority"])
def test_every_standing_has_a_known_name(rule):
    values = [True, False, None, True]
    chain = [
        write(id, v, rank=1 + i % 3) for i, (id, v) in enumerate(zip("abcd", values, strict=True))
    ]
    assert {word for word, _ in words(rule, *chain, held="d").values()} <= set(STANDINGS)


def test_the_history_of_a_person_is_newest_first_and_names_its_save():
    def stamped(seq, id, at, phone, saw=()):
        change = Change("person", "minh", {"phone": phone}, {"phone": [f"{s}:0" for s in saw]})
        save = Save(id, "phone1", seq, at, 0, 1, [change])
        return Stamped(save, seq, "amina", GO_TO, "taken")

    found = history(PERSON, "minh", [stamped(1, "a", 10, "1"), stamped(2, "b", 20, "2", "a")], {})
    assert [(p.write.value, p.stamped.seq, p.standing.word) for p in found["phone"]] == [
        ("2", 2, "shows"),
        ("1", 1, "replaced"),
    ]
