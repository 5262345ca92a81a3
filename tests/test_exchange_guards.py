"""What a lying, unlucky or curious phone cannot do to others' records, over the real app."""

import json
from threading import Event

import msgspec
import pytest
from starlette.testclient import TestClient

from server.access.devices import revoke
from server.ids import now_ms
from server.imports import writing
from server.ledger.erase import erase, records_about
from server.ledger.facts import SERVER, in_reach, locals_of
from server.ledger.pull import Cursor, pull
from server.ledger.rebuild import faults
from server.routes.sync import write_down
from server.routes.turn import Pushed
from server.writer import MAX_WAITING, Writer
from sync.kinds import load_kinds
from sync.save import Change, Value
from tests.model_phone import Join, Json, ModelPhone
from tests.small_union import Opened, SmallUnion
from tests.test_exchange import correct


def about(person: str, record: str = "talk-1", **more: Value) -> dict[str, object]:
    return {"kind": "conversation", "record": record, "set": {"person": person, **more}}


def test_a_late_change_to_an_old_record_does_not_skip_what_is_older_on_it(
    client: TestClient, join: Join, union: SmallUnion
) -> None:
    cleo = join("cleo")
    for index in range(30):
        person = {"name": f"Person {index}", "number_end": f"{index:04}", "worksite": "ward-42"}
        union.write(Change("person", f"p{index}", person))
    for record in ("minh", "p3", "p7"):
        union.write(Change("person", record, {"preferred_name": "Late"}))
    cleo.exchange()
    whole = dict(cleo.records)
    paged = join("cleo")
    for page in (1, 2, 3, 5):
        paged.cursor = None
        for _ in range(200):
            down = pull_page(client, paged, page)
            paged.apply(down)
            if not down["more"]:
                break
        assert paged.records == whole


def test_two_changes_of_one_save_cannot_say_two_people(join: Join, union: SmallUnion) -> None:
    ana = join("ana")
    save = ana.save(about("zoe", result="talked"), about("minh"))
    ana.exchange()
    assert ana.receipts[save]["reason"] == "about_is_fixed"
    assert union.read("SELECT * FROM conversation") == []


def test_phones_that_claim_to_have_seen_each_other_cannot_empty_a_register(
    join: Join, union: SmallUnion
) -> None:
    union.write(Change("person", "minh", {"do_not_contact/all": True}))
    ana = join("ana")
    ana.exchange()
    (head,) = ana.heads("person", "minh", "do_not_contact/all")
    on = {"kind": "person", "record": "minh", "set": {"do_not_contact/all": True}}
    first, second = "01890000-0000-7000-8000-000000000001", "01890000-0000-7000-8000-000000000002"
    for id, seen in ((first, [head["id"], f"{second}:0"]), (second, [f"{first}:0"])):
        ana.save({**on, "saw": {"do_not_contact/all": seen}}, id=id)
    ana.exchange()
    assert union.value("person", "minh", "do_not_contact/all") is True


@pytest.mark.parametrize("how", ["off", "withdrawn"])
def test_who_is_no_captain_any_more_keeps_no_card(join: Join, union: SmallUnion, how: str) -> None:
    union.write(Change("volunteer", "luc", {"roles/picket_captain": True}))
    made = union.write(Change("picket_line", "gate-3", {"captains/luc": True}))
    luc = join("luc")
    luc.exchange()
    assert ("person", "minh") in luc.records
    if how == "off":
        correct(union, "picket_line", "gate-3", {"captains/luc": False})
    else:
        union.write(Change("ruling", made.save, {"counts": False}))
    luc.exchange()
    assert ("person", "minh") not in luc.records
    assert ("picket_line", "gate-3") not in luc.records


