// The one IndexedDB connection, and small named values in it.
import { problem } from "../problems.js"

const VERSION = 3

/** @type {Promise<IDBDatabase> | null} */
let opening = null

/** @type {Engine.connection} */
export function connection() {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open("rounds", VERSION)
    request.onupgradeneeded = ({ oldVersion }) => upgrade(request.result, oldVersion)
    request.onerror = () => reject(request.error)
    request.onsuccess = () => {
      const db = request.result
      // Another tab has a newer version, or the system closed it.
      db.onversionchange = db.onclose = close
      resolve(db)
    }
  })
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
  const transaction = db.transaction(stores, "readwrite", { durability: "strict" })
  const done = new Promise((resolve, reject) => {
    transaction.oncomplete = resolve
    transaction.onabort = () => reject(transaction.error ?? new DOMException("", "AbortError"))
  })
  // Promise.all hears both, so that neither failure goes unheard.
  const [result] = await Promise.all([work(transaction), done]).catch((reason) => {
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

/** What a request in a transaction gives; who only writes need not wait for it. @type {Engine.given} */
export function given(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}

/** @type {Engine.upgrade} */
function upgrade(db, from) {
  if (from < 1) {
    const saves = db.createObjectStore("saves", { keyPath: ["device", "n"] })
    saves.createIndex("id", "id", { unique: true })
    saves.createIndex("waiting", "waiting")
    db.createObjectStore("records", { keyPath: ["kind", "id"] })
    db.createObjectStore("drafts")
    db.createObjectStore("settings")
  }
  // Of version 1 every save stays as it is: its envelope is plain, and can be read there.
  if (from < 2) db.createObjectStore("carried")
  // What is in clear moves in here once a PIN is chosen: an upgrade cannot wait for encryption.
  if (from < 3) {
    db.createObjectStore("pages", { autoIncrement: true })
    db.createObjectStore("inside")
  }
}

/** @type {Engine.allNamed} */
export function allNamed(store) {
  return inTransaction([store], (transaction) => named(transaction.objectStore(store)))
}

/** name -> value. @type {Engine.named} */
export async function named(store) {
  const [names, values] = await Promise.all([given(store.getAllKeys()), given(store.getAll())])
  return new Map(names.map((name, index) => [String(name), values[index]]))
}

/** Keep some values; undefined drops one. @type {Engine.keepNamed} */
export function keepNamed(store, values) {
  return inTransaction([store], async (transaction) => put(transaction.objectStore(store), values))
}

/** @type {Engine.putNamed} */
export function put(named, values) {
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) named.delete(name)
    else named.put(value, name)
  }
}
