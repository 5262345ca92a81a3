"""A client written from docs/PROTOCOL.md alone makes the phone's journeys with the real app."""

import copy
import json
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from server.access.devices import revoke
from server.access.keys import keys_beside, path_beside, rotate
from server.app import create_app, open_database
from server.config import Settings
from server.ledger.erase import erase, records_about
from server.ledger.facts import SERVER
from server.ledger.rebuild import rebuild
from sync.kinds import load_kinds
from sync.save import Change
from tests.other_client.client import OtherClient
from tests.small_union import Opened, SmallUnion
from tests.test_backup import backup, rounds

Join = Callable[[str], OtherClient]


class Line:
    """The way to the server; each client sends cookies of its own over it."""

    def __init__(self, client: TestClient) -> None:
        self.client = client
        self.loses_replies = False
        self.refuses_over = 10**9
        self.is_busy = False
        self.status: list[int] = []

    def get(self, path: str) -> Any:
        return self.client.get(path)

    def post(self, path: str, content: bytes, headers: dict[str, str]) -> Any:
        if self.is_busy:
            busy = {"problem": "busy", "title": "", "safe": "", "next": ""}
            return Response(503, headers={"Retry-After": "20"}, json=busy)
        self.client.cookies.clear()
        content = content if len(content) <= self.refuses_over else b" " * 1_000_001
        answer = self.client.post(path, content=content, headers=headers)
        self.client.cookies.clear()
        self.status.append(answer.status_code)
        if self.loses_replies:
            raise TimeoutError
        return answer


@pytest.fixture
def join(client: TestClient, union: SmallUnion) -> Join:
    def join(volunteer: str) -> OtherClient:
        phone = OtherClient(Line(client), now_ms)
        phone.join(union.link_token(volunteer))
        phone.exchange()
        return phone

    return join


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def talk(phone: OtherClient, person: str, id: str = "talk", **answers: str) -> str:
    said = {f"answers/{key}": value for key, value in answers.items()}
    facts = {"person": person, "when": now_ms(), "result": "talked", **said}
    return phone.save(("conversation", id, facts))


def said(phone: OtherClient, save: str) -> tuple[str, str | None]:
    receipt = phone.state.saves[save].receipt
    assert receipt is not None
    return receipt["verdict"], receipt["reason"]


def people(phone: OtherClient) -> set[str]:
    return {id for kind, id in phone.state.records if kind == "person"}


def test_three_talks_without_signal_stand_in_the_tables(join: Join, union: SmallUnion) -> None:
    ana = join("ana")
    assert people(ana) == {"minh", "siobhan", "adaeze"}
    for person in ("minh", "siobhan", "adaeze"):
        talk(ana, person, f"talk-{person}", platform="yes")
    assert ana.shown("conversation", "talk-minh", "answers/platform") == "yes"
    assert union.read("SELECT * FROM conversation") == []
    ana.exchange()
    assert len(union.read("SELECT * FROM conversation WHERE result = 'talked'")) == 3
    assert {said(ana, save) for save in ana.state.saves} == {("taken", None)}
    assert ("conversation", "talk-minh") in ana.state.records


def test_a_correction_without_signal_is_no_conflict(join: Join, union: SmallUnion) -> None:
    ana = join("ana")
    for number in ("1", "2", "3"):
        ana.save(("person", "minh", {"phone": number}))
    assert ana.shown("person", "minh", "phone") == "3"
    ana.exchange()
    assert union.value("person", "minh", "phone") == "3"
    assert conflicts(union) == 0


def test_two_numbers_written_unseen_are_a_conflict_until_somebody_who_sees_both_writes(
    join: Join, union: SmallUnion
) -> None:
    ana, other = join("ana"), join("ana")
    ana.save(("person", "minh", {"phone": "587 555-0142"}))
    other.save(("person", "minh", {"phone": "587 555-0199"}))
    ana.exchange()
    other.exchange()
    assert conflicts(union) == 1
    ana.exchange()
    assert ana.is_conflict("person", "minh", "phone")
    ana.save(("person", "minh", {"phone": "587 555-0142"}))
    assert not ana.is_conflict("person", "minh", "phone")
    ana.exchange()
    assert conflicts(union) == 0


def test_a_save_whose_reply_was_lost_is_one_save(join: Join, union: SmallUnion) -> None:
    ana = join("ana")
    save = talk(ana, "minh")
    ana.http.loses_replies = True
    ana.exchange()
    assert ana.state.saves[save].waits
    ana.http.loses_replies = False
    ana.exchange()
    assert said(ana, save) == ("taken", None)
    assert len(union.read("SELECT * FROM conversation")) == 1


