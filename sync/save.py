"""A save: the unit of "all or none", of transfer and of idempotence. Twin: pwa/sync/save.js."""

import re
from collections.abc import Collection, Iterable
from typing import Annotated, NamedTuple

import msgspec

SCHEMA = 2
MAX_CHANGES = 50
MAX_SAW = 1000
Id = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{1,64}\Z")]
Target = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{1,64}(:\d{1,2})?\Z")]
REGISTER = re.compile(r"[a-z][a-z0-9_]{0,40}(/[A-Za-z0-9_-]{1,80})?")
MAX_KNOWN = 10_000
# 1938 to 5138: a clock may be wrong by a lifetime and is still no reason to hold a save.
Moment = Annotated[int, msgspec.Meta(ge=-(10**12), le=10**14)]
Whole = Annotated[int, msgspec.Meta(ge=-(2**53), le=2**53)]
Count = Annotated[int, msgspec.Meta(ge=1, le=2**53)]
Value = str | Whole | bool | None


class BadSave(ValueError):
    """The text is not a save; the message says where."""


class Change(msgspec.Struct, frozen=True):
    """Registers of one record that were set, and the change ids seen for each of them."""

    kind: Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z_]{0,40}\Z")]
    record: Target
    set: dict[str, Value]
    saw: dict[str, Annotated[list[Target], msgspec.Meta(max_length=MAX_SAW)]] = {}

    def __post_init__(self) -> None:
        """Raise ValueError for what cannot be a register's name, or a record's."""
        if ":" in self.record and self.kind != "ruling":
            raise ValueError("only what is ruled on may be a change")
        # The same few names come again and again: a look-up is quicker than the pattern.
        if not (_known_names.issuperset(self.set) and _known_names.issuperset(self.saw)):
            _know(self.set.keys() | self.saw.keys())


_known_names: set[str] = set()


def _know(names: Iterable[str]) -> None:
    for name in names:
        if not REGISTER.fullmatch(name):
            raise ValueError("a register is not named like that")
    if len(_known_names) > MAX_KNOWN:
        _known_names.clear()
    _known_names.update(names)


class Save(msgspec.Struct, frozen=True):
    """What one tap on "save" made. `at` is ms since 1970, UTC, as best the device could tell."""

    id: Id
    device: Id
    n: Count
    at: Moment
    at_error_ms: Annotated[int, msgspec.Meta(ge=0, le=2**53)]
    schema: Annotated[int, msgspec.Meta(ge=1, le=10_000)]
    changes: Annotated[list[Change], msgspec.Meta(max_length=MAX_CHANGES)]


class Stamped(NamedTuple):
    """A save as the server stored it, with what it wrote on it at arrival.

    early: positions whose sticky "on" acts although the save is held.
    """

    save: Save
    seq: int
    author: str
    rank: int
    verdict: str
    early: frozenset[int] = frozenset()


_DECODER = msgspec.json.Decoder(Save)


def read_save(text: str) -> Save:
    """Return the save a JSON text holds. Raises BadSave."""
    try:
        save = _DECODER.decode(text)
        if "\\u" in text:
            _refuse_lone_surrogates(save)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError) as problem:
        raise BadSave(str(problem)) from None
    return save


def write_save(save: Save) -> str:
    """Return a save as the JSON text that travels and is stored."""
    return msgspec.json.encode(save).decode()


def import_of(save: Save) -> str | None:
    """Return the id of the import a save came with."""
    for change in save.changes:
        if change.kind == "import":
            return change.record
    return None


def without(save: Save, positions: Collection[int]) -> Save:
    """Return a save of which these changes keep only record and saw."""
    changes = [
        Change(change.kind, change.record, {}, change.saw) if at in positions else change
        for at, change in enumerate(save.changes)
    ]
    return msgspec.structs.replace(save, changes=changes)


def change_id(save_id: str, position: int) -> str:
    """Return the id of one change of a save."""
    return f"{save_id}:{position}"


def _refuse_lone_surrogates(save: Save) -> None:
    # JSON can spell half a character; SQLite and UTF-8 cannot hold it.
    msgspec.json.encode(save).decode()
