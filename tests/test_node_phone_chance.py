"""The phone's real JavaScript through a random life in two tabs: tabs, disk and server agree."""

import random

import pytest
from starlette.testclient import TestClient

from sync.save import Change
from tests.node_line import Line, note, stored
from tests.simulator.node_phone import NodePhone
from tests.simulator.phone import Asked, Json, Pause
from tests.small_union import SmallUnion

STEPS = 60
PEOPLE = ("minh", "adaeze")


class Life:
    """Two tabs of one phone, what they have said that nobody heard yet, and everything at once."""

    def __init__(self, phone: NodePhone, line: Line, union: SmallUnion, seed: int) -> None:
        self.chance = random.Random(seed)
        self.tabs = [phone, phone.tab("a second tab")]
        self.line = line
        self.union = union
        self.in_the_air: list[tuple[NodePhone, Asked | Pause]] = []
        self.made: set[str] = set()
        self.may_be_behind: set[NodePhone] = set()
        self.acts = (self.save, self.save, self.save_in_both, self.undo, self.exchange)
        self.acts += (self.hear, self.hear, self.hear, self.desk)
        self.acts += (self.die, self.start, self.start, self.suffer)

    def step(self) -> None:
        """Let something happen to one of the tabs.

        What one kept before it died, without a word to the other, that one learns when it saves or
        exchanges: until it is opened anew it may be behind.
        """
        alive = [tab for tab in self.tabs if tab.is_alive()]
        self.chance.choice(self.acts)(self.chance.choice(self.tabs))
        if any(not tab.is_alive() for tab in alive):
            self.may_be_behind |= {tab for tab in self.tabs if tab.is_alive()}

    def save(self, tab: NodePhone) -> None:
        self._keep(tab.save(self._note()))

    def save_in_both(self, tab: NodePhone) -> None:
        if all(each.is_alive() for each in self.tabs):
            for id in tab.save_together([(each, self._note()) for each in self.tabs]):
                self._keep(id)

    def undo(self, tab: NodePhone) -> None:
        if self.made:
            self._keep(tab.withdraw(self.chance.choice(sorted(self.made))))

    def exchange(self, tab: NodePhone) -> None:
        self.in_the_air += [(tab, one) for one in tab.exchange()]

    def hear(self, _: NodePhone) -> None:
        if self.in_the_air:
            tab, one = self.in_the_air.pop(self.chance.randrange(len(self.in_the_air)))
            heard = tab.wake(one.ticket) if isinstance(one, Pause) else self.line.pass_on(tab, one)
            self.in_the_air += [(tab, more) for more in heard]

    def die(self, tab: NodePhone) -> None:
        how = self.chance.choice((tab.kill, lambda: tab.kill_after(self.chance.randrange(60))))
        how()

    def start(self, tab: NodePhone) -> None:
        if not tab.is_alive():
            self.may_be_behind.discard(tab)
        tab.start(self.chance.choice((None, None, self.chance.randrange(80))))

    def suffer(self, tab: NodePhone) -> None:
        if self.chance.random() < 0.5:
            tab.drop()
        else:
            tab.fill(self.chance.random() < 0.3)

    def desk(self, _: NodePhone) -> None:
        number = f"+1 403 555 01{self.chance.randrange(10, 99)}"
        self.union.write(Change("person", self.chance.choice(PEOPLE), {"phone": number}))

    def recover(self) -> None:
        """Give the tabs room, life and a good line."""
        good = Line(self.line.client)
        for tab in self.tabs:
            tab.fill(False)
            tab.kill_after(None)
            tab.kill()
            tab.start()
        for tab in self.tabs:
            good.carry(tab, tab.exchange())

    def _note(self) -> list[Json]:
        return note(f"note {self.chance.random()}", self.chance.choice(PEOPLE))

    def _keep(self, id: str | None) -> None:
        self.made |= {id} if id else set()


@pytest.mark.parametrize("seed", range(3))
def test_after_anything_a_tab_shows_what_one_opened_anew_shows_and_all_arrives(
    node_ana: NodePhone, client: TestClient, union: SmallUnion, seed: int
) -> None:
    life = Life(node_ana, Line(client, random.Random(seed)), union, seed)
    for _ in range(STEPS):
        life.step()
        anew = node_ana.copy("opened anew")
        for tab in life.tabs:
            if tab.is_alive() and tab not in life.may_be_behind:
                assert tab.state().shown == anew.state().shown
        anew.close()
    life.recover()
    sent = stored(union, node_ana)
    assert [tab.state().waiting for tab in life.tabs] == [[], []]
    assert [*sent] == [*range(1, len(sent) + 1)]
    assert life.made <= {*sent.values()}
    assert life.made