def test_a_bound_coordinator_cannot_pull_a_conversation_over(join: Join, union: SmallUnion) -> None:
    ana, emil = join("ana"), join("emil")
    ana.talk("minh", "talk-1", workload="Short breaks")
    ana.exchange()
    held = emil.save(about("zoe"), at=1)
    emil.exchange()
    admits = emil.save({"kind": "ruling", "record": held, "set": {"counts": True}})
    emil.exchange()
    assert emil.receipts[held]["reason"] == "about_is_fixed"
    assert emil.receipts[admits]["verdict"] == "held"
    assert union.value("conversation", "talk-1", "person") == "minh"


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "volunteer", "record": "zoe", "set": {"roles/steward": True}},
        {"kind": "picket_line", "record": "zoe", "set": {"captains/emil": True}},
        {"kind": "check_event", "record": "in-1", "set": {"line": "zoe", "person": "minh"}},
    ],
    ids=lambda change: change["kind"],
)
def test_a_bound_coordinator_reaches_people_and_nothing_else_that_bears_their_id(
    join: Join, union: SmallUnion, change: Json
) -> None:
    emil = join("emil")
    sent = emil.save(change)
    ruling = emil.save({"kind": "ruling", "record": sent, "set": {"counts": True}})
    emil.exchange()
    assert emil.receipts[sent]["reason"] == "out_of_scope"
    assert emil.receipts[ruling]["reason"] == "out_of_scope"
    assert union.read("SELECT * FROM grant WHERE volunteer = 'zoe'") == []


def test_whom_a_record_is_about_cannot_be_changed_by_admitting(
    join: Join, union: SmallUnion
) -> None:
    ana = join("ana")
    ana.talk("minh", "talk-1")
    held = ana.save(about("siobhan"), at=1)
    ana.exchange()
    assert union.write(Change("ruling", held, {"counts": True})).reason == "about_is_fixed"
    assert union.value("conversation", "talk-1", "person") == "minh"


def test_an_import_survives_what_a_phone_stored_under_its_name(
    join: Join, union: SmallUnion
) -> None:
    ana = join("ana")
    ana.talk("minh")
    ana.waiting[0]["header"]["device"] = "import-members"
    ana.waiting[0]["plain"] = "poison"
    ana.exchange()
    with Opened(union.db) as db:
        assert writing.what_is_known(db, "members").said == {}


def test_a_strangers_envelope_adds_nothing_to_anothers_receipts(
    client: TestClient, join: Join
) -> None:
    ana, luc = join("ana"), join("luc")
    ana.exchange()
    luc.talk("ravneet")
    header = luc.waiting[0]["header"]
    luc.waiting[0]["header"] = {**header, "device": ana.me["device"], "n": 2**53}
    luc.exchange()
    assert ana.exchange()["receipts"] == []


def test_an_author_takes_back_an_own_withdrawal_and_no_coordinators(
    join: Join, union: SmallUnion
) -> None:
    ana = join("ana")
    talk = ana.talk("minh", "talk-1")
    ana.save({"kind": "ruling", "record": talk, "set": {"counts": False}})
    ana.exchange()
    heads = union.read("SELECT heads FROM register WHERE kind = 'ruling'")[0]["heads"]
    saw = {"counts": [heads.split('"')[3]]}
    ana.save({"kind": "ruling", "record": talk, "set": {"counts": None}, "saw": saw})
    ana.exchange()
    assert union.value("conversation", "talk-1", "person") == "minh"
    union.write(Change("ruling", talk, {"counts": False}))
    mine = ana.save({"kind": "ruling", "record": talk, "set": {"counts": None}})
    ana.exchange()
    assert ana.receipts[mine]["reason"] == "role_too_low"
    assert union.value("conversation", "talk-1", "person") is None


def test_who_left_withdraws_nothing(join: Join, union: SmallUnion) -> None:
    ana = join("ana")
    talk = ana.talk("minh", "talk-1")
    ana.exchange()
    correct(union, "volunteer", "ana", {"active": False})
    ana.save({"kind": "ruling", "record": talk, "set": {"counts": False}})
    ana.exchange()
    assert union.value("conversation", "talk-1", "person") == "minh"


