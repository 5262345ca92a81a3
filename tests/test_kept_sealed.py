"""Envelopes that nothing opens: how many are kept, and until when."""

import pytest
from starlette.testclient import TestClient

from tests.sealing_phone import SealingPhone, flipped, kept, only_sealed
from tests.small_union import SmallUnion


@pytest.fixture
def ana(client: TestClient, union: SmallUnion) -> SealingPhone:
    return SealingPhone(client, union.link_token("ana"))


@pytest.fixture
def luc(client: TestClient, union: SmallUnion) -> SealingPhone:
    return SealingPhone(client, union.link_token("luc"))


def send_closed(phone: SealingPhone, device: str, count: int, size: int = 100) -> None:
    """Send envelopes that nothing opens, named as another device's, until each was answered."""
    for start in range(0, count, 100):
        phone.waiting = [
            {
                "header": {"id": f"closed-{size}-{n}", "device": device, "n": n + 1, "key": "lost"},
                "sealed": "A" * size,
            }
            for n in range(start, min(count, start + 100))
        ]
        phone.exchange()


def test_a_device_has_room_for_two_hundred_and_beyond_there_is_no_receipt(
    ana: SealingPhone, union: SmallUnion
) -> None:
    send_closed(ana, ana.me["device"], 200)
    assert len(ana.receipts) == 200
    ana.waiting = [
        {
            "header": {"id": "one-more", "device": ana.me["device"], "n": 201, "key": "lost"},
            "sealed": "A" * 100,
        }
    ]
    again = {**ana.waiting[0], "header": {**ana.waiting[0]["header"], "id": "closed-100-7", "n": 8}}
    good = ana.talk("minh")
    ana.waiting.append(again)
    ana.receipts.clear()
    ana.exchange()
    assert ana.receipts[good]["verdict"] == "taken"
    assert ana.receipts["closed-100-7"]["reason"] == "cannot_open"  # known already, so still told
    assert "one-more" not in ana.receipts
    assert [one["header"]["id"] for one in ana.waiting] == ["one-more"]
    assert len(kept(union)) == 200


def test_a_device_has_room_for_a_megabyte(ana: SealingPhone, union: SmallUnion) -> None:
    for _ in range(2):
        ana.waiting = []
        send_closed(ana, "elsewhere", 3, 300_000)
        ana.waiting = []
        send_closed(ana, "elsewhere", 2, 300_001)
    assert len(kept(union)) == 3


def test_a_carrier_cannot_fill_the_disk_by_naming_ever_other_devices(
    ana: SealingPhone, union: SmallUnion
) -> None:
    for number in range(11):
        ana.waiting = []
        send_closed(ana, f"made-up-{number}", 100)
    assert len(kept(union)) == 1000


def test_what_its_phone_seals_again_no_longer_waits(ana: SealingPhone, union: SmallUnion) -> None:
    save = ana.talk("minh")
    good = dict(only_sealed(ana))
    ana.waiting = [{**good, "sealed": flipped(good["sealed"], 99)}]
    ana.exchange()
    assert len(kept(union)) == 1
    ana.waiting = [good]
    ana.exchange()
    assert ana.receipts[save]["verdict"] == "taken"
    assert kept(union) == []


def test_nobody_else_can_make_the_server_drop_what_waits(
    ana: SealingPhone, luc: SealingPhone, union: SmallUnion
) -> None:
    ana.talk("minh")
    one = only_sealed(ana)
    ana.waiting = [{**one, "sealed": flipped(one["sealed"], 99)}]
    ana.exchange()
    header = {name: one["header"][name] for name in ("id", "device", "n")}
    luc.waiting = [{"header": header, "plain": "{}"}]
    luc.exchange()
    assert len(kept(union)) == 1
