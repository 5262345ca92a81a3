// Own saves, each as its envelope's text with its receipt, and the records the server sent.
import { problem } from "../problems.js"
import { given, inTransaction, put } from "./database.js"

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
    // The first attempt may have reached the disk though nobody heard.
    if (await given(saves.index("id").getKey(id))) return null
    if ((await given(settings.get("me")))?.device !== device) throw problem("not_joined")
    const last = (await given(settings.get(counterOf(device)))) ?? 0
    if (last !== n - 1) return { last, rows: await made(saves, device, known, last) }
    saves.add(row)
    settings.put(n, counterOf(device))
    return null
  })
}

/** Saves without a receipt, oldest first. @type {Engine.waitingSaves} */
export function waitingSaves(limit) {
  return inTransaction(["saves"], (transaction) =>
    given(transaction.objectStore("saves").index("waiting").getAll(null, limit)),
  )
}

/** Everything, of one moment. @type {Engine.stored} */
export function stored() {
  return inTransaction(["records", "saves"], (transaction) =>
    Promise.all([
      given(transaction.objectStore("records").getAll()),
      given(transaction.objectStore("saves").getAll()),
    ]),
  )
}

/** A device's saves after the highest n that is known. @type {Engine.made} */
const made = (saves, device, known, last) =>
  last > known ? given(saves.getAll(IDBKeyRange.bound([device, known], [device, last], true))) : []

/**
 * Keep what one page brought and the settings that go with it, or nothing of it. Resolves to the
 * saves made since it was planned, of which `known` is the highest n: then nothing was kept.
 * @type {Engine.keepPage}
 */
export function keepPage(plan, device, values, known) {
  return inTransaction(["saves", "records", "carried", "settings"], async (transaction) => {
    const saves = transaction.objectStore("saves")
    const records = transaction.objectStore("records")
    const carried = transaction.objectStore("carried")
    const settings = transaction.objectStore("settings")
    const last = (await given(settings.get(counterOf(device)))) ?? 0
    const missed = await made(saves, device, known, last)
    if (missed.length) return missed
    if (plan.clear) records.clear()
    for (const { kind, id } of plan.drops) records.delete([kind, id])
    for (const record of plan.puts) records.put(record)
    for (const row of plan.rows) saves.put(row)
    for (const row of plan.pruned) saves.delete([row.device, row.n])
    for (const id of plan.delivered) carried.delete(id)
    put(settings, values)
    // Saves the server knows and this phone lost: their numbers are not given twice.
    if (plan.n > last) settings.put(plan.n, counterOf(device))
    return missed
  })
}

/** Forget every record, as when somebody else joins on this phone. */
export function dropRecords() {
  return inTransaction(["records"], async (transaction) => {
    transaction.objectStore("records").clear()
  })
}

/**
 * Drop all that can be read, and who this was. Envelopes without a receipt stay, the counters so
 * that no n is given twice, and how this phone looks and speaks.
 */
export function wipe() {
  return inTransaction(["saves", "records", "drafts", "settings"], async (transaction) => {
    const saves = transaction.objectStore("saves")
    const settings = transaction.objectStore("settings")
    for (const row of await given(saves.getAll())) {
      if (row.receipt) saves.delete([row.device, row.n])
      else saves.put({ ...row, save: null, before: [] })
    }
    for (const name of await given(settings.getAllKeys())) {
      if (!/^(my|counter)\//.test(String(name))) settings.delete(name)
    }
    transaction.objectStore("records").clear()
    transaction.objectStore("drafts").clear()
    settings.put(true, "my/wiped")
  })
}

/** @type {Engine.counterOf} */
export const counterOf = (device) => `counter/${device}`
