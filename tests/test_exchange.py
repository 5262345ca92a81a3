"""The exchange: what phones send and get, over the real app and a real SQLite file."""

import gzip
import json

import pytest
from starlette.testclient import TestClient

from sync.save import Change, Value
from tests.model_phone import Join
from tests.small_union import SmallUnion


def phone_number(number: str, saw: dict[str, list[str]] | None = None) -> dict[str, object]:
    return {"kind": "person", "record": "minh", "set": {"phone": number}, "saw": saw or {}}


def test_a_phone_gets_its_list_and_nobody_elses(join: Join) -> None:
    ana = join("ana")
    down = ana.exchange()
    people = {id for kind, id in ana.records if kind == "person"}
    assert people == {"minh", "siobhan", "adaeze"}
    assert down["fresh"]
    assert ("questionnaire", "q-1") in ana.records
    assert not [kind for kind, _ in ana.records if kind in ("picket_line", "ruling")]
    assert {id for kind, id in ana.records if kind == "volunteer"} == {"ana"}


def test_what_a_phone_saved_stands_in_the_tables(join: Join, union: SmallUnion) -> None:
    ana = join("ana")
    save = ana.talk("minh", "talk-1", platform="yes")
    ana.exchange()
    assert ana.receipts[save]["verdict"] == "taken"
    (row,) = union.read("SELECT * FROM conversation WHERE id = 'talk-1'")
    assert (row["person"], row["result"]) == ("minh", "talked")
    (answer,) = union.read("SELECT * FROM conversation_answers")
    assert (answer["element"], answer["value"]) == ("platform", "yes")


def test_a_save_sent_twice_is_one_save(join: Join, union: SmallUnion) -> None:
    ana = join("ana")
    save = ana.talk("minh")
    ana.exchange(lose_reply=True)
    ana.exchange()
    assert ana.receipts[save]["verdict"] == "taken"
    assert len(union.read("SELECT * FROM conversation")) == 1


def test_a_lost_reply_is_told_again_although_nothing_is_sent(join: Join) -> None:
    ana = join("ana")
    save = ana.talk("minh")
    ana.exchange(lose_reply=True)
    ana.waiting.clear()
    ana.exchange()
    assert ana.receipts[save]["verdict"] == "taken"


def test_the_same_id_with_other_bytes_is_held_and_both_are_kept(
    join: Join, union: SmallUnion
) -> None:
    ana = join("ana")
    save = ana.talk("minh")
    ana.exchange()
    other = json.loads(ana.wrap({"id": save, "device": ana.me["device"], "n": 1})["plain"])
    ana.waiting = [ana.wrap({**other, "at": 1, "at_error_ms": 0, "schema": 1, "changes": []})]
    down = ana.exchange()
    assert down["receipts"][0]["reason"] == "same_id_other_bytes"
    assert len(union.read("SELECT * FROM save WHERE id LIKE ?", f"{save}%")) == 2


def test_two_phones_that_wrote_different_numbers_are_a_conflict(
    join: Join, union: SmallUnion
) -> None:
    ana, other = join("ana"), join("ana")
    ana.save(phone_number("587 555-0142"), at=1000)
    other.save(phone_number("587 555-0199"), at=2000)
    ana.exchange()
    other.exchange()
    (row,) = union.read("SELECT * FROM register WHERE record = 'minh' AND field = 'phone'")
    assert row["conflict"] == 1
    assert json.loads(row["value"]) == "587 555-0199"
    ana.exchange()
    assert len(ana.heads("person", "minh", "phone")) == 2


def test_a_correction_of_what_was_seen_is_no_conflict(join: Join, union: SmallUnion) -> None:
    ana = join("ana")
    ana.save(phone_number("587 555-0142"))
    ana.exchange()
    ana.save(phone_number("587 555-0199", ana.saw("person", "minh", "phone")))
    ana.exchange()
    (row,) = union.read("SELECT * FROM register WHERE record = 'minh' AND field = 'phone'")
    assert (row["conflict"], json.loads(row["value"])) == (0, "587 555-0199")


def test_only_the_fields_that_changed_come_down(join: Join) -> None:
    ana, other = join("ana"), join("ana")
    ana.exchange()
    other.save(phone_number("587 555-0142"))
    other.exchange()
    down = ana.exchange()
    (record,) = down["records"]
    assert (record["whole"], set(record["fields"]), "said" in record) == (False, {"phone"}, False)


