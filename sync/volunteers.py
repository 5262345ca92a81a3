"""Who may make whom what: nobody gives a role above their own, or reaches further. Pure.

A coordinator who is bound to locals has volunteers in these, and none who sit at a desk: whoever
makes coordinators decides how far they see.
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from sync.save import Change, Value

if TYPE_CHECKING:
    from sync.exchange import Facts

FIELD_ROLES = ("go_to", "steward", "organiser", "picket_captain")
DESK_ROLES = ("coordinator", "administrator")
ADMINISTRATOR = "administrator"
# Not given by anybody who lacks it, and no coordinator can let it count.
HIGHEST = "roles/administrator"


def grantable(roles: Iterable[str], is_bound: bool) -> tuple[str, ...]:
    """Return the roles that somebody with these may give and take."""
    held = set(roles)
    if ADMINISTRATOR in held and not is_bound:
        return FIELD_ROLES + DESK_ROLES
    if held.isdisjoint(DESK_ROLES):
        return ()
    return FIELD_ROLES if is_bound else (*FIELD_ROLES, "coordinator")


def height(roles: Iterable[str], is_bound: bool) -> int:
    """Return how much somebody may do: 3 all, 2 the whole union, 1 their locals, 0 own work."""
    held = set(roles)
    if held.isdisjoint(DESK_ROLES):
        return 0
    if is_bound:
        return 1
    return 3 if ADMINISTRATOR in held else 2


def role_problem(change: Change, facts: "Facts") -> str | None:
    """Return what is wrong with what a change makes of a volunteer, None when nothing."""
    if HIGHEST in change.set and ADMINISTRATOR not in facts.roles:
        return "role_above_own"
    return None


def in_reach(change: Change, facts: "Facts", is_bound: bool) -> bool:
    """Return whether a coordinator reaches the volunteer that a change is about."""
    if not is_bound:
        return True
    if not is_of_own_local(change, facts):
        return False
    return not (_is_at_a_desk(change.record, facts) or _reaches_for_more(change.set))


def is_of_own_local(change: Change, facts: "Facts") -> bool:
    """Return whether a record was, and stays, of a local that its author coordinates."""
    # What is known stays where it is said to be: nothing is claimed for another local.
    is_known = facts.about(change.kind, change.record) is not None
    stands = facts.stands(change.kind, change.record, "local") if is_known else None
    said = change.set.get("local", stands)
    here = (said, stands) if is_known else (said,)
    return all(isinstance(local, str) and facts.covers(local) for local in here)


def _is_at_a_desk(volunteer: str, facts: "Facts") -> bool:
    return any(facts.stands("volunteer", volunteer, f"roles/{role}") for role in DESK_ROLES)


def _reaches_for_more(said: Mapping[str, Value]) -> bool:
    desk = {f"roles/{role}" for role in DESK_ROLES}
    return any(register in desk or register.startswith("locals/") for register in said)