def test_who_gave_a_role_up_cannot_take_that_back(join: Join, union: SmallUnion) -> None:
    dara = join("dara")
    dara.exchange()
    roles = {"roles/coordinator": False, "roles/go_to": True}
    saw = dara.saw("volunteer", "dara", "roles/coordinator")
    gave_up = dara.save({"kind": "volunteer", "record": "dara", "set": roles, "saw": saw})
    dara.exchange()
    assert dara.receipts[gave_up]["verdict"] == "taken"
    back = dara.save({"kind": "ruling", "record": gave_up, "set": {"counts": False}})
    dara.exchange()
    assert dara.receipts[back]["reason"] == "role_too_low"


def test_a_ruling_that_is_no_yes_or_no_is_held(join: Join, union: SmallUnion) -> None:
    ana, dara = join("ana"), join("dara")
    talk = ana.talk("minh", "talk-1")
    ana.exchange()
    ruling = dara.save({"kind": "ruling", "record": talk, "set": {"counts": "false"}})
    dara.exchange()
    assert dara.receipts[ruling]["reason"] == "bad_value"
    assert union.value("conversation", "talk-1", "person") == "minh"


def test_a_coordinator_whose_binding_was_taken_back_sees_nobody(union: SmallUnion) -> None:
    with Opened(union.db) as db:
        assert in_reach(db, locals_of(db, "dara"), "minh")
        assert in_reach(db, locals_of(db, "emil"), "zoe")
    correct(union, "volunteer", "emil", {"locals/local-2": None})
    with Opened(union.db) as db:
        assert not in_reach(db, locals_of(db, "emil"), "zoe")
        assert not in_reach(db, locals_of(db, "emil"), "minh")


def test_a_phone_in_touch_stays_in(client: TestClient, join: Join) -> None:
    ana = join("ana")
    answer = client.post("/sync", json=ana.up(), headers=ana.headers)
    assert "Max-Age=2592000" in answer.headers["set-cookie"]


def test_an_origin_that_is_no_address_is_refused(client: TestClient, join: Join) -> None:
    ana = join("ana")
    headers = {"cookie": ana.cookie, "origin": "http://[::1"}
    assert client.post("/sync", json=ana.up(), headers=headers).status_code == 403


def test_a_clock_at_the_end_of_time_breaks_no_page(
    client: TestClient, join: Join, union: SmallUnion
) -> None:
    ana, other = join("ana"), join("ana")
    for phone, at, number in ((ana, 10**14, "1"), (other, -(10**12), "2")):
        phone.save({"kind": "person", "record": "minh", "set": {"phone": number}}, at=at)
        phone.exchange()
    held = ana.save(about("minh", "talk-9", when=2**53))
    ana.save({"kind": "follow_up", "record": "f", "set": {"person": "minh", "due": "zzz"}})
    ana.exchange()
    union.write(Change("ruling", held, {"counts": True}))
    client.post("/desk/join", json={"token": union.link_token("dara", "desk")})
    for path in ("", "/review", "/people", "/people/minh", "/conversations", "/lines"):
        assert client.get(f"/desk{path}").status_code == 200, path


def pull_page(client: TestClient, phone: ModelPhone, size: int) -> Json:
    """Return what the server would send in pages of this size."""
    state = client.app.state  # type: ignore[attr-defined]
    query = "SELECT * FROM device WHERE id = ?"
    device = state.reader.read(lambda db: db.execute(query, (phone.me["device"],)).fetchone())
    cursor = msgspec.convert(phone.cursor, Cursor) if phone.cursor else None
    found = state.reader.read(pull, state.kinds, device, cursor, size)
    answer: Json = json.loads(write_down(Pushed([], None), found, 0))
    return answer


