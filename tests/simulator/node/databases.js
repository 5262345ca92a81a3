// The databases on a phone's disk, seen from outside: what a kill leaves, a copy, a reading.
import Factory from "fake-indexeddb/lib/FDBFactory"
import Database from "../../../node_modules/fake-indexeddb/build/esm/lib/Database.js"
import Index from "../../../node_modules/fake-indexeddb/build/esm/lib/Index.js"
import ObjectStore from "../../../node_modules/fake-indexeddb/build/esm/lib/ObjectStore.js"

export const createFactory = () => new Factory()

/** What is on disk once every process on it is dead: all that was committed, and no more. */
export function afterDeath(factory) {
  return factoryOf(factory, (old) => {
    for (const transaction of old.transactions) {
      if (transaction._state === "finished") continue
      for (const undo of transaction._rollbackLog.reverse()) undo()
    }
    const left = new Database(old.name, old.version)
    left.rawObjectStores = old.rawObjectStores
    for (const store of left.rawObjectStores.values()) store.rawDatabase = left
    return left
  })
}

/** The same bytes on another disk. Nothing may be under way. */
export function copied(factory) {
  return factoryOf(factory, (old) => {
    const copy = new Database(old.name, old.version)
    for (const store of old.rawObjectStores.values()) {
      copy.rawObjectStores.set(store.name, copiedStore(store, copy))
    }
    return copy
  })
}

function factoryOf(old, remake) {
  const made = createFactory()
  for (const database of old._databases.values()) {
    const remade = remake(database)
    // Version 0: an upgrade was under way that never ended.
    if (remade.version) made._databases.set(remade.name, remade)
  }
  return made
}

function copiedStore(old, database) {
  const store = new ObjectStore(database, old.name, old.keyPath, old.autoIncrement)
  if (store.keyGenerator) store.keyGenerator.num = old.keyGenerator.num
  for (const { name, keyPath, multiEntry, unique } of old.rawIndexes.values()) {
    const index = new Index(store, name, keyPath, multiEntry, unique)
    index.initialized = true
    store.rawIndexes.set(name, index)
  }
  for (const { key, value } of old.records.values()) {
    store.storeRecord({ key, value: structuredClone(value) }, false)
  }
  return store
}

/** store -> its records in order of key, of all databases. @returns {Map<string, any[]>} */
export function readAll(factory) {
  const stores = [...factory._databases.values()].flatMap(({ rawObjectStores }) => [
    ...rawObjectStores.values(),
  ])
  return new Map(stores.map((store) => [store.name, [...store.records.values()]]))
}
