"""Nobody gives a role above their own, or has volunteers where they coordinate nothing."""

import pytest

from sync.save import Change
from sync.volunteers import FIELD_ROLES, grantable, height
from tests.desk import writes


def verdict(union, author, record, **said):
    """Return what became of a save about a volunteer; names may hold `__` for a slash."""
    named = {name.replace("__", "/"): value for name, value in said.items()}
    receipt = writes(union, author, Change("volunteer", record, named), kind="desk")
    return receipt.reason or receipt.verdict


@pytest.mark.parametrize(
    ("author", "record", "said", "becomes"),
    [
        ("dara", "new", {"name": "Noor", "roles__go_to": True, "active": True}, "taken"),
        ("dara", "ana", {"roles__coordinator": True, "locals__local-1": True}, "taken"),
        ("dara", "ana", {"roles__administrator": True}, "role_above_own"),
        ("dara", "dara", {"roles__administrator": True}, "role_above_own"),
        ("ana", "ana", {"roles__administrator": True}, "role_above_own"),
        ("ana", "ana", {"roles__steward": True}, "role_too_low"),
        ("emil", "new", {"name": "Noor", "roles__go_to": True, "local": "local-2"}, "taken"),
        ("emil", "new", {"name": "Noor", "roles__go_to": True}, "out_of_scope"),
        ("emil", "new", {"name": "Noor", "local": "local-1"}, "out_of_scope"),
        ("emil", "new", {"local": "local-2", "roles__coordinator": True}, "out_of_scope"),
        ("emil", "new", {"local": "local-2", "locals__all": True}, "out_of_scope"),
        ("emil", "ana", {"local": "local-2"}, "out_of_scope"),
        ("emil", "cem", {"roles__steward": True}, "taken"),
        ("emil", "cem", {"local": "local-1"}, "out_of_scope"),
        ("emil", "emil", {"locals__all": True}, "out_of_scope"),
        ("emil", "dara", {"local": "local-2", "active": False}, "out_of_scope"),
        ("emil", "luc", {"active": False}, "out_of_scope"),
    ],
)
def test_who_may_make_whom_what(union, author, record, said, becomes):
    union.write(
        Change("volunteer", "luc", {"local": "local-1"}),
        Change("volunteer", "cem", {"local": "local-2"}),
    )
    assert verdict(union, author, record, **said) == becomes


def test_no_coordinator_lets_a_role_above_their_own_count(union):
    held = writes(union, "ana", Change("volunteer", "ana", {"roles/administrator": True}))
    ruling = writes(union, "dara", Change("ruling", held.save, {"counts": True}), kind="desk")
    assert ruling.reason == "role_above_own"
    assert union.value("volunteer", "ana", "roles/administrator") is None


def test_an_administrator_gives_every_role(union):
    union.write(Change("volunteer", "dara", {"roles/administrator": True}))
    assert verdict(union, "dara", "ana", roles__administrator=True) == "taken"


@pytest.mark.parametrize(
    ("roles", "is_bound", "gives", "stands"),
    [
        ({"administrator"}, False, {*FIELD_ROLES, "coordinator", "administrator"}, 3),
        ({"coordinator"}, False, {*FIELD_ROLES, "coordinator"}, 2),
        ({"coordinator"}, True, {*FIELD_ROLES}, 1),
        ({"administrator"}, True, {*FIELD_ROLES}, 1),
        ({"organiser", "steward"}, False, set(), 0),
    ],
)
def test_what_somebody_may_give(roles, is_bound, gives, stands):
    assert set(grantable(roles, is_bound)) == gives
    assert height(roles, is_bound) == stands
