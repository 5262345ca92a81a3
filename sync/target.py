"""Where the answers to a questionnaire may be written: `kind.register`, as `person.phone`."""

from collections.abc import Collection, Iterator

from sync.kinds import Field, load_kinds

# What a talk writes beside the conversation. A participation is written by an ask alone.
WRITTEN = ("person", "follow_up", "issue", "story")
WRITER = "go_to"
ANY_KEY = "x"
TEXTS = ("text", "long_text", "phone", "email")
# Type of question -> the types of field its answers fit.
FITS: dict[str, tuple[str, ...]] = {
    "choice": ("choice", *TEXTS),
    "multiple": ("flag",),
    "yes_no": ("flag",),
    "consent": ("flag",),
    "scale": ("number",),
    "number": ("number",),
    "day": ("day",),
    **dict.fromkeys(TEXTS, TEXTS),
}


def problems_of_target(target: str) -> Iterator[str]:
    """Yield what is wrong with where something is written."""
    if _field(target) is None:
        yield f"“{target}” is nothing that a talk writes"


def problems_of_answer(target: str, type_: str, keys: Collection[str]) -> Iterator[str]:
    """Yield what is wrong with writing answers of this type, or these keys, there."""
    field = _field(f"{target}/{ANY_KEY}" if type_ == "multiple" else target)
    if field is None:
        yield f"“{target}” is nothing that a talk writes"
    elif type_ in FITS and field.type not in FITS[type_]:
        yield f"“{target}” is a {field.type}, which no answer of type {type_} fits"
    elif field.type == "choice":
        for key in sorted({*keys} - {*field.choices, "dont_know"}):
            yield f"“{target}” cannot be “{key}”"


def _field(target: str) -> Field | None:
    """Return the field behind a target, if those who talk may write it."""
    name, _, register = target.partition(".")
    kind = load_kinds().get(name) if name in WRITTEN else None
    field = kind.field_of(register) if kind else None
    may = field.write or (kind.write if kind else ()) if field else ()
    return field if WRITER in may else None
