"""Sealed envelopes on the real server: taken, once, as the device's own, whoever carries them."""

import copy
import json
import subprocess
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from server.access.devices import revoke
from server.access.keys import in_base64
from server.ids import now_ms
from sync.envelope import Header, to_seal
from tests.sealing_phone import SealingPhone
from tests.small_union import Opened, SmallUnion

HOUSE = Path(__file__).parent.parent


@pytest.fixture
def ana(client: TestClient, union: SmallUnion) -> SealingPhone:
    return SealingPhone(client, union.link_token("ana"))


@pytest.fixture
def luc(client: TestClient, union: SmallUnion) -> SealingPhone:
    return SealingPhone(client, union.link_token("luc"))


def test_joining_brings_a_seal_of_ones_own_and_the_servers_key(
    ana: SealingPhone, luc: SealingPhone
) -> None:
    assert len(ana.seal) == 32
    assert ana.seal != luc.seal
    assert ana.me["key"] == luc.me["key"]
    assert ana.me["now"] > 1_700_000_000_000


def test_a_sealed_save_is_taken_and_stored_as_its_text(
    ana: SealingPhone, union: SmallUnion
) -> None:
    save = ana.talk("minh", platform="agrees")
    assert "plain" not in ana.waiting[0]
    ana.exchange()
    assert ana.receipts[save]["verdict"] == "taken"
    (row,) = union.read("SELECT author, body FROM save WHERE id = ?", save)
    assert row["author"] == "ana"
    assert '"answers/platform": "agrees"' in row["body"]


def test_the_same_save_sealed_twice_is_one_save(ana: SealingPhone, union: SmallUnion) -> None:
    save = ana.talk("minh")
    ana.exchange(lose_reply=True)
    (row,) = union.read("SELECT body FROM save WHERE id = ?", save)
    header = ana.waiting[0]["header"]
    ana.waiting = [{"header": header, "plain": row["body"]}]
    ana.exchange()
    assert ana.receipts[save]["verdict"] == "taken"
    assert len(union.read("SELECT 1 FROM save WHERE device = ?", ana.me["device"])) == 1


def test_another_phone_may_carry_it_and_its_author_stays(
    ana: SealingPhone, luc: SealingPhone, union: SmallUnion
) -> None:
    save = ana.talk("minh")
    luc.waiting, ana.waiting = ana.waiting, []
    luc.exchange()
    assert luc.receipts[save]["verdict"] == "taken"
    (row,) = union.read("SELECT author, device FROM save WHERE id = ?", save)
    assert row == {"author": "ana", "device": ana.me["device"]}
    ana.exchange()
    assert ana.receipts[save]["verdict"] == "taken"


def test_a_copy_gets_a_name_also_when_the_first_one_had_its_save_carried(
    ana: SealingPhone, luc: SealingPhone
) -> None:
    twin = copy.deepcopy(ana, {id(ana.client): ana.client})
    ana.talk("minh")
    luc.waiting, ana.waiting = ana.waiting, []
    luc.exchange()
    twin.talk("minh")
    assert twin.exchange()["device"]["id"] != ana.me["device"]
    assert "device" not in ana.exchange()


def test_a_copy_offers_its_save_until_it_is_told_its_name(ana: SealingPhone) -> None:
    twin = copy.deepcopy(ana, {id(ana.client): ana.client})
    ana.talk("minh")
    ana.exchange()
    save = twin.talk("minh")
    twin.exchange(lose_reply=True)
    late, twin.waiting = twin.waiting, []
    assert save not in {receipt["save"] for receipt in twin.exchange()["receipts"]}
    twin.waiting = late
    assert twin.exchange()["device"]["id"] != ana.me["device"]


def test_what_another_library_sealed_in_node_opens_here(
    ana: SealingPhone, union: SmallUnion
) -> None:
    save = ana.talk("siobhan", platform="agrees")
    (ours,) = ana.waiting
    header = Header(**ours["header"])
    text = json.dumps(ana.saves[save], ensure_ascii=False)
    asked = {
        "header": ours["header"],
        "inner": in_base64(to_seal(header, text, ana.seal)),
        "public": ana.me["key"]["public"],
    }
    script = HOUSE / "tests" / "seal_in_node.mjs"
    sealed = subprocess.run(
        ["node", script], input=json.dumps(asked), capture_output=True, text=True, check=True
    )
    ana.waiting = [json.loads(sealed.stdout)]
    assert ana.waiting != [ours]
    ana.exchange()
    assert ana.receipts[save]["verdict"] == "taken"
    assert union.value("conversation", ana.saves[save]["changes"][0]["record"], "person")


def test_a_device_nobody_knows_here_has_its_work_held(
    ana: SealingPhone, luc: SealingPhone, union: SmallUnion
) -> None:
    save = luc.talk("ravneet")
    with Opened(union.db) as db:
        db.execute("DELETE FROM device WHERE id = ?", (luc.me["device"],))
    ana.waiting = luc.waiting
    ana.exchange()
    assert (ana.receipts[save]["verdict"], ana.receipts[save]["reason"]) == (
        "held",
        "device_unknown",
    )
    (row,) = union.read("SELECT author, body FROM save WHERE id = ?", save)
    assert row["author"] == "ana"  # nothing proves another; a coordinator looks at it
    assert "ravneet" in row["body"]


def test_a_revoked_devices_work_is_held_for_review(
    ana: SealingPhone, luc: SealingPhone, union: SmallUnion
) -> None:
    save = luc.talk("ravneet")
    with Opened(union.db) as db:
        revoke(db, luc.me["device"], now_ms())
    ana.waiting = luc.waiting
    ana.exchange()
    assert ana.receipts[save]["reason"] == "device_revoked"
    (row,) = union.read("SELECT author, verdict FROM save WHERE id = ?", save)
    assert row == {"author": "luc", "verdict": "held"}
