"""Who is much alike: what two records share, or nearly share."""

import pytest

from server.reports.likeness import (
    Facts,
    blocks_of,
    digits_of,
    is_near,
    keys_of,
    may_share,
    words_of,
)
from server.reports.search import folded


def person(name, *, number="", by="", worksite="ward-42", phone="", preferred=""):
    words = words_of(folded(name))
    forms = {words, (*words_of(folded(preferred)), *words[1:])} if preferred else {words}
    return Facts(number, digits_of(phone), "", tuple(sorted(forms)), worksite, "", by)


def share_a_name(one, other):
    names = [{key for key in keys_of(facts) if key[0] == "name"} for facts in (one, other)]
    return bool(names[0] & names[1])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Minh Trần", "minh tran"),
        ("Minh Trần", "Trần, Minh"),
        ("Jae-won Rose Ncube", "Jae won-Rose Ncube"),
        ("Siobhán O’Keefe-Tremblay", "SIOBHAN OKEEFE TREMBLAY"),
    ],
)
def test_accents_case_hyphens_and_order_do_not_make_two_names(one, other):
    assert share_a_name(person(one), person(other))


def test_a_preferred_name_stands_for_the_first():
    assert share_a_name(person("Elizabeth Young", preferred="Liz"), person("Liz Young"))


def test_one_name_at_two_worksites_is_two_people():
    one, other = person("Minh Trần"), person("Minh Trần", worksite="depot")
    assert not share_a_name(one, other)
    assert not is_near(person("Minh Trần"), person("Minh Tran Van", worksite="depot"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Adaeze Okonkwo", "Adaeze Okonkwa"),
        ("Adaeze Okonkwo", "Adaeze Okonkwoo"),
        ("Adaeze Okonkwo", "Adaeze Okonwko"),
        ("Adaeze Okonkwo", "Okonkw Adaeze"),
        ("Maria Lopez", "Maria Garcia Lopez"),
    ],
)
def test_one_slip_or_a_middle_name_is_near(one, other):
    assert is_near(person(one), person(other))
    assert set(blocks_of(person(one))) & set(blocks_of(person(other)))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Adaeze Okonkwo", "Adaeze Okonkwo"),
        ("Adaeze Okonkwo", "Adaora Okonkwo"),
        ("Li Wei", "Li Mei"),
        ("Maria Lopez", "Maria Perez"),
        ("Zoé", "Zoé Okonkwo"),
    ],
)
def test_the_same_short_or_other_names_are_not_near(one, other):
    assert not is_near(person(one), person(other))


def test_two_numbers_of_one_list_are_two_people_though_their_names_are_near():
    one, other = person("Adaeze Okonkwo", number="1", by="list"), person("Adaeze Okonkwa")
    assert is_near(one, other)
    assert is_near(one, other._replace(number="2", numbered_by="another list"))
    assert not is_near(one, other._replace(number="2", numbered_by="list"))


def test_a_familys_phone_does_not_make_one_person_of_two_on_one_list():
    one = person("Adaeze Okonkwo", number="1", by="list")
    assert not may_share(one, person("Minh Trần", number="2", by="list"))
    assert may_share(one, person("Minh Trần", number="2", by="another list"))
    assert may_share(one, person("Minh Okonkwo", number="2", by="list"))
    assert may_share(one, person("Adaese Trần", number="2", by="list"))
    kim, lim = (person(name, number=name, by="list") for name in ("Ana Kim", "Bo Lim"))
    assert not may_share(kim, lim)


@pytest.mark.parametrize(
    ("phone", "digits"),
    [("+1 (587) 555-0142", "5875550142"), ("587.555.0142", "5875550142"), ("112", ""), ("", "")],
)
def test_a_phone_is_its_last_ten_digits(phone, digits):
    assert digits_of(phone) == digits