def test_an_app_of_the_first_protocol_is_told_every_head(join: Join) -> None:
    ana, older = join("ana"), join("ana")
    talk = ana.talk("minh")
    ana.exchange()
    down = older.client.post(
        "/sync", json={**older.up(), "protocol": 1}, headers=older.headers
    ).json()
    (told,) = (record for record in down["records"] if record["kind"] == "conversation")
    assert (down["protocol"], "said" in told) == (1, False)
    (head,) = told["fields"]["result"]
    assert (head["id"], head["value"], head["by"]) == (f"{talk}:0", "talked", "ana")


def test_somebody_who_was_never_on_the_list_is_held(join: Join, union: SmallUnion) -> None:
    ana = join("ana")
    save = ana.talk("ravneet")
    fine = ana.talk("minh")
    ana.exchange()
    assert ana.receipts[save]["reason"] == "out_of_scope"
    assert ana.receipts[fine]["verdict"] == "taken"
    assert [row["person"] for row in union.read("SELECT * FROM conversation")] == ["minh"]


def test_what_is_held_counts_once_a_coordinator_admits_it(join: Join, union: SmallUnion) -> None:
    ana = join("ana")
    save = ana.talk("ravneet", "talk-1")
    ana.exchange()
    union.write(Change("ruling", save, {"counts": True}))
    assert union.value("conversation", "talk-1", "person") == "ravneet"
    ana.exchange()
    assert ana.receipts[save]["verdict"] == "taken"
    assert ("conversation", "talk-1") not in ana.records


def test_a_do_not_contact_acts_although_the_rest_is_held(join: Join, union: SmallUnion) -> None:
    ana = join("ana")
    set_ = {"do_not_contact/all": True, "name": "x" * 200}
    save = ana.save({"kind": "person", "record": "minh", "set": set_})
    ana.exchange()
    assert ana.receipts[save]["reason"] == "too_long"
    assert union.value("person", "minh", "do_not_contact/all") is True
    assert union.value("person", "minh", "name") == "Minh Trần"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"kind": "horoscope", "record": "x", "set": {"sign": "leo"}}, "unknown_kind"),
        ({"kind": "person", "record": "minh", "set": {"signed": "yes"}}, "bad_value"),
        ({"kind": "person", "record": "minh", "set": {"worksite": "depot"}}, "role_too_low"),
        ({"kind": "worksite", "record": "w", "set": {"name": "Mine"}}, "role_too_low"),
        (
            {"kind": "volunteer", "record": "ana", "set": {"roles/steward": True}},
            "role_too_low",
        ),
        ({"kind": "conversation", "record": "c", "set": {"result": "talked"}}, "about_nobody"),
        ({"kind": "ruling", "record": "nothing", "set": {"counts": True}}, "rules_on_nothing"),
        ({"kind": "person", "record": "zoe", "set": {"phone": "1"}}, "out_of_scope"),
    ],
)
def test_what_is_wrong_with_a_save_holds_it(
    join: Join, change: dict[str, object], reason: str
) -> None:
    ana = join("ana")
    save = ana.save(change)
    ana.exchange()
    assert (ana.receipts[save]["verdict"], ana.receipts[save]["reason"]) == ("held", reason)


def test_a_save_that_cannot_be_read_is_kept_as_it_came(join: Join, union: SmallUnion) -> None:
    ana = join("ana")
    save = ana.talk("minh")
    ana.waiting[0]["plain"] = '{"half": '
    ana.exchange()
    assert ana.receipts[save]["reason"] == "unreadable"
    (row,) = union.read("SELECT * FROM save WHERE id = ?", save)
    assert row["body"] == '{"half": '


def test_a_field_the_server_does_not_know_is_taken_and_kept(join: Join, union: SmallUnion) -> None:
    ana = join("ana")
    save = ana.save({"kind": "person", "record": "minh", "set": {"shoe_size": 43}})
    ana.exchange()
    assert ana.receipts[save]["verdict"] == "taken"
    assert union.value("person", "minh", "shoe_size") == 43


