"""What is measured on every screen of the phone; each ruler returns what is wrong, a line each."""

from collections.abc import Iterator

from playwright.sync_api import Page

SMALLEST_TARGET_PX = 56
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
MOST_TABS = 80
# What a keyboard must reach: of radio buttons that belong together, one.
CONTROLS = """() => {
  const all = [...document.querySelectorAll("a[href], button, summary, select, textarea, input")]
  const shown = all.filter((it) => !it.disabled && (it.labels?.[0] ?? it).checkVisibility())
  const seen = new Set()
  const kept = shown.filter((it) => it.type !== "radio" || !seen.has(it.name) && seen.add(it.name))
  window.asked = new Map(kept.map((it) => [it.type === "radio" ? it.name : it, it]))
  return kept.filter((it) => it.tabIndex !== 0).map((it) => it.outerHTML.slice(0, 60))
}"""
# What has the focus: whether it was asked for, shows an outline, and lies under nothing.
FOCUSED = """() => {
  const it = document.activeElement
  if (it === document.body) return null
  window.asked.delete(it.type === "radio" ? it.name : it)
  const shown = it.closest(".choice, .mark") ?? it
  const { outlineStyle, outlineWidth } = getComputedStyle(shown)
  const { left, top, width, height } = shown.getBoundingClientRect()
  const hit = document.elementFromPoint(left + width / 2, top + height / 2)
  const faults = []
  if (outlineStyle === "none" || parseFloat(outlineWidth) < 2) faults.push("its focus is not seen")
  if (!shown.contains(hit)) faults.push(`it lies under ${hit?.outerHTML.slice(0, 40)}`)
  return faults.map((fault) => `${it.outerHTML.slice(0, 60)}: ${fault}`)
}"""
LEFT = "() => [...window.asked.values()].map((it) => `never reached: ${it.outerHTML.slice(0, 80)}`)"


def small_targets(page: Page) -> list[str]:
    """Return what is too small to tap."""
    small: list[str] = page.evaluate(TARGETS, SMALLEST_TARGET_PX)
    return small


def cut_off(page: Page, first: str) -> list[str]:
    """Return what is wider than the screen, and whether `first` is not on it from the start."""
    wide: list[str] = page.evaluate(OVERFLOW)
    fault = page.evaluate(NOT_ON_SCREEN, first)
    return [*wide, fault] if fault else wide


def tabbed(page: Page) -> Iterator[str]:
    """Go through a screen by Tab, from its top until the focus leaves it; yield what is wrong."""
    page.evaluate("document.body.tabIndex = -1; document.body.focus()")
    yield from (f"out of order: {one}" for one in page.evaluate(CONTROLS))
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        faults = page.evaluate(FOCUSED)
        if faults is None:
            break
        yield from faults
    yield from page.evaluate(LEFT)