def test_what_was_not_sent_yet_counts_although_the_person_moved(
    join: Join, union: SmallUnion
) -> None:
    ana = join("ana")
    save = talk(ana, "minh")
    correct(union, "assignment", "minh", "volunteer", "luc")
    ana.exchange()
    assert said(ana, save) == ("taken", None)
    assert people(ana) == {"siobhan", "adaeze"}
    luc = join("luc")
    assert luc.shown("conversation", "talk", "result") == "talked"


def test_somebody_stays_while_own_work_about_them_has_no_receipt(
    join: Join, union: SmallUnion
) -> None:
    ana = join("ana")
    save = talk(ana, "minh")
    ana.state.saves[save].set_aside = "for this test"
    correct(union, "assignment", "minh", "volunteer", "luc")
    ana.exchange()
    assert "minh" in people(ana)
    ana.state.saves[save].set_aside = ""
    ana.exchange()
    assert "minh" not in people(ana)


def test_another_volunteers_device_brings_work_and_the_author_hears_of_it(
    join: Join, union: SmallUnion
) -> None:
    ana, cleo = join("ana"), join("cleo")
    save = talk(ana, "minh")
    cleo.carry(json.loads(json.dumps(ana.export())))
    cleo.exchange()
    assert cleo.state.carried == {}
    (row,) = union.read("SELECT author, verdict FROM save WHERE id = ?", save)
    assert row == {"author": "ana", "verdict": "taken"}
    ana.state.saves[save].set_aside = "it has no way of its own"
    ana.exchange()
    assert said(ana, save) == ("taken", None)


def test_a_held_save_shows_once_a_coordinator_admits_it_and_not_when_taken_back(
    join: Join, union: SmallUnion
) -> None:
    ana = join("ana")
    save = ana.save(("person", "minh", {"worksite": "depot"}))
    ana.exchange()
    assert said(ana, save) == ("held", "role_too_low")
    assert ana.shown("person", "minh", "worksite") == "ward-42"
    union.write(Change("ruling", save, {"counts": True}))
    ana.exchange()
    assert said(ana, save) == ("taken", None)
    correct(union, "ruling", save, "counts", False)
    ana.exchange()
    assert said(ana, save) == ("held", "role_too_low")
    assert ana.shown("person", "minh", "worksite") == "ward-42"


def test_an_import_rolled_back_takes_its_people_away(join: Join, union: SmallUnion) -> None:
    ana = join("ana")
    union.write(
        Change("import", "list-1", {"source": "employer"}),
        Change("person", "new", {"name": "Noor Haddad"}),
        Change("assignment", "new", {"volunteer": "ana"}),
    )
    ana.exchange()
    assert "new" in people(ana)
    union.write(Change("ruling", "list-1", {"counts": False}))
    ana.exchange()
    assert "new" not in people(ana)


def test_an_own_save_is_withdrawn_and_brought_back(join: Join, union: SmallUnion) -> None:
    ana = join("ana")
    save = ana.save(("person", "minh", {"phone": "1"}))
    ana.save(("ruling", save, {"counts": False}))
    assert ana.shown("person", "minh", "phone") is None
    ana.exchange()
    assert union.value("person", "minh", "phone") is None
    assert ana.shown("person", "minh", "phone") is None
    assert said(ana, save) == ("taken", "set_aside")
    ana.save(("ruling", save, {"counts": None}))
    ana.exchange()
    assert said(ana, save) == ("taken", None)
    assert union.value("person", "minh", "phone") == ana.shown("person", "minh", "phone") == "1"


def test_what_the_server_sent_is_withdrawn_without_signal_too(join: Join) -> None:
    ana = join("ana")
    save = ana.save(("person", "minh", {"phone": "1"}))
    ana.exchange()
    assert ana.shown("person", "minh", "phone") == "1"
    ana.save(("ruling", save, {"counts": False}))
    assert ana.shown("person", "minh", "phone") is None


def test_in_a_new_epoch_everything_kept_is_offered_again(join: Join, union: SmallUnion) -> None:
    ana = join("ana")
    save = talk(ana, "minh")
    ana.exchange()
    epoch = ana.state.cursor["epoch"]
    with closing(open_database(Settings(db=union.db))) as db:
        rebuild(db, load_kinds(), now_ms())
    ana.exchange()
    assert ana.state.cursor["epoch"] != epoch
    assert said(ana, save) == ("taken", None)
    assert people(ana) == {"minh", "siobhan", "adaeze"}
    assert len(union.read("SELECT * FROM conversation")) == 1


