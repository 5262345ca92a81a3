"""The phone's real JavaScript in Node: what the world does to it, it bears as in a browser."""

import json
import random
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from server.ids import now_ms
from sync.save import Change
from tests.model_phone import Join
from tests.node_line import Line, note, stored
from tests.simulator.node_phone import NodePhone, NodePhones
from tests.simulator.node_process import NodeProblem
from tests.simulator.phone import LOST, Said
from tests.small_union import SmallUnion
from tests.test_erasing import erase_person

NOW_MS = 1_772_000_000_000
# The example of RFC 9180, A.3.1: the receiver's public key.
POINT = "BP6MGby54kwyOHHHDaQfaw9pCxRNwxSF_n5Dtm2l04K2d1zLxnaNzKrKxF90N4SC3MJTw7fV2rMe5wNOBh5Oi8c"


def shown_note(phone: NodePhone) -> Any:
    return phone.state().shown["person/minh"]["note"]["value"]


def test_a_phone_holds_what_a_model_phone_of_the_same_volunteer_holds(
    node_ana: NodePhone, node_line: Line, join: Join
) -> None:
    node_ana.save(note("Prefers mornings"))
    assert shown_note(node_ana) == "Prefers mornings"
    node_line.carry(node_ana, node_ana.exchange())
    model = join("ana")
    model.exchange()
    held = {f"{kind}/{id}": fields for (kind, id), fields in model.records.items()}
    assert node_ana.state().records == held
    assert held["person/minh"]["note"][0]["value"] == "Prefers mornings"


@pytest.mark.parametrize("seed", range(3))
def test_whatever_a_bad_line_loses_every_save_gets_through(
    node_ana: NodePhone, client: TestClient, union: SmallUnion, seed: int
) -> None:
    bad = Line(client, random.Random(seed))
    made = []
    for at in range(5):
        made.append(node_ana.save(note(f"note {at}")))
        bad.carry(node_ana, node_ana.exchange())
    Line(client).carry(node_ana, node_ana.exchange())
    assert node_ana.state().waiting == []
    assert node_ana.state().saved == made
    assert stored(union, node_ana) == dict(enumerate(made, 1))


@pytest.mark.parametrize("seed", range(3))
def test_a_phone_locked_and_unlocked_amid_its_exchanges_loses_and_misses_nothing(
    node_ana: NodePhone, node_line: Line, client: TestClient, union: SmallUnion, seed: int
) -> None:
    chance = random.Random(seed)
    bad = Line(client, chance)
    made = []
    for at in range(8):
        made.append(node_ana.save(note(f"note {at}")))
        union.write(Change("person", "adaeze", {"job": f"from the desk {at}"}))
        said = node_ana.exchange()
        if chance.random() < 0.5:
            node_ana.lock()  # the reply finds it locked
        bad.carry(node_ana, said)
        node_ana.lock()
        bad.carry(node_ana, node_ana.exchange())
        said = node_ana.exchange()
        said += node_ana.unlock()  # the reply finds it open
        bad.carry(node_ana, said)
    node_line.carry(node_ana, node_ana.exchange())
    assert (node_ana.state().waiting, node_ana.state().saved) == ([], made)
    assert stored(union, node_ana) == dict(enumerate(made, 1))
    assert node_ana.state().shown["person/adaeze"]["job"]["value"] == "from the desk 7"


def test_two_tabs_that_save_at_once_share_no_number(
    node_ana: NodePhone, node_line: Line, union: SmallUnion
) -> None:
    tab = node_ana.tab("a second tab")
    both = [(phone, note(f"note {at}")) for at in range(10) for phone in (node_ana, tab)]
    made = node_ana.save_together(both)
    assert len({*made}) == 20
    node_line.carry(tab, tab.exchange())
    assert [*stored(union, tab)] == [*range(1, 21)]
    assert {*stored(union, tab).values()} == {*made}
    assert node_ana.state() == tab.state()


def test_a_copy_of_the_disk_goes_on_beside_the_first(
    node_ana: NodePhone, node_line: Line, union: SmallUnion
) -> None:
    node_ana.save(note("before"))
    copy = node_ana.copy("a copy")
    assert copy.state() == node_ana.state()
    node_ana.save(note("on the old one"))
    copy.save(note("on the new one", "adaeze"))
    for phone in (node_ana, copy):
        node_line.carry(phone, phone.exchange())
        assert phone.state().waiting == []
    copy.close()
    said = [row["body"] or "" for row in union.read("SELECT body FROM save")]
    for text in ("before", "on the old one", "on the new one"):
        assert sum(text in body for body in said) == 1


def test_a_file_of_one_phone_travels_with_another(
    node_phones: NodePhones, node_ana: NodePhone, node_line: Line, union: SmallUnion
) -> None:
    id = node_ana.save(note("carried"))
    luc = node_phones("luc", now_ms, seed=1)
    node_line.carry(luc, luc.join(union.link_token("luc")))
    luc.carry(node_ana.export())
    assert luc.state().carried == [id]
    node_line.carry(luc, luc.exchange())
    assert luc.state().waiting == []
    node_line.carry(node_ana, node_ana.exchange())
    assert node_ana.state().receipts[id or ""]["verdict"] == "taken"
    luc.close()


