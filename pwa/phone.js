// The phone's engine: what screens read, save and send.
import { readFile, writeFile } from "./carrier.js"
import { join, request } from "./exchange.js"
import { createLock, DELAYS_S } from "./lock.js"
import { createMemory } from "./memory.js"
import { createSaver } from "./saver.js"
import { alone, createSender } from "./sender.js"
import { keepNamed } from "./store/database.js"
import { draftBox, isOfMe, readInside, whoBox } from "./store/inside.js"
import { keepWho, stored } from "./store/saves.js"
import { canShut, isOpen, makeKey, ROUNDS } from "./store/vault.js"
import { measure } from "./sync/clock.js"
import { shown as look } from "./sync/rules.js"
import { changeId } from "./sync/save.js"

/** @import {Me} from "./types/engine" */
const EXPIRES_MS = 30 * 24 * 3600 * 1000

/** @typedef {Awaited<ReturnType<typeof openPhone>>} Phone */

/** What the app goes by, from the server or as it was kept. @type {Engine.facts} */
export const facts = () => request("/start.json")

/**
 * Open what this phone holds. Throws a problem when its storage or the app's files are not there.
 * How long a PIN is stretched, after how long without contact the vault is emptied, and how long
 * wrong PINs make wait, is as it stands for all but tests. Nothing is sent before `shown`, nor, after
 * a tap, before what it did is `painted`.
 * @param {Engine.Seams} seams
 * @param {ReturnType<Engine.facts>} asked
 */
