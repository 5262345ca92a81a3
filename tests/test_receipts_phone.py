"""What a phone makes of receipts: what it shows, how long it keeps a save, what it lets go."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from server.ids import now_ms
from server.ledger.erase import erase, records_about
from server.ledger.facts import SERVER
from sync.kinds import load_kinds
from tests.bad_network import BadNetwork, on_sync
from tests.engine import ROWS, Engine
from tests.small_union import Opened, SmallUnion
from tests.test_sync_cases import kinds_as_json

DAY_MS = 24 * 3600 * 1000
NOW = 1_763_780_000_000
WORDS = "“no breaks on nights”"
# A memory that holds rows, folded up to a seq; then an expression over it.
MEMORY = """async ([kinds, rows, seq, lifts]) => {
  const { createMemory } = await import("/memory.js")
  const { planOf } = await import("/page.js")
  const memory = createMemory(kinds, lifts)
  memory.load([], rows, seq, "ana")
  const page = { receipts: [], records: [], forget: [], fresh: false, now: NOW,
    cursor: { epoch: "e", seq: 100, id: "" }, backed_up_to: 0 }
  return EXPRESSION
}"""


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context()
    yield context
    context.close()


@pytest.fixture
def ana(context: BrowserContext, line: tuple[BadNetwork, str], union: SmallUnion) -> Engine:
    """Ana's phone, joined; Minh, Siobhán and Adaeze are on it."""
    engine = Engine(context, line[1])
    engine.join(union.link_token("ana"))
    return engine


def row_of(**said: Any) -> dict[str, Any]:
    """Return a row as the phone keeps it, receipted unless said otherwise."""
    change = {"kind": "person", "record": "minh", "set": {"note": "here"}, "saw": {}}
    save = {"id": "a", "device": "d", "n": 1, "at": NOW, "at_error_ms": 0, "schema": 2}
    save["changes"] = [said.pop("change", change)]
    save["schema"] = said.pop("schema", 2)
    receipt = {"save": "a", "n": 1, "seq": 50, "verdict": "taken", "reason": None}
    receipt |= said.pop("receipt", {})
    whole = {"device": "d", "n": 1, "id": "a", "at": NOW, "since": NOW, "author": "ana", "rank": 1}
    return {**whole, "save": save, "envelope": "", "rules": False, "before": [], **said,
            "receipt": receipt}  # fmt: skip


def in_memory(page: Page, row: dict[str, Any], expression: str, seq: int = 0) -> Any:
    """Return what an expression over a memory with one row gives."""
    return in_memory_of(page, [row], expression, seq)


def in_memory_of(page: Page, rows: list[dict[str, Any]], expression: str, seq: int) -> Any:
    """Return what an expression over a memory with these rows gives, folded up to a seq."""
    lifts = [{"to": 2, "kinds": {}, "registers": {"check_event": {"at": "when"}}, "values": {}}]
    source = MEMORY.replace("EXPRESSION", expression).replace("NOW", str(NOW))
    return page.evaluate(source, [kinds_as_json(), rows, seq, lifts])


KEPT = {
    "backed up, and shown long enough": (15, 60, False),
    "backed up, and still shown": (13, 60, True),
    "not backed up": (29, 49, True),
    "never backed up": (29, 0, True),
    "not backed up for thirty days": (31, 0, False),
}


@pytest.mark.parametrize(("days", "backed_up_to", "is_kept"), KEPT.values(), ids=KEPT)
def test_how_long_a_phone_keeps_what_the_server_has(
    modules_page: Page, days: int, backed_up_to: int, is_kept: bool
) -> None:
    row = row_of(since=NOW - days * DAY_MS)
    page = f"{{ ...page, backed_up_to: {backed_up_to} }}"
    pruned = in_memory(modules_page, row, f"planOf(memory, {page}, [], new Map()).pruned.length")
    assert pruned == (0 if is_kept else 1)


def test_a_wrong_clock_does_not_shorten_how_long_a_save_is_kept(modules_page: Page) -> None:
    row = row_of(at=0)
    pruned = in_memory(modules_page, row, "planOf(memory, page, [], new Map()).pruned.length")
    assert pruned == 0


def test_in_a_new_past_a_save_is_kept_anew(modules_page: Page) -> None:
    row = row_of(since=0)
    again = "{ ...page, fresh: true, receipts: [memory.rows.get('a').receipt] }"
    since = f"planOf(memory, {again}, [], new Map()).rows[0].since"
    assert in_memory(modules_page, row, since) == NOW
    waits = "planOf(memory, { ...page, fresh: true }, [], new Map()).rows[0]"
    assert in_memory(modules_page, row, f"[{waits}.receipt, {waits}.since ?? null]") == [None, None]


