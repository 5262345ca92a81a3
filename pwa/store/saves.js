// Own saves, each as its envelope's text with its receipt, and the records the server sent.
import { inTransaction } from "./database.js"

/**
 * Allot the next n and keep the save `make` returns for it, in one transaction: two tabs never get
 * the same n, and none is skipped. `known` is the highest n this tab knows; `make` is given the
 * saves after it. @type {Engine.addSave}
 */
export function addSave(device, id, known, make) {
  return inTransaction(["saves", "settings"], async (transaction) => {
    const saves = transaction.objectStore("saves")
    const settings = transaction.objectStore("settings")
    // The first attempt may have reached the disk though nobody heard.
    const already = await saves.index("id").get(id)
    if (already) return already
    const last = (await settings.get(counterOf(device))) ?? 0
    const after = () => IDBKeyRange.bound([device, known], [device, last], true)
    const row = make(last + 1, last > known ? await saves.getAll(after()) : [])
    await Promise.all([saves.add(row), settings.put(row.n, counterOf(device))])
    return row
  })
}

/** Saves without a receipt, oldest first. @type {Engine.waitingSaves} */
export function waitingSaves(limit) {
  return inTransaction(["saves"], (transaction) =>
    transaction.objectStore("saves").index("waiting").getAll(null, limit),
  )
}

/** Everything, of one moment. @type {Engine.stored} */
export function stored() {
  return inTransaction(["records", "saves"], (transaction) =>
    Promise.all([
      transaction.objectStore("records").getAll(),
      transaction.objectStore("saves").getAll(),
    ]),
  )
}

/**
 * Keep what one page brought and the settings that go with it, or nothing of it.
 * @type {Engine.keepPage}
 */
export function keepPage(plan, device, values) {
  return inTransaction(["saves", "records", "settings"], async (transaction) => {
    const saves = transaction.objectStore("saves")
    const records = transaction.objectStore("records")
    const settings = transaction.objectStore("settings")
    const last = (await settings.get(counterOf(device))) ?? 0
    await Promise.all([
      plan.clear && records.clear(),
      ...plan.drops.map(({ kind, id }) => records.delete([kind, id])),
      ...plan.puts.map((record) => records.put(record)),
      ...plan.rows.map((row) => saves.put(row)),
      ...plan.pruned.map((row) => saves.delete([row.device, row.n])),
      ...Object.entries(values).map(([name, value]) => settings.put(value, name)),
      // Saves the server knows and this phone lost: their numbers are not given twice.
      plan.n > last && settings.put(plan.n, counterOf(device)),
    ])
  })
}

/** Forget every record, as when somebody else joins on this phone. */
export function dropRecords() {
  return inTransaction(["records"], (transaction) => transaction.objectStore("records").clear())
}

/** @type {Engine.counterOf} */
const counterOf = (device) => `counter/${device}`
