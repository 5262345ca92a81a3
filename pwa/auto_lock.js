// Locks by itself when nobody has used the phone for a while, or as soon as it is put away.

const MINUTE_MS = 60_000
// A night shift's default: long enough for a talk of ten minutes, noted right after without a PIN;
// a phone left in a break room is shut before the break is over.
export const GRACE_MIN = 15
// Whoever wants it shut at once when put away may still read a page in peace.
const READING_MS = 5 * MINUTE_MS
const LONGEST_DUTY_MS = 12 * 60 * MINUTE_MS

/** Watch from now on. `phone` is the open engine. @type {Engine.watchUse} */
export function watchUse(phone) {
  let used = Date.now()
  let isHidden = false
  let timer = 0

  /** Until when it stays open, if nobody touches it. */
  function until() {
    const grace_ms = (phone.setting("grace_min") ?? GRACE_MIN) * MINUTE_MS
    const stays_ms = isHidden ? grace_ms : Math.max(grace_ms, READING_MS)
    const duty_until = Math.min(phone.setting("duty_until") ?? 0, Date.now() + LONGEST_DUTY_MS)
    return Math.max(used + stays_ms, duty_until)
  }

  function look() {
    clearTimeout(timer)
    if (phone.lockState() !== "open" || !phone.canLock) return
    const left_ms = until() - Date.now()
    if (left_ms <= 0) phone.lock()
    else timer = setTimeout(look, left_ms)
  }

  function use() {
    used = Date.now()
  }

  addEventListener("visibilitychange", ({ target }) => {
    const { hidden } = /** @type {Document} */ (target)
    // Before it counts as used again: it may have lain there for hours.
    if (!hidden) look()
    if (!hidden && phone.lockState() === "locked") phone.expire()
    isHidden = hidden
    use()
    look()
  })
  // A screen reader or a keyboard on the glass may tap or type with neither finger nor key.
  for (const sign of ["pointerdown", "keydown", "click", "input"])
    addEventListener(sign, use, { capture: true, passive: true })
  phone.subscribe(look)
  look()
}
