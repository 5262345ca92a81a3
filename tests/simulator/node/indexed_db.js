// fake-indexeddb, made to die: what a killed tab had not committed is undone, and what it waited
// for is never told to it. Its classes are reached into here and in databases.js, nowhere else.
import FDBTransaction from "fake-indexeddb/lib/FDBTransaction"
import forceClose from "fake-indexeddb/lib/forceCloseDatabase"
import FakeEventTarget from "../../../node_modules/fake-indexeddb/build/esm/lib/FakeEventTarget.js"
import ObjectStore from "../../../node_modules/fake-indexeddb/build/esm/lib/ObjectStore.js"

/** @import {Tab} from "./tab.js" */

/** @type {WeakMap<object, Tab>} connection, or request for one -> whose it is */
const owners = new WeakMap()

const dispatch = FakeEventTarget.prototype.dispatchEvent
FakeEventTarget.prototype.dispatchEvent = function (event) {
  for (const target of [this, ...event.eventPath]) {
    if (ownerOf(target)?.isDead) silence(target)
  }
  return dispatch.call(this, event)
}

// That a transaction is on disk is heard one task later: a phone can die in between. What has
// nothing to roll back wrote nothing.
FDBTransaction.prototype.dispatchEvent = function (event) {
  const tell = () => FakeEventTarget.prototype.dispatchEvent.call(this, event)
  if (event.type !== "complete") return tell()
  if (this._rollbackLog.length) owners.get(this.db)?.wrote()
  setImmediate(tell)
  return true
}

const storeRecord = ObjectStore.prototype.storeRecord
ObjectStore.prototype.storeRecord = function (record, noOverwrite, rollbackLog) {
  const isFull = this.rawDatabase.connections.some((each) => owners.get(each)?.disk.isFull)
  // Only a rollback keeps no log, and a full disk has room for that.
  if (rollbackLog && isFull) throw new DOMException("The disk is full.", "QuotaExceededError")
  return storeRecord.call(this, record, noOverwrite, rollbackLog)
}

function ownerOf(target) {
  const connection = target.db ?? target.transaction?.db ?? target
  return owners.get(connection)
}

/** Take a tab's own listeners off; those of fake-indexeddb are functions of this realm. */
function silence(target) {
  target.listeners = target.listeners.filter(({ callback }) => callback instanceof Function)
  for (const name of Object.keys(target)) if (/^on[a-z]+$/.test(name)) target[name] = null
}

/** A tab's `indexedDB`: its disk's, and it is remembered whose the connections are. */
export function createIndexedDB(/** @type {Tab} */ tab) {
  const { factory } = tab.disk

  function open(name, version) {
    const request = factory.open(name, version)
    const own = () => owners.set(request.result, tab)
    owners.set(request, tab)
    tab.opening.add(request)
    request.addEventListener("upgradeneeded", own)
    request.addEventListener("error", () => tab.opening.delete(request))
    request.addEventListener("success", () => {
      own()
      tab.opening.delete(request)
      tab.connections.add(request.result)
    })
    return request
  }

  const deleteDatabase = (name) => factory.deleteDatabase(name)
  const databases = () => factory.databases()
  return { open, deleteDatabase, databases, cmp: (a, b) => factory.cmp(a, b) }
}

/** Undo what a dead tab had not committed, and close its connections: other tabs go on. */
export function sever(/** @type {Tab} */ tab) {
  for (const connection of tab.connections) {
    for (const transaction of connection._rawDatabase.transactions) {
      const isUnder = transaction.db === connection && transaction._state !== "finished"
      if (isUnder) transaction._abort("AbortError")
    }
    connection.close()
  }
}

/** Close a tab's connections under it, as iOS does. */
export function drop(/** @type {Tab} */ tab) {
  for (const connection of tab.connections) forceClose(connection)
  tab.connections.clear()
}
