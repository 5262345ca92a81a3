"""The kinds of record: one JSON file each in sync/kinds/, read once and checked."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from sync.kind import COORDINATOR, RANKS, SERVER, Field, Kind
from sync.kind_checks import problems_of

__all__ = ["COORDINATOR", "RANKS", "SERVER", "Field", "Kind", "Kinds", "load_kinds", "rank_of"]
FOLDER = Path(__file__).parent / "kinds"
Kinds = Mapping[str, Kind]


class KindProblem(ValueError):
    """Kinds files say something that cannot be; each line of the message names file and field."""


@cache
def load_kinds(folder: Path = FOLDER) -> Kinds:
    """Return kind -> Kind for every JSON file in the folder. Raises KindProblem."""
    kinds = {path.stem: _read(path) for path in sorted(folder.glob("*.json"))}
    found = [
        f"{name}.json: {problem}"
        for name, kind in kinds.items()
        for problem in problems_of(name, kind, kinds)
    ]
    if found:
        raise KindProblem("\n".join(found))
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
        said = msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
        fields = msgspec.convert(said.get("fields"), dict[str, Any])
        kind = msgspec.convert({**said, "fields": {}}, Kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as problem:
        raise KindProblem(f"{path.name}: {problem}") from None
    read = {name: _field(f"{path.name}: {name}", field) for name, field in fields.items()}
    return msgspec.structs.replace(kind, fields=read)


def _field(where: str, said: Any) -> Field:
    try:
        field = msgspec.convert(said, Field)
    except msgspec.ValidationError as problem:
        raise KindProblem(f"{where}: {problem}") from None
    if said.get("write") == []:
        raise KindProblem(f"{where}: write names nobody; leave it out to say: as the kind")
    return field