def test_a_record_whose_saying_whom_it_is_about_was_withdrawn_is_still_forgotten(
    join: Join, union: SmallUnion
) -> None:
    ana, luc = join("ana"), join("luc")
    first = ana.talk("minh", "talk-1", platform="yes")
    ana.save({"kind": "conversation", "record": "talk-1", "set": {"answers/action": "no"}})
    ana.exchange()
    union.write(Change("ruling", first, {"counts": False}))
    ana.exchange()
    assert ana.records["conversation", "talk-1"]["person"] == []
    union.write(Change("assignment", "minh", {"volunteer": "luc"}))
    ana.exchange()
    luc.exchange()
    assert ("conversation", "talk-1") not in ana.records
    assert luc.heads("conversation", "talk-1", "answers/action")


@pytest.mark.parametrize("sent_at", [-(10**16), 2**63 - 1])
def test_no_clock_is_wrong_enough_for_the_server_to_refuse(join: Join, sent_at: int) -> None:
    ana = join("ana")
    save = ana.talk("minh")
    body = {**ana.up(), "sent_at": sent_at}
    answer = ana.client.post("/sync", json=body, headers=ana.headers)
    (receipt,) = (r for r in answer.json()["receipts"] if r["save"] == save)
    assert (receipt["verdict"], receipt["at_error_ms"]) == ("taken", 10**14)


def test_what_came_under_a_wrong_label_is_the_same_after_a_rebuild(
    join: Join, union: SmallUnion
) -> None:
    ana = join("ana")
    ana.talk("minh")
    ana.waiting[0]["header"]["n"] = 7
    ana.exchange()
    with Opened(union.db) as db:
        assert list(faults(db, load_kinds())) == []


def test_nobody_rules_an_erasure_out(join: Join, union: SmallUnion) -> None:
    ana = join("ana")
    ana.talk("minh", "talk-1")
    ana.exchange()
    with Opened(union.db) as db:
        server = db.execute("SELECT * FROM device WHERE id = ?", (SERVER,)).fetchone()
        erase(db, load_kinds(), server, records_about(db, load_kinds(), "minh"), now_ms())
    (erasure,) = union.read("SELECT * FROM save WHERE body LIKE '%erasure%'")
    dara = join("dara")
    ruling = dara.save({"kind": "ruling", "record": erasure["id"], "set": {"counts": False}})
    dara.exchange()
    assert dara.receipts[ruling]["reason"] == "erased_for_good"
    assert union.read("SELECT * FROM erasure_kinds WHERE value = 1")


def test_a_copy_whose_answer_was_cut_is_told_its_name_again(join: Join) -> None:
    ana = join("ana")
    body = {**ana.up(), "device": "what-it-was-copied-from"}
    answer = ana.client.post("/sync", json=body, headers=ana.headers).json()
    assert answer["device"]["id"] == ana.me["device"]
    assert answer["device"]["seal"] == ana.me["seal"]
    assert "device" not in ana.exchange()


def test_a_signed_out_phone_offers_again_what_a_restored_server_lost(
    join: Join, union: SmallUnion
) -> None:
    ana = join("ana")
    ana.exchange()
    with Opened(union.db) as db:
        revoke(db, ana.me["device"], now_ms())
    told = ana.exchange()
    assert (told["wipe"], told["fresh"], told["records"]) == (True, False, [])
    ana.cursor = {**(ana.cursor or {}), "epoch": "of the server that was lost"}
    told = ana.exchange()
    assert (told["wipe"], told["fresh"], told["records"]) == (True, True, [])
    assert ana.exchange()["fresh"] is False


def test_who_joined_again_hears_what_became_of_what_they_saved_before(
    join: Join, union: SmallUnion
) -> None:
    before = join("ana")
    save = before.talk("minh")
    before.exchange()
    again = join("ana")
    again.exchange()
    union.write(Change("ruling", save, {"counts": False}))
    again.exchange()
    assert again.receipts[save]["device"] == before.me["device"]
    assert again.receipts[save]["reason"] == "set_aside"


