"""A file from a phone without signal, taken in at the desk."""

import html
import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect
from starlette.testclient import TestClient

from server.access.keys import keys_beside, path_beside
from server.pages.upload import MAX_FILE, MAX_LISTED
from tests.desk import desk
from tests.journeys import sign_in
from tests.model_phone import Json
from tests.sealing_phone import SealingPhone, kept, only_sealed
from tests.small_union import SmallUnion
from tests.standing_server import StandingServer


@pytest.fixture
def dara(union: SmallUnion) -> Iterator[TestClient]:
    """A coordinator's desk."""
    with desk(union) as client:
        yield client


@pytest.fixture
def ana(client: TestClient, union: SmallUnion) -> SealingPhone:
    return SealingPhone(client, union.link_token("ana"))


def exported(*envelopes: Json, **other: object) -> bytes:
    """Return a file as a phone writes it."""
    return json.dumps({"rounds": 1, "envelopes": envelopes, **other}).encode()


def take_in(dara: TestClient, data: bytes, name: str = "rounds.json") -> tuple[int, str]:
    """Upload a file; return the status and what the page says then."""
    answer = dara.post("/desk/upload", files={"file": (name, data, "application/json")})
    text = re.sub(r"<[^>]*>", " ", answer.text)
    return answer.status_code, re.sub(r"\s+", " ", html.unescape(text))


def test_what_a_phone_could_not_send_is_taken_in_as_its_owners(
    dara: TestClient, ana: SealingPhone, union: SmallUnion
) -> None:
    saves = [ana.talk("minh"), ana.talk("siobhan"), ana.talk("ravneet")]
    status, said = take_in(dara, exported(*ana.waiting))
    assert status == 200
    assert "2 records were taken in." in said
    assert "1 record is kept and held: it needs a decision." in said
    assert "Written by Ana Kowalczyk (3)" in said
    rows = union.read("SELECT author, verdict FROM save WHERE id IN (?, ?, ?) ORDER BY n", *saves)
    assert [row["author"] for row in rows] == ["ana"] * 3
    assert [row["verdict"] for row in rows] == ["taken", "taken", "held"]
    _, again = take_in(dara, exported(*ana.waiting))
    assert "3 records were here already." in again
    assert "taken in." not in again
    ana.exchange()
    assert [ana.receipts[save]["verdict"] for save in saves] == ["taken", "taken", "held"]
    assert len(union.read("SELECT 1 FROM save WHERE author = 'ana'")) == 3


def test_more_than_one_request_holds_comes_in_one_file(
    dara: TestClient, ana: SealingPhone, union: SmallUnion
) -> None:
    for _ in range(230):
        ana.talk("minh")
    assert "230 records were taken in." in take_in(dara, exported(*ana.waiting))[1]
    assert len(union.read("SELECT 1 FROM save WHERE author = 'ana'")) == 230


def test_what_nothing_opens_is_kept_and_said(
    dara: TestClient, ana: SealingPhone, union: SmallUnion
) -> None:
    ana.talk("minh")
    path_beside(union.db).unlink()
    keys_beside(union.db)
    _, said = take_in(dara, exported(*ana.waiting))
    assert "1 record could not be opened. It is kept as it came" in said
    assert "Written by" not in said
    assert [row["reason"] for row in kept(union)] == ["cannot_open"]
    review = dara.get("/desk/review").text
    assert "Ana Kowalczyk" in review
    assert "has no key that opens it." in review


def test_only_who_reaches_the_whole_union_sees_what_is_closed(
    ana: SealingPhone, union: SmallUnion
) -> None:
    ana.talk("minh")
    only_sealed(ana)["sealed"] = "AAAA"
    only_sealed(ana)["header"]["device"] = "nobody-here"
    ana.exchange()
    with desk(union) as dara:
        assert "From a phone nobody here knows" in dara.get("/desk/review").text
    with desk(union, "emil") as emil:
        assert "Sealed and not opened" not in emil.get("/desk/review").text


def test_what_is_not_sealed_is_left_out_even_in_the_coordinators_own_name(
    dara: TestClient, ana: SealingPhone, union: SmallUnion
) -> None:
    (mine,) = union.read("SELECT id FROM device WHERE volunteer = 'dara'")
    save = {"id": "forged", "device": mine["id"], "n": 99, "at": 1, "at_error_ms": 0, "schema": 2}
    save["changes"] = [{"kind": "assignment", "record": "zoe", "set": {"volunteer": "ana"}}]
    header = {name: save[name] for name in ("id", "device", "n")}
    ana.talk("minh")
    file = exported({"header": header, "plain": json.dumps(save)}, *ana.waiting)
    _, said = take_in(dara, file)
    assert "1 entry is no sealed record. It was left out." in said
    assert "1 record was taken in." in said
    assert union.read("SELECT 1 FROM save WHERE id = 'forged'") == []


