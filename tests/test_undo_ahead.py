"""An undo that is quicker than what it undoes: it acts on its author's own when that comes."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from server.ledger.rebuild import faults
from sync.kinds import load_kinds
from sync.save import Change
from tests.ledger_oracle import differences
from tests.model_phone import Join, Json, ModelPhone
from tests.sealing_phone import SealingPhone
from tests.small_union import Opened, SmallUnion


def undo(save: str, counts: bool | None = False, saw: tuple[str, ...] = ()) -> Json:
    """Return the change that withdraws a save, or takes that back."""
    said: Json = {"kind": "ruling", "record": save, "set": {"counts": counts}}
    return {**said, "saw": {"counts": list(saw)}}


def talks(union: SmallUnion) -> list[Any]:
    """Return the conversations that stand, and see that all tables are as the log says."""
    with Opened(union.db) as db:
        assert list(faults(db, load_kinds())) == []
        assert list(differences(db, load_kinds())) == []
    return [row["id"] for row in union.read("SELECT id FROM conversation ORDER BY id")]


def told(phone: ModelPhone, save: str) -> tuple[str, str | None]:
    """Return what a phone was told last of a save."""
    return phone.receipts[save]["verdict"], phone.receipts[save]["reason"]


def before_the_save(phone: ModelPhone, *changes: Json) -> list[Json]:
    """Make one more save and send it while what waits already stays behind; return that."""
    behind, phone.waiting = phone.waiting, []
    phone.save(*changes)
    phone.exchange()
    return behind


def test_who_joined_again_undoes_what_their_earlier_phone_had_not_sent(
    join: Join, union: SmallUnion
) -> None:
    before, after = join("ana"), join("ana")
    kept = [before.talk("minh", f"talk-{n}") for n in range(1, 6)]
    ruling = after.save(undo(kept[4]))
    after.waiting += before.waiting
    after.exchange()
    assert talks(union) == ["talk-1", "talk-2", "talk-3", "talk-4"]
    assert told(after, ruling) == ("taken", None)
    assert told(after, kept[4]) == ("taken", "set_aside")


def test_who_joined_again_goes_on_from_what_their_earlier_phone_had_not_sent(
    join: Join, union: SmallUnion
) -> None:
    before, after = join("ana"), join("ana")
    before.save({"kind": "person", "record": "minh", "set": {"note": "on nights"}})
    before.talk("minh", "talk-1")
    more = {"kind": "conversation", "record": "talk-1", "set": {"result": "started"}}
    added = after.save(more)
    after.waiting += before.waiting
    after.exchange()
    assert told(after, added) == ("taken", None)


def test_an_undo_that_came_first_acts_when_its_save_comes(join: Join, union: SmallUnion) -> None:
    ana = join("ana")
    save = ana.talk("minh", "talk-1")
    behind = before_the_save(ana, undo(save))
    assert talks(union) == []
    ana.waiting = behind
    ana.exchange()
    assert talks(union) == []
    assert told(ana, save) == ("taken", "set_aside")


def test_what_a_withdrawn_save_replaced_stays_when_the_undo_came_first(
    join: Join, union: SmallUnion
) -> None:
    ana = join("ana")
    ana.save({"kind": "person", "record": "minh", "set": {"phone": "587 555-0142"}})
    ana.exchange()
    wrong = {"kind": "person", "record": "minh", "set": {"phone": "403 555-0101"}}
    save = ana.save({**wrong, "saw": ana.saw("person", "minh", "phone")})
    ana.waiting = before_the_save(ana, undo(save))
    ana.exchange()
    assert talks(union) == []
    assert union.value("person", "minh", "phone") == "587 555-0142"


def test_a_talk_moved_to_another_person_before_it_was_sent_is_there_once(
    join: Join, union: SmallUnion
) -> None:
    ana = join("ana")
    save = ana.talk("minh", "talk-1")
    moved = {"kind": "conversation", "record": "talk-2", "set": {"person": "siobhan"}}
    ana.waiting = before_the_save(ana, undo(save), moved)
    assert talks(union) == ["talk-2"]
    ana.exchange()
    assert talks(union) == ["talk-2"]


def test_an_undo_taken_back_before_its_save_came_leaves_the_save(
    join: Join, union: SmallUnion
) -> None:
    ana = join("ana")
    save = ana.talk("minh", "talk-1")
    behind, ana.waiting = ana.waiting, []
    ruling = ana.save(undo(save))
    ana.save(undo(save, None, (f"{ruling}:0",)))
    ana.exchange()
    ana.waiting = behind
    ana.exchange()
    assert talks(union) == ["talk-1"]
    assert told(ana, save) == ("taken", None)


def test_a_relay_brings_the_save_after_the_undo(
    client: TestClient, union: SmallUnion, join: Join
) -> None:
    ana = SealingPhone(client, union.link_token("ana"))
    luc = SealingPhone(client, union.link_token("luc"))
    save = ana.talk("minh", "talk-1")
    luc.waiting = before_the_save(ana, undo(save))
    luc.exchange()
    assert talks(union) == []
    ana.exchange()
    assert told(ana, save) == ("taken", "set_aside")


@pytest.mark.parametrize("volunteer", ["luc", "dara"])
@pytest.mark.parametrize("counts", [False, None])
def test_nobody_elses_ruling_on_what_had_not_come_ever_counts(
    join: Join, union: SmallUnion, volunteer: str, *, counts: bool | None
) -> None:
    ana, other = join("ana"), join(volunteer)
    save = ana.talk("minh", "talk-1")
    withdrawn = ana.talk("minh", "talk-2")
    behind, ana.waiting = ana.waiting, []
    own = ana.save(undo(withdrawn))
    ana.exchange()
    other.save(undo(save, counts), undo(withdrawn, counts, (f"{own}:0",)), undo(f"{save}:0"))
    other.exchange()
    ana.waiting = behind
    ana.exchange()
    assert talks(union) == ["talk-1"]
    assert told(ana, save) == ("taken", None)
    assert told(ana, withdrawn) == ("taken", "set_aside")


def test_a_coordinator_lets_count_what_was_undone_before_it_came(
    join: Join, union: SmallUnion
) -> None:
    ana, dara = join("ana"), join("dara")
    save = ana.talk("minh", "talk-1")
    ana.waiting = before_the_save(ana, undo(save))
    ana.exchange()
    (row,) = union.read("SELECT heads FROM register WHERE kind = 'ruling' AND record = ?", save)
    dara.save(undo(save, True, ((row["heads"].split('"id":"')[1]).split('"')[0],)))
    dara.exchange()
    assert talks(union) == ["talk-1"]


def test_nobody_rolls_back_an_import_before_it_was_made(join: Join, union: SmallUnion) -> None:
    dara = join("dara")
    dara.save(undo("import-1"))
    dara.exchange()
    union.write(
        Change("import", "import-1", {"source": "list"}),
        Change("person", "minh", {"note": "from the list"}),
    )
    assert talks(union) == []
    assert union.value("person", "minh", "note") == "from the list"
