// What a browser gives a page, as far as the phone's engine can see it.
import vm from "node:vm"
import Cursor from "fake-indexeddb/lib/FDBCursor"
import IDBDatabase from "fake-indexeddb/lib/FDBDatabase"
import Index from "fake-indexeddb/lib/FDBIndex"
import KeyRange from "fake-indexeddb/lib/FDBKeyRange"
import Store from "fake-indexeddb/lib/FDBObjectStore"
import IDBRequest from "fake-indexeddb/lib/FDBRequest"
import Transaction from "fake-indexeddb/lib/FDBTransaction"
import { createCrypto } from "./cryptography.js"
import { createIndexedDB } from "./indexed_db.js"
import { CompressionStream, DecompressionStream, WholeBlob } from "./streams.js"

/** @import {Tab} from "./tab.js" */

// Bytes are of one realm: what Node gives must be what a tab calls a Uint8Array.
const SHARED = ["ArrayBuffer", "DataView", "Uint8Array", "Int8Array", "Uint16Array", "Int16Array"]
SHARED.push("Uint32Array", "Int32Array", "BigInt64Array", "BigUint64Array", "Uint8ClampedArray")
SHARED.push("Float32Array", "Float64Array", "DOMException", "Event", "EventTarget", "URL")
SHARED.push("URLSearchParams", "TextEncoder", "TextDecoder", "Headers", "Response", "atob", "btoa")
SHARED.push("ReadableStream", "WritableStream", "TransformStream", "AbortController")
SHARED.push("structuredClone", "queueMicrotask")

const OF_DATABASES = {
  IDBCursor: Cursor,
  IDBDatabase,
  IDBIndex: Index,
  IDBKeyRange: KeyRange,
  IDBObjectStore: Store,
  IDBRequest,
  IDBTransaction: Transaction,
}

// The language's own clock and dice, which no global can stand in for.
const OWN_TIME = new vm.Script(`(now, random) => {
  const Real = Date
  globalThis.Date = class Date extends Real {
    constructor(...given) { super(...(given.length ? given : [now()])) }
    static now() { return now() }
  }
  Math.random = random
}`)

/** A context of its own for a tab. @returns {vm.Context} */
export function createContext(/** @type {Tab} */ tab) {
  const { disk, timers, network, page } = tab
  const began = disk.world.now
  const context = vm.createContext(vm.constants.DONT_CONTEXTIFY)
  OWN_TIME.runInContext(context)(() => disk.world.now + disk.offset_ms, disk.chance.random)
  for (const name of SHARED) context[name] = globalThis[name]
  Object.assign(context, OF_DATABASES, {
    self: context,
    window: context,
    indexedDB: createIndexedDB(tab),
    fetch: network.fetch,
    setTimeout: timers.setTimeout,
    clearTimeout: timers.clearTimeout,
    AbortSignal: { timeout: timers.timeout, any: (all) => AbortSignal.any(all) },
    performance: { now: () => disk.world.now - began },
    BroadcastChannel: disk.channels.classFor(tab),
    Blob: WholeBlob,
    CompressionStream,
    DecompressionStream,
    document: page.document,
    addEventListener: page.window.addEventListener.bind(page.window),
    removeEventListener: page.window.removeEventListener.bind(page.window),
    location: { origin: "https://rounds.test", href: "https://rounds.test/" },
    navigator: navigatorOf(tab),
  })
  Object.defineProperty(context, "crypto", { value: createCrypto(tab), writable: true })
  return context
}

function navigatorOf(tab) {
  const storage = {
    persist: async () => true,
    persisted: async () => true,
    estimate: async () => ({ usage: 0, quota: 1e9 }),
  }
  const locks = { request: tab.disk.locks.requestOf(tab) }
  return { language: "en-CA", languages: ["en-CA"], onLine: true, storage, locks }
}
