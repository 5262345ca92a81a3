// The phone's engine: what screens read, save and send.
import { readFile, writeFile } from "./carrier.js"
import { join, request } from "./exchange.js"
import { createMemory } from "./memory.js"
import { createSaver } from "./saver.js"
import { createSender } from "./sender.js"
import { allNamed, keepNamed } from "./store/database.js"
import { dropRecords, stored } from "./store/saves.js"
import { measure } from "./sync/clock.js"
import { shown as look } from "./sync/rules.js"

/** @import {Kinds, Lift, Me, Question} from "./types/engine" */
/** @typedef {Awaited<ReturnType<typeof openPhone>>} Phone */

/** Open what this phone holds. Throws a problem when its storage or the app's files are not there. */
export async function openPhone() {
  /** @type {[Kinds, Question[], Lift[]]} */
  const [kinds, standing, lifts] = await Promise.all([
    request("/sync/kinds.json"),
    request("/sync/standing.json"),
    request("/sync/lifts.json"),
  ])
  const memory = createMemory(kinds, lifts)
  const channel = new BroadcastChannel("rounds")
  /** @type {Set<() => void>} */
  const subscribers = new Set()
  /** @type {Map<string, any>} */
  let settings = new Map()
  /** @type {Map<string, any>} */
  let drafts = new Map()
  /** @type {Map<string, string>} others' envelopes by the save's id */
  let carried = new Map()

  async function load() {
    settings = await allNamed("settings")
    drafts = await allNamed("drafts")
    carried = await allNamed("carried")
    const [records, rows] = await stored()
    const { volunteer } = settings.get("me") ?? {}
    memory.load(records, rows, settings.get("cursor")?.seq ?? 0, volunteer)
  }

  function notify() {
    for (const fn of subscribers) fn()
  }

  /** Tell other tabs what is new; one that missed a page, or is told nothing more, loads again. */
  function tell(/** @type {Engine.News} */ news = {}) {
    channel.postMessage(news)
    notify()
  }

  channel.onmessage = async (/** @type {MessageEvent<Engine.News>} */ { data }) => {
    const { row, page } = data
    if (row) memory.take([row])
    else if (page?.from && page.from === JSON.stringify(settings.get("cursor"))) hold(page)
    else await load()
    notify()
  }

  /** @type {Engine.hold} */
  function hold({ plan, values }) {
    for (const [name, value] of Object.entries(values)) settings.set(name, value)
    for (const id of plan.delivered) carried.delete(id)
    memory.apply(plan, values.cursor.seq)
  }

  /** What the join said, and what the server sent of it since. @returns {Me | null} */
  function me() {
    const joined = settings.get("me")
    const sent = joined && memory.get("volunteer", joined.volunteer)
    if (!sent) return joined ?? null
    const { name = joined.name, language = joined.language, roles } = sent
    const on = roles ? Object.keys(roles).filter((role) => roles[role]) : joined.roles
    return { ...joined, name, language, roles: on }
  }

  const common = { memory, me, settings: () => settings, carried: () => carried }
  const saver = createSaver(common)
  const sender = createSender({ ...common, load, hold, notify, tell })
  // Whoever joins next on this phone does not see this one's drafts.
  const draftOf = (/** @type {string} */ key) => `${me()?.volunteer ?? ""} ${key}`

  /** @param {string} token */
  async function joinWith(token) {
    const sent = Date.now()
    const { seal, key, now, ...joined } = await join(token, sender.language())
    const clock = now ? measure(sent, Date.now(), now) : settings.get("clock")
    if (settings.get("me")?.volunteer !== joined.volunteer) await dropRecords()
    await keepNamed("settings", {
      me: joined,
      [`seal/${joined.device}`]: seal,
      key,
      clock,
      cursor: undefined,
      forget: undefined,
      "my/wiped": undefined,
    })
    await load()
    tell()
    sender.send()
    return joined
  }

  /** @type {Engine.save} */
  async function save(changes) {
    const row = await saver.save(changes)
    tell({ row })
    sender.send()
    return memory.open(row)
  }

  /** @type {Engine.saves} */
  function saves() {
    const ruled = memory.ruled()
    const mine = [...memory.rows.values()].filter((row) => row.author === me()?.volunteer)
    const found = mine.map((row) => {
      const { n, id, receipt } = row
      const aside = sender.setAside.get(id)?.problem
      const { seq = null, verdict = null, reason = aside ?? null } = receipt ?? {}
      const at = receipt?.at ?? row.at
      const undone = ruled.get(id) === false
      return { n, id, at, changes: memory.open(row).changes, seq, verdict, reason, undone }
    })
    return found.sort((a, b) => b.at - a.at || b.n - a.n)
  }

  /** Withdraw an own save; what it ruled itself, as a move does, is taken back. @type {Engine.undo} */
  function undo(id) {
    const row = memory.rows.get(id)
    const rulings = row ? memory.open(row).changes.filter(({ kind }) => kind === "ruling") : []
    /** @type {import("./types/engine").Wish[]} */
    const back = rulings.map(({ kind, record }) => ({ kind, record, set: { counts: null } }))
    return save([{ kind: "ruling", record: id, set: { counts: false } }, ...back])
  }

  function unsent() {
    const waiting = memory.waiting()
    const since = Math.min(...waiting.map((row) => row.at))
    return { count: waiting.length, since: waiting.length ? since : null }
  }

  /** Take in a file of others' sealed work; resolves to how much of it is new. @type {Engine.carry} */
  async function carry(text) {
    const found = readFile(text, carried, memory.rows)
    await keepNamed("carried", Object.fromEntries(found))
    await load()
    tell()
    sender.send()
    return found.size
  }

  /** @type {Engine.register} */
  function register(kind, id, field) {
    const { heads = [], shown = look("latest", []) } = memory.fold(kind, id).get(field) ?? {}
    return { ...shown, heads }
  }

  await load()
  sender.start()

  return {
    get me() {
      return me()
    },
    get lastExchange() {
      return sender.last()
    },
    get sending() {
      return sender.isSending()
    },
    joined: () => settings.has("me"),
    join: joinWith,
    kinds,
    standing,
    all: memory.all,
    get: memory.get,
    register,
    save,
    /** @param {string} saveId */
    undo,
    newId: saver.newId,
    now: () => saver.time().at,
    saves,
    unsent,
    carry,
    carrying: () => carried.size,
    unsentFile: () =>
      writeFile([...memory.waiting().map((row) => row.envelope), ...carried.values()]),
    attention: () => saves().filter((own) => own.reason && !own.undone),
    exchange: sender.send,
    /** @param {() => void} fn called after anything changed */
    subscribe(fn) {
      subscribers.add(fn)
      return () => subscribers.delete(fn)
    },
    drafts() {
      const start = draftOf("")
      const mine = [...drafts.keys()].filter((key) => key.startsWith(start))
      return mine.map((key) => key.slice(start.length))
    },
    /** @param {string} key */
    draft: (key) => drafts.get(draftOf(key)),
    /** @param {string} key @param {unknown} draft */
    keepDraft(key, draft) {
      drafts.set(draftOf(key), draft)
      return keepNamed("drafts", { [draftOf(key)]: draft })
    },
    /** @param {string} key */
    dropDraft(key) {
      drafts.delete(draftOf(key))
      return keepNamed("drafts", { [draftOf(key)]: undefined })
    },
    /** @param {string} name */
    setting: (name) => settings.get(`my/${name}`),
    /** @param {string} name @param {unknown} value */
    async setSetting(name, value) {
      settings.set(`my/${name}`, value)
      await keepNamed("settings", { [`my/${name}`]: value })
      tell()
    },
    /** Ask the browser not to clear what the phone holds; resolves to its answer. */
    protect: async () => (await navigator.storage?.persist?.()) ?? false,
  }
}
