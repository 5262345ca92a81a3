// A tab's fetch: each request is told to the world and waits for what becomes of it.
import { brotliDecompressSync, gunzipSync } from "node:zlib"
import { bytesOf } from "./streams.js"

/** @import {Tab} from "./tab.js" */

const ORIGIN = "https://rounds.test"
const UNPACK = { gzip: gunzipSync, br: brotliDecompressSync }
const WITHOUT_BODY = [204, 205, 304]
const FAILURES = {
  no_network: () => new TypeError("Failed to fetch"),
  time_out: () => new DOMException("It took too long.", "TimeoutError"),
}

export function createNetwork(/** @type {Tab} */ tab) {
  const { disk } = tab
  /** @type {Map<number, {resolve: (reply: Response) => void, reject: (reason: unknown) => void}>} */
  const open = new Map()

  function fetch(url, options = {}) {
    const { pathname, search } = new URL(url, ORIGIN)
    const { method = "GET", signal } = options
    return new Promise((resolve, reject) => {
      const file = method === "GET" && disk.files[pathname]
      if (file) return tab.later(() => resolve(new Response(file)))
      // Nobody asked this tab to send: it is where there is no signal.
      if (disk.listening !== tab) return tab.later(() => reject(FAILURES.no_network()))
      const ticket = disk.nextTicket()
      open.set(ticket, { resolve, reject })
      const body = bytesOf(options.body).toString("base64")
      const headers = headersOf(disk.cookies, options.headers)
      tab.untold.push({ ticket, method, path: pathname + search, headers, body })
      signal?.addEventListener("abort", () => drop(ticket, signal.reason))
    })
  }

  function take(ticket) {
    const request = open.get(ticket)
    open.delete(ticket)
    tab.untold = tab.untold.filter((said) => said.ticket !== ticket)
    return request
  }

  function drop(ticket, reason) {
    const request = take(ticket)
    if (request) tab.later(() => request.reject(reason))
  }

  /** A reply comes in; its cookies are kept whatever becomes of the rest. */
  function answer(ticket, status, headers, body) {
    const request = take(ticket)
    if (!request) return
    keepCookies(disk.cookies, headers["set-cookie"])
    tab.later(() => request.resolve(replyOf(status, headers, Buffer.from(body, "base64"))))
  }

  const fail = (ticket, reason) => drop(ticket, FAILURES[reason]())

  return { fetch, answer, fail }
}

/** What a browser sends, names in small letters. */
function headersOf(cookies, given) {
  const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ")
  const all = new Headers({ ...given, "Sec-Fetch-Site": "same-origin", Origin: ORIGIN })
  if (cookie) all.set("Cookie", cookie)
  return Object.fromEntries(all)
}

function keepCookies(cookies, text = "") {
  const [pair, ...attributes] = text.split(";").map((part) => part.trim())
  const [, name, value] = pair.match(/^([^=]+)=(.*)$/) ?? []
  if (!name) return
  if (attributes.some((each) => /^max-age=(0|-\d+)$/i.test(each))) cookies.delete(name)
  else cookies.set(name, value)
}

/** What the tab sees of a reply. A body that is shorter than it says breaks off when it is read. */
function replyOf(status, headers, bytes) {
  const { "set-cookie": _, "content-encoding": packing, ...seen } = headers
  const length = headers["content-length"]
  const isBroken = length !== undefined && Number(length) > bytes.length
  const body = isBroken ? brokenBody() : unpacked(packing, bytes)
  return new Response(WITHOUT_BODY.includes(status) ? null : body, { status, headers: seen })
}

const brokenBody = () =>
  new ReadableStream({ start: (controller) => controller.error(new TypeError("network error")) })

function unpacked(packing, bytes) {
  try {
    return UNPACK[packing]?.(bytes) ?? bytes
  } catch {
    return brokenBody()
  }
}
