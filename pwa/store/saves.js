// Own saves, each as its envelope's text with its receipt, and beside it, in a box, what can be
// read of it; and the pages of records the server sent, in boxes.
import { problem } from "../problems.js"
import { given, inTransaction, named, put } from "./database.js"
import { isOfMe, outsideOf } from "./inside.js"
import { isOpen } from "./vault.js"

/** @type {Engine.Store[]} */
const ALL = ["settings", "saves", "carried", "pages", "inside", "records", "drafts"]

/**
 * Keep a save if its n is still the next one: two tabs never get the same n, and none is skipped.
 * Resolves to null when it is kept, else to the last n and the saves after `known`, the highest n
 * this tab knows. Throws problem not_joined, as when this device was wiped. @type {Engine.addSave}
 */
export function addSave(row, known) {
  const { device, n, id } = row
  return inTransaction(["saves", "settings"], async (transaction) => {
    const saves = transaction.objectStore("saves")
    const settings = transaction.objectStore("settings")
    const [known_n, here, last = 0] = await Promise.all([
      given(saves.index("id").getKey(id)),
      given(settings.get("device")),
      given(settings.get(counterOf(device))),
    ])
    // The first attempt may have reached the disk though nobody heard.
    if (known_n) return null
    if (here !== device) throw problem("not_joined")
    if (last !== n - 1) return { last, rows: await made(saves, device, known, last) }
    saves.add(outsideOf(row))
    settings.put(n, counterOf(device))
    return null
  })
}

/** Where this phone is, and how many boxes hold its records. @type {Engine.whereNow} */
export function whereNow() {
  return inTransaction(["settings", "pages"], async (transaction) => {
    const cursor = await given(transaction.objectStore("settings").get("cursor"))
    return { cursor, count: await given(transaction.objectStore("pages").count()) }
  })
}

/** Saves without a receipt, oldest first. @type {Engine.waitingSaves} */
export function waitingSaves(limit) {
  return inTransaction(["saves"], (transaction) =>
    given(transaction.objectStore("saves").index("waiting").getAll(null, limit)),
  )
}

/**
 * Everything, of one moment; without the boxes that a locked phone cannot open, unless asked to.
 * `records` and `drafts` are of a phone from before there was a vault. @type {Engine.stored}
 */
export function stored(withBoxes = isOpen()) {
  return inTransaction(ALL, async (transaction) => {
    const store = (/** @type {Engine.Store} */ name) => transaction.objectStore(name)
    const [settings, carried, saves] = await Promise.all([
      named(store("settings")),
      named(store("carried")),
      given(store("saves").getAll()),
    ])
    const held = { settings, carried, saves, inside: new Map(), drafts: new Map() }
    if (!withBoxes && settings.has("lock")) return { ...held, pages: [], records: [] }
    const [inside, drafts, pages, records] = await Promise.all([
      named(store("inside")),
      named(store("drafts")),
      given(store("pages").getAll()),
      given(store("records").getAll()),
    ])
    return { ...held, inside, drafts, pages, records }
  })
}

/** A device's saves after the highest n that is known. @type {Engine.made} */
const made = (saves, device, known, last) =>
  last > known ? given(saves.getAll(IDBKeyRange.bound([device, known], [device, last], true))) : []

/**
 * Keep what one page brought and the settings that go with it, or nothing of it. Resolves to the
 * saves made since it was planned, of which `known` is the highest n: then nothing was kept.
 * @type {Engine.keepPage}
 */
export function keepPage(plan, { device, values, who, clear, boxes }, known) {
  return inTransaction(ALL, async (transaction) => {
    const saves = transaction.objectStore("saves")
    const pages = transaction.objectStore("pages")
    const carried = transaction.objectStore("carried")
    const settings = transaction.objectStore("settings")
    const last = (await given(settings.get(counterOf(device)))) ?? 0
    const missed = await made(saves, device, known, last)
    if (missed.length) return missed
    if (plan.clear) transaction.objectStore("records").clear()
    if (clear) pages.clear()
    for (const box of boxes) pages.add(box)
    if (who) transaction.objectStore("inside").put(who, "who")
    for (const row of plan.rows) saves.put(outsideOf(row))
    for (const row of plan.pruned) saves.delete([row.device, row.n])
    for (const id of plan.delivered) carried.delete(id)
    put(settings, values)
    // Saves the server knows and this phone lost: their numbers are not given twice.
    if (plan.n > last) settings.put(plan.n, counterOf(device))
    return missed
  })
}

/**
 * Keep who joined and what goes with it; `clear` drops what somebody else could read here.
 * @type {Engine.keepWho}
 */
export function keepWho(who, values, clear) {
  return inTransaction(["settings", "pages", "inside"], async (transaction) => {
    if (clear.includes("pages")) transaction.objectStore("pages").clear()
    if (clear.includes("inside")) transaction.objectStore("inside").clear()
    if (who) transaction.objectStore("inside").put(who, "who")
    put(transaction.objectStore("settings"), values)
  })
}

/**
 * Put in boxes, all at once, what lay in the clear. Resolves to false, and nothing was done, when
 * `count` saves are not all there are. @type {Engine.moveIn}
 */
export function moveIn({ saves: rows, pages, inside }, values, count) {
  return inTransaction(ALL, async (transaction) => {
    const saves = transaction.objectStore("saves")
    if ((await given(saves.count())) !== count) return false
    for (const row of rows) saves.put(row)
    for (const box of pages) transaction.objectStore("pages").add(box)
    put(transaction.objectStore("inside"), inside)
    const settings = transaction.objectStore("settings")
    for (const name of await given(settings.getAllKeys())) {
      if (isOfMe(String(name))) settings.delete(name)
    }
    put(settings, values)
    transaction.objectStore("records").clear()
    transaction.objectStore("drafts").clear()
    return true
  })
}

/**
 * Drop all that can be read, and who this was. Envelopes stay, the counters so that no n is given
 * twice, and how this phone looks and speaks. A phone that was signed out (`reason` wiped) also
 * forgets what has a receipt, and which device it was; any other goes on sending.
 * @type {Engine.empty}
 */
export function empty(reason) {
  return inTransaction(ALL, async (transaction) => {
    const saves = transaction.objectStore("saves")
    const settings = transaction.objectStore("settings")
    const isOut = reason === "wiped"
    const device =
      (await given(settings.get("device"))) ?? (await given(settings.get("me")))?.device
    for (const { kept, ...row } of await given(saves.getAll())) {
      if (row.receipt && isOut) saves.delete([row.device, row.n])
      else saves.put({ ...row, author: "", rank: 0, rules: false, before: [], save: null })
    }
    const stays = isOut ? /^(my|counter)\// : /^((my|counter)\/.*|key|clock)$/
    for (const name of await given(settings.getAllKeys())) {
      if (!stays.test(String(name))) settings.delete(name)
    }
    for (const name of ["pages", "inside", "records", "drafts"])
      transaction.objectStore(name).clear()
    put(settings, isOut ? { "my/wiped": true } : { "my/gone": reason, device })
  })
}

/** @type {Engine.counterOf} */
export const counterOf = (device) => `counter/${device}`