def test_a_revoked_device_hands_in_its_work_and_keeps_nothing_readable(
    join: Join, union: SmallUnion
) -> None:
    ana = join("ana")
    save = talk(ana, "minh")
    with Opened(union.db) as db:
        revoke(db, ana.state.device, now_ms())
    ana.exchange()
    assert said(ana, save) == ("held", "device_revoked")
    assert (ana.state.records, ana.state.wiped) == ({}, True)
    assert not [own for own in ana.state.saves.values() if own.text]


def test_a_rotated_key_is_learned_and_a_lost_one_sealed_over(join: Join, union: SmallUnion) -> None:
    ana = join("ana")
    before = talk(ana, "minh", "before")
    new = rotate(path_beside(union.db), now_ms())
    ana.exchange()
    assert (said(ana, before), ana.state.key["id"]) == (("taken", None), new.id)
    after = talk(ana, "minh", "after")
    path_beside(union.db).unlink()
    keys_beside(union.db)
    ana.exchange()
    assert said(ana, after) == ("taken", None)
    assert ana.state.saves[after].envelope["header"]["key"] != new.id


def test_what_is_erased_leaves_the_device(join: Join, union: SmallUnion) -> None:
    ana = join("ana")
    save = talk(ana, "minh")
    ana.exchange()
    kinds = load_kinds()
    with Opened(union.db) as db:
        device = db.execute("SELECT * FROM device WHERE id = ?", (SERVER,)).fetchone()
        erase(db, kinds, device, records_about(db, kinds, "minh"), now_ms())
    ana.exchange()
    assert save not in ana.state.saves
    assert not [id for id in ana.state.records if "minh" in id or "talk" in id]


def test_a_copied_device_counts_on_under_an_id_of_its_own(join: Join, union: SmallUnion) -> None:
    ana = join("ana")
    twin = OtherClient(ana.http, now_ms)
    twin.kinds, twin.lifts = ana.kinds, ana.lifts
    twin.state, twin.clock = copy.deepcopy(ana.state), copy.deepcopy(ana.clock)
    saves = [talk(ana, "minh", "first"), talk(twin, "minh", "second")]
    ana.exchange()
    twin.exchange()
    assert twin.state.device != ana.state.device
    saves += [talk(ana, "siobhan", "third"), talk(twin, "siobhan", "fourth")]
    ana.exchange()
    twin.exchange()
    assert [said(ana, saves[2]), said(twin, saves[3])] == [("taken", None)] * 2
    assert len(union.read("SELECT * FROM conversation")) == 4
    assert (ana.state.n, twin.state.n) == (2, 1)


def test_a_device_put_back_to_an_older_state_counts_on(join: Join) -> None:
    ana = join("ana")
    before = copy.deepcopy(ana.state)
    talk(ana, "minh", "first")
    ana.exchange()
    ana.state = before
    ana.exchange()
    device, save = ana.state.device, talk(ana, "minh", "second")
    ana.exchange()
    assert (ana.state.device, ana.state.n, said(ana, save)) == (device, 2, ("taken", None))


def test_a_busy_server_is_left_alone_as_long_as_it_says(join: Join) -> None:
    ana = join("ana")
    save = talk(ana, "minh")
    ana.http.is_busy = True
    ana.exchange()
    assert ana.problem == "busy"
    assert ana.not_before >= now_ms() + 19_000
    ana.http.is_busy = False
    ana.exchange()
    assert said(ana, save) == ("taken", None)


def test_who_has_not_joined_keeps_everything(join: Join) -> None:
    ana = join("ana")
    save = talk(ana, "minh")
    ana.state.cookies = {}
    ana.exchange()
    assert ana.problem == "not_joined"
    assert (ana.state.saves[save].waits, people(ana)) == (True, {"minh", "siobhan", "adaeze"})


def test_a_copy_that_did_not_hear_its_new_name_is_told_again(join: Join) -> None:
    ana = join("ana")
    twin = OtherClient(ana.http, now_ms)
    twin.kinds, twin.lifts = ana.kinds, ana.lifts
    twin.state, twin.clock = copy.deepcopy(ana.state), copy.deepcopy(ana.clock)
    talk(ana, "minh", "first")
    talk(twin, "minh", "second")
    ana.exchange()
    status, answer = twin.post("/sync", twin.request([*twin.batch(9, set())]))
    assert (status, "device" in answer) == (200, True)  # the cookie came through, the rest did not
    twin.exchange()
    assert twin.state.device == answer["device"]["id"]


