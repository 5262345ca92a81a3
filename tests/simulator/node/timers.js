// setTimeout on virtual time: a pause ends when the world says so, or when time has come so far.

/** @import {Tab} from "./tab.js" */

export function createTimers(/** @type {Tab} */ tab) {
  const { disk } = tab
  /** @type {Map<number, {due: number, run: () => void}>} */
  const set = new Map()

  function start(run, ms, isPause) {
    const ticket = disk.nextTicket()
    set.set(ticket, { due: disk.world.now + ms, run })
    if (isPause) tab.untold.push({ ticket, ms })
    return ticket
  }

  function setTimeout(run, ms = 0, ...given) {
    return start(() => run(...given), Math.max(0, Number(ms) || 0), true)
  }

  function clear(ticket) {
    set.delete(ticket)
    tab.untold = tab.untold.filter((said) => said.ticket !== ticket)
  }

  /** End one pause now. */
  function end(ticket) {
    const timer = set.get(ticket)
    clear(ticket)
    if (timer) tab.later(timer.run)
  }

  /** The next pause that is over by now. @returns {number | undefined} its ticket */
  function due() {
    const over = [...set].filter(([, timer]) => timer.due <= disk.world.now)
    return over.sort(([, a], [, b]) => a.due - b.due)[0]?.[0]
  }

  /** What AbortSignal.timeout gives. The world is not told: it says itself what came too late. */
  function timeout(ms) {
    const controller = new AbortController()
    const reason = () => new DOMException("It took too long.", "TimeoutError")
    start(() => controller.abort(reason()), ms, false)
    return controller.signal
  }

  return { setTimeout, clearTimeout: clear, end, due, timeout }
}
