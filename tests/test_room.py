"""What one phone writes to one record, however much, delays nobody: beyond a bound it is held."""

from starlette.testclient import TestClient

from server.ids import now_ms
from server.ledger.erase import erase, records_about
from server.ledger.facts import SERVER
from server.ledger.rebuild import faults
from server.ledger.room import MOST_CHARACTERS, MOST_FROM_THE_LOG
from sync.kinds import load_kinds
from tests.ledger_oracle import differences
from tests.model_phone import Join, Json, ModelPhone
from tests.small_union import Opened, SmallUnion


def note(text: str, *saw: str, about: str = "minh") -> Json:
    return {"kind": "person", "record": about, "set": {"note": text}, "saw": {"note": [*saw]}}


def claims(phone: ModelPhone, many: int) -> list[str]:
    """Write a note many times, each having seen all before and one that never comes."""
    made: list[str] = []
    for at in range(many):
        made.append(phone.save(note(f"{at}", "nobody:0", *(f"{save}:0" for save in made))))
        if len(phone.waiting) == 100 or at == many - 1:
            phone.exchange()
    return made


def is_as_the_log_says(union: SmallUnion) -> bool:
    with Opened(union.db) as db:
        found = [*faults(db, load_kinds()), *differences(db, load_kinds())]
    return found == []


def reasons(phone: ModelPhone, saves: list[str]) -> list[str | None]:
    return [phone.receipts[save]["reason"] for save in saves]


def test_what_claims_to_have_seen_ever_more_is_held_when_it_is_too_much(
    join: Join, union: SmallUnion
) -> None:
    ana = join("ana")
    made = claims(ana, MOST_FROM_THE_LOG + 20)
    taken = [save for save in made if ana.receipts[save]["verdict"] == "taken"]
    assert len(taken) < MOST_FROM_THE_LOG
    assert made[: len(taken)] == taken
    assert {*reasons(ana, made[len(taken) :])} == {"record_is_full"}
    assert union.value("person", "minh", "note") == f"{len(taken) - 1}"
    assert is_as_the_log_says(union)


def test_who_fills_a_register_so_fills_no_other(join: Join, union: SmallUnion) -> None:
    ana = join("ana")
    claims(ana, MOST_FROM_THE_LOG + 1)
    alone = {"kind": "person", "record": "minh", "set": {"do_not_contact/all": True}}
    saves = [ana.save(alone), ana.talk("minh")]
    ana.exchange()
    assert reasons(ana, saves) == [None, None]


def test_a_coordinator_makes_room_again(join: Join, union: SmallUnion) -> None:
    ana, dara = join("ana"), join("dara")
    made = claims(ana, MOST_FROM_THE_LOG + 1)
    seen = [f"{save}:0" for save in made]
    corrected = dara.save(note("as it is", *seen))
    dara.exchange()
    assert reasons(dara, [corrected]) == [None]
    for save in made:
        dara.save({"kind": "ruling", "record": save, "set": {"counts": False}})
        if len(dara.waiting) == 100:
            dara.exchange()
    dara.save({"kind": "ruling", "record": corrected, "set": {"counts": False}})
    dara.exchange()
    again = ana.save(note("here again"))
    ana.exchange()
    assert reasons(ana, [again]) == [None]
    assert union.value("person", "minh", "note") == "here again"


def filling(at: int, person: str = "minh") -> Json:
    """Return a change that sets many registers nobody knows."""
    said = {f"zz/{at}-{n}": "long " * 390 for n in range(50)}
    return {"kind": "person", "record": person, "set": said}


def test_a_record_holds_only_so_much(join: Join, union: SmallUnion) -> None:
    ana, dara = join("ana"), join("dara")
    made = [ana.save(filling(at)) for at in range(8)]
    ana.exchange()
    taken = [save for save in made if ana.receipts[save]["verdict"] == "taken"]
    assert 0 < len(taken) < len(made)
    assert {*reasons(ana, made[len(taken) :])} == {"record_is_full"}
    (row,) = union.read("SELECT registers FROM record WHERE kind = 'person' AND id = 'minh'")
    assert len(row["registers"]) < 3 * MOST_CHARACTERS
    corrected = dara.save(note("there is room for coordinators"))
    dara.exchange()
    assert reasons(dara, [corrected]) == [None]
    assert is_as_the_log_says(union)


def test_what_no_room_was_for_is_erased_with_the_rest(join: Join, union: SmallUnion) -> None:
    ana = join("ana")
    talk = {"kind": "conversation", "record": "talk-1", "set": {"person": "siobhan"}}
    for at in range(8):
        ana.save(filling(at), talk)
    ana.exchange()
    with Opened(union.db) as db:
        server = db.execute("SELECT * FROM device WHERE id = ?", (SERVER,)).fetchone()
        erase(db, load_kinds(), server, records_about(db, load_kinds(), "minh"), now_ms())
    assert union.read("SELECT id FROM save WHERE body LIKE '%long long%'") == []
    assert is_as_the_log_says(union)


def test_a_page_ends_when_it_is_long_and_not_within_what_a_save_moved(
    join: Join, client: TestClient
) -> None:
    ana = join("ana")
    people = ("minh", "siobhan", "adaeze")
    for at, person in enumerate(people * 2):
        ana.save(filling(at, person))
    ana.save(*(note("for all", about=person) for person in people))
    ana.exchange()
    again = join("ana")
    pages: list[Json] = []
    while not pages or pages[-1]["more"]:
        pages.append(client.post("/sync", json=again.up(), headers=again.headers).json())
        again.apply(pages[-1])
    assert len(pages) == 2
    assert {*people} <= {one["id"] for one in pages[-1]["records"]}
    assert again.records == ana.records
