"""Hostile envelopes: each is kept and told in a receipt, or the answer is a clear 400."""

import json
import zlib

import pytest
from starlette.testclient import TestClient

from server.access.keys import in_base64
from sync.envelope import Header, to_seal
from tests.model_phone import Json
from tests.sealing_phone import (
    SealingPhone,
    envelope,
    flipped,
    from_base64,
    kept,
    only_sealed,
    sealed_by,
    with_flag,
)
from tests.small_union import Opened, SmallUnion


@pytest.fixture
def ana(client: TestClient, union: SmallUnion) -> SealingPhone:
    return SealingPhone(client, union.link_token("ana"))


@pytest.fixture
def luc(client: TestClient, union: SmallUnion) -> SealingPhone:
    return SealingPhone(client, union.link_token("luc"))


# What cannot be opened is kept as it came


@pytest.mark.parametrize(
    "at",
    [
        pytest.param(0, id="form of the point"),
        pytest.param(1, id="point"),
        pytest.param(64, id="end of the point"),
        pytest.param(65, id="flag"),
        pytest.param(70, id="mac"),
        pytest.param(97, id="end of the mac"),
        pytest.param(98, id="data"),
        pytest.param(150, id="middle of the data"),
        pytest.param(-16, id="tag"),
        pytest.param(-1, id="end of the tag"),
    ],
)
def test_one_flipped_bit_and_it_cannot_be_opened(
    ana: SealingPhone, union: SmallUnion, at: int
) -> None:
    save = ana.talk("minh")
    sealed = only_sealed(ana)
    sealed["sealed"] = flipped(sealed["sealed"], at)
    ana.exchange()
    told = ana.receipts[save]
    assert (told["verdict"], told["reason"], told["seq"]) == ("held", "cannot_open", 0)
    (row,) = kept(union)
    assert row["sealed"] == sealed["sealed"]
    assert row["carrier"] == ana.me["device"]
    assert union.read("SELECT 1 FROM save WHERE id = ?", save) == []


@pytest.mark.parametrize(
    "sealed",
    ["", "A", "AA", "no base64!", "é", "=", "\x00", "A" * 87, "A" * 130, "-" * 5000, "BAAA" * 40],
)
def test_what_is_nothing_sealed_is_kept_as_it_came(
    ana: SealingPhone, union: SmallUnion, sealed: str
) -> None:
    save = ana.talk("minh")
    only_sealed(ana)["sealed"] = sealed
    ana.exchange()
    assert ana.receipts[save]["reason"] == "cannot_open"
    assert kept(union)[0]["sealed"] == sealed


@pytest.mark.parametrize("end", [0, 1, 64, 65, 66, 81, 82, 113, 114, 115, -1])
def test_cut_short_anywhere_it_cannot_be_opened(
    ana: SealingPhone, union: SmallUnion, end: int
) -> None:
    save = ana.talk("minh")
    one = only_sealed(ana)
    one["sealed"] = in_base64(from_base64(one["sealed"])[:end])
    ana.exchange()
    assert ana.receipts[save]["reason"] == "cannot_open"


@pytest.mark.parametrize(
    ("part", "value"),
    [("id", "another-id"), ("n", 2), ("n", 2**53), ("key", "0123456789abcdef"), ("key", "-")],
)
def test_no_part_of_the_header_can_be_changed(
    ana: SealingPhone, union: SmallUnion, part: str, value: object
) -> None:
    ana.talk("minh")
    only_sealed(ana)["header"][part] = value
    ana.exchange()
    (row,) = kept(union)
    assert row["reason"] == "cannot_open"


def test_headers_swapped_between_two_envelopes_open_neither(
    ana: SealingPhone, luc: SealingPhone, union: SmallUnion
) -> None:
    saves = {ana.talk("minh"), luc.talk("ravneet")}
    one, other = only_sealed(ana), only_sealed(luc)
    one["header"], other["header"] = other["header"], one["header"]
    ana.waiting = [one, other]
    ana.exchange()
    assert {save: ana.receipts[save]["reason"] for save in saves} == dict.fromkeys(
        saves, "cannot_open"
    )
    assert union.read("SELECT 1 FROM save WHERE id IN (?, ?)", *saves) == []


@pytest.mark.parametrize(("part", "value"), [("n", 2**53 + 1), ("n", 0), ("key", "a b")])
def test_a_header_that_is_none_is_a_clear_400(ana: SealingPhone, part: str, value: object) -> None:
    ana.talk("minh")
    only_sealed(ana)["header"][part] = value
    answer = ana.client.post("/sync", json=ana.up(), headers=ana.headers)
    assert (answer.status_code, answer.json()["problem"]) == (400, "not_understood")


def test_an_envelope_is_sealed_or_plain_and_names_its_key(ana: SealingPhone) -> None:
    ana.talk("minh")
    (good,) = ana.waiting
    header = {name: good["header"][name] for name in ("id", "device", "n")}
    for bad in (
        {**good, "plain": "{}"},
        {"header": good["header"]},
        {"header": header, "sealed": good["sealed"]},
        {**good, "sealed": "A" * 600_000},
        {**good, "sealed": 5},
    ):
        ana.waiting = [bad]
        answer = ana.client.post("/sync", json=ana.up(), headers=ana.headers)
        assert (answer.status_code, answer.json()["problem"]) == (400, "not_understood")


