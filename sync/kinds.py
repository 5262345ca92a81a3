"""The kinds of record: one JSON file each in sync/kinds/, read once and checked."""

import json
from collections.abc import Mapping
from functools import cache, cached_property
from pathlib import Path

import msgspec

COORDINATOR = 3
RANKS = {
    "go_to": 1,
    "steward": 1,
    "picket_captain": 1,
    "organiser": 2,
    "coordinator": COORDINATOR,
    "administrator": COORDINATOR,
}
# Who runs the machine: its commands, and what it does by itself. No volunteer is called so.
SERVER = "server"
RULES = ("once", "latest", "ask", "sticky", "set", "authority")
TYPES = (
    *("text", "long_text", "phone", "email", "choice", "flag", "number"),
    *("day", "moment", "ref", "answer", "questions"),
)
MAX_KNOWN = 10_000
FOLDER = Path(__file__).parent / "kinds"


class KindProblem(ValueError):
    """A kinds file says something that cannot be; the message names file and field."""


class Field(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One field: its type and bounds, its rule, and who may write it (absent: as the kind)."""

    type: str
    rule: str
    label: dict[str, str]
    max: int | None = None
    min: int | None = None
    choices: tuple[str, ...] = ()
    to: str | None = None
    each: bool = False
    elements: tuple[str, ...] = ()
    write: tuple[str, ...] = ()


class Kind(msgspec.Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """One kind of record.

    about: "id" (a record is about itself), "everyone", or the field that names its subject.
    ids: the kind whose ids this kind's records bear, so that they are joined with them.
    views: the view a volunteer was granted on the subject -> the fields it shows, "*" for all.
    """

    kind: str
    label: dict[str, str]
    about: str
    write: tuple[str, ...]
    views: dict[str, str | tuple[str, ...]]
    fields: dict[str, Field]
    ids: str = ""
    comment: str = ""

    def field_of(self, register: str) -> Field | None:
        """Return the field behind a register's name: `phone`, or `answers/platform`."""
        known = self._known
        if register not in known:
            if len(known) >= MAX_KNOWN:
                known.clear()  # names come from outside: no phone may fill the memory with them
            known[register] = self._field(register)
        return known[register]

    @cached_property
    def _known(self) -> "dict[str, Field | None]":
        return {}

    def _field(self, register: str) -> Field | None:
        name, slash, element = register.partition("/")
        field = self.fields.get(name)
        if field is None or bool(slash) != field.each:
            return None
        if field.elements and element not in field.elements:
            return None
        return field

    def rule_of(self, register: str) -> str:
        """Return the rule a register folds by; what this server does not know is `latest`."""
        field = self.field_of(register)
        return field.rule if field else "latest"

    def shows(self, view: str, register: str) -> bool:
        """Return whether a view lets this register through."""
        fields = self.views.get(view, ())
        return fields == "*" or register.partition("/")[0] in fields


Kinds = Mapping[str, Kind]


@cache
def load_kinds(folder: Path = FOLDER) -> Kinds:
    """Return kind -> Kind for every JSON file in the folder. Raises KindProblem."""
    kinds = {}
    for path in sorted(folder.glob("*.json")):
        kind = _read(path)
        _check(path, kind)
        kinds[kind.kind] = kind
    for kind in kinds.values():
        _check_references(kind, kinds)
    return kinds


def rank_of(roles: set[str]) -> int:
    """Return the highest rank among the roles; 0 for none."""
    return max((RANKS.get(role, 0) for role in roles), default=0)


def as_json(folder: Path = FOLDER) -> bytes:
    """Return all kinds as one JSON object, as phones load them."""
    files = {path.stem: json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))}
    return json.dumps(files, ensure_ascii=False, separators=(",", ":")).encode()


def _read(path: Path) -> Kind:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Kind)
    except msgspec.DecodeError as problem:
        raise KindProblem(f"{path.name}: {problem}") from None


def _check(path: Path, kind: Kind) -> None:
    if kind.kind != path.stem:
        raise KindProblem(f"{path.name}: kind is “{kind.kind}”, the file is “{path.stem}”")
    if kind.about not in ("id", "everyone", *kind.fields):
        raise KindProblem(f"{path.name}: about “{kind.about}” is no field")
    _check_roles(path, "write", kind.write)
    for name, field in kind.fields.items():
        where = f"{path.name}: {name}"
        _check_roles(path, name, field.write)
        if field.type not in TYPES:
            raise KindProblem(f"{where}: unknown type “{field.type}”")
        if field.rule not in RULES:
            raise KindProblem(f"{where}: unknown rule “{field.rule}”")
        if field.rule in ("sticky", "set") and field.type != "flag":
            raise KindProblem(f"{where}: {field.rule} is for flags")
        if field.type == "choice" and not field.choices:
            raise KindProblem(f"{where}: a choice needs choices")
        if field.type in ("text", "long_text", "phone", "email", "answer") and not field.max:
            raise KindProblem(f"{where}: {field.type} needs max")
        if set(field.label) != {"en", "fr"}:
            raise KindProblem(f"{where}: label needs en and fr")


def _check_roles(path: Path, name: str, roles: tuple[str, ...]) -> None:
    for role in roles:
        if role not in (*RANKS, SERVER):
            raise KindProblem(f"{path.name}: {name}: unknown role “{role}”")


def _check_references(kind: Kind, kinds: Kinds) -> None:
    for name, field in kind.fields.items():
        if field.type == "ref" and field.to not in kinds:
            raise KindProblem(f"{kind.kind}.json: {name}: refers to unknown kind “{field.to}”")
