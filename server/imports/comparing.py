"""What a membership list changes: only where it differs from what its source said last time.

So a file that did not change writes nothing, and what a steward corrected is not reopened.
"""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from server.imports.columns import COLUMNS, PLACES
from server.imports.reading import Fault, Line, Listed
from sync.rules import same
from sync.save import Change, Value

OURS = uuid.UUID("8a6f5b0e-52c5-5d0e-9c1b-2f6f0f6f4a10")
Register = tuple[str, str, str]


class Said(NamedTuple):
    """What a source said last about a register that counts, and every change this replaces.

    saw: the change that said it, and what the source said after it and was ruled out.
    """

    value: Value
    saw: tuple[str, ...]


@dataclass(frozen=True)
class Known:
    """What is there already; names as `plain` writes them.

    said: what this source's earlier imports wrote. places: (kind, name) -> record id.
    place_ids: every worksite, unit and local. go_tos: name -> volunteer ids.
    """

    said: Mapping[Register, Said]
    places: Mapping[tuple[str, str], str]
    place_ids: frozenset[str]
    go_tos: Mapping[str, list[str]]


@dataclass
class Difference:
    """What to save, in groups that belong together, and what to report."""

    groups: list[list[Change]] = field(default_factory=list)
    made: list[str] = field(default_factory=list)
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    gone: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def compare(listed: Listed, known: Known, source: str, today: str) -> Difference:
    """Return what a file changes; `today` is the day a changed assignment is dated."""
    faults = {line.line: _go_to_fault(line, known) for line in listed.lines}
    lines = [line for line in listed.lines if faults[line.line] is None]
    found = Difference(faults=[*listed.faults, *(fault for fault in faults.values() if fault)])
    places = _places(found, lines, known)
    for line in lines:
        _compare_line(found, line, known, places, person_id(source, line.number), today)
    here = {person_id(source, number) for number in listed.numbers}
    found.gone = [
        str(said.value)
        for (_, record, register), said in known.said.items()
        if register == "member_number" and said.value is not None and record not in here
    ]
    found.faults.sort(key=lambda fault: fault.line)
    return found


def person_id(source: str, number: str) -> str:
    """Return the record id of a source's member number; it is the same every month."""
    return str(uuid.uuid5(OURS, f"person\n{source}\n{number}"))


def plain(name: str) -> str:
    """Return a name as it is compared with others: no case, single spaces."""
    return " ".join(name.casefold().split())


def _go_to_fault(line: Line, known: Known) -> Fault | None:
    name = line.said.get("go_to")
    if not isinstance(name, str):
        return None
    count = len(known.go_tos.get(plain(name), []))
    if count == 1:
        return None
    what = f"no volunteer is called “{name}”" if count == 0 else f"{count} are called “{name}”"
    return Fault(line.line, COLUMNS["go_to"].en, what)


def _places(found: Difference, lines: Iterable[Line], known: Known) -> dict[tuple[str, str], str]:
    """Return (kind, name) -> id for all places the lines name, making those that are new."""
    places = dict(known.places)
    for kind in reversed(PLACES):  # a worksite refers to its local
        for line in lines:
            name = line.said.get(kind)
            if not isinstance(name, str) or (kind, plain(name)) in places:
                continue
            id = str(uuid.uuid5(OURS, f"{kind}\n{plain(name)}"))
            places[kind, plain(name)] = id
            if id not in known.place_ids:  # else a coordinator has renamed it since
                local = line.said.get("local") if kind == "worksite" else None
                more = {"local": places["local", plain(str(local))]} if local else {}
                found.groups.append([Change(kind, id, {"name": name, **more})])
                found.made.append(f"{kind} “{name}”")
    return places


def _compare_line(
    found: Difference,
    line: Line,
    known: Known,
    places: Mapping[tuple[str, str], str],
    id: str,
    today: str,
) -> None:
    changes = [_differing("person", id, _person(line, places), known)]
    if "go_to" in line.said:
        name = line.said["go_to"]
        go_to = known.go_tos[plain(name)][0] if isinstance(name, str) else None
        assigned = _differing("assignment", id, {"volunteer": go_to}, known)
        if assigned.set:
            dated = {"volunteer": go_to, "since": today if go_to else None}
            assigned = _differing("assignment", id, dated, known)
        changes.append(assigned)
    group = [change for change in changes if change.set]
    if not group:
        found.unchanged += 1
        return
    found.groups.append(group)
    listed = known.said.get(("person", id, "member_number"))
    if listed and listed.value is not None:
        found.changed += 1
    else:
        found.new += 1


def _person(line: Line, places: Mapping[tuple[str, str], str]) -> dict[str, Value]:
    """Return the fields of a person a line speaks of."""
    said: dict[str, Value] = {"member_number": line.number, "number_end": line.number[-4:]}
    for column, value in line.said.items():
        if column in PLACES:
            said[column] = places[column, plain(value)] if isinstance(value, str) else None
        elif column not in ("number", "go_to"):
            said[column] = value
    return said


def _differing(kind: str, record: str, wanted: Mapping[str, Value], known: Known) -> Change:
    """Return what differs from what was said last, which is what the source has seen."""
    change = Change(kind, record, {}, {})
    for register, value in wanted.items():
        before = known.said.get((kind, record, register))
        if same(before.value if before else None, value):
            continue
        change.set[register] = value
        if before:
            change.saw[register] = [*before.saw]
    return change