def test_a_bad_entry_stops_no_other(dara: TestClient, ana: SealingPhone) -> None:
    ana.talk("minh")
    (good,) = ana.waiting
    bad = [None, 5, [], {}, {"header": {}}, {**good, "plain": "{}"}]
    bad += [{**good, "sealed": 5}, {**good, "header": {**good["header"], "n": 2**70}}]
    _, said = take_in(dara, exported(*bad, good, good))
    assert f"{len(bad)} entries are no sealed records." in said
    assert "1 record was taken in." in said


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "This is not a file that a phone saved from Rounds"),
        (b"shopping list", "This is not a file that a phone saved from Rounds"),
        (b"\xff\xfe\x00", "This is not a file that a phone saved from Rounds"),
        (b"[" * 100_000, "This is not a file that a phone saved from Rounds"),
        (b'{"rounds": 1, "envelopes": [' + b"[" * 100_000, "This is not a file"),
        (b'{"rounds": 2, "envelopes": []}', "This is not a file"),
        (b'{"rounds": true, "envelopes": []}', "This is not a file"),
        (b'{"rounds": 1, "envelopes": {}}', "This is not a file"),
        (b'{"rounds": 1}', "This is not a file"),
        (b'{"rounds": 1, "envelopes": ["\\ud800"]}', "This is not a file"),
        (exported(*[0] * (MAX_LISTED + 1)), "This file is too large"),  # type: ignore[arg-type]
        (b'{"rounds": 1, "envelopes": []}', "There is no record in this file."),
        (b" " * MAX_FILE, "This file is too large"),
    ],
)
def test_a_file_that_is_none_of_ours_is_said_and_changes_nothing(
    dara: TestClient, union: SmallUnion, data: bytes, told: str
) -> None:
    before = union.read("SELECT * FROM save")
    status, said = take_in(dara, data)
    assert status == 200
    assert told in said
    assert "Nothing was changed." in said
    assert union.read("SELECT * FROM save") == before


def test_a_file_with_a_byte_order_mark_is_one_too(dara: TestClient, ana: SealingPhone) -> None:
    ana.talk("minh")
    assert "1 record was taken in." in take_in(dara, b"\xef\xbb\xbf" + exported(*ana.waiting))[1]


def test_a_form_without_a_file_says_so(dara: TestClient) -> None:
    posts = [
        dara.post("/desk/upload", data={"file": "text"}),
        dara.post("/desk/upload", files={"file": ("", b"")}),
        dara.post("/desk/upload", content=b"{}", headers={"content-type": "application/json"}),
        dara.post("/desk/upload"),
    ]
    for answer in posts:
        assert answer.status_code == 200
        assert "No file was chosen." in answer.text


@pytest.mark.parametrize(
    ("body", "type"),
    [
        (b"--x\r\nbroken", "multipart/form-data; boundary=x"),
        (b"anything", "multipart/form-data"),
        (b"--x\r\n" * 1000, "multipart/form-data; boundary=x"),
    ],
)
def test_a_broken_form_is_said_and_no_server_error(
    dara: TestClient, body: bytes, type: str
) -> None:
    answer = dara.post("/desk/upload", content=body, headers={"content-type": type})
    assert answer.status_code == 200
    assert "Nothing was changed." in answer.text


def test_another_website_cannot_post_a_file(
    dara: TestClient, ana: SealingPhone, union: SmallUnion
) -> None:
    ana.talk("minh")
    files = {"file": ("rounds.json", exported(*ana.waiting))}
    answer = dara.post("/desk/upload", files=files, headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403
    assert union.read("SELECT 1 FROM save WHERE author = 'ana'") == []


def test_nobody_takes_a_file_in_without_signing_in(
    client: TestClient, ana: SealingPhone, union: SmallUnion
) -> None:
    ana.talk("minh")
    files = {"file": ("rounds.json", exported(*ana.waiting))}
    answer = client.post("/desk/upload", files=files, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk/join")
    assert union.read("SELECT 1 FROM save WHERE author = 'ana'") == []


def test_a_coordinator_finds_it_from_review_without_javascript(
    browser: Browser, server: StandingServer, union: SmallUnion, ana: SealingPhone
) -> None:
    ana.talk("minh")
    signed_in = browser.new_context(locale="en-CA")
    sign_in(signed_in, server, union, "dara")
    plain = browser.new_context(
        java_script_enabled=False, storage_state=signed_in.storage_state(), locale="en-CA"
    )
    page = plain.new_page()
    page.goto(f"{server.url}/desk/review")
    page.get_by_role("link", name="Take in a file").click()
    file = {"name": "a.json", "mimeType": "application/json", "buffer": exported(*ana.waiting)}
    page.get_by_label("File from a phone").set_input_files(file)  # type: ignore[arg-type]
    page.get_by_role("button", name="Take in").click()
    expect(page.get_by_role("status")).to_contain_text("1 record was taken in.")
    plain.close()
    signed_in.close()
