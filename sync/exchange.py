"""Decisions of the exchange: the verdict on a save as it arrives. Pure; facts are gathered first.

Held, never refused: whatever is wrong with a save, it is stored, and the reason says what.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from sync.kinds import COORDINATOR, SERVER, Field, Kind, Kinds, rank_of
from sync.merge import itself, record_of
from sync.picking import may_make, picked
from sync.rules import protects
from sync.save import Change, Save, Value
from sync.scope import EVERYONE, may_write_about, people_named, reached_by, subject_of
from sync.shape import shape_of
from sync.values import flaw
from sync.volunteers import in_reach, is_of_own_local, role_problem

PROTOCOL = 2
MAX_ENVELOPES = 100
IN_USE = "in_use"  # the kind whose records say which optional kinds the union uses
# What no coordinator lets count: phones rely on it, or it is not theirs to give.
NEVER_COUNTS = ("about_is_fixed", "bad_questions", "version_is_published", "role_above_own")


@dataclass(frozen=True)
class Facts:
    """What the verdict needs to know, as it stands inside the write transaction.

    views: subject -> views the author holds or ever held on it.
    about: (kind, record) -> the value of the field the kind is about, None when new.
    in_reach: whether a coordinator's locals cover a subject.
    stands: kind, record, register -> what it shows, None when nothing counts.
    target: a save's, change's or import's id -> what a ruling on it touches, None when unknown.
    is_full: whether a record has no room for a change.
    same: a person's id -> the id that stands for them.
    covers: whether a coordinator's locals have a local among them; none bound to any covers all.
    is_new: whether nothing was ever written to or about a person, and nobody was ever given them.
    """

    author: str
    roles: frozenset[str]
    views: Callable[[str], set[str]]
    about: Callable[[str, str], str | None]
    in_reach: Callable[[str], bool]
    stands: Callable[[str, str, str], Value]
    target: "Callable[[str], Target | None]"
    is_full: "Callable[[Kind, Change], bool]"
    same: Callable[[str], str] = itself
    covers: Callable[[str], bool] = bool
    is_new: Callable[[str], bool] = lambda person: False

    @cached_property
    def rank(self) -> int:
        """The author's rank at this moment."""
        return rank_of(set(self.roles))

    @cached_property
    def may_as(self) -> frozenset[str]:
        """The roles whose permissions the author has."""
        more = {"coordinator"} if "administrator" in self.roles else set()
        return self.roles | more


class Target(NamedTuple):
    """What a ruling is about: a stored save's stamps, whom it is about, who ruled on it so far."""

    author: str
    rank: int
    reason: str | None
    subjects: frozenset[str]
    ruled_by: frozenset[str]
    is_final: bool = False


class Verdict(NamedTuple):
    """taken or held; the reason's problem code; positions whose sticky "on" acts though held."""

    verdict: str
    reason: str | None = None
    early: frozenset[int] = frozenset()


TAKEN = Verdict("taken")


def judge(save: Save, facts: Facts, kinds: Kinds) -> Verdict:
    """Return the verdict on one save; it is stamped once and never judged again."""
    if any(_is_full(change, facts, kinds) for change in save.changes):
        return Verdict("held", "record_is_full")
    about = _about_in(save, kinds)
    made = picked(save, facts)
    problems = (_problem(change, facts, kinds, about, made) for change in save.changes)
    reasons = [reason for reason in problems if reason]
    if not reasons:
        return TAKEN
    # Whoever decides later whether it may count goes by the reason.
    first = next((reason for reason in reasons if reason in NEVER_COUNTS), reasons[0])
    early = (p for p, c in enumerate(save.changes) if _protects(c, facts, kinds, about))
    return Verdict("held", first, frozenset(early))


def _is_full(change: Change, facts: Facts, kinds: Kinds) -> bool:
    kind = kinds.get(change.kind)
    return kind is not None and facts.is_full(kind, change)


def _about_in(save: Save, kinds: Kinds) -> dict[tuple[str, str], str]:
    """Return what the save itself says its records are about."""
    said = {}
    for change in save.changes:
        kind = kinds.get(change.kind)
        value = change.set.get(kind.about) if kind else None
        if isinstance(value, str):
            said[change.kind, change.record] = value
    return said


About = dict[tuple[str, str], str]


def _problem(
    change: Change, facts: Facts, kinds: Kinds, said: About, made: frozenset[str]
) -> str | None:
    kind = kinds.get(change.kind)
    if kind is None:
        return "unknown_kind"
    if kind.kind == "ruling":
        return _ruling_problem(change, kind, facts)
    if kind.kind == "volunteer" and change.record == SERVER:
        return "role_too_low"
    if kind.kind == "volunteer" and (reason := role_problem(change, facts)):
        return reason
    if kind.has_fixed and (reason := _fixed_problem(change, kind, facts)):
        return reason
    if kind.optional and (reason := _use_problem(kind, facts)):
        return reason
    is_fine = shape_of(kind, change.set).is_fine(change.set, facts.may_as)
    flawed = None if is_fine else _first_flaw(change, kind, facts, made)
    return flawed or _scope_problem(change, kind, facts, said, made)