def test_work_about_somebody_who_moved_to_another_list_is_still_taken(
    join: Join, union: SmallUnion
) -> None:
    ana, luc = join("ana"), join("luc")
    ana.exchange()
    luc.exchange()
    save = ana.talk("minh", "talk-1")
    correct(union, "assignment", "minh", {"volunteer": "luc"})
    down = ana.exchange()
    assert ana.receipts[save]["verdict"] == "taken"
    assert (down["forget"], down["moved"]) == (["minh"], ["minh"])
    assert ("person", "minh") not in ana.records
    luc.exchange()
    assert ("person", "minh") in luc.records
    assert ("conversation", "talk-1") in luc.records


def test_a_list_that_comes_back_comes_whole(join: Join, union: SmallUnion) -> None:
    ana = join("ana")
    ana.exchange()
    for volunteer in ("luc", "ana"):
        correct(union, "assignment", "minh", {"volunteer": volunteer})
    ana.exchange()
    assert ana.heads("person", "minh", "name")[0]["value"] == "Minh Trần"


def test_who_left_gets_nothing_more_and_their_people_are_a_vacancy(
    join: Join, union: SmallUnion
) -> None:
    ana = join("ana")
    ana.exchange()
    correct(union, "volunteer", "ana", {"active": False})
    ana.exchange()
    assert {kind for kind, _ in ana.records} == {"volunteer"}


def test_a_captain_sees_name_cards_and_no_conversation(join: Join) -> None:
    ana, cleo = join("ana"), join("cleo")
    ana.talk("minh", "talk-1")
    ana.save(phone_number("587 555-0142"))
    ana.exchange()
    cleo.exchange()
    assert set(cleo.records["person", "minh"]) <= {"name", "preferred_name", "number_end"}
    assert not [kind for kind, _ in cleo.records if kind in ("conversation", "assignment")]
    assert ("person", "zoe") not in cleo.records


def test_two_captains_of_a_line_see_each_others_check_ins(join: Join, union: SmallUnion) -> None:
    cleo, cem = join("cleo"), join("cem")
    event = {"line": "gate-3", "person": "minh", "way": "in", "when": 1000}
    save = cleo.save({"kind": "check_event", "record": "e1", "set": event})
    cleo.exchange()
    cem.exchange()
    assert cleo.receipts[save]["verdict"] == "taken"
    assert cem.heads("check_event", "e1", "way")[0]["value"] == "in"


def test_an_author_withdraws_an_own_save(join: Join, union: SmallUnion) -> None:
    ana = join("ana")
    save = ana.save(phone_number("587 555-0142"))
    ana.exchange()
    ana.save({"kind": "ruling", "record": save, "set": {"counts": False}})
    ana.exchange()
    assert union.value("person", "minh", "phone") is None
    assert ana.heads("person", "minh", "phone") == []


def test_nobody_withdraws_what_another_wrote_or_admits_what_is_held(join: Join) -> None:
    ana, luc = join("ana"), join("luc")
    taken = ana.save(phone_number("587 555-0142"))
    held = ana.talk("ravneet")
    ana.exchange()
    first = luc.save({"kind": "ruling", "record": taken, "set": {"counts": False}})
    second = ana.save({"kind": "ruling", "record": held, "set": {"counts": True}})
    luc.exchange()
    ana.exchange()
    assert luc.receipts[first]["reason"] == "role_too_low"
    assert ana.receipts[second]["reason"] == "role_too_low"
    assert ana.receipts[held]["verdict"] == "held"


def test_a_coordinator_of_one_local_decides_only_on_its_own_people(
    join: Join, union: SmallUnion
) -> None:
    ana, emil = join("ana"), join("emil")
    save, elsewhere = ana.talk("ravneet"), ana.talk("zoe")
    ana.exchange()
    not_theirs = emil.save({"kind": "ruling", "record": save, "set": {"counts": True}})
    theirs = emil.save({"kind": "ruling", "record": elsewhere, "set": {"counts": True}})
    emil.exchange()
    assert emil.receipts[not_theirs]["reason"] == "out_of_scope"
    assert emil.receipts[theirs]["verdict"] == "taken"


def test_a_cursor_of_another_past_starts_afresh(join: Join) -> None:
    ana = join("ana")
    ana.exchange()
    assert ana.cursor is not None
    ana.cursor = {**ana.cursor, "id": "of-a-restored-server"}
    assert ana.exchange()["fresh"]


def test_a_phone_that_is_up_to_date_gets_nothing(join: Join) -> None:
    ana = join("ana")
    ana.exchange()
    down = ana.exchange()
    assert (down["records"], down["receipts"], down["forget"]) == ([], [], [])


