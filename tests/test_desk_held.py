"""What is held, and what is closed: told in plain words, with what a coordinator does about it."""

import json
import re

import pytest
from starlette.testclient import TestClient

from server.app import create_app
from server.config import Settings
from server.ids import new_id, now_ms
from server.ledger.erase import erase, records_about
from server.ledger.facts import SERVER
from server.pages.kept import ADVICE, CLOSED
from server.problems import PROBLEMS
from server.schema import Connection
from sync.kinds import load_kinds
from sync.save import Change
from tests.desk import desk, writes
from tests.model_phone import ModelPhone
from tests.sealing_phone import SealingPhone, flipped, only_sealed, sealed_by
from tests.small_union import Opened, SmallUnion, make_small_union
from tests.test_desk_pages import forms, seen

NOTE = {"kind": "person", "record": "minh", "set": {"note": "Prefers evenings"}}


@pytest.fixture
def phones(union: SmallUnion):
    """Make phones of volunteers: phones("ana") is one that seals."""
    with TestClient(create_app(Settings(db=union.db))) as client:

        def phone(volunteer: str, kind: type[ModelPhone] = SealingPhone) -> ModelPhone:
            return kind(client, union.link_token(volunteer))

        yield phone


def revoked(union: SmallUnion, phone: ModelPhone) -> None:
    with Opened(union.db) as db:
        device = phone.me["device"]
        db.execute("UPDATE device SET revoked_at = 1 WHERE id = ?", (device,))


def carried_unsealed(union, phones) -> None:
    """Luc's phone brings what it says is Ana's, without a seal."""
    ana, luc = phones("ana", ModelPhone), phones("luc", ModelPhone)
    ana.save(NOTE)
    luc.waiting = ana.waiting
    luc.exchange()


def device_unknown(union, phones) -> None:
    """Luc's phone brings what is sealed by a phone that nobody here knows."""
    luc = phones("luc")
    save = {"id": new_id(now_ms()), "device": "elsewhere", "n": 1, "at": now_ms()}
    save |= {"at_error_ms": 0, "schema": 2, "changes": [{"saw": {}, **NOTE}]}
    luc.waiting = [sealed_by(luc, save, b"x" * 32)]
    luc.exchange()


def device_revoked(union, phones) -> None:
    """Ana's phone was lost, and sends what it has."""
    ana = phones("ana")
    ana.save(NOTE)
    revoked(union, ana)
    ana.exchange()


def same_id_other_bytes(union, phones) -> None:
    """Another note comes under the name of one that is here."""
    ana = phones("ana", ModelPhone)
    first = ana.save({"kind": "person", "record": "minh", "set": {"job": "Porter"}})
    ana.exchange()
    ana.save(NOTE, id=first)
    ana.exchange()


