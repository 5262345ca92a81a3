"""Sealed envelopes on the real server: what is taken, and what hostile ones become."""

import pytest
from starlette.testclient import TestClient

from tests.sealing_phone import SealingPhone
from tests.small_union import SmallUnion


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