def test_a_full_disk_or_a_dropped_connection_leaves_no_gap(
    node_ana: NodePhone, node_line: Line, union: SmallUnion
) -> None:
    node_ana.fill(is_full=True)
    assert node_ana.ask("save", note("no room"))["problem"] == "storage_full"
    node_ana.fill(is_full=False)
    node_ana.drop()
    assert node_ana.save(note("room")) is not None
    node_line.carry(node_ana, node_ana.exchange())
    assert [*stored(union, node_ana)] == [1]


def test_a_storage_that_the_browser_dropped_is_that_of_a_phone_that_never_joined(
    node_ana: NodePhone, node_line: Line, union: SmallUnion
) -> None:
    node_ana.save(note("lost"))
    node_ana.evict()
    state = node_ana.state()
    assert (state.device, state.saved, node_ana.save(note("nobody's"))) == (None, [], None)
    node_line.carry(node_ana, node_ana.join(union.link_token("ana")))
    assert "person/minh" in node_ana.state().records


def test_a_phone_gives_a_request_up_when_it_takes_too_long(node_phones: NodePhones) -> None:
    now = [NOW_MS]
    phone = node_phones("slow", lambda: now[0], seed=1)
    [asked] = phone.join("token")
    now[0] += 31_000
    assert phone.advance() == []
    assert phone.refused == "time_out"
    assert phone.answer(asked.ticket, 200, {}, b"{}") == []


def test_a_phone_that_nobody_looks_at_stops_its_pauses(
    node_ana: NodePhone, node_line: Line, union: SmallUnion
) -> None:
    node_ana.save(note("waits"))
    [asked] = node_ana.exchange()
    [pause] = node_ana.fail(asked.ticket, LOST)
    node_ana.look(is_visible=False)
    assert node_ana.wake(pause.ticket) == []
    node_line.carry(node_ana, node_ana.look(is_visible=True))
    assert node_ana.state().waiting == []


def test_an_older_app_goes_on_making_saves_of_its_schema(node_phones: NodePhones) -> None:
    schemas = []
    for is_old in (True, False):
        phone = node_phones("one", lambda: NOW_MS, seed=1, is_old=is_old)
        answer_join(phone, phone.join("token"))
        phone.save(note("hello"))
        schemas.append('"schema":1' in phone.dump())
    assert schemas == [True, False]


def test_the_same_seed_makes_the_same_phone_do_the_same(node_phones: NodePhones) -> None:
    first, again, other = ([*a_life(node_phones, seed)] for seed in (3, 3, 4))
    assert first == again
    assert first != other


def a_life(make: NodePhones, seed: int) -> Iterator[Any]:
    """Yield all that comes out of a phone, its sealed envelopes and its disk at its death."""
    phone = make("one", lambda: NOW_MS, seed)
    yield answer_join(phone, phone.join("token"))
    yield phone.save(note("hello"))
    for _ in range(2):
        [asked] = said = phone.exchange()
        yield said
        yield phone.fail(asked.ticket, LOST)
    phone.kill_after(30)
    yield phone.save(note("hello again")), phone.is_alive(), phone.dump()


def answer_join(phone: NodePhone, said: Said) -> Said:
    """Answer a join as a server might, and lose the exchange that comes next."""
    me = {"device": "device-1", "volunteer": "ana", "name": "Ana", "roles": ["go_to"]}
    seals = {"seal": "c2VhbA", "key": {"id": "key-1", "public": POINT}}
    join = json.dumps({**me, **seals, "language": "en", "now": NOW_MS}).encode()
    [asked] = phone.answer(said[0].ticket, 200, {"set-cookie": "a=b"}, join)
    return [asked, *phone.fail(asked.ticket, LOST)]


def test_when_node_cannot_go_on_it_says_why(node_phones: NodePhones) -> None:
    with pytest.raises(NodeProblem, match="nobody cannot exchange"):
        NodePhone(node_phones.node, "nobody", now_ms, 1).exchange()


def test_when_node_dies_that_is_said_at_once() -> None:
    with NodePhones() as make:
        phone = make("one", now_ms, seed=1)
        make.node.kill()
        with pytest.raises(NodeProblem, match="Node ended with -9"):
            phone.exchange()


def test_of_what_was_erased_no_other_save_remembers_a_word(
    node_ana: NodePhone, node_line: Line, union: SmallUnion
) -> None:
    node_ana.save(note("Quellwasser"))
    node_ana.save(note("x" * 120_000))  # which no server can read, so it cannot say erased of it
    erase_person(union, "minh")
    node_line.carry(node_ana, node_ana.exchange())
    assert node_ana.state().waiting == []
    assert "Quellwasser" not in node_ana.dump()
