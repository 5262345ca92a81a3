"""Correcting one field of a person: the old value stays in the history, and shows there."""

import json
from dataclasses import dataclass

from starlette.responses import Response
from starlette.routing import Route

from server.pages import told
from server.pages.cases import INPUTS
from server.pages.desk import Desk, desk_page
from server.pages.frame import link
from server.problems import Problem
from server.reports import reachable, scope
from server.schema import Connection
from sync.kinds import Field
from sync.save import Change, Value

# Consent has a page of its own, because it is nothing without the words it was asked in.
ELSEWHERE = ("consent", "consent_wording")


@dataclass(frozen=True)
class Gathered:
    """One register of a person as it stands, and what else it may be."""

    field: Field
    label: str
    name: str
    value: Value
    in_words: str
    saw: list[str]
    options: list[tuple[str, str]]

    @property
    def lasts(self) -> bool:
        """Whether this stays on until a coordinator says why not any more."""
        return self.field.rule == "sticky" and self.value is True


def gather(db: Connection, desk: Desk, person: str, register: str) -> Gathered:
    """Read one register of somebody in reach. Raises Problem not_found."""
    field = desk.kinds["person"].field_of(register)
    if field is None or register.partition("/")[0] in ELSEWHERE:
        raise Problem("not_found")
    if not scope.may_see_person(db, desk.session.locals, person):
        raise Problem("not_found")
    row = db.execute(
        "SELECT value, heads FROM register WHERE kind = 'person' AND record = ? AND field = ?",
        (person, register),
    ).fetchone()
    value = json.loads(row["value"]) if row else None
    wanted = {("person", person), *told.refs_in(desk.kinds, "person", register, value)}
    tell = told.Teller(db, desk.words, desk.kinds, wanted)
    return Gathered(
        field=field,
        label=tell.label("person", register),
        name=tell.name("person", person),
        value=value,
        in_words=tell.value("person", register, value),
        saw=[head["id"] for head in json.loads(row["heads"])] if row else [],
        options=_options(db, desk, field, register),
    )


@desk_page
async def form(desk: Desk) -> Response:
    """The form that corrects one field."""
    person, register = desk.request.path_params["person"], desk.asked("field")
    found = await desk.read(gather, desk, person, register)
    desk.note("person.read", [person])
    return await desk.page(
        "correct.html",
        "people",
        person=person,
        register=register,
        found=found,
        given=_given(found.value),
        input=INPUTS.get(found.field.type, "text"),
        is_long=found.field.type == "long_text",
    )


@desk_page
async def correct(desk: Desk) -> Response:
    """Save a correction; what the form showed was seen."""
    person, posted = desk.request.path_params["person"], await desk.form()
    register = str(posted.get("field", ""))
    found = await desk.read(gather, desk, person, register)
    value = _typed(found.field, str(posted.get("value", "")).strip())
    back = f"/desk/people/{person}"
    if value == found.value:
        return desk.back(back, "nothing_entered")
    if found.field.type == "ref" and value is not None and value not in dict(found.options):
        raise Problem("not_found")  # out of this coordinator's reach, or made up
    said: dict[str, Value] = {register: value}
    if found.lasts:
        said[f"{register.partition('/')[0]}_ended"] = why = str(posted.get("why", "")).strip()
        if not why:
            return desk.back(link(f"{back}/correct", {"field": register}), "why_missing")
    saw = {register: [str(id) for id in posted.getlist("saw")]}
    receipt = await desk.save([Change("person", person, said, saw)])
    flash = "corrected" if receipt.verdict == "taken" else "kept_held"
    email = value if found.field.type == "email" and isinstance(value, str) else None
    if flash == "corrected" and email and await desk.read(_is_employers, person, email):
        flash = "corrected_employers"
    return desk.back(back, flash, receipt.save)


def _is_employers(db: Connection, person: str, email: str) -> bool:
    row = db.execute("SELECT local FROM person WHERE id = ?", (person,)).fetchone()
    return reachable.is_employers(reachable.employers(db), email, row["local"] if row else None)


def _options(db: Connection, desk: Desk, field: Field, register: str) -> list[tuple[str, str]]:
    t = desk.words
    if field.type == "flag":
        return [("yes", t("value.yes")), ("no", t("value.no"))]
    if field.type == "ref":
        return desk.offered(db, field.to or "")
    return [(choice, t.choice("person", register, choice)) for choice in field.choices]


def _given(value: Value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def _typed(field: Field, text: str) -> Value:
    if field.type == "flag":
        return {"yes": True, "no": False}.get(text)
    return text or None


ROUTES = [
    Route("/desk/people/{person}/correct", form, methods=["GET"]),
    Route("/desk/people/{person}/correct", correct, methods=["POST"]),
]
