// Decides when to exchange: on start, when there is signal again, when the app is looked at,
// after a save and by button; one sender at a time, and no timers while hidden.
import { PERHAPS, takeTurn } from "./exchange.js"
import { planOf } from "./page.js"
import { plain, problem } from "./problems.js"
import { sealed } from "./saver.js"
import { boxed, isOfMe, outsideOnly, pageBoxes, readRows, whoBox } from "./store/inside.js"
import { empty, keepPage, waitingSaves, whereNow } from "./store/saves.js"
import { dropKey, isOpen } from "./store/vault.js"
import { estimate, measure } from "./sync/clock.js"

/** @import {Page, Problem} from "./types/engine" */

const AGAIN_MS = 60_000
const MAX_CHARACTERS = 900_000

/** @type {Engine.createSender} */
export function createSender(given) {
  const { memory, load, loads, hold, notify, tell, settings, carried, me, device } = given
  /** @type {Engine.Sender["setAside"]} saves the server cannot take; tried again at next start */
  const setAside = new Map()
  /** @type {ReturnType<Engine.Sender["last"]>} */
  let last = null
  /** @type {Promise<Engine.Outcome> | null} */
  let running = null
  /** @type {string | undefined} the read token that the last request showed */
  let showed
  /** How many boxes hold the records. */
  let boxesHeld = 0
  let isWanted = false
  /** What the exchange under way began with: how much waited, and whether nothing was here yet. */
  let work = { of: 0, isFirst: false }
  let isHidden = false
  /** @type {string | undefined} the version the server knows that this phone runs */
  let told
  /** Ends a pause, or the wait for the next try, before its time. */
  let stopWaiting = () => {}

  const language = () => settings().get("my/language") ?? me()?.language ?? navigator.language

  const now = () => estimate(settings().get("clock"), Date.now()).at

  /** Exchange now, or once more after the exchange that is under way. */
  function send() {
    isWanted = true
    running ??= run().finally(() => {
      running = null
      notify()
      // Somebody asked between the last look and this line.
      if (isWanted) send()
    })
    return running
  }

  function wake() {
    if (device()) send()
  }

  /** Exchange until nobody asked for another: what was saved meanwhile may find signal again. */
  async function run() {
    let outcome
    do {
      isWanted = false
      outcome = await exchange()
    } while (isWanted)
    return outcome
  }

  async function exchange() {
    stopWaiting()
    work = { of: memory.waiting().length, isFirst: !settings().get("cursor") }
    notify()
    try {
      if (!device()) throw problem("not_joined")
      for (const [id, { status }] of setAside) {
        if (PERHAPS.includes(status ?? 0)) setAside.delete(id)
      }
      await alone(turn)
      last = { at: now(), ok: true, problem: null }
      return { ok: true }
    } catch (reason) {
      const told = plain(reason)
      last = { at: now(), ok: false, problem: told }
      if (told.problem !== "not_joined") {
        const { retry_after_s = 0 } = /** @type {Problem} */ (reason)
        const wait_ms = Math.max(AGAIN_MS, retry_after_s * 1000)
        pause(wait_ms * (1 + Math.random())).then((isOver) => void (isOver && send()))
      }
      return { ok: false, problem: told }
    }
  }

  async function turn() {
    // Another tab may have exchanged since this one looked.
    const { cursor, count } = await whereNow()
    boxesHeld = count
    if (JSON.stringify(cursor) !== JSON.stringify(settings().get("cursor"))) await load()
    const aside = setAside.set.bind(setAside)
    await takeTurn({ gather, apply, finish, isWaiting, setAside: aside, pause, language })
  }

  /** Own saves first, then what this phone carries. @type {Engine.Ends["gather"]} */
  async function gather(limit) {
    const found = await waitingSaves(limit + setAside.size + 1)
    memory.take(await readRows(found.filter((row) => !memory.rows.has(row.id))))
    const others = Array.from(carried(), ([id, envelope]) => ({ id, envelope }))
    const waiting = [...found, ...others].filter(({ id }) => !setAside.has(id))
    let size = 0
    const fit = waiting.slice(0, limit).filter(({ envelope }, index) => {
      size += envelope.length
      return index === 0 || size < MAX_CHARACTERS
    })
    const app = settings().get("my/version")
    const unsent = memory.waiting().length - fit.filter(({ id }) => memory.rows.has(id)).length
    showed = settings().get("read")
    return {
      app: app === told ? undefined : app,
      unsent: unsent || undefined,
      device: device(),
      read: showed,
      cursor: settings().get("cursor") ?? null,
      key: settings().get("key")?.id,
      clock: settings().get("clock"),
      sent: new Map(fit.map(({ id, envelope }) => [id, envelope])),
      more: fit.length < waiting.length,
    }
  }

  /** @type {Engine.Ends["apply"]} */
  async function apply(page, sent, received) {
    // What it brings can no longer be put away, and its cursor must not move past that.
    if (wasLocked()) throw problem("locked")
    told = settings().get("my/version")
    const was = standing()
    const name = device() ?? ""
    const known = memory.lastOf(name)
    const pending = isOpen() ? (settings().get("forget") ?? []) : []
    const readable = readableIn(page)
    const plan = planOf(memory, readable, pending, carried())
    const values = newSettings(readable, settings().get("me"))
    values.clock = measure(sent, received, page.now)
    // A locked phone's stays; unlocked meanwhile, it may have to begin anew.
    if (!showed && !page.fresh) values.cursor = settings().get("cursor")
    const then = new Map([...settings(), ...Object.entries(values)])
    const isOther = Object.keys(values).some(isOfMe)
    const [rows, boxes, who] = await Promise.all([
      Promise.all(plan.rows.map(async (row) => boxed(await sealedAgain(row, then)))),
      pageBoxes(memory, plan, pending, boxesHeld),
      isOther ? whoBox(then) : null,
    ])
    plan.rows = rows
    // Its own name until this page, also where the page gives it another.
    const kept = { device: name, values: outsideOnly(values), who, ...boxes }
    const missed = await keepPage(plan, kept, known)
    if (!missed.length) boxesHeld = boxes.boxes.length + (boxes.clear ? 0 : boxesHeld)
    // It is on disk, and nothing of it stays in mind.
    if (wasLocked()) return load().then(() => false)
    memory.take(await readRows(missed))
    values.forget = plan.forget
    // Whoever such a save is about must not leave before its receipt.
    if (missed.length) return apply(page, sent, received)
    const isToSendAgain = plan.rows.some((row) => !row.receipt)
    if (was !== standing() || !isOpen()) {
      // Unlocked here meanwhile, or in another tab: what was planned could not be read, what lies on
      // disk now can.
      await load()
      tell()
      return isToSendAgain
    }
    const news = { from: JSON.stringify(settings().get("cursor")), plan, values }
    hold(news)
    tell({ page: news })
    return isToSendAgain
  }

  /** As long as this is the same, nobody unlocked, and nothing was read anew. */
  const standing = () => `${isOpen()} ${loads()}`

  /** Whether the phone was locked, or joined anew, since it asked. */
  const wasLocked = () => Boolean(showed && showed !== settings().get("read"))

  /**
   * What a locked phone takes in of a page. It cannot seal again what could not be opened: that
   * waits. It cannot keep another name either, and is told again.
   * @type {Engine.readableIn}
   */
  function readableIn(page) {
    if (isOpen()) return page
    const receipts = page.receipts.filter(({ reason }) => reason !== "cannot_open")
    return { ...page, device: undefined, receipts }
  }

  /** A device that was signed out drops what can be read, once all it can send is sent. */
  async function finish(/** @type {Page} */ page) {
    // The server knows another token of this device: only joining again brings a new one.
    if (page.locked && showed) throw problem("not_joined")
    if (!page.wipe || memory.waiting().some(({ id }) => !setAside.has(id))) return
    await empty("wiped")
    dropKey()
    await load()
    tell()
  }

  /** @type {Engine.Ends["isWaiting"]} */
  function isWaiting(id, envelope) {
    const row = memory.rows.get(id)
    return row ? !row.receipt && row.envelope === envelope : carried().has(id)
  }

  /** @type {Engine.Ends["pause"]} */
  function pause(ms) {
    return new Promise((resolve) => {
      if (isHidden) return resolve(false)
      const timer = setTimeout(resolve, ms, true)
      stopWaiting = () => {
        clearTimeout(timer)
        resolve(false)
      }
    })
  }

  function start() {
    const { at, offset_ms } = settings().get("clock") ?? {}
    if (at) last = { at: at + offset_ms, ok: true, problem: null }
    addEventListener("online", wake)
    addEventListener("visibilitychange", ({ target }) => {
      isHidden = /** @type {Document} */ (target).hidden
      if (isHidden) stopWaiting()
      else wake()
    })
    wake()
  }

  return {
    send,
    start,
    setAside,
    language,
    last: () => last,
    isSending: () => running !== null,
    progress: () => (running ? work : null),
  }
}

/** What a page says beside its records. @type {Engine.newSettings} */
function newSettings({ cursor, key, device }, me) {
  const { id, seal } = device ?? {}
  // This phone was a copy of another: it goes on under a name and a counter of its own.
  const renamed = id && { device: id, me: { ...me, device: id }, [`seal/${id}`]: seal }
  return { cursor, ...(key && { key }), ...renamed }
}

/**
 * A save the server cannot open, sealed anew if the server has another key now; else it stays with
 * the server as it is. @type {Engine.sealed}
 */
async function sealedAgain(row, settings) {
  const key = settings.get("key")?.id
  const isShut = row.receipt?.reason === "cannot_open" && row.save
  return isShut && JSON.parse(row.envelope).header.key !== key ? sealed(row, settings) : row
}

/** One sender at a time, whatever the number of tabs. @param {() => Promise<void>} work */
export function alone(work) {
  return navigator.locks ? navigator.locks.request("rounds-exchange", work) : work()
}