def test_a_record_that_is_about_another_again_after_a_split_is_dropped(
    join: Join, union: SmallUnion
) -> None:
    union.write(Change("assignment", "zoe", {"volunteer": "luc"}))
    luc = join("luc")
    luc.talk("zoe", "talk-1")
    luc.exchange()
    union.write(Change("assignment", "zoe", {"volunteer": None}))
    alias = union.write(Change("alias", "a", {"person": "zoe", "same_as": "minh"}))
    union.write(Change("assignment", "minh", {"volunteer": "ana"}))
    ana = join("ana")
    ana.exchange()
    assert ana.heads("conversation", "talk-1", "person")[0]["value"] == "minh"
    union.write(Change("ruling", alias.save, {"counts": False}))
    ana.exchange()
    assert ana.records["conversation", "talk-1"] == {}
    with Opened(union.db) as db:
        assert list(faults(db, load_kinds())) == []


def test_a_captain_never_hears_that_there_is_a_conversation(join: Join, union: SmallUnion) -> None:
    union.write(Change("assignment", "zoe", {"volunteer": "luc"}))
    luc, cleo = join("luc"), join("cleo")
    luc.talk("zoe", "conv-of-zoe")
    luc.exchange()
    cleo.exchange()
    alias = union.write(Change("alias", "a", {"person": "zoe", "same_as": "minh"}))
    said = [cleo.exchange()]
    union.write(Change("ruling", alias.save, {"counts": False}))
    said += [cleo.exchange(), join("cleo").exchange()]
    with Opened(union.db) as db:
        server = db.execute("SELECT * FROM device WHERE id = ?", (SERVER,)).fetchone()
        erase(db, load_kinds(), server, records_about(db, load_kinds(), "minh"), now_ms())
    said.append(cleo.exchange())
    assert "conv-of-zoe" not in json.dumps(said)


def test_a_conversation_that_is_now_about_somebody_seen_by_a_card_alone_is_dropped(
    join: Join, union: SmallUnion
) -> None:
    union.write(Change("volunteer", "cleo", {"roles/steward": True}))
    union.write(Change("person", "zoe", {"worksite": "ward-42"}))
    union.write(Change("assignment", "zoe", {"volunteer": "luc"}))
    luc, cleo = join("luc"), join("cleo")
    luc.talk("zoe", "talk-1")
    luc.exchange()
    alias = union.write(Change("alias", "a", {"person": "zoe", "same_as": "minh"}))
    union.write(Change("assignment", "minh", {"volunteer": "cleo"}))
    cleo.exchange()
    assert cleo.records["conversation", "talk-1"]
    union.write(Change("ruling", alias.save, {"counts": False}))
    cleo.exchange()
    assert cleo.records["person", "zoe"].keys() == {"name", "number_end"}
    assert not cleo.records.get(("conversation", "talk-1"))


def test_a_phone_that_starts_anew_is_told_of_nothing_that_went_over(
    join: Join, union: SmallUnion
) -> None:
    ana = join("ana")
    union.write(Change("assignment", "zoe", {"volunteer": "luc"}))
    luc = join("luc")
    luc.talk("zoe", "talk-1")
    luc.exchange()
    alias = union.write(Change("alias", "a", {"person": "zoe", "same_as": "minh"}))
    union.write(Change("ruling", alias.save, {"counts": False}))
    assert "talk-1" not in json.dumps(ana.exchange())


def test_a_phone_that_only_reads_is_answered_while_the_writer_has_no_room(
    client: TestClient, union: SmallUnion, join: Join
) -> None:
    ana = join("ana")
    with Opened(union.db) as db:
        db.execute("UPDATE device SET seen_at = 0")
    writer: Writer = client.app.state.writer  # type: ignore[attr-defined]
    goes, began = Event(), Event()
    writer.soon(lambda _: (began.set(), goes.wait()))
    began.wait()
    for _ in range(MAX_WAITING):
        writer.soon(lambda _: None)
    try:
        assert ana.exchange()["fresh"]
    finally:
        goes.set()
