/**
 * The peer's server: express-pouchdb on leveldb, as its own documentation starts it.
 * Arguments: folder for the data, port. Prints "up" when it listens.
 * GET /__counts tells bytes on its sockets, requests and microseconds of processor so far.
 */

import { mkdirSync } from "node:fs"
import express from "express"
import expressPouchdb from "express-pouchdb"
import PouchDB from "pouchdb"

const [folder, port] = process.argv.slice(2)
const counts = { up: 0, down: 0, requests: 0 }
/** @type {Set<import("node:net").Socket>} */
const open = new Set()

mkdirSync(folder, { recursive: true })
const app = express()
app.get("/__counts", (_request, response) => response.json(total()))
app.use((_request, _response, next) => {
  counts.requests += 1
  next()
})
app.use(
  "/",
  expressPouchdb(PouchDB.defaults({ prefix: `${folder}/` }), {
    mode: "minimumForPouchDB",
    inMemoryConfig: true,
    logPath: `${folder}/log.txt`,
  }),
)
app
  .listen(Number(port), "127.0.0.1", () => process.stdout.write("up\n"))
  .on("connection", (socket) => {
    open.add(socket)
    socket.on("close", () => {
      open.delete(socket)
      add(counts, socket)
    })
  })

function total() {
  const { user, system } = process.cpuUsage()
  const sum = { ...counts, cpu_us: user + system }
  for (const socket of open) add(sum, socket)
  return sum
}

/**
 * @param {{up: number, down: number}} sum
 * @param {import("node:net").Socket} socket
 */
function add(sum, socket) {
  sum.up += socket.bytesRead
  sum.down += socket.bytesWritten
}
