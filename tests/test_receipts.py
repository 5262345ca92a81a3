"""What authors are told became of their saves, when others rule on them afterwards."""

import pytest

from sync.save import Change
from tests.model_phone import Join, Json, ModelPhone
from tests.small_union import SmallUnion

NAME: Json = {"kind": "person", "record": "minh", "set": {"preferred_name": "Minh"}}
NOTE: Json = {"kind": "person", "record": "minh", "set": {"note": "on nights"}}
AFAR: Json = {"kind": "person", "record": "ravneet", "set": {"note": "on days"}}


def rule(union: SmallUnion, target: str, counts: bool | None = False) -> str:
    heads = union.read(
        "SELECT shown FROM register WHERE kind = 'ruling' AND record = ? AND shown <> ''", target
    )
    saw = {"counts": [row["shown"] for row in heads]}
    return union.write(Change("ruling", target, {"counts": counts}, saw)).save


def told(phone: ModelPhone, save: str) -> tuple[str, str | None]:
    """Return what a phone is told of a save now; nothing is sent twice."""
    phone.receipts.clear()
    phone.exchange()
    receipt = phone.receipts[save]
    assert phone.exchange()["receipts"] == []
    return receipt["verdict"], receipt["reason"]


def test_a_ruling_on_one_change_is_told(join: Join, union: SmallUnion) -> None:
    ana = join("ana")
    save = ana.save(NAME, NOTE)
    ana.exchange()
    rule(union, f"{save}:0")
    assert told(ana, save) == ("taken", "partly_set_aside")
    rule(union, f"{save}:1")
    assert told(ana, save) == ("taken", "set_aside")
    rule(union, f"{save}:1", None)
    assert told(ana, save) == ("taken", "partly_set_aside")
    rule(union, f"{save}:0", None)
    assert told(ana, save) == ("taken", None)


def test_a_save_that_comes_after_its_undo_is_told_so_at_once(join: Join) -> None:
    ana = join("ana")
    talk = ana.talk("minh")
    left = ana.waiting.pop()
    ana.save({"kind": "ruling", "record": talk, "set": {"counts": False}})
    ana.exchange()
    ana.waiting.append(left)
    ana.exchange()
    assert (ana.receipts[talk]["verdict"], ana.receipts[talk]["reason"]) == ("taken", "set_aside")


def test_one_change_of_a_held_save_that_is_let_count_is_told(join: Join, union: SmallUnion) -> None:
    ana = join("ana")
    save = ana.save(NOTE, AFAR)
    ana.exchange()
    rule(union, f"{save}:0", True)
    assert told(ana, save) == ("taken", "partly_set_aside")
    rule(union, save, True)
    assert told(ana, save) == ("taken", None)
    rule(union, f"{save}:0", None)
    rule(union, save, False)
    assert told(ana, save) == ("held", "out_of_scope")


@pytest.mark.parametrize("late", [False, True], ids=["before", "after"])
def test_an_import_that_was_rolled_back_is_told_its_author(
    join: Join, union: SmallUnion, *, late: bool
) -> None:
    dara = join("dara")
    union.write(Change("import", "import-1", {"source": "list"}))
    save = dara.save({"kind": "import", "record": "import-1", "set": {}}, NOTE)
    if not late:
        dara.exchange()
    rule(union, "import-1")
    assert told(dara, save) == ("taken", "set_aside")
    rule(union, "import-1", None)
    assert told(dara, save) == ("taken", None)


def test_a_save_that_is_let_count_although_its_import_was_rolled_back_is_told(
    join: Join, union: SmallUnion
) -> None:
    dara = join("dara")
    save = dara.save({"kind": "import", "record": "import-1", "set": {"source": "list"}}, NOTE)
    dara.exchange()
    rule(union, "import-1")
    rule(union, save, True)
    assert told(dara, save) == ("taken", None)
