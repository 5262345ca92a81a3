// What may wait until somebody sees the screen.

const BREATH_MS = 50

/**
 * Resolves a breath after what was drawn is on the screen, so that nothing comes between it and the
 * first tap; at once where nobody looks. @type {Engine.painted}
 */
export const painted = (breath_ms = BREATH_MS) =>
  new Promise((done) => {
    if (document.hidden) done()
    else requestAnimationFrame(() => setTimeout(done, breath_ms))
  })

/**
 * Begin with what a screen holds; the rest comes once that is seen, and once for all who ask
 * meanwhile. @type {Screens.drawRest}
 */
export async function drawRest(app) {
  const { ui } = app
  if (ui.isComing) return
  ui.isComing = true
  await painted()
  ui.isComing = false
  ui.isWhole = true
  if (app.ui === ui) app.draw()
}

let ticking = 0

/**
 * Draw the same screen again in a while, or when somebody looks again: a phone in a pocket wakes for
 * nothing. @type {Screens.drawAgain}
 */
export function drawAgain(app, ms) {
  const { ui } = app
  const tick = () => app.ui === ui && app.draw()
  clearTimeout(ticking)
  if (document.hidden) addEventListener("visibilitychange", tick, { once: true })
  else ticking = setTimeout(tick, ms)
}
