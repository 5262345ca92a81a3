"""What somebody wrote for themselves: on their own phone, at the desk, and on no other phone."""

import json

import pytest
from click.testing import CliRunner

from server.commands.use import use
from server.ids import now_ms
from sync.save import Change
from tests.desk import DAY_MS, desk, writes
from tests.model_phone import Join, ModelPhone
from tests.small_union import Opened, SmallUnion
from tests.test_desk_pages import forms, seen

ANA_NOTE, LUC_NOTE = "shy when the manager is near", "likes to be asked twice"


def note(phone: ModelPhone, text: str | None, kind: str = "person", record: str = "minh") -> str:
    return phone.save(
        {
            "kind": kind,
            "record": record,
            "set": {"note": text},
            "saw": phone.saw(kind, record, "note"),
        }
    )


def hand_over(union: SmallUnion, volunteer: str) -> None:
    saw = {"volunteer": [head["id"] for head in heads(union, "assignment", "minh", "volunteer")]}
    union.write(Change("assignment", "minh", {"volunteer": volunteer}, saw))


def heads(union: SmallUnion, kind: str, record: str, field: str) -> list[dict[str, object]]:
    rows = union.read(
        "SELECT heads FROM register WHERE kind = ? AND record = ? AND field = ?",
        kind,
        record,
        field,
    )
    return json.loads(rows[0]["heads"]) if rows else []


def words_on(phone: ModelPhone) -> str:
    return json.dumps([*phone.records.values()])


def test_who_comes_after_reads_the_history_without_the_notes(union: SmallUnion, join: Join) -> None:
    ana, luc = join("ana"), join("luc")
    ana.exchange()
    ana.talk("minh", "talk-1", workload="short-staffed")
    note(ana, ANA_NOTE)
    note(ana, "said in confidence", "conversation", "talk-1")
    ana.exchange()
    hand_over(union, "luc")
    luc.exchange()
    assert luc.heads("conversation", "talk-1", "answers/workload")[0]["value"] == "short-staffed"
    assert [word for word in (ANA_NOTE, "in confidence", '"note"') if word in words_on(luc)] == []
    assert luc.heads("person", "minh", "name") != []


def test_a_note_moves_only_its_writers_phone(union: SmallUnion, join: Join) -> None:
    ana, luc = join("ana"), join("luc")
    note(ana, ANA_NOTE)
    ana.exchange()
    hand_over(union, "luc")
    luc.exchange()
    note(ana, "and still worth a thought")  # written before she knew
    down = ana.exchange()
    assert down["forget"] == ["minh"]
    assert luc.exchange()["records"] == []
    note(luc, LUC_NOTE)
    luc.exchange()
    assert [head["value"] for head in luc.heads("person", "minh", "note")] == [LUC_NOTE]
    hand_over(union, "ana")
    ana.exchange()
    assert LUC_NOTE not in words_on(ana)
    assert [head["value"] for head in ana.heads("person", "minh", "note")] == [
        "and still worth a thought"
    ]


def test_a_note_that_a_coordinator_replaced_leaves_its_writers_phone(
    union: SmallUnion, join: Join
) -> None:
    ana = join("ana")
    note(ana, ANA_NOTE)
    ana.exchange()
    saw = {"note": [str(head["id"]) for head in heads(union, "person", "minh", "note")]}
    # Alone, or together with another field: both ways that a record is kept.
    writes(union, "dara", Change("person", "minh", {"note": "left out", "job": "Nurse"}, saw))
    ana.exchange()
    assert ana.heads("person", "minh", "note") == []
    assert ana.heads("person", "minh", "job") != []
    assert "left out" not in words_on(ana)


def test_coordinators_read_notes_for_whoever_asks_what_is_kept(
    union: SmallUnion, join: Join
) -> None:
    ana = join("ana")
    note(ana, ANA_NOTE)
    ana.exchange()
    with desk(union) as client:
        assert ANA_NOTE in seen(client, "/desk/people/minh")


def test_no_go_to_person_is_asked_which_of_two_notes_is_right(
    union: SmallUnion, join: Join
) -> None:
    ana = join("ana")
    ana.save({"kind": "person", "record": "minh", "set": {"note": "in 1970"}}, at=1)
    with Opened(union.db) as db:  # joined yesterday: so long ago no save of its was made
        db.execute("UPDATE device SET made_at = ? WHERE volunteer = 'ana'", (now_ms() - DAY_MS,))
    ana.exchange()
    hand_over(union, "luc")
    writes(union, "luc", Change("person", "minh", {"note": LUC_NOTE}))
    with desk(union) as client:
        assert forms(client, "/desk/review", "/desk/review/settle") != []
        assert forms(client, "/desk/review", "/desk/review/ask") == []
        [form, *_] = forms(client, "/desk/review", "/desk/review/settle")
        assert client.post("/desk/review/ask", data=form).status_code == 404


