"""The kinds of record: what their files may say, and what they say."""

import json
from pathlib import Path
from typing import Any

import pytest

from server.schema import derived_tables
from sync.kind import Field, Kind
from sync.kind_checks import VIEWS
from sync.kinds import KindProblem, load_kinds
from sync.values import flaw

HOUSE = Path(__file__).parent.parent
KINDS = load_kinds()
LABEL = {"en": "Name", "fr": "Nom"}
PERSON = {
    "kind": "person",
    "label": {"en": "Co-worker", "fr": "Collègue"},
    "about": "id",
    "ids": "person",
    "write": ["go_to"],
    "views": {"list": "*", "card": ["name"]},
    "fields": {"name": {"type": "text", "max": 9, "rule": "ask", "label": LABEL}},
}
# What a file says -> what is wrong with it, with the field's name. "talk" is about a person.
OF_KIND = {
    "kind is “person”, and the file is called “talk”": {"kind": "person"},
    "label needs a text in en and in fr": {"label": {"en": "Talk"}},
    "write names nobody": {"write": []},
    "write: there is no role “chief”": {"write": ["chief"]},
    "about: there is no field “whom”": {"about": "whom"},
    "ids: there is no kind “people”": {"about": "id", "ids": "people", "views": {}},
    "ids: only what is about itself can bear the ids of another kind": {"ids": "person"},
    "views: there is no view “glance”": {"views": {"glance": "*"}},
    "views: nobody is granted “line” on what this kind is about": {"views": {"line": "*"}},
    "views: “list” shows “mood”, which is no field": {"views": {"list": ["person", "mood"]}},
    "views: “list” shows “person”; write a list of fields, or “*” for all": {
        "views": {"list": "person"}
    },
    "views: “list” shows nothing": {"views": {"list": []}},
    "Object contains unknown field `viewers`": {"viewers": {}},
    "Object missing required field `views`": {"views": None},
}
OF_FIELD: dict[str, tuple[str, Any]] = {
    "there is no type “colour”": ("mood", {"type": "colour", "rule": "latest"}),
    "private is for fields of one value, and not for what protects": (
        "mood",
        {"type": "flag", "rule": "sticky", "private": True},
    ),
    "there is no rule “newest”": ("mood", {"type": "flag", "rule": "newest"}),
    "sticky is for flags": ("mood", {"type": "day", "rule": "sticky"}),
    "consent is for flags": ("mood", {"type": "day", "rule": "consent"}),
    "set is for fields with each": ("mood", {"type": "flag", "rule": "set"}),
    "text needs max, from 1 to 100000": ("mood", {"type": "text", "rule": "ask"}),
    "answer needs max, from 1 to 100000": ("mood", {"type": "answer", "max": 0, "rule": "ask"}),
    "number needs min and max": ("mood", {"type": "number", "max": 5, "rule": "ask"}),
    "min 5 is more than max 1": ("mood", {"type": "number", "min": 5, "max": 1, "rule": "ask"}),
    "numbers lie within 9007199254740992": (
        "mood",
        {"type": "number", "min": -(2**53) - 1, "max": 1, "rule": "ask"},
    ),
    "min is for numbers": ("mood", {"type": "text", "min": 1, "max": 9, "rule": "ask"}),
    "flag has bounds of its own; min and max are for texts and numbers": (
        "mood",
        {"type": "flag", "max": 1, "rule": "latest"},
    ),
    "questions are fixed: whoever was asked them answered just these": (
        "mood",
        {"type": "questions", "max": 9, "rule": "once"},
    ),
    "latest changes what is fixed; it is once": (
        "mood",
        {"type": "flag", "fixed": True, "rule": "latest"},
    ),
    "a choice needs choices": ("mood", {"type": "choice", "rule": "ask"}),
    "choice “” is no key: letters without accents, digits, - and _": (
        "mood",
        {"type": "choice", "choices": ["good", ""], "rule": "ask"},
    ),
    "choice “good” stands there twice": (
        "mood",
        {"type": "choice", "choices": ["good", "good"], "rule": "ask"},
    ),
    "choices are for a choice, and this is flag": (
        "mood",
        {"type": "flag", "choices": ["good"], "rule": "latest"},
    ),
    "elements are for fields with each": (
        "mood",
        {"type": "flag", "elements": ["good"], "rule": "latest"},
    ),
    "element “très bien” is no key: letters without accents, digits, - and _": (
        "mood",
        {"type": "flag", "each": True, "elements": ["très bien"], "rule": "latest"},
    ),
    "refers to “moods”, which is no kind": ("mood", {"type": "ref", "to": "moods", "rule": "once"}),
    "to is for references, and this is flag": (
        "mood",
        {"type": "flag", "to": "person", "rule": "latest"},
    ),
    "a reference to a person is once or ask, and without each": (
        "friend",
        {"type": "ref", "to": "person", "rule": "authority"},
    ),
    "label needs a text in en and in fr": (
        "mood",
        {"type": "flag", "rule": "latest", "label": {"en": "Mood", "fr": " "}},
    ),
    "write: there is no role “chief”": (
        "mood",
        {"type": "flag", "rule": "latest", "write": ["chief"]},
    ),
    "write names nobody; leave it out to say: as the kind": (
        "mood",
        {"type": "flag", "rule": "latest", "write": []},
    ),
    "is no name: small letters, digits and _, at most 41, and not “id”": (
        "Mood",
        {"type": "flag", "rule": "latest"},
    ),
    "Object contains unknown field `colour`": (
        "mood",
        {"type": "flag", "rule": "latest", "colour": "red"},
    ),
    "Object missing required field `rule`": ("mood", {"type": "flag"}),
    "Expected `object`, got `str`": ("mood", "flag"),
}


