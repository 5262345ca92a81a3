"""The phone's real JavaScript, killed between any two steps of what it does."""

from collections.abc import Iterator

import pytest

from server.ids import now_ms
from server.routes.phone import PWA
from tests.node_line import Line, note, stored
from tests.simulator.node_phone import NodePhone, NodePhones
from tests.simulator.phone import Asked
from tests.small_union import SmallUnion

MOST_STEPS = 400


def test_killed_amid_a_save_it_is_there_whole_or_not_at_all(
    node_ana: NodePhone, node_line: Line, union: SmallUnion
) -> None:
    # How many more are on the disk, and whether it was called saved.
    assert save_and_die(node_ana) == {(0, False), (1, False), (1, True)}
    node_line.carry(node_ana, node_ana.exchange())
    sent = stored(union, node_ana)
    assert node_ana.state().waiting == []
    assert {*node_ana.state().saved} <= {*sent.values()}
    assert [*sent] == [*range(1, len(sent) + 1)]


def save_and_die(phone: NodePhone) -> set[tuple[int, bool]]:
    """Save again and again, each time killed a step later, until a save is over before it."""
    outcomes = set()
    for steps in range(MOST_STEPS):
        before = phone.brief().waiting
        phone.kill_after(steps)
        told = phone.save(note(f"note {steps}"))
        after = phone.brief().waiting
        if phone.is_alive():
            phone.kill_after(None)
            return outcomes
        assert after[: len(before)] == before
        outcomes.add((len(after) - len(before), told is not None))
        phone.start()
    raise AssertionError(f"A save takes more than {MOST_STEPS} steps.")


def test_killed_amid_a_page_it_is_there_whole_or_not_at_all(
    node_ana: NodePhone, node_line: Line
) -> None:
    outcomes = set(hear_and_die(node_ana, node_line))
    assert outcomes == {False, True}
    assert node_ana.state().waiting == []


def hear_and_die(phone: NodePhone, node_line: Line) -> Iterator[bool]:
    """Hear page after page, each time killed a step later; yield whether it is on the disk."""
    for steps in range(MOST_STEPS):
        id = phone.save(note(f"note {steps}"))
        before = phone.brief()
        [asked] = phone.exchange()
        assert isinstance(asked, Asked)
        reply = node_line.ask(asked)
        phone.kill_after(steps)
        phone.answer(asked.ticket, *reply)
        after = phone.brief()
        has_page = after.cursor != before.cursor
        assert (id not in after.waiting) == (after.records != before.records) == has_page
        if phone.is_alive():
            return
        yield has_page
        phone.start()
        node_line.carry(phone, phone.exchange())


def test_killed_while_it_opens_it_opens_the_next_time(node_ana: NodePhone) -> None:
    node_ana.save(note("kept"))
    before = node_ana.state()
    node_ana.kill()
    deaths = 0
    while True:
        node_ana.start(turns=deaths)
        if node_ana.is_alive():
            break
        deaths += 1
        assert node_ana.brief() == before._replace(shown={})
    assert deaths > 10
    assert node_ana.state() == before


def test_a_save_that_was_committed_though_nobody_heard_is_sent(
    node_ana: NodePhone, node_line: Line, union: SmallUnion
) -> None:
    node_ana.kill(commits=1)
    assert node_ana.save(note("unheard")) is None
    assert not node_ana.is_alive()
    node_ana.start()
    node_line.carry(node_ana, node_ana.exchange())
    assert [*stored(union, node_ana)] == [1]


def test_a_tab_killed_amid_a_save_leaves_the_other_whole(
    node_ana: NodePhone, node_line: Line, union: SmallUnion
) -> None:
    tab = node_ana.tab("a second tab")
    deaths = 0
    for steps in range(0, MOST_STEPS, 3):
        tab.kill_after(steps)
        kept, _ = node_ana.save_together([(node_ana, note("a")), (tab, note("b"))])
        assert kept in node_ana.brief().waiting
        if tab.is_alive():
            break
        deaths += 1
        tab.start()
    assert deaths > 10
    node_line.carry(node_ana, node_ana.exchange())
    sent = stored(union, node_ana)
    assert node_ana.state().waiting == []
    assert [*sent] == [*range(1, len(sent) + 1)]


def test_an_app_that_counts_before_it_keeps_would_be_caught(
    union: SmallUnion, node_line: Line
) -> None:
    saves = (PWA / "store" / "saves.js").read_text()
    adds = "    saves.add(outsideOf(row))\n"
    counts = "    settings.put(n, counterOf(device))\n    return null\n  })"
    later = '.then((missed) => missed ?? inTransaction(["saves"], async (transaction) => {\n'
    later += '    transaction.objectStore("saves").add(outsideOf(row))\n    return null\n  }))'
    keeps = adds + counts
    assert keeps in saves
    with NodePhones({"/store/saves.js": saves.replace(keeps, counts + later)}) as make:
        phone = make("ana", now_ms, seed=1)
        node_line.carry(phone, phone.join(union.link_token("ana")))
        save_and_die(phone)
        node_line.carry(phone, phone.exchange())
        sent = stored(union, phone)
        with pytest.raises(AssertionError):
            assert [*sent] == [*range(1, len(sent) + 1)]
