"""Phones that something has come over: late, held up, borrowed, signed out, left behind.

All are Mira's, whose list is made here, so that they look the same in every union.
"""

import gzip
import json
from typing import TYPE_CHECKING

from playwright.sync_api import Page, Route, expect

from server.access.rooms import open_room, token_of
from server.config import secret_beside
from sync.save import Change
from tests.engine import EMPTY
from tests.journeys import PIN, unlock, visit
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
    expect(look_again(stage.phones["held"]).locator(".card button")).to_be_visible()
    be_late(look_again(stage.phones["late"]))
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
    return look_again(page)


def left(page: Page) -> Page:
    """Leave a borrowed phone."""
    visit(page, "/settings")
    page.locator(".card.accent button").click()
    expect(page.locator("main.join .card.due")).to_be_visible()
    return page


def refuse_saves(page: Page) -> None:
    """Stumble over every save on its way, and let through what comes back."""

    def refuse(route: Route) -> None:
        body = route.request.post_data_buffer or b"{}"
        asked = json.loads(gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body)
        if asked.get("envelopes"):
            route.fulfill(status=500, json={})
        else:
            route.continue_()

    page.route(SYNC, refuse)


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


def look_again(page: Page) -> Page:
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