@pytest.mark.parametrize("problem", OF_KIND)
def test_a_kind_that_cannot_be_is_refused_by_its_file(tmp_path: Path, problem: str) -> None:
    talk = {
        name: said for name, said in {**a_talk(), **OF_KIND[problem]}.items() if said is not None
    }
    assert refused(tmp_path, talk).startswith(f"talk.json: {problem}")


@pytest.mark.parametrize("problem", OF_FIELD)
def test_a_field_that_cannot_be_is_refused_by_file_and_field(tmp_path: Path, problem: str) -> None:
    name, said = OF_FIELD[problem]
    field = {"label": LABEL, **said} if isinstance(said, dict) else said
    assert refused(tmp_path, a_talk(**{name: field})).startswith(f"talk.json: {name}: {problem}")


@pytest.mark.parametrize(
    ("field", "problem"),
    [
        ({"type": "text", "max": 64, "rule": "once"}, "about: “person” is no reference"),
        ({"type": "ref", "to": "person", "rule": "once", "each": True}, "about: “person” is no"),
        ({"type": "ref", "to": "person", "rule": "ask"}, "about: “person” is ask; whom a record"),
    ],
)
def test_whom_a_record_is_about_is_one_reference_that_holds(
    tmp_path: Path, field: dict[str, Any], problem: str
) -> None:
    talk = {**a_talk(person={**field, "label": LABEL}), "views": {}}
    assert f"talk.json: {problem}" in refused(tmp_path, talk)


def test_what_is_wrong_in_several_files_is_said_at_once(tmp_path: Path) -> None:
    write(tmp_path, {**PERSON, "write": []})
    problem = refused(tmp_path, {**a_talk(), "label": {}})
    assert problem.splitlines() == [
        "person.json: write names nobody",
        "talk.json: label needs a text in en and in fr",
    ]


@pytest.mark.parametrize("text", ["{", "[]", '{"kind": "talk"}', '"\\ud800"'])
def test_a_file_that_is_no_kind_is_refused_by_its_name(tmp_path: Path, text: str) -> None:
    (tmp_path / "talk.json").write_text(text)
    with pytest.raises(KindProblem, match=r"^talk\.json: "):
        load_kinds(tmp_path)


def test_kinds_that_can_be_are_read(tmp_path: Path) -> None:
    write(tmp_path, PERSON)
    write(tmp_path, a_talk())
    assert load_kinds(tmp_path)["talk"].fields["person"].to == "person"


def test_no_two_tables_of_the_kinds_bear_one_name() -> None:
    tables = derived_tables(KINDS)
    assert len(tables) == len({*tables})


# Who may see, and who may write


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_captain_sees_lines_check_ins_and_name_cards_and_nothing_else(kind: Kind) -> None:
    cards = {"person": {"name", "preferred_name", "number_end"}}
    seen = {name for name in kind.fields if kind.shows("line", name) or kind.shows("card", name)}
    everything = kind.kind in ("picket_line", "check_event")
    assert seen == ({*kind.fields} if everything else cards.get(kind.kind, set()))


def test_what_is_about_a_person_travels_with_the_list_alone() -> None:
    on_a_list = {name for name, kind in KINDS.items() if "list" in kind.views}
    assert on_a_list == {
        *("assessment", "assignment", "conversation", "follow_up", "issue", "participation"),
        *("person", "story", "told"),
    }
    assert [name for name in KINDS if KINDS[name].views.keys() - VIEWS.keys()] == []


def test_notes_and_assessments_stay_with_who_wrote_them() -> None:
    private = {name: kind.private for name, kind in KINDS.items() if kind.private}
    assert private == {
        "assessment": {*KINDS["assessment"].fields},
        "conversation": {"note"},
        "person": {"note"},
    }
    assert [name for name, kind in KINDS.items() if kind.is_private] == ["assessment"]