# Assessments


def assess(phone: ModelPhone, record: str, person: str, level: int) -> str:
    set_ = {"person": person, "level": level, "when": now_ms()}
    return phone.save({"kind": "assessment", "record": record, "set": set_})


def turn_on(union: SmallUnion) -> None:
    assert rounds_use(union, "assessment") == "assessment: on\n"


def rounds_use(union: SmallUnion, *args: str) -> str:
    result = CliRunner().invoke(use, ["--db", str(union.db), *args])
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture
def steward(union: SmallUnion) -> SmallUnion:
    """Ana and Luc are stewards; Cleo leads the line where Minh is expected, and is one, too."""
    for volunteer in ("ana", "luc", "cleo"):
        union.write(Change("volunteer", volunteer, {"roles/steward": True}))
    return union


def test_nobody_is_assessed_until_the_union_turns_it_on(steward: SmallUnion, join: Join) -> None:
    ana = join("ana")
    early = assess(ana, "first", "minh", 2)
    ana.exchange()
    assert ana.receipts[early]["reason"] == "not_in_use"
    assert steward.read("SELECT * FROM assessment") == []
    writes(steward, "dara", Change("in_use", "assessment", {"on": True}))
    assert steward.read("SELECT * FROM in_use") == []  # that is for administrators
    turn_on(steward)
    late = assess(ana, "second", "minh", 2)
    ana.exchange()
    assert ana.receipts[late]["verdict"] == "taken"
    assert rounds_use(steward, "assessment", "--off") == rounds_use(steward) == "assessment: off\n"
    again = assess(ana, "third", "minh", 3)
    ana.exchange()
    assert ana.receipts[again]["reason"] == "not_in_use"
    assert [row["id"] for row in steward.read("SELECT id FROM assessment")] == ["second"]


def test_an_assessment_is_on_no_captains_and_no_successors_phone(
    steward: SmallUnion, join: Join
) -> None:
    turn_on(steward)
    ana, luc, cleo = join("ana"), join("luc"), join("cleo")
    for level in (2, 4):
        assess(ana, f"of-minh-{level}", "minh", level)
    ana.exchange()
    hand_over(steward, "luc")
    for phone in (luc, cleo):
        phone.exchange()
        assert [key for key in phone.records if key[0] == "assessment"] == []
        assert "of-minh" not in json.dumps(phone.exchange())
    rows = steward.read("SELECT level FROM assessment ORDER BY id")
    assert [row["level"] for row in rows] == [2, 4]
    with desk(steward) as client:
        text = seen(client, "/desk/people/minh")
        assert text.count("Support, 1 the strongest") == 2


def test_who_assessed_has_it_as_long_as_the_person_is_theirs(
    steward: SmallUnion, join: Join
) -> None:
    turn_on(steward)
    ana, luc = join("ana"), join("luc")
    save = assess(ana, "of-minh", "minh", 2)
    ana.exchange()
    new = join("ana")
    new.exchange()
    assert [head["value"] for head in new.heads("assessment", "of-minh", "level")] == [2]
    hand_over(steward, "luc")
    luc.exchange()
    writes(steward, "ana", Change("ruling", save, {"counts": False}))
    # Nothing is left of it, and Luc is not told that it was there.
    assert "of-minh" not in json.dumps(luc.exchange())
    hand_over(steward, "ana")
    new.exchange()
    assert ("assessment", "of-minh") not in new.records


def test_go_to_people_and_captains_do_not_assess(steward: SmallUnion, join: Join) -> None:
    turn_on(steward)
    steward.write(Change("volunteer", "ana", {"roles/steward": False}))
    ana = join("ana")
    save = assess(ana, "of-minh", "minh", 2)
    ana.exchange()
    assert ana.receipts[save]["reason"] == "role_too_low"


def test_only_the_roles_a_union_trained_assess(steward: SmallUnion, join: Join) -> None:
    assert (
        rounds_use(steward, "assessment", "--trained", "organiser") == "assessment: on, organiser\n"
    )
    ana = join("ana")
    early = assess(ana, "first", "minh", 2)
    ana.exchange()
    assert ana.receipts[early]["reason"] == "role_too_low"
    assert ana.heads("in_use", "assessment", "trained/organiser")[0]["value"] is True
    steward.write(Change("volunteer", "ana", {"roles/organiser": True}))
    late = assess(ana, "second", "minh", 2)
    ana.exchange()
    assert ana.receipts[late]["verdict"] == "taken"
    turn_on(steward)
    assert rounds_use(steward) == "assessment: on\n"
