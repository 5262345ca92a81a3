/**
 * One run of the peer's client: PouchDB in memory, so that only wire and server are timed.
 * Arguments: URL of the server, number of documents, batch size (0: PouchDB's own), seed.
 * Prints one line of JSON: what it did, how long it took and what went over the wire.
 */

import PouchDB from "pouchdb"
import memory from "pouchdb-adapter-memory"
import { conversations } from "./conversations.js"

PouchDB.plugin(memory)
const [url, count, batch, seed] = process.argv.slice(2).map((text, i) => (i ? Number(text) : text))
const options = batch ? { batch_size: batch } : {}
const run = `run${seed}-${batch}-${process.pid}`

await replicate(`warm${run}`, Math.min(count, 1000), seed + 500000)
process.stdout.write(`${JSON.stringify(await replicate(run, count, seed))}\n`)
process.exit(0)

/**
 * @param {string} name
 * @param {number} size
 * @param {number} from seed
 */
async function replicate(name, size, from) {
  const local = await filled(`local${name}`, size, from)
  const remote = new PouchDB(`${url}/${name}`)
  await remote.info()
  const push = await timed(() => local.replicate.to(remote, options))
  const fresh = new PouchDB(`fresh${name}`, { adapter: "memory" })
  const pull = await timed(() => fresh.replicate.from(remote, options))
  await remote.bulkDocs(conversations(10, from + 250000))
  const delta = await timed(() => fresh.replicate.from(remote, options))
  const nothing = await timed(() => fresh.replicate.from(remote, options))
  const talk = await talked(remote)
  await remote.destroy()
  return { push, pull, delta, nothing, talk }
}

/**
 * One saved talk as a peer keeps it: a conversation, a changed person and a promise.
 * @param {PouchDB.Database} remote
 */
async function talked(remote) {
  const phone = await filled(`phone${run}${Math.random()}`, 3, 77)
  return timed(() => phone.replicate.to(remote, options))
}

/**
 * @param {string} name
 * @param {number} size
 * @param {number} from
 */
async function filled(name, size, from) {
  const local = new PouchDB(name, { adapter: "memory" })
  const documents = conversations(size, from)
  for (let start = 0; start < size; start += 500)
    await local.bulkDocs(documents.slice(start, start + 500))
  return local
}

/** @param {() => PromiseLike<{docs_written: number}>} work */
async function timed(work) {
  const before = await counts()
  const start = process.hrtime.bigint()
  const done = await work()
  const ms = Number(process.hrtime.bigint() - start) / 1e6
  const after = await counts()
  return {
    ms,
    documents: done.docs_written,
    up: after.up - before.up,
    down: after.down - before.down,
    requests: after.requests - before.requests,
    cpu_us: after.cpu_us - before.cpu_us,
  }
}

/** @returns {Promise<{up: number, down: number, requests: number, cpu_us: number}>} */
async function counts() {
  return (await fetch(`${url}/__counts`)).json()
}
