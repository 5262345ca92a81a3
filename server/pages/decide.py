"""Settling two different answers, or asking which is right: one click, one save, undoable."""

from datetime import timedelta

from starlette.datastructures import FormData
from starlette.responses import Response
from starlette.routing import Route

from server.ids import new_id
from server.pages import told
from server.pages.cases import first_name, is_private
from server.pages.desk import Desk, desk_page
from server.problems import Problem
from server.reports import conflicts, scope
from server.schema import Connection
from server.text import Words
from sync.kinds import Field
from sync.save import Change, Value

REVIEW = "/desk/review"
DAYS_TO_ASK = 7


@desk_page
async def settle(desk: Desk) -> Response:
    """Use one of two different answers, or another one; what the form showed was seen."""
    form = await desk.form()
    found = await desk.read(_conflict_in, desk, form)
    head, other = str(form.get("head", "")), str(form.get("other", "")).strip()
    by_head = {id: answer.value for answer in found.answers for id in answer.ids}
    if head and head not in by_head:
        return desk.back(REVIEW, "changed_meanwhile")
    if not head and not other:
        return desk.back(REVIEW, "nothing_entered")
    value = by_head[head] if head else _typed(_field(desk, found), other)
    saw = {found.register: [str(id) for id in form.getlist("saw")]}
    receipt = await desk.save([Change(found.kind, found.record, {found.register: value}, saw)])
    flash = "used" if receipt.verdict == "taken" else "kept_held"
    return desk.back(str(form.get("back", REVIEW)), flash, receipt.save)


@desk_page
async def ask(desk: Desk) -> Response:
    """Ask the go-to person to find out: a promise to the person, due in a week."""
    form = await desk.form()
    saw, back = sorted(str(id) for id in form.getlist("saw")), str(form.get("back", REVIEW))

    def prepare(db: Connection) -> list[Change] | None:
        found = _conflict_in(db, desk, form)
        if is_private(desk, found):
            raise Problem("not_found")
        follow_up = _follow_up(db, desk, found)
        if saw != sorted(found.saw) or conflicts.asked(db, [found]):
            return None
        return [Change("follow_up", new_id(desk.now), follow_up)]

    receipt = await desk.save_unless_changed(prepare)
    if receipt is None:
        return desk.back(back, "changed_meanwhile")
    return desk.back(back, "asked", receipt.save)


def _conflict_in(db: Connection, desk: Desk, form: FormData) -> conflicts.Conflict:
    """Return the register a form is about, as it stands now. Raises Problem not_found."""
    kind, record, register = (str(form.get(name, "")) for name in ("kind", "record", "register"))
    found = conflicts.register(db, desk.reach, kind, record, register)
    if found is None or kind not in desk.kinds:
        raise Problem("not_found")
    return found


def _field(desk: Desk, found: conflicts.Conflict) -> Field | None:
    return desk.kinds[found.kind].field_of(found.register)


def _typed(field: Field | None, text: str) -> Value:
    if field is not None and field.type == "flag":
        return text == "yes"
    if field is not None and field.type == "number" and text.isdecimal() and len(text) < 12:
        return int(text)
    return text


def _follow_up(db: Connection, desk: Desk, found: conflicts.Conflict) -> dict[str, Value]:
    """Return the promise that asks a person which answer is right, in its owner's language."""
    person = found.subject or ""
    if not scope.may_see_person(db, desk.session.locals, person):
        raise Problem("not_found")
    owner = conflicts.go_to_people(db, [person]).get(person, desk.session.volunteer)
    words = Words(conflicts.language_of(db, owner) or desk.words.language, desk.zone, desk.kinds)
    return {
        "person": person,
        "text": _question(db, desk, words, found)[:500],
        "due": (desk.today + timedelta(days=DAYS_TO_ASK)).isoformat(),
        "owner": owner,
        "asks": found.key[:200],
        "state": "open",
    }


def _question(db: Connection, desk: Desk, words: Words, found: conflicts.Conflict) -> str:
    asks = conflicts.questionnaires(db, [found]).get(found.record)
    wanted = {("person", found.subject or "")}
    for answer in found.answers:
        wanted.update(told.refs_in(desk.kinds, found.kind, found.register, answer.value))
    tell = told.Teller(db, words, desk.kinds, wanted)
    values = [tell.value(found.kind, found.register, a.value, asks) for a in found.answers]
    return words(
        "review.question",
        name=first_name(tell.name("person", found.subject)),
        field=tell.label(found.kind, found.register, asks),
        values=words("review.or").join(values),
    )


ROUTES = [
    Route("/desk/review/settle", settle, methods=["POST"]),
    Route("/desk/review/ask", ask, methods=["POST"]),
]
