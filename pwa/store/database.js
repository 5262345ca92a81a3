// The one IndexedDB connection, and small named values in it.
import { problem } from "../problems.js"
import { openDB } from "../vendor/idb.js"

/** @type {ReturnType<Engine.connection> | null} */
let opening = null

/** @type {Engine.connection} */
export function connection() {
  opening ??= openDB("rounds", 1, { upgrade, blocking: close, terminated: close })
  return opening
}

/**
 * Do `work` in one transaction; resolves when it is on disk. iOS drops connections under memory
 * pressure: then it is opened again and `work` runs twice, so it must not mind.
 * Throws problem no_storage, storage_full or storage_failed. @type {Engine.attempt}
 */
export async function inTransaction(stores, work) {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt(stores, work)
    } catch (reason) {
      if (!(reason instanceof DOMException)) throw reason
      if (reason.name === "QuotaExceededError") throw problem("storage_full")
      if (tries === 2) throw problem("storage_failed", { cause: reason })
      close()
    }
  }
}

/** @type {Engine.attempt} */
async function attempt(stores, work) {
  const db = await connection().catch(() => {
    opening = null
    throw problem("no_storage")
  })
  const transaction = /** @type {Engine.Transaction} */ (
    db.transaction(stores, "readwrite", { durability: "strict" })
  )
  // Promise.all hears both, so that neither failure goes unheard.
  const [result] = await Promise.all([work(transaction), transaction.done]).catch((reason) => {
    abort(transaction)
    throw transaction.error ?? reason
  })
  return result
}

/** @type {Engine.withTransaction} */
function abort(transaction) {
  try {
    transaction.abort()
  } catch {
    // It was over already.
  }
}

function close() {
  opening?.then((db) => db.close()).catch(() => {})
  opening = null
}

/** @type {Engine.upgrade} */
function upgrade(db) {
  const saves = db.createObjectStore("saves", { keyPath: ["device", "n"] })
  saves.createIndex("id", "id", { unique: true })
  saves.createIndex("waiting", "waiting")
  db.createObjectStore("records", { keyPath: ["kind", "id"] })
  db.createObjectStore("drafts")
  db.createObjectStore("settings")
}

/** @type {Engine.allNamed} */
export function allNamed(store) {
  return inTransaction([store], async (transaction) => {
    const named = transaction.objectStore(store)
    const [names, values] = await Promise.all([named.getAllKeys(), named.getAll()])
    return new Map(names.map((name, index) => [String(name), values[index]]))
  })
}

/** Keep some values; undefined drops one. @type {Engine.keepNamed} */
export function keepNamed(store, values) {
  return inTransaction([store], (transaction) => {
    const named = transaction.objectStore(store)
    const all = Object.entries(values).map(([name, value]) =>
      value === undefined ? named.delete(name) : named.put(value, name),
    )
    return Promise.all(all)
  })
}
