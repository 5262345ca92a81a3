"""Phones that something has come over: late, held up, set aside, borrowed, signed out, left behind,
emptied from afar, tried with wrong PINs; and what comes over few: a list on its way, two lines.

All but the last are Mira's, whose list is made here, so that they look the same in every union.
"""

import gzip
import json
from typing import TYPE_CHECKING

from playwright.sync_api import Page, Route, expect

from server.access.devices import revoke
from server.access.rooms import open_room, token_of
from server.config import secret_beside
from server.ids import now_ms
from sync.save import Change
from tests.engine import EMPTY
from tests.journeys import PIN, choose_pin, unlock, visit
from tests.small_union import HOUR_MS, Opened, SmallUnion

if TYPE_CHECKING:
    from tests.phone_stage import Stage

LIST = {"thando": "Thando Mokoena", "yusuf": "Yusuf Aydın", "lena": "Léna Sauvageau-Tremblay"}
PLACES = {
    "thando": "Radiology",
    "yusuf": "Physiotherapy and occupational therapy, east wing",
    "lena": "Kitchen",
}
SYNC = "**/sync"
TWO_DAYS_MS = 48 * HOUR_MS
# In a second tab: a detail that is longer than the server takes.
TOO_LONG = f"""async () => {{
  const phone = await (await import('/phone.js')).openPhone()
  await phone.unlock('{PIN}')
  await phone.save([{{ kind: "person", record: "yusuf", set: {{ department: "C".repeat(99) }} }}])
  await phone.exchange()
}}"""
# Another address of the worker counts as another version of it.
NEXT_VERSION = """() => {
  const policy = trustedTypes.createPolicy("rounds", { createScriptURL: (url) => url })
  return navigator.serviceWorker.register(policy.createScriptURL("/service-worker.js?next"))
    .then(() => null)
}"""
# As after nine wrong PINs.
WRONG_PINS = """async () => {
  const { keepNamed } = await import("/store/database.js")
  await keepNamed("settings", { tries: { n: 9, until: Date.now() + 50 * 60_000 } })
}"""
# The way to the server that never ends.
NO_ANSWER = """
  const { fetch } = window
  window.fetch = (url, ...more) =>
    String(url).endsWith("/sync") ? new Promise(() => {}) : fetch(url, ...more)
"""


def give_list(union: SmallUnion) -> None:
    """Make Mira, who has three people."""
    mira = {"name": "Mira Haddad", "roles/go_to": True, "active": True, "language": "en"}
    union.write(Change("volunteer", "mira", mira))
    for id, name in LIST.items():
        said = {"name": name, "department": PLACES[id], "relation": "in_unit"}
        union.write(Change("person", id, said), Change("assignment", id, {"volunteer": "mira"}))


def add_troubled(stage: "Stage", union: SmallUnion, coordinator: str) -> None:
    """Add the phones, and the links that do not lead straight in."""
    give_list(union)
    used = union.link_token("mira")
    stage.phones["borrowed"] = signed_out(borrowed(stage, used))
    stage.phones["left"] = left(borrowed(stage, union.link_token("mira")))
    stage.phones["held"] = stage.joined(union.link_token("mira"))
    stage.phones["late"] = stage.joined(union.link_token("mira"))
    refuse_saves(stage.phones["late"])
    note_talk(stage.phones["late"], "lena")
    hold(stage.phones["held"])
    move_on(union)
    expect(send_now(stage.phones["held"]).locator(".card button")).to_be_visible()
    be_late(send_now(stage.phones["late"]))
    stage.phones["aside"] = set_aside(stage.joined(union.link_token("mira")))
    stage.phones["tried"] = tried(stage.joined(union.link_token("mira")))
    stage.phones["emptied"] = emptied(stage.joined(union.link_token("mira")), union)
    stage.phones["fetching"] = fetching(stage, union.link_token("mira"))
    give_lines(union)
    stage.phones["two lines"] = stage.joined(union.link_token("kofi"))
    note_talk(stage.phones["held"], "thando")
    talk = {"person": "thando", "when": stage.now_ms(), "how": "phone", "result": "talked"}
    union.write(Change("conversation", "also", talk))
    send_now(stage.phones["held"])
    expired = union.link_token("mira", hours=stage.ahead_ms / HOUR_MS - 1)
    stage.names |= {"used": used, "expired": expired}
    stage.names |= {"room": room_of(union, coordinator, stage.now_ms())}


def borrowed(stage: "Stage", token: str) -> Page:
    """Return somebody else's phone, joined."""
    page = stage.new_phone()
    page.goto(f"{stage.url}/join#{token}")
    page.locator(".choice input").first.check()
    page.locator(".foot .main").click()
    expect(page.locator(".row").first).to_be_visible()
    return page