def test_what_a_phone_sends_may_be_gzipped(join: Join, client: TestClient) -> None:
    ana = join("ana")
    ana.talk("minh")
    body = gzip.compress(json.dumps(ana.up()).encode())
    headers = {"content-encoding": "gzip", "cookie": ana.cookie}
    answer = client.post("/sync", content=body, headers=headers)
    assert answer.json()["receipts"][0]["verdict"] == "taken"


def test_work_of_a_phone_that_had_to_join_again_is_taken(join: Join, union: SmallUnion) -> None:
    before, after = join("ana"), join("ana")
    save = before.talk("minh")
    after.waiting = before.waiting
    after.exchange()
    assert after.receipts[save]["verdict"] == "taken"
    (row,) = union.read("SELECT * FROM save WHERE id = ?", save)
    assert (row["device"], row["author"]) == (before.me["device"], "ana")


def test_a_link_works_once(join: Join, client: TestClient, union: SmallUnion) -> None:
    token = union.link_token("ana")
    assert client.post("/join", json={"token": token}).json()["name"] == "Ana Kowalczyk"
    again = client.post("/join", json={"token": token})
    assert (again.status_code, again.json()["problem"]) == (410, "link_used")


def test_an_old_link_and_a_made_up_one_are_refused(client: TestClient, union: SmallUnion) -> None:
    old = union.link_token("ana", hours=-1)
    assert client.post("/join", json={"token": old}).json()["problem"] == "link_expired"
    forged = client.post("/join", json={"token": f"{old[:-3]}abc"})
    assert (forged.status_code, forged.json()["problem"]) == (404, "link_unknown")
    desk = union.link_token("dara", "desk")
    assert client.post("/join", json={"token": desk}).json()["problem"] == "link_unknown"


def test_records_of_one_save_are_never_torn_by_paging(
    client: TestClient, join: Join, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = join("ana")
    monkeypatch.setattr("server.routes.turn.page_for.__defaults__", (2,))
    pages = 0
    while True:
        answer = client.post("/sync", json=ana.up(), headers=ana.headers).json()
        ana.apply(answer)
        pages += 1
        if not answer["more"]:
            break
    assert pages > 2
    paged = dict(ana.records)
    monkeypatch.undo()
    ana.cursor = None
    ana.exchange()
    assert paged == ana.records


def correct(union: SmallUnion, kind: str, record: str, set_: dict[str, Value]) -> None:
    """Write registers over what they show, as the desk does."""
    saw = {
        row["field"]: [head["id"] for head in json.loads(row["heads"])]
        for row in union.read("SELECT * FROM register WHERE kind = ? AND record = ?", kind, record)
        if row["field"] in set_
    }
    union.write(Change(kind, record, set_, saw))


@pytest.mark.parametrize(("accepted", "encoding"), [("br, gzip", "br"), ("gzip", "gzip")])
def test_what_goes_down_is_packed_as_the_phone_can_read_it(
    join: Join, client: TestClient, accepted: str, encoding: str
) -> None:
    ana = join("ana")
    headers = {**ana.headers, "accept-encoding": accepted}
    with client.stream("POST", "/sync", json=ana.up(), headers=headers) as answer:
        assert answer.headers["content-encoding"] == encoding
        assert len(b"".join(answer.iter_raw())) < 4_000


def test_a_phone_says_what_it_runs_and_what_waits_on_it(join: Join, union: SmallUnion) -> None:
    ana = join("ana")

    def said(**more: object) -> tuple[object, object]:
        sent = ana.up() | more
        answer = ana.client.post("/sync", json=sent, headers={"cookie": ana.cookie})
        assert answer.status_code == 200, answer.text
        ana.apply(answer.json())
        ana.client.get("/health")  # what nobody waits for is on disk before this
        rows = union.read("SELECT app, unsent FROM device WHERE kind = 'phone'")
        return rows[0]["app"], rows[0]["unsent"]

    assert said() == (None, None)
    assert said(app="3f2a1b", unsent=4) == ("3f2a1b", 4)
    assert said() == ("3f2a1b", 0)
    ana.save({"kind": "person", "record": "minh", "set": {"note": "x"}})
    assert said(app=["no", "text"], unsent=10**30) == ("3f2a1b", 0)
    assert len(ana.receipts) == 1