@pytest.mark.parametrize(
    ("happens", "title", "says", "counts_as"),
    [
        (
            carried_unsealed,
            "This record came through another phone, without a seal.",
            "brought by Luc Bélanger · on a phone",
            "luc",
        ),
        (
            device_unknown,
            "This record comes from a phone this server does not know.",
            "It says that it was made on a phone that nobody here knows.",
            "luc",
        ),
        (
            device_revoked,
            "This record comes from a phone that was signed out.",
            "Ask Ana Kowalczyk who wrote this",
            "ana",
        ),
        (
            same_id_other_bytes,
            "A different record came under a name that is taken.",
            "both can count",
            "ana",
        ),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_a_reason_is_told_and_the_save_is_admitted_or_set_aside(
    union, phones, happens, title, says, counts_as
):
    happens(union, phones)
    with desk(union) as client:
        said = seen(client, "/desk/review")
        assert title in said
        assert says in said
        assert "About Minh Trần" in said
        assert "Prefers evenings" in said
        [form] = forms(client, "/desk/review", "/desk/review/rule")
        client.post("/desk/review/rule", data={**form, "counts": "no"})
        assert union.value("person", "minh", "note") is None
        [undo] = [f for f in forms(client, "/desk/review", "/desk/undo") if f["way"] == ["back"]]
        client.post("/desk/undo", data=undo)
        [form] = forms(client, "/desk/review", "/desk/review/rule")
        client.post("/desk/review/rule", data={**form, "counts": "yes"})
        assert union.value("person", "minh", "note") == "Prefers evenings"
        assert "Nothing is held." in seen(client, "/desk/review")
    [row] = union.read("SELECT heads FROM register WHERE record = 'minh' AND field = 'note'")
    assert [head["by"] for head in json.loads(row["heads"])] == [counts_as]


def test_whose_phone_it_says_it_was_made_on_is_told(union, phones):
    carried_unsealed(union, phones)
    with desk(union) as client:
        said = seen(client, "/desk/review")
        assert "It says that it was made on Ana Kowalczyk’s phone." in said
        assert "it counts as written by Luc Bélanger" in said


def test_what_can_never_count_is_not_offered_to_count(union, phones):
    ana = phones("ana", ModelPhone)
    ana.talk("minh", "talk-1")
    ana.exchange()
    ana.save({"kind": "conversation", "record": "talk-1", "set": {"person": "siobhan"}})
    ana.exchange()
    with desk(union) as client:
        page = client.get("/desk/review").text
        assert "so this cannot count" in page
        assert "Let it count" not in page
        assert "Set aside" in page


def test_what_cannot_be_read_is_only_set_aside(union, phones):
    ana = phones("ana", ModelPhone)
    ana.save(NOTE)
    ana.waiting[0]["plain"] = "no save at all"
    ana.exchange()
    with desk(union) as client:
        said = seen(client, "/desk/review")
        assert "Nothing in it can be read here" in said
        assert "Let it count" not in said


def test_a_decision_somebody_made_meanwhile_is_not_overwritten(union):
    held = writes(union, "luc", Change("person", "minh", {"note": "Prefers evenings"}))
    with desk(union) as client:
        [form] = forms(client, "/desk/review", "/desk/review/rule")
        union.write(Change("ruling", held.save, {"counts": False}))
        page = client.post("/desk/review/rule", data={**form, "counts": "yes"})
        assert "Somebody changed this meanwhile." in page.text
        assert union.value("person", "minh", "note") is None


def erased(db: Connection, person: str) -> None:
    device = db.execute("SELECT * FROM device WHERE id = ?", (SERVER,)).fetchone()
    erase(db, load_kinds(), device, records_about(db, load_kinds(), person), now_ms())


def test_of_what_was_erased_nothing_is_shown_as_held(union):
    writes(union, "luc", Change("person", "minh", {"note": "held about Minh"}))
    with desk(union) as client:
        assert "held about Minh" in seen(client, "/desk/review")
        with Opened(union.db) as db:
            erased(db, "minh")
        assert "Nothing is held." in seen(client, "/desk/review")


def test_what_is_left_of_a_held_save_still_waits(union):
    both = [Change("person", id, {"note": f"held about {id}"}) for id in ("minh", "siobhan")]
    writes(union, "luc", *both)
    with Opened(union.db) as db:
        erased(db, "minh")
    with desk(union) as client:
        said = seen(client, "/desk/review")
        assert "Part of this was erased; the rest waits." in said
        assert "held about siobhan" in said
        assert "held about minh" not in said


def test_closed_envelopes_tell_whose_phone_which_number_who_brought_them_and_what_to_do(
    union, phones
):
    ana, luc = phones("ana"), phones("luc")
    ana.talk("minh")
    ana.talk("siobhan")
    sealed = [{**one, "sealed": flipped(one["sealed"], 99)} for one in ana.waiting]
    luc.waiting = sealed
    luc.exchange()
    with desk(union) as client:
        said = seen(client, "/desk/review")
        assert "Ana Kowalczyk · 2 records, the oldest received" in said
        assert "records number 1, 2 of that phone · brought by Luc Bélanger" in said
        assert "puts it back with “rounds keys add”" in said
        assert re.search(r"Review 1 waiting", said)
    with desk(union, "emil") as client:
        assert "Ana Kowalczyk" not in seen(client, "/desk/review")


def test_a_seal_that_is_not_the_phones_is_told_with_what_helps(union, phones):
    ana = phones("ana")
    save = {"id": new_id(now_ms()), "device": ana.me["device"], "n": 7, "at": now_ms()}
    save |= {"at_error_ms": 0, "schema": 2, "changes": [{"saw": {}, **NOTE}]}
    ana.waiting = [sealed_by(ana, save, b"x" * 32)]
    ana.exchange()
    with desk(union) as client:
        said = seen(client, "/desk/review")
        assert "record number 7 of that phone" in said
        assert "with a new joining link the phone gets a new seal" in said
        assert "brought by" not in said


def test_from_phones_that_nobody_knows_no_numbers_are_told(union, phones):
    luc = phones("luc")
    luc.talk("ravneet")
    one = only_sealed(luc)
    header = {**one["header"], "device": "elsewhere", "key": "lost"}
    luc.waiting = [{**one, "header": header}]
    luc.exchange()
    with desk(union) as client:
        said = seen(client, "/desk/review")
        assert "From a phone nobody here knows · 1 record" in said
        assert "brought by Luc Bélanger" in said
        assert "record number" not in said


def test_every_reason_a_save_can_be_held_for_says_what_to_do():
    reasons = {code for code, problem in PROBLEMS.items() if problem["status"] == 200}
    assert reasons - {*ADVICE, *CLOSED} == {"set_aside", "partly_set_aside"}


def test_a_held_ruling_can_only_be_made_anew_by_who_may(union, phones):
    save = union.write(Change("person", "minh", {"note": "by the union"})).save
    luc = phones("luc", ModelPhone)
    luc.save({"kind": "ruling", "record": save, "set": {"counts": False}})
    luc.save({"kind": "ruling", "record": "nothing-here", "set": {"counts": True}})
    luc.exchange()
    with desk(union) as client:
        said = seen(client, "/desk/review")
        assert "Luc Bélanger may not decide this." in said
        assert "something that is not here, so it changes nothing" in said
        assert "Let it count" not in said
        for form in forms(client, "/desk/review", "/desk/review/rule"):
            client.post("/desk/review/rule", data={**form, "counts": "no"})
        assert "Nothing is held." in seen(client, "/desk/review")
    assert union.value("person", "minh", "note") == "by the union"


@pytest.fixture(scope="module")
def crowded(tmp_path_factory):
    """What Ana wrote about Zoé is held, and so are 220 notes of hers about Ravneet since.

    Made once: these tests only read.
    """
    union = make_small_union(tmp_path_factory.mktemp("crowded") / "rounds.db")
    with TestClient(create_app(Settings(db=union.db))) as client:
        ana = ModelPhone(client, union.link_token("ana"))
        ana.save({"kind": "person", "record": "zoe", "set": {"note": "about Zoé"}})
        for n in range(220):
            ana.save({"kind": "person", "record": "ravneet", "set": {"note": f"note {n}"}})
            if len(ana.waiting) == 100:
                ana.exchange()
        ana.exchange()
    return union


def test_what_is_held_in_a_local_is_seen_whatever_came_elsewhere_since(crowded):
    with desk(crowded, "emil") as client:
        assert "Held saves 1" in seen(client, "/desk/review")
        assert "about Zoé" in seen(client, "/desk/review")


def test_everything_held_can_be_reached(crowded):
    with desk(crowded) as client:
        path, read = "/desk/review", []
        while path:
            read.append(seen(client, path))
            link = re.search(r'href="(/desk/review\?before=\d+)', client.get(path).text)
            path = link and link[1]
        assert len(read) == 3
        for n in (0, 99, 100, 219):
            assert sum(f"note {n} " in page for page in read) == 1
        assert "about Zoé" in read[-1]


@pytest.mark.parametrize("before", ["x", "-1", "9" * 30, "²"])
def test_a_page_of_held_saves_that_was_made_up_breaks_nothing(crowded, before):
    with desk(crowded) as client:
        assert client.get(f"/desk/review?before={before}").status_code == 200