def test_assessments_are_for_the_trained_and_only_where_a_union_wants_them() -> None:
    assert [name for name, kind in KINDS.items() if kind.optional] == ["assessment"]
    assert writes("go_to", KINDS["assessment"]) == writes("picket_captain", KINDS["assessment"])
    for role in ("steward", "organiser"):
        assert writes(role, KINDS["assessment"]) == {"person", "level", "when"}
    assert KINDS["in_use"].write == ("administrator",)


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("person", {"name", "preferred_name", "phone", "email", "language", "department"}
         | {"work_shift", "job", "signed", "do_not_contact", "consent", "consent_wording", "note"}),
        ("conversation", {*KINDS["conversation"].fields}),
        ("follow_up", {*KINDS["follow_up"].fields} - {"asks"}),
        ("issue", {*KINDS["issue"].fields}),
        ("story", {*KINDS["story"].fields}),
        ("participation", {*KINDS["participation"].fields}),
        ("action", set()),
        ("ruling", {"counts", "reason"}),
    ],
)  # fmt: skip
def test_a_go_to_person_writes_what_was_said_and_no_more(kind: str, fields: set[str]) -> None:
    assert writes("go_to", KINDS[kind]) == fields


def test_what_decides_who_sees_whom_is_written_by_coordinators() -> None:
    for kind in ("assignment", "volunteer", "picket_line", "worksite", "local", "unit", "alias"):
        for field in KINDS[kind].fields.values():
            assert (field.write or KINDS[kind].write) == ("coordinator",), kind
    for name in ("worksite", "unit", "local", "relation", "member_number", "number_end"):
        assert KINDS["person"].fields[name].write == ("coordinator",), name
    assert {kind for kind in KINDS if "server" in KINDS[kind].write} == {"erasure"}


@pytest.mark.parametrize("kind", ["conversation", "follow_up", "issue", "person", "story"])
def test_a_captain_writes_check_ins_and_nothing_about_people(kind: str) -> None:
    assert writes("picket_captain", KINDS[kind]) == set()
    assert writes("picket_captain", KINDS["check_event"]) == {*KINDS["check_event"].fields}


# Values


@pytest.mark.parametrize(
    ("type_", "fits", "does_not"),
    [
        ("text", ["", "Été", None], [1, True, "x" * 6]),
        ("flag", [True, False, None], [1, 0, "true"]),
        ("number", [1, 5, None], [0, 6, True, "3"]),
        ("choice", ["in", "out"], ["up", "", True]),
        ("day", ["2026-02-28"], ["2026-02-30", "28.2.2026", "2026-2-28", 20260228]),
        ("moment", [0, 4_102_444_800_000], [-1, 4_102_444_800_001, "0", False]),
        ("ref", ["minh", "0199-a_B", "x" * 64], ["", "Minh Trần", "a/b", "a:0", "x" * 65, 7]),
        ("questions", ["[]"], ["{}", "[", "[{}]", 5]),
        ("answer", ["yes", 3, True], ["x" * 6]),
    ],
)  # fmt: skip
def test_a_value_fits_its_type(type_: str, fits: list[Any], does_not: list[Any]) -> None:
    bounds: dict[str, Any] = {"number": {"min": 1, "max": 5}, "text": {"max": 5}}.get(type_, {})
    bounds |= {"choices": ("in", "out")} if type_ == "choice" else {}
    bounds |= {"max": 5} if type_ in ("answer", "questions") else {}
    field = Field(type=type_, rule="latest", label=LABEL, **bounds)
    assert [value for value in fits if flaw(field, value)] == []
    assert [value for value in does_not if not flaw(field, value)] == []


def test_what_the_phone_offers_to_choose_has_words_in_both_languages() -> None:
    texts = [
        json.loads((HOUSE / f"pwa/text/{language}.json").read_text()) for language in ("en", "fr")
    ]
    for name in ("result", "how"):
        for choice in KINDS["conversation"].fields[name].choices:
            assert all(text.get(f"{name}_{choice}") for text in texts), f"{name}_{choice}"


def a_talk(**fields: Any) -> dict[str, Any]:
    """Return a kind that is about a person, with these fields besides."""
    person = {"type": "ref", "to": "person", "rule": "once", "label": LABEL}
    return {
        "kind": "talk",
        "label": {"en": "Talk", "fr": "Échange"},
        "about": "person",
        "write": ["go_to"],
        "views": {"list": "*"},
        "fields": {"person": person, **fields},
    }


def write(folder: Path, kind: dict[str, Any], name: str | None = None) -> None:
    (folder / f"{name or kind['kind']}.json").write_text(json.dumps(kind))


def refused(folder: Path, talk: dict[str, Any]) -> str:
    """Return why a folder with this as talk.json is refused."""
    if not (folder / "person.json").exists():
        write(folder, PERSON)
    write(folder, talk, "talk")
    with pytest.raises(KindProblem) as problem:
        load_kinds(folder)
    return str(problem.value)


def writes(role: str, kind: Kind) -> set[str]:
    """Return the fields a role may write."""
    return {name for name, field in kind.fields.items() if role in (field.write or kind.write)}
