"""A phone that is killed between any two steps: what it called saved is there, and goes up once."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.engine import Engine
from tests.small_union import SmallUnion
from tests.standing_server import StandingServer

MOST_STEPS = 60
# The page dies at its nth step: no disk, no network and no sealing for it any more. Dying after a
# step means that the step happened, and that nobody on the phone heard of it.
DIE = """([nth, moment]) => {
  let step = 0
  let isDead = false
  let die
  window.died = new Promise((done) => { die = () => { isDead = true; done(true) } })
  const never = () => new Promise(() => {})
  const isLast = () => !isDead && ++step === nth
  const wrap = (holder, name) => {
    const real = holder[name]
    holder[name] = function (...given) {
      if (isDead) return never()
      if (!isLast()) return real.apply(this, given)
      if (moment === "before") die()
      else real.apply(this, given).finally(die)
      return never()
    }
  }
  wrap(window, "fetch")
  wrap(SubtleCrypto.prototype, "encrypt")
  const { transaction } = IDBDatabase.prototype
  IDBDatabase.prototype.transaction = function (...given) {
    const last = isLast()
    if (last && moment === "before") die()
    if (isDead) throw new Error("dead")
    const found = transaction.apply(this, given)
    if (last) {
      found.addEventListener("complete", die)
      found.addEventListener("abort", die)
      // Nobody hears that it is on disk.
      Object.defineProperty(found, "oncomplete", { set() {} })
    }
    return found
  }
}"""
LIVE = """async (note) => {
  let told = null
  const living = (async () => {
    told = (await phone.save([{ kind: "person", record: "minh", set: { note } }])).id
    await phone.exchange()
  })().catch(() => died)
  const isDead = await Promise.race([died, living])
  return { told, isDead: isDead === true }
}"""


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context()
    yield context
    context.close()


def lives(context: BrowserContext, url: str, note: str, nth: int, moment: str) -> Any:
    """Save and send in a page that dies at its nth step; return what it told, and whether."""
    doomed = Engine(context, url)
    assert doomed.exchange() is None
    doomed.page.evaluate(DIE, [nth, moment])
    told = doomed.page.evaluate(LIVE, note)
    doomed.page.close()
    return told


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_phone_killed_at_any_step_loses_nothing_and_doubles_nothing(
    context: BrowserContext, server: StandingServer, union: SmallUnion, moment: str
) -> None:
    first = Engine(context, server.url)
    device = first.join(union.link_token("ana"))["device"]
    first.page.close()
    saved: list[str] = []
    nth = 0
    is_dead = True
    while is_dead and nth < MOST_STEPS:
        nth += 1
        found = lives(context, server.url, f"note {nth}", nth, moment)
        is_dead = found["isDead"]
        after = Engine(context, server.url)
        assert after.exchange() is None
        assert (after.unsent(), after("phone.attention()")) == (0, [])
        saved += [found["told"]] if found["told"] else []
        told = [save["id"] for save in after("phone.saves()")]
        after.page.close()
        rows = union.read("SELECT id, n, verdict FROM save WHERE device = ? ORDER BY n", device)
        assert [(row["n"], row["verdict"]) for row in rows] == [
            (n, "taken") for n in range(1, len(rows) + 1)
        ]
        assert sorted(told) == sorted(row["id"] for row in rows)
        assert set(saved) <= set(told)
    # Sealing, keeping, looking, sending, applying: it was killed at each, and lived in the end.
    assert not is_dead
    assert nth > 5
