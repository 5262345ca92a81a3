"""Every screen of the phone, looked at with axe, a ruler and large text."""

from playwright.sync_api import Browser

from tests.axe import LOOKS, faults
from tests.phone_screens import SCREENS
from tests.phone_stage import VIEWPORT, Stage, text_size

SMALLEST_TARGET_PX = 56
# So high that nothing lies half under what stays at the bottom: it can be scrolled from there.
TALL = {"width": 360, "height": 1600}
# A link in the middle of a sentence is as high as the sentence.
TARGETS = """(smallest) => {
  const all = document.querySelectorAll(
    "a[href], button, summary, select, textarea, label.choice, " +
    "input:not([type=radio], [type=checkbox], [hidden])"
  )
  const isInline = (it) => getComputedStyle(it).display === "inline"
  const inText = (it) => it.parentElement.matches("p, dd, span") && isInline(it)
  return [...all].filter((it) => it.checkVisibility() && !inText(it)).flatMap((it) => {
    const { width, height } = it.getBoundingClientRect()
    const isSmall = Math.min(width, height) < smallest - 0.01
    const name = `${it.tagName}.${it.className} “${(it.ariaLabel ?? it.innerText).slice(0, 30)}”`
    return isSmall ? [`${name}: ${width.toFixed(1)} × ${height.toFixed(1)}`] : []
  })
}"""
OVERFLOW = """() => {
  const most = document.documentElement.clientWidth
  if (document.documentElement.scrollWidth <= most) return []
  const wide = [...document.querySelectorAll("body *")].filter(
    (it) => it.getBoundingClientRect().right > most + 0.5 && it.checkVisibility()
  )
  return wide.slice(0, 3).map((it) => `${it.tagName}.${it.className} is too wide`)
}"""
# What keeps the first line of it from being on the first screenful, with nothing on top; else null.
NOT_ON_SCREEN = """async (place) => {
  scrollTo(0, 0)
  // A row that comes into view is laid out in the next frame.
  for (let n = 0; n < 2; n++) await new Promise(requestAnimationFrame)
  const it = document.querySelector(place)
  const range = document.createRange()
  range.selectNodeContents(it)
  const { left, right, top, bottom } = range.getClientRects()[0]
  const hit = document.elementFromPoint((left + right) / 2, (top + bottom) / 2)
  const isInside = top >= 0 && bottom <= innerHeight && left >= 0 && right <= innerWidth
  if (isInside && it.contains(hit)) return null
  const where = [left, right, top, bottom].map((px) => px.toFixed()).join(" ")
  return `“${it.innerText}” at ${where}, scrolled by ${scrollY}, under ${hit?.outerHTML}`
}"""

# Where somebody has just saved: is the next name clear of the message, which hides one row at most?
MESSAGE = """() => {
  const of = (place) => document.querySelector(place).getBoundingClientRect()
  const [toast, row, next] = [".toast.shown", ".row.next", ".row.next b"].map(of)
  return {
    isNextClear: next.top >= 0 && next.bottom <= toast.top,
    isOneRow: toast.height <= row.height,
  }
}"""


def test_axe_finds_nothing_on_any_screen(stage: Stage) -> None:
    for phone in stage.phones.values():
        phone.set_viewport_size(TALL)
    found = [
        f"{name}: {fault}"
        for scheme, language in LOOKS
        for name, page in stage.walk(language, scheme)
        for fault in faults(page)
    ]
    for phone in stage.phones.values():
        phone.set_viewport_size(VIEWPORT)
    assert found == [], "\n".join(found)


def test_every_target_is_56_px_high_and_wide_at_least(stage: Stage) -> None:
    found = [
        f"{name}: {small}"
        for name, page in stage.walk()
        for small in page.evaluate(TARGETS, SMALLEST_TARGET_PX)
    ]
    assert found == [], "\n".join(found)


def test_at_twice_the_text_size_nothing_overflows_and_the_first_name_shows(stage: Stage) -> None:
    firsts = {screen.name: screen.first for screen in SCREENS}
    found = []
    for language in ("en", "fr"):
        for name, page in stage.walk(language, text="double"):
            found += [f"{name}: {wide}" for wide in page.evaluate(OVERFLOW)]
            if fault := page.evaluate(NOT_ON_SCREEN, firsts[name.split(" ")[0]]):
                found.append(f"{name}: {fault}")
    assert found == [], "\n".join(found)


def test_at_twice_the_text_size_a_message_covers_one_line(stage: Stage) -> None:
    (saved,) = (screen for screen in SCREENS if screen.name == "list_saved")
    page = stage.phones["steward"]
    with text_size(page, "double"), stage.at(saved, "en"):
        assert page.evaluate(MESSAGE) == {"isNextClear": True, "isOneRow": True}


def test_a_link_that_is_too_small_is_noticed(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content('<a href="/" style="display: block; block-size: 55px">Settings</a>')
    assert page.evaluate(TARGETS, SMALLEST_TARGET_PX) == ["A. “Settings”: 1264.0 × 55.0"]
