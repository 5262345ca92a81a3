// Decides when to exchange: on start, when there is signal again, when the app is looked at,
// after a save and by button; one sender at a time, and no timers while hidden.
import { takeTurn } from "./exchange.js"
import { planOf } from "./page.js"
import { plain, problem } from "./problems.js"
import { allNamed } from "./store/database.js"
import { keepPage, waitingSaves } from "./store/saves.js"
import { measure } from "./sync/clock.js"

const AGAIN_MS = 60_000
const MAX_CHARACTERS = 900_000

/** @type {Engine.createSender} */
export function createSender({ memory, load, hold, notify, tell, settings, me }) {
  /** @type {Engine.Sender["setAside"]} saves the server cannot take; tried again at next start */
  const setAside = new Map()
  /** @type {ReturnType<Engine.Sender["last"]>} */
  let last = null
  /** @type {Promise<Engine.Outcome> | null} */
  let running = null
  let isWanted = false
  let isHidden = false
  /** Ends a pause, or the wait for the next try, before its time. */
  let stopWaiting = () => {}

  const language = () => settings().get("my/language") ?? me()?.language ?? navigator.language

  /** Exchange now, or once more after the exchange that is under way. */
  function send() {
    isWanted = true
    running ??= run().finally(() => {
      running = null
      notify()
    })
    return running
  }

  function wake() {
    if (me()) send()
  }

  async function run() {
    stopWaiting()
    notify()
    try {
      if (!me()) throw problem("not_joined")
      // What the server stumbled over may have been the server: each run tries it again.
      for (const [id, { status }] of setAside) if (status === 500) setAside.delete(id)
      while (isWanted) {
        isWanted = false
        await alone(turn)
      }
      last = { at: Date.now(), ok: true, problem: null }
      return { ok: true }
    } catch (reason) {
      const told = plain(reason)
      last = { at: Date.now(), ok: false, problem: told }
      if (memory.waiting().length && told.problem !== "not_joined") {
        pause(AGAIN_MS * (1 + Math.random())).then((isOver) => void (isOver && send()))
      }
      return { ok: false, problem: told }
    }
  }

  async function turn() {
    // Another tab may have exchanged since this one looked.
    const cursor = (await allNamed("settings")).get("cursor")
    if (JSON.stringify(cursor) !== JSON.stringify(settings().get("cursor"))) await load()
    const aside = setAside.set.bind(setAside)
    await takeTurn({ gather, apply, isWaiting, setAside: aside, pause, language })
  }

  /** @type {Engine.Ends["gather"]} */
  async function gather(limit) {
    const found = await waitingSaves(limit + setAside.size + 1)
    memory.take(found.filter((row) => !memory.rows.has(row.id)))
    const waiting = found.filter((row) => !setAside.has(row.id))
    let size = 0
    const fit = waiting.slice(0, limit).filter(({ envelope }, index) => {
      size += envelope.length
      return index === 0 || size < MAX_CHARACTERS
    })
    return {
      cursor: settings().get("cursor") ?? null,
      ids: fit.map((row) => row.id),
      envelopes: fit.map((row) => row.envelope),
      more: fit.length < waiting.length,
    }
  }

  /** @type {Engine.Ends["apply"]} */
  async function apply(page, sent, received) {
    const plan = planOf(memory, page, settings().get("forget") ?? [])
    const clock = measure(sent, received, page.now)
    const values = { cursor: page.cursor, forget: plan.forget, clock }
    await keepPage(plan, me()?.device ?? "", values)
    const news = { from: JSON.stringify(settings().get("cursor")), plan, values }
    hold(news)
    tell({ page: news })
    return plan.rows.some((row) => !row.receipt)
  }

  /** @type {Engine.Ends["isWaiting"]} */
  const isWaiting = (id) => !memory.rows.get(id)?.receipt

  /** @type {Engine.Ends["pause"]} */
  function pause(ms) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms, true)
      stopWaiting = () => {
        clearTimeout(timer)
        resolve(false)
      }
      if (isHidden) stopWaiting()
    })
  }

  function start() {
    const { at } = settings().get("clock") ?? {}
    if (at) last = { at, ok: true, problem: null }
    addEventListener("online", wake)
    addEventListener("visibilitychange", ({ target }) => {
      isHidden = /** @type {Document} */ (target).hidden
      if (isHidden) stopWaiting()
      else wake()
    })
    wake()
  }

  return { send, start, setAside, language, last: () => last, isSending: () => running !== null }
}

/** One sender at a time, whatever the number of tabs. @param {() => Promise<void>} work */
function alone(work) {
  return navigator.locks ? navigator.locks.request("rounds-exchange", work) : work()
}