def test_a_held_save_stays_until_somebody_decides(modules_page: Page) -> None:
    row = row_of(since=0, receipt={"verdict": "held", "reason": "out_of_scope"})
    pruned = in_memory(modules_page, row, "planOf(memory, page, [], new Map()).pruned.length")
    assert pruned == 0


def test_own_saves_show_the_time_the_server_reckons(modules_page: Page) -> None:
    row = row_of(receipt={"at": NOW - DAY_MS, "at_error_ms": DAY_MS})
    heads = "memory.fold('person', 'minh').get('note').heads.map((h) => [h.at, h.at_error_ms])"
    assert in_memory(modules_page, row, heads) == [[NOW - DAY_MS, DAY_MS]]
    assert in_memory(modules_page, row_of(), heads) == [[NOW, 0]]


def test_a_save_of_an_older_app_shows_under_todays_names(modules_page: Page) -> None:
    said = {"line": "gate-3", "person": "minh", "way": "in", "at": 7}
    change = {"kind": "check_event", "record": "check-1", "set": said, "saw": {}}
    row = row_of(change=change, schema=1)
    assert in_memory(modules_page, row, "memory.get('check_event', 'check-1').when") == 7
    kept = "memory.rows.get('a').save.changes[0].set.at"
    assert in_memory(
        modules_page, row, f"[memory.get('check_event', 'check-1').at ?? null, {kept}]"
    ) == [
        None,
        7,
    ]


@pytest.mark.parametrize(("counts", "shown"), [(False, None), (None, "here")])
def test_an_undo_the_server_has_holds_while_what_it_undoes_waits(
    modules_page: Page, counts: bool | None, shown: str | None
) -> None:
    waiting = {**row_of(device="earlier"), "receipt": None, "waiting": 1}
    ruling = {"kind": "ruling", "record": "a", "set": {"counts": counts}, "saw": {}}
    undo = row_of(id="b", rules=True, change=ruling, since=0, receipt={"save": "b"})
    undo["save"]["id"] = "b"
    note = "memory.get('person', 'minh')?.note ?? null"
    assert in_memory_of(modules_page, [waiting, undo], note, 60) == shown
    pruned = "planOf(memory, { ...page, backed_up_to: 60 }, [], new Map()).pruned.length"
    assert in_memory_of(modules_page, [waiting, undo], pruned, 60) == 0


def forget_minh(union: SmallUnion) -> None:
    """Erase Minh on the server."""
    kinds = load_kinds()
    with Opened(union.db) as db:
        device = db.execute("SELECT * FROM device WHERE id = ?", (SERVER,)).fetchone()
        erase(db, kinds, device, records_about(db, kinds, "minh"), now_ms())


def test_what_was_erased_while_it_waited_is_done_and_gone(
    ana: Engine, network: BadNetwork, union: SmallUnion
) -> None:
    network.trouble = on_sync(lambda asked, forward: None)
    ana.save("person", "minh", note=WORDS)
    ana.save("person", "adaeze", note="stays")
    forget_minh(union)
    network.trouble = None
    assert ana.exchange() is None
    assert (ana.unsent(), ana("phone.attention()")) == (0, [])
    assert [row["save"]["changes"][0]["record"] for row in ana(ROWS)] == ["adaeze"]
    assert ana("phone.get('person', 'minh') ?? null") is None
    assert ana.save("person", "adaeze", note="goes on")["n"] == 3


def test_what_is_erased_after_it_was_sent_goes_from_the_phone(
    ana: Engine, union: SmallUnion
) -> None:
    ana.save("person", "minh", note=WORDS)
    assert ana.exchange() is None
    forget_minh(union)
    assert ana.exchange() is None
    assert (ana(ROWS), ana("phone.saves()"), ana("phone.attention()")) == ([], [], [])
    assert ana("phone.get('person', 'minh') ?? null") is None
    ana.open()
    assert ana("phone.get('person', 'minh') ?? null") is None


def test_a_save_made_while_the_clock_was_wrong_shows_when_it_can_have_been(
    browser: Browser, line: tuple[BadNetwork, str], union: SmallUnion
) -> None:
    context = browser.new_context()
    context.clock.install()
    ana = Engine(context, line[1])
    ana.join(union.link_token("ana"))
    context.clock.set_system_time(now_ms() / 1000 + 3600 * 24 * 365)
    ana.save("person", "minh", note="from next year")
    assert ana.exchange() is None
    (head,) = ana("phone.register('person', 'minh', 'note').heads")
    assert abs(head["at"] - now_ms()) < DAY_MS
    assert head["at_error_ms"] > 300 * DAY_MS
    context.close()