def test_who_joins_again_sends_what_the_earlier_device_had_not(
    join: Join, union: SmallUnion
) -> None:
    ana = join("ana")
    before = talk(ana, "minh", "before")
    ana.join(union.link_token("ana"))
    after = talk(ana, "minh", "after")
    ana.exchange()
    assert [said(ana, save) for save in (before, after)] == [("taken", None)] * 2


def test_a_lot_goes_up_in_parts_and_comes_down_in_pages(
    join: Join, union: SmallUnion, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana, other = join("ana"), OtherClient(join("ana").http, now_ms)
    for number in range(12):
        talk(ana, "minh", f"talk-{number}")
    ana.http.refuses_over = 4_000
    ana.exchange()
    assert 413 in ana.http.status
    assert len(union.read("SELECT * FROM conversation")) == 12
    monkeypatch.setattr("server.routes.turn.page_for.__defaults__", (2,))
    other.http = Line(ana.http.client)
    other.join(union.link_token("ana"))
    other.exchange()
    assert len(other.http.status) > 4
    assert other.state.records == ana.state.records


def test_one_that_is_refused_alone_is_set_aside_and_the_rest_goes_on(join: Join) -> None:
    ana = join("ana")
    fine, large = talk(ana, "minh", "a"), talk(ana, "minh", "b")
    also_fine = talk(ana, "minh", "c")
    ana.state.saves[large].envelope["sealed"] *= 3_000
    ana.http.refuses_over = 500_000
    ana.exchange()
    assert ana.state.saves[large].set_aside == "too_large"
    assert said(ana, fine) == said(ana, also_fine) == ("taken", None)


def test_a_damaged_envelope_that_is_carried_stops_nothing(join: Join) -> None:
    ana = join("ana")
    ana.carry({"envelopes": [{"header": {"id": "x:y", "device": "z", "n": 0}, "sealed": "?"}]})
    save = talk(ana, "minh")
    ana.exchange()
    assert (said(ana, save), ana.state.carried) == (("taken", None), {})


def test_a_clock_wrong_by_a_year_is_put_right(client: TestClient, union: SmallUnion) -> None:
    year = 365 * 86_400_000
    ana = OtherClient(Line(client), lambda: now_ms() - year)
    ana.join(union.link_token("ana"))
    save = talk(ana, "minh")
    ana.exchange()
    assert abs(json.loads(ana.state.saves[save].text or "")["at"] - now_ms()) < 60_000
    (row,) = union.read("SELECT at, at_error_ms FROM save WHERE id = ?", save)
    assert abs(row["at"] - now_ms()) < 60_000
    assert row["at_error_ms"] < 60_000


def test_what_a_lost_server_had_not_backed_up_is_offered_again(
    union: SmallUnion, tmp_path: Path
) -> None:
    ana = OtherClient(None, now_ms)
    with running(union, ana):
        ana.join(union.link_token("ana"))
        backed_up = talk(ana, "minh", "before")
        ana.exchange()
        file = backup(union, tmp_path / "elsewhere")
        ana.exchange()
        assert ana.state.saves == {}
        missed = talk(ana, "siobhan", "after")
        ana.exchange()
        ana.exchange()
        assert [*ana.state.saves] == [missed]
    for path in union.db.parent.glob(f"{union.db.stem}.*"):
        path.unlink()
    assert rounds("restore", file, "--db", union.db).exit_code == 0
    assert [row["id"] for row in union.read("SELECT id FROM conversation")] == ["before"]
    with running(union, ana):
        ana.exchange()
    assert said(ana, missed) == ("taken", None)
    assert {row["id"] for row in union.read("SELECT id FROM conversation")} == {"before", "after"}
    assert backed_up not in ana.state.saves


@contextmanager
def running(union: SmallUnion, phone: OtherClient) -> Iterator[None]:
    """Run the server for one phone; another time it is another server on the same file."""
    with TestClient(create_app(Settings(db=union.db))) as client:
        phone.http = Line(client)
        yield


def correct(union: SmallUnion, kind: str, record: str, field: str, value: Any) -> None:
    """Write a register over what it shows, as the desk does."""
    (row,) = union.read(
        "SELECT heads FROM register WHERE kind = ? AND record = ? AND field = ?",
        kind,
        record,
        field,
    )
    saw = [head["id"] for head in json.loads(row["heads"])]
    union.write(Change(kind, record, {field: value}, {field: saw}))


def conflicts(union: SmallUnion) -> int:
    (row,) = union.read("SELECT count(*) AS n FROM register WHERE conflict = 1")
    return int(row["n"])