def _use_problem(kind: Kind, facts: Facts) -> str | None:
    """Return what is wrong with a change to a kind that unions turn on, for roles they trained."""
    if facts.stands(IN_USE, kind.kind, "on") is not True:
        return "not_in_use"
    trained = {r for r in kind.write if facts.stands(IN_USE, kind.kind, f"trained/{r}") is True}
    if not trained or facts.rank >= COORDINATOR or not facts.may_as.isdisjoint(trained):
        return None
    return "role_too_low"


def _first_flaw(change: Change, kind: Kind, facts: Facts, made: frozenset[str]) -> str | None:
    for register, value in change.set.items():
        field = kind.field_of(register)
        if problem := flaw(field, value) if field else None:
            return problem
        makes = change.record in made and may_make(kind, register, facts)
        if not (makes or _role_may(kind, field, facts)):
            return "role_too_low"
    return None


def _fixed_problem(change: Change, kind: Kind, facts: Facts) -> str | None:
    """Return what is wrong with a change to what phones rely on as it is."""
    for register, value in change.set.items():
        field = kind.field_of(register)
        if field is None or not field.fixed:
            continue
        if flaw(field, value) == "bad_questions":
            return "bad_questions"
        stands = facts.stands(change.kind, change.record, register)
        if stands is not None and (type(stands), stands) != (type(value), value):
            return "version_is_published"
    return None


def _role_may(kind: Kind, field: Field | None, facts: Facts) -> bool:
    return not facts.may_as.isdisjoint((field.write if field else ()) or kind.write)


def _scope_problem(
    change: Change, kind: Kind, facts: Facts, said: About, made: frozenset[str] = frozenset()
) -> str | None:
    new = said.get((change.kind, change.record))
    known = facts.about(change.kind, record_of(change, kind, facts.same))
    if new is not None and change.set.get(kind.about, new) != new:
        return "about_is_fixed"
    if known is not None and kind.about in kind.fields:
        # Joined since, two ids are one person.
        says = new or (known if kind.about not in change.set else None)
        if says is None or facts.same(says) != facts.same(known):
            return "about_is_fixed"
    subject = subject_of(kind, change.record, known or new)
    if subject is None:
        return "about_nobody"
    if kind.is_about_people and subject in made:
        return None
    return None if _reaches(facts.same(subject), kind, change, facts) else "out_of_scope"


def _reaches(subject: str, kind: Kind, change: Change, facts: Facts) -> bool:
    if facts.rank >= COORDINATOR and kind.kind == "volunteer":
        return in_reach(change, facts, is_bound=not facts.in_reach(EVERYONE))
    if facts.rank >= COORDINATOR and kind.kind == "report_back":
        # Everybody may read it, and a local's executive answers for its own local.
        return facts.in_reach(EVERYONE) or is_of_own_local(change, facts)
    if facts.rank >= COORDINATOR:
        # Who joins two people, or tells them apart, must reach both.
        named = people_named(kind, change.set) if kind.is_about_people else ()
        return all(facts.in_reach(facts.same(one)) for one in (reached_by(kind, subject), *named))
    if subject == EVERYONE:
        return True  # only coordinators' roles may write these kinds at all
    views = facts.views(subject)
    if kind.shows_all(views):
        return True
    return all(may_write_about(kind, register, views) for register in change.set)


def _ruling_problem(change: Change, kind: Kind, facts: Facts) -> str | None:
    target = facts.target(change.record)
    if target is not None and target.is_final:
        return "erased_for_good"
    for register, value in change.set.items():
        field = kind.field_of(register)
        if problem := flaw(field, value) if field else None:
            return problem
    if not _role_may(kind, None, facts):
        return "role_too_low"
    if target is None:
        # An undo may come before what it undoes, and acts on its author's own when that is here.
        return "rules_on_nothing" if change.set.get("counts") is True else None
    if facts.rank < target.rank:
        return "role_too_low"
    if facts.rank >= COORDINATOR:
        return _coordinators_ruling_problem(change, target, facts)
    # Authors withdraw their own, and take that back; what a coordinator decided is not theirs.
    counts = change.set.get("counts")
    is_own = target.author == facts.author
    may = counts is False or (counts is None and target.ruled_by <= {facts.author})
    return None if is_own and may else "role_too_low"


def _coordinators_ruling_problem(change: Change, target: Target, facts: Facts) -> str | None:
    # What one set aside may have been all that put it in reach: taking that back is always theirs.
    if change.set.get("counts") is None and target.ruled_by == {facts.author}:
        return None
    if not all(facts.in_reach(subject) for subject in target.subjects):
        return "out_of_scope"
    admits = change.set.get("counts") is True
    return target.reason if admits and target.reason in NEVER_COUNTS else None


def _protects(change: Change, facts: Facts, kinds: Kinds, said: About) -> bool:
    """Whether a change asks to be left alone about somebody its author may write about."""
    kind = kinds.get(change.kind)
    if kind is None or _scope_problem(change, kind, facts, said):
        return False
    asks = [r for r, v in change.set.items() if protects(kind.rule_of(r), v)]
    return bool(asks) and all(_role_may(kind, kind.field_of(r), facts) for r in asks)
