"""What was kept and does not count, in words: held saves, and envelopes that nothing opened."""

from itertools import islice

from server.pages import told
from server.pages.desk import Desk
from server.problems import PROBLEMS, in_words
from server.reports import closed, held
from sync.question import problems_of_questions

# What a coordinator does about each reason; what stands on the page for its author is not enough.
ADVICE = (
    *("unreadable", "header_differs", "carried_unsealed", "device_unknown", "device_revoked"),
    *("same_id_other_bytes", "unknown_kind", "bad_value", "too_long", "role_too_low"),
    *("out_of_scope", "about_nobody", "about_is_fixed", "rules_on_nothing", "erased"),
    *("erased_for_good", "bad_questions", "version_is_published", "record_is_full"),
    *("role_above_own", "not_in_use"),
)
OF_RULINGS = ("rules_on_nothing", "erased_for_good")
CLOSED = ("cannot_open", "bad_seal", "unreadable")
NUMBERS_SHOWN = 8
FLAWS_SHOWN = 10


def held_shown(desk: Desk, tell: told.Teller, save: held.Held) -> told.Shown:
    """Return one held save, why it is held, and what to do."""
    t = desk.words
    by = tell.name("volunteer", save.author)
    return {
        "id": save.id,
        "by": by,
        "brought": save.writer is not None,
        "device": told.device(desk, save.device),
        "at": t.moment(save.at, save.at_error_ms),
        "received": t.moment(save.received_at),
        "reason": _reason(desk, save.reason),
        "advice": _advice(desk, save, by),
        "writer": _writer(desk, tell, save),
        "about": sorted(_about(tell, save)),
        "changes": [tell.change(change) for change in save.changes if change.set],
        "flaws": _flaws(save),
        "may_count": save.may_count,
        "saw": save.saw,
    }


def closed_shown(desk: Desk, tell: told.Teller, envelopes: closed.Closed) -> told.Shown:
    """Return one phone's closed envelopes: what their headers tell, why, and what to do."""
    t, whose = desk.words, envelopes.volunteer
    carriers = [tell.name("volunteer", carrier) for carrier in envelopes.carriers]
    numbers = [t.number(n) for n in envelopes.numbers[:NUMBERS_SHOWN]]
    more = ["…"] if len(envelopes.numbers) > NUMBERS_SHOWN else []
    return {
        "name": tell.name("volunteer", whose) if whose else t("review.closed_nobody"),
        "count": t("review.closed_count", n=envelopes.waiting, when=t.moment(envelopes.since)),
        "numbers": t("review.closed_numbers", n=len(numbers), numbers=", ".join(numbers + more))
        if numbers
        else "",
        "carriers": t("review.closed_by", names=", ".join(carriers)) if carriers else "",
        "reason": _reason(desk, envelopes.reason),
        "next": t(f"closed.{envelopes.reason}") if envelopes.reason in CLOSED else "",
    }


def _flaws(save: held.Held) -> list[str]:
    """Return what is wrong with the questions in it: which question, which of its fields."""
    texts = [str(change.set.get("questions") or "") for change in save.changes]
    problems = (problem for text in texts if text for problem in problems_of_questions(text))
    return [*islice(problems, FLAWS_SHOWN)] if save.reason == "bad_questions" else []


def volunteers_in(waiting: list[held.Held], unopened: list[closed.Closed]) -> set[str]:
    """Return the volunteers whose names are needed to say all this."""
    found = {save.author for save in waiting} | {save.writer for save in waiting if save.writer}
    found |= {one.volunteer for one in unopened if one.volunteer}
    return found | {carrier for one in unopened for carrier in one.carriers}


def _advice(desk: Desk, save: held.Held, by: str) -> str:
    if save.is_ruling and save.reason not in OF_RULINGS:
        return desk.words("held.a_ruling", name=by)
    return desk.words(f"held.{save.reason}", name=by) if save.reason in ADVICE else ""


def _reason(desk: Desk, code: str) -> str:
    if code == held.ERASED:
        return desk.words("held.part_erased")
    return in_words(code, desk.words.language)["title"] if code in PROBLEMS else code


def _writer(desk: Desk, tell: told.Teller, save: held.Held) -> str:
    """Return what it says of whose phone it was made on, where that is not its carrier's."""
    t = desk.words
    if save.writer is None:
        return ""
    if not save.writer:
        return t("held.says_unknown")
    return t("held.says_of", name=tell.name("volunteer", save.writer))


def _about(tell: told.Teller, save: held.Held) -> set[str]:
    """Return the names of whom a save is about."""
    people = {c.record for c in save.changes if c.kind in ("person", "assignment")}
    people |= {str(c.set["person"]) for c in save.changes if "person" in c.set}
    return {tell.name("person", id) for id in people}