def signed_out(page: Page) -> Page:
    """Let the server know this phone no more."""
    page.route(SYNC, lambda route: route.fulfill(status=401, json={"problem": "not_joined"}))
    return send_now(page)


def left(page: Page) -> Page:
    """Leave a borrowed phone."""
    visit(page, "/settings")
    page.locator(".card.accent button").click()
    expect(page.locator("main.join .card.due")).to_be_visible()
    return page


def refuse_saves(page: Page, status: int = 500) -> None:
    """Stumble over every save on its way, or refuse it; let through what comes back."""

    def refuse(route: Route) -> None:
        body = route.request.post_data_buffer or b"{}"
        asked = json.loads(gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body)
        if asked.get("envelopes"):
            route.fulfill(status=status, json={})
        else:
            route.continue_()

    page.route(SYNC, refuse)


def set_aside(page: Page) -> Page:
    """Note a talk that the server cannot take."""
    refuse_saves(page, 413)
    note_talk(page, "yusuf")
    send_now(page)
    visit(page, "/done")
    expect(page.locator(".card.due")).to_be_visible()
    return page


def tried(page: Page) -> Page:
    """Try so many PINs that the next may be tried in an hour."""
    in_another_tab(page, WRONG_PINS)
    page.reload()
    expect(page.locator("#pin")).to_be_disabled()
    return page


def emptied(page: Page, union: SmallUnion) -> Page:
    """Sign it out from the desk, once it has heard so."""
    with Opened(union.db) as db:
        (device,) = db.execute(
            "SELECT id FROM device WHERE volunteer = 'mira' ORDER BY made_at DESC, id LIMIT 1"
        ).fetchone()
        revoke(db, device, now_ms())
    visit(page, "/done")
    page.locator(".card button").first.click()
    expect(page.locator("main.join .card.due")).to_be_visible()
    return page


def fetching(stage: "Stage", token: str) -> Page:
    """Return a phone whose list is on its way."""
    page = stage.new_phone()
    page.add_init_script(NO_ANSWER)
    page.goto(f"{stage.url}/join#{token}")
    page.locator(".foot .main").click()
    choose_pin(page)
    expect(page.locator(".work progress")).to_be_visible()
    return page


def give_lines(union: SmallUnion) -> None:
    """Make Kofi, captain of two lines."""
    kofi = {"name": "Kofi Mensah", "roles/picket_captain": True, "active": True, "language": "en"}
    union.write(Change("volunteer", "kofi", kofi))
    for id, name in (("north", "North gate"), ("bay", "Loading bay, Sherbrooke Street side")):
        union.write(Change("picket_line", id, {"name": name, "captains/kofi": True}))


def note_talk(page: Page, person: str) -> None:
    """Note a talk with somebody."""
    visit(page, f"/talk/{person}")
    page.locator("fieldset:not(.when *) .choice input").first.check()
    page.locator(".foot .main").click()
    expect(page.locator(".list .toast.shown")).to_be_visible()


def hold(page: Page) -> None:
    """Save something that has to wait for a coordinator."""
    in_another_tab(page, TOO_LONG)
    visit(page, "/")
    expect(page.locator(".card [href='/done']")).to_be_visible()


def in_another_tab(page: Page, script: str) -> None:
    """Run a script beside the app, on a page of its own that starts no screens."""
    other = page.context.new_page()
    other.goto(page.evaluate("location.origin") + EMPTY)
    other.evaluate(script)
    other.close()


def move_on(union: SmallUnion) -> None:
    """Give one of Mira's people to somebody else."""
    (head,) = union.read("SELECT shown FROM register WHERE kind = 'assignment' AND record = 'lena'")
    saw = {"volunteer": [head["shown"]]}
    union.write(Change("assignment", "lena", {"volunteer": "nobody"}, saw))


def send_now(page: Page) -> Page:
    """Exchange now."""
    visit(page, "/done")
    page.locator(".card button").first.click()
    expect(page.locator(".card button").first).to_be_enabled()
    visit(page, "/")
    return page


def be_late(page: Page) -> None:
    """Have no signal for two days; meanwhile there is a new version."""
    in_another_tab(page, NEXT_VERSION)
    page.unroute(SYNC)
    page.route(SYNC, lambda route: route.abort())
    page.clock.set_system_time((page.evaluate("Date.now()") + TWO_DAYS_MS) / 1000)
    page.locator(".hide").click()
    page.locator(".foot button").click()
    unlock(page)
    expect(page.locator(".pill.due")).to_be_visible()


def room_of(union: SmallUnion, coordinator: str, now_ms: int) -> str:
    """Open a room, and return the token of the code on its wall."""
    secret = secret_beside(union.db)
    with Opened(union.db) as db:
        return token_of(secret, open_room(db, secret, coordinator, None, now_ms, 3))
