"""What a phone gains by claiming what is not its to say: nothing."""

import pytest

from sync.save import Change
from tests.model_phone import Join
from tests.small_union import SmallUnion


def test_a_save_that_calls_itself_part_of_an_import_is_not_admitted_with_it(
    join: Join, union: SmallUnion
) -> None:
    union.write(Change("import", "import-1", {"source": "list"}))
    ana = join("ana")
    claim = {"kind": "import", "record": "import-1", "set": {}}
    change = {"kind": "person", "record": "ravneet", "set": {"note": "not on my list"}}
    ana.save(claim, change)
    ana.exchange()
    union.write(Change("ruling", "import-1", {"counts": True}))
    assert union.value("person", "ravneet", "note") is None


def test_no_claim_keeps_an_import_from_being_rolled_back(join: Join, union: SmallUnion) -> None:
    union.write(
        Change("import", "import-1", {"source": "list"}),
        Change("person", "minh", {"note": "from the list"}),
    )
    ana = join("ana")
    claim = {"kind": "import", "record": "import-1", "set": {}}
    ana.save(claim, {"kind": "erasure", "record": "nobody", "set": {"kinds/person": True}})
    ana.exchange()
    receipt = union.write(Change("ruling", "import-1", {"counts": False}))
    assert receipt.verdict == "taken"
    assert union.value("person", "minh", "note") is None


def test_an_import_that_is_named_like_a_change_admits_nothing(
    join: Join, union: SmallUnion
) -> None:
    emil = join("emil")
    own = emil.save({"kind": "person", "record": "zoe", "set": {"note": "in reach"}})
    claim = {"kind": "import", "record": f"{own}:0", "set": {}}
    smuggled = emil.save(claim, {"kind": "person", "record": "minh", "set": {"note": "not mine"}})
    emil.save({"kind": "ruling", "record": f"{own}:0", "set": {"counts": True}})
    emil.exchange()
    assert emil.receipts[smuggled]["reason"] == "unreadable"
    assert union.value("person", "minh", "note") is None


@pytest.mark.parametrize("role", ["coordinator", "administrator"])
def test_nobody_erases_by_sending_an_erasure(join: Join, union: SmallUnion, role: str) -> None:
    union.write(Change("volunteer", "dara", {f"roles/{role}": True}))
    dara = join("dara")
    erasure = {"kinds/person": True, "kinds/assignment": True, "subject": "minh"}
    sent = dara.save({"kind": "erasure", "record": "minh", "set": erasure})
    dara.exchange()
    assert dara.receipts[sent]["reason"] == "role_too_low"
    admitted = dara.save({"kind": "ruling", "record": sent, "set": {"counts": True}})
    dara.exchange()
    assert dara.receipts[admitted]["verdict"] == "held"
    assert union.value("person", "minh", "name") == "Minh Trần"
    assert union.read("SELECT id FROM erasure") == []


def test_nobody_is_made_the_server_by_being_called_so(join: Join, union: SmallUnion) -> None:
    dara = join("dara")
    named = {"name": "Server", "active": True, "roles/go_to": True}
    sent = dara.save({"kind": "volunteer", "record": "server", "set": named})
    dara.exchange()
    assert dara.receipts[sent]["reason"] == "role_too_low"


def test_whom_a_talk_was_with_cannot_be_emptied(join: Join, union: SmallUnion) -> None:
    ana = join("ana")
    ana.talk("minh", "talk-1")
    ana.exchange()
    emptied = ana.save(
        {
            "kind": "conversation",
            "record": "talk-1",
            "set": {"person": None},
            "saw": ana.saw("conversation", "talk-1", "person"),
        }
    )
    ana.exchange()
    assert ana.receipts[emptied]["reason"] == "about_is_fixed"
    assert union.value("conversation", "talk-1", "person") == "minh"