# The mac says which device made it


def save_of(union: SmallUnion, save: str) -> Json:
    (row,) = union.read("SELECT body FROM save WHERE id = ?", save)
    found: Json = json.loads(row["body"])
    return found


def test_another_devices_seal_is_told_and_the_envelope_kept(
    ana: SealingPhone, luc: SealingPhone, union: SmallUnion
) -> None:
    luc.talk("ravneet")
    luc.exchange()
    forged = {**save_of(union, next(iter(luc.receipts))), "id": "forged", "n": 2}
    ana.waiting = [sealed_by(luc, forged, ana.seal)]
    ana.exchange()
    told = ana.receipts["forged"]
    assert (told["verdict"], told["reason"], told["seq"]) == ("held", "bad_seal", 0)
    assert [row["reason"] for row in kept(union)] == ["bad_seal"]
    assert union.read("SELECT 1 FROM save WHERE id = 'forged'") == []


@pytest.mark.parametrize("seal", [b"", bytes(32), b"None", b"null"])
def test_a_device_without_a_seal_has_none_that_could_be_guessed(
    ana: SealingPhone, luc: SealingPhone, union: SmallUnion, seal: bytes
) -> None:
    luc.talk("ravneet")
    luc.exchange()
    forged = {**save_of(union, next(iter(luc.receipts))), "id": "forged", "n": 2}
    with Opened(union.db) as db:
        db.execute("UPDATE device SET seal = NULL WHERE id = ?", (luc.me["device"],))
    ana.waiting = [sealed_by(luc, forged, seal)]
    ana.exchange()
    assert ana.receipts["forged"]["reason"] == "bad_seal"


def test_a_flag_that_means_nothing_yet_is_kept(ana: SealingPhone, union: SmallUnion) -> None:
    header = Header("new-kind", ana.me["device"], 1, ana.me["key"]["id"])
    ana.waiting = [with_flag(ana, header, 2, b"{}")]
    ana.exchange()
    assert ana.receipts["new-kind"]["reason"] == "unreadable"
    assert len(kept(union)) == 1


def deflated(raw: bytes) -> bytes:
    packer = zlib.compressobj(9, wbits=-15)
    return packer.compress(raw) + packer.flush()


@pytest.mark.parametrize(
    ("flag", "data"),
    [
        pytest.param(1, deflated(b" " * 50_000_000), id="fifty megabytes in fifty kilobytes"),
        pytest.param(1, deflated(b" " * 400_001), id="a little too long"),
        pytest.param(1, deflated(b"{}")[:-1], id="cut short"),
        pytest.param(1, deflated(b"{}") + b"more", id="followed by more"),
        pytest.param(1, b"\xff\xff\xff", id="nothing deflated"),
        pytest.param(1, b"", id="empty"),
        pytest.param(0, b"\xff\xfe", id="bytes that are no UTF-8"),
        pytest.param(0, b"\xed\xa0\x80", id="half a surrogate"),
        pytest.param(0, b" " * 100_001, id="longer than a plain one may be"),
    ],
)
def test_what_unpacks_to_no_text_is_kept_sealed(
    ana: SealingPhone, union: SmallUnion, flag: int, data: bytes
) -> None:
    header = Header("odd", ana.me["device"], 1, ana.me["key"]["id"])
    ana.waiting = [with_flag(ana, header, flag, data)]
    good = ana.talk("minh")
    ana.exchange()
    assert (ana.receipts["odd"]["reason"], ana.receipts["odd"]["seq"]) == ("unreadable", 0)
    assert len(kept(union)) == 1
    assert ana.receipts[good]["verdict"] == "taken"


@pytest.mark.parametrize("text", ["", "null", "[" * 50_000, '{"id": "\\ud800"}', "\x00"])
def test_a_text_that_is_no_save_is_held_in_the_log_as_it_came(
    ana: SealingPhone, union: SmallUnion, text: str
) -> None:
    header = Header("odd", ana.me["device"], 1, ana.me["key"]["id"])
    ana.waiting = [with_flag(ana, header, 0, text.encode())]
    ana.exchange()
    assert ana.receipts["odd"]["reason"] == "unreadable"
    assert ana.receipts["odd"]["seq"] > 0
    assert union.read("SELECT body FROM save WHERE id = 'odd'") == [{"body": text}]


def test_a_save_under_another_header_is_held(ana: SealingPhone, union: SmallUnion) -> None:
    save = ana.talk("minh")
    ana.exchange()
    header = Header("other", ana.me["device"], 2, ana.me["key"]["id"])
    text = json.dumps(save_of(union, save))
    ana.waiting = [envelope(header, to_seal(header, text, ana.seal), ana.me["key"]["public"])]
    ana.exchange()
    assert ana.receipts["other"]["reason"] == "header_differs"
