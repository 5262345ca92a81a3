"""What a kinds file may say: each check is a sentence about what is wrong."""

import re
from collections.abc import Iterator, Mapping

from sync.kind import ANY, RANKS, SERVER, Field, Kind

RULES = ("once", "latest", "ask", "sticky", "set", "consent", "authority")
TEXTS = ("text", "long_text", "phone", "email", "answer", "questions")
TYPES = (*TEXTS, "choice", "flag", "number", "day", "moment", "ref")
# What a volunteer may be granted, and on whom: "" stands for what is about everyone.
VIEWS = {
    "list": "person",
    "card": "person",
    "line": "picket_line",
    "own": "volunteer",
    "everyone": "",
}
MAX_TEXT = 100_000  # no envelope holds more
MAX_NUMBER = 2**53  # beyond it, JavaScript counts two at a time
KIND = re.compile(r"[a-z][a-z_]{0,40}")
FIELD = re.compile(r"[a-z][a-z0-9_]{0,40}")
KEY = re.compile(r"[A-Za-z0-9_-]{1,80}")
JOINED = "person"


def problems_of(name: str, kind: Kind, kinds: Mapping[str, Kind]) -> Iterator[str]:
    """Yield what is wrong with one kind, the field's name before it; `name` is its file's."""
    if kind.kind != name:
        yield f"kind is “{kind.kind}”, and the file is called “{name}”"
    if not KIND.fullmatch(kind.kind):
        yield f"kind “{kind.kind}” is no name: small letters and _, at most 41"
    yield from _of_label(kind.label)
    yield from _of_roles(kind.write)
    if not kind.write:
        yield "write names nobody"
    yield from _of_about(kind, kinds)
    yield from _of_views(kind)
    for field_name, field in kind.fields.items():
        for problem in _of_field(field_name, field, kinds):
            yield f"{field_name}: {problem}"


def _of_about(kind: Kind, kinds: Mapping[str, Kind]) -> Iterator[str]:
    if kind.ids and kind.ids not in kinds:
        yield f"ids: there is no kind “{kind.ids}”"
    if kind.ids and kind.about != "id":
        yield "ids: only what is about itself can bear the ids of another kind"
    if kind.about in ("id", "everyone"):
        return
    field = kind.fields.get(kind.about)
    if field is None:
        yield f"about: there is no field “{kind.about}”"
    elif field.type != "ref" or field.each:
        yield f"about: “{kind.about}” is no reference to one record"
    elif field.rule not in ("once", "authority"):
        yield f"about: “{kind.about}” is {field.rule}; whom a record is about is once or authority"


def _of_views(kind: Kind) -> Iterator[str]:
    field = kind.fields.get(kind.about)
    subject = field.to if field else {"everyone": "", "id": kind.ids or kind.kind}.get(kind.about)
    for view, shows in kind.views.items():
        if view not in VIEWS:
            yield f"views: there is no view “{view}”"
        elif VIEWS[view] != subject:
            yield f"views: nobody is granted “{view}” on what this kind is about"
        if isinstance(shows, str):
            if shows != "*":
                yield f"views: “{view}” shows “{shows}”; write a list of fields, or “*” for all"
        elif not shows:
            yield f"views: “{view}” shows nothing"
        else:
            for name in sorted({*shows} - kind.fields.keys()):
                yield f"views: “{view}” shows “{name}”, which is no field"


def _of_field(name: str, field: Field, kinds: Mapping[str, Kind]) -> Iterator[str]:
    # The tables made from the kinds have a column of that name.
    if not FIELD.fullmatch(name) or name == "id":
        yield "is no name: small letters, digits and _, at most 41, and not “id”"
    yield from _of_label(field.label)
    yield from _of_roles((*field.write, *field.make))
    if field.type not in TYPES:
        yield f"there is no type “{field.type}”"
    if field.rule not in RULES:
        yield f"there is no rule “{field.rule}”"
    if field.rule in ("sticky", "set", "consent") and field.type != "flag":
        yield f"{field.rule} is for flags"
    if field.rule == "set" and not field.each:
        yield "set is for fields with each"
    if field.type == "questions" and not field.fixed:
        yield "questions are fixed: whoever was asked them answered just these"
    if field.fixed and field.rule != "once":
        yield f"{field.rule} changes what is fixed; it is once"
    if field.private and (field.each or field.rule == "sticky"):
        yield "private is for fields of one value, and not for what protects"
    yield from _of_bounds(field)
    yield from _of_choices(field)
    yield from _of_reference(field, kinds)


def _of_bounds(field: Field) -> Iterator[str]:
    least, most = field.min, field.max
    if field.type in TEXTS:
        if most is None or not 1 <= most <= MAX_TEXT:
            yield f"{field.type} needs max, from 1 to {MAX_TEXT}"
        if least is not None:
            yield "min is for numbers"
    elif field.type == "number":
        if least is None or most is None:
            yield "number needs min and max"
        elif least > most:
            yield f"min {least} is more than max {most}"
        elif max(-least, most) > MAX_NUMBER:
            yield f"numbers lie within {MAX_NUMBER}"
    elif least is not None or most is not None:
        yield f"{field.type} has bounds of its own; min and max are for texts and numbers"


def _of_choices(field: Field) -> Iterator[str]:
    if field.type == "choice" and not field.choices:
        yield "a choice needs choices"
    if field.choices and field.type != "choice":
        yield f"choices are for a choice, and this is {field.type}"
    if field.elements and not field.each:
        yield "elements are for fields with each"
    for word, keys in (("choice", field.choices), ("element", field.elements)):
        for key in sorted({*keys}):
            if not KEY.fullmatch(key.removesuffix(ANY) if word == "element" else key):
                yield f"{word} “{key}” is no key: letters without accents, digits, - and _"
            if keys.count(key) > 1:
                yield f"{word} “{key}” stands there twice"


def _of_reference(field: Field, kinds: Mapping[str, Kind]) -> Iterator[str]:
    if field.type != "ref":
        if field.to:
            yield f"to is for references, and this is {field.type}"
        return
    if field.to not in kinds:
        yield f"refers to “{field.to}”, which is no kind"
    # When two people are joined or erased, whatever names them is found by what it shows.
    elif field.to == JOINED and (field.each or field.rule not in ("once", "ask")):
        yield f"a reference to a {JOINED} is once or ask, and without each"


def _of_label(label: Mapping[str, str]) -> Iterator[str]:
    if label.keys() != {"en", "fr"} or not all(text.strip() for text in label.values()):
        yield "label needs a text in en and in fr"


def _of_roles(roles: tuple[str, ...]) -> Iterator[str]:
    for role in roles:
        if role not in (*RANKS, SERVER):
            yield f"write: there is no role “{role}”"