export async function openPhone(seams = {}, asked = facts()) {
  const { shown, painted, rounds = ROUNDS, expires_ms = EXPIRES_MS, delays_s = DELAYS_S } = seams
  // The disk need not wait for them.
  const first = stored()
  first.catch(() => {})
  const { kinds, standing, lifts } = await asked
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

  let loads = 0
  /** @type {Map<string, string>} */
  const left = new Map()

  async function load(reading = stored()) {
    const wasOpen = isOpen()
    const held = await reading
    const inside = await readInside(held)
    // It was locked or unlocked meanwhile.
    if (wasOpen !== isOpen()) return load()
    settings = new Map([...held.settings, ...Object.entries(inside.who), ["forget", inside.forget]])
    // What cannot be read any more is fetched anew.
    if (!inside.isWhole) settings.delete("cursor")
    drafts = inside.drafts
    carried = held.carried
    const { volunteer } = settings.get("me") ?? {}
    memory.load(inside.records, inside.rows, settings.get("cursor")?.seq ?? 0, volunteer)
    loads += 1
    if (!isOpen()) left.clear()
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
    const { row, page, locked } = data
    if (locked) await lock.shutHere()
    else if (!isOpen()) await load()
    else if (row) memory.take([row])
    else if (page?.from && page.from === JSON.stringify(settings.get("cursor"))) hold(page)
    else await load()
    notify()
  }

  /** @type {Engine.hold} */
  function hold({ plan, values }) {
    noteMoved(plan.moved)
    for (const [name, value] of Object.entries(values)) settings.set(name, value)
    for (const id of plan.delivered) carried.delete(id)
    memory.apply(plan, values.cursor?.seq ?? 0)
  }

  /**
   * Who moved to another list, until mine has said so: in mind only, for nobody tells this phone any
   * more when one of them is erased. @type {Engine.noteMoved}
   */
  function noteMoved(people) {
    for (const id of people) {
      const name = memory.get("person", id)?.name
      if (name) left.set(id, name)
    }
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

  /** Which device this is; also a locked phone knows. @returns {string | undefined} */
  const device = () => settings.get("device") ?? settings.get("me")?.device

  const common = { memory, me, device, settings: () => settings, carried: () => carried }
  const saver = createSaver(common)
  const sender = createSender({ ...common, load, loads: () => loads, hold, notify, tell })
  let drafting = Promise.resolve(/** @type {unknown} */ (null))
  const sendSoon = () => (painted ? void painted().then(sender.send) : void sender.send())
  const lock = createLock({
    settings: () => settings,
    load,
    notify,
    post: (news) => channel.postMessage(news),
    idle: () => Promise.all([saver.idle(), drafting]),
    alone,
    send: () => void (device() && sender.send()),
    rounds,
    expires_ms,
    delays_s,
  })
  // Whoever joins next on this phone does not see this one's drafts.
  const draftOf = (/** @type {string} */ key) => `${me()?.volunteer ?? ""} ${key}`

  /**
   * Join with an invitation's token. Who chose no PIN before must do so next; a guest never does,
   * and what can be read is gone with this sitting. @type {Engine.joinWith}
   */
  async function joinWith(token, isGuest = false) {
    const sent = Date.now()
    const { seal, key, now, read, ...joined } = await join(token, sender.language())
    const clock = now ? measure(sent, Date.now(), now) : settings.get("clock")
    const isNew = isGuest || !isOpen()
    if (isNew) await makeKey()
    const old = isNew ? [] : [...settings].filter(([name]) => isOfMe(name))
    const who = new Map([...old, ["me", joined], ["read", read], [`seal/${joined.device}`, seal]])
    const isOther = settings.get("me")?.volunteer !== joined.volunteer
    /** @type {Engine.Store[]} */
    const clear = isNew ? ["pages", "inside"] : isOther ? ["pages"] : []
    const values = {
      device: joined.device,
      key,
      clock,
      cursor: undefined,
      "my/wiped": undefined,
      "my/gone": undefined,
      guest: isGuest || undefined,
      ...(isNew && { lock: undefined, tries: undefined }),
    }
    await keepWho(await whoBox(who), values, clear)
    await load()
    // Another tab has a key that opens nothing any more.
    if (isNew) channel.postMessage({ locked: true })
    tell()
    sender.send()
    return joined
  }

  /** @type {Engine.save} */
  async function save(changes) {
    const row = await saver.save(changes)
    tell({ row })
    sendSoon()
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
      const { changes } = memory.open(row)
      const counts = changes.flatMap(({ kind }, nth) =>
        kind === "ruling" ? [] : ruled.get(changeId(id, nth)) !== false,
      )
      const undone = ruled.get(id) === false || (counts.length > 0 && !counts.includes(true))
      return { n, id, at, changes, seq, verdict, reason, undone }
    })
    return found.sort((a, b) => b.at - a.at || b.n - a.n)
  }

  /** Withdraw own saves; what they ruled, as a move does, is taken back. @type {Engine.undo} */
  function undo(...ids) {
    const rows = ids.flatMap((id) => memory.rows.get(id) ?? [])
    const changes = rows.flatMap((row) => memory.open(row).changes)
    const back = changes.filter(({ kind, record }) => kind === "ruling" && !ids.includes(record))
    /** @type {[string[], boolean | null][]} */
    const rulings = [
      [ids, false],
      [back.map(({ record }) => record), null],
    ]
    return save(
      rulings.flatMap(([records, counts]) =>
        [...new Set(records)].map((record) => ({ kind: "ruling", record, set: { counts } })),
      ),
    )
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

  /** The box is shut now, with the key there is; one transaction after the other. @type {Engine.writeDraft} */
  function writeDraft(name, draft) {
    const boxing = draftBox(name, draft)
    const kept = Promise.all([boxing, drafting]).then(([box]) => keepNamed("inside", box))
    drafting = kept.catch(() => {})
    return kept
  }

  const draft = (/** @type {string} */ key) => drafts.get(draftOf(key))

  /** @param {string} key @param {unknown} draft */
  function keepDraft(key, draft) {
    drafts.set(draftOf(key), draft)
    return writeDraft(draftOf(key), draft)
  }

  /** Unlock, and fetch what came meanwhile. @type {Engine.withPin} */
  async function unlock(pin) {
    await lock.unlock(pin)
    sender.setAside.clear()
    sendSoon()
  }

  await load(first)
  await lock.expire()
  if (shown) shown.then(sender.start)
  else sender.start()

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
    progress: sender.progress,
    joined: () => lock.state() !== "new",
    lockState: lock.state,
    choosePin: lock.choose,
    unlock,
    unlockWaits_ms: lock.waits,
    lock: lock.lock,
    forget: lock.forget,
    expire: lock.expire,
    isGuest: () => settings.has("guest"),
    /** Without WebCrypto nothing can be shut. */
    canLock: canShut(),
    hasPin: () => isOpen() && settings.has("lock"),
    isPhrase: () => settings.get("lock")?.isPhrase === true,
    join: joinWith,
    kinds,
    standing,
    all: memory.all,
    get: memory.get,
    /** Whether somebody leaves this phone once what was noted about them is sent. @param {string} id */
    isLeaving: (id) =>
      (settings.get("forget") ?? []).some((/** @type {any} */ { subject }) => subject === id),
    register,
    save,
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
    left,
    /** Begun and not saved. */
    drafts() {
      const start = draftOf("")
      const mine = [...drafts.keys()].filter((key) => key.startsWith(start))
      return mine.map((key) => key.slice(start.length))
    },
    draft,
    keepDraft,
    /** @param {string} key */
    dropDraft(key) {
      drafts.delete(draftOf(key))
      return writeDraft(draftOf(key), undefined)
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
