// The only place that talks to the server.
import { problem } from "./problems.js"

/** @import {Problem} from "./types/engine" */

const MAX_ENVELOPES = 100
const TIME_OUT_MS = 30_000
const MAX_REFUSALS = 5
const GZIP_FROM = 1000
// A save that a server stumbles over is found by halving, and delays no other.
const ONE_OF_THESE = [400, 413, 500]
const TOO_MUCH = [...ONE_OF_THESE, 408, 504]
const BUSY = [429, 503]

/**
 * Send what waits and fetch what is new until neither is left. Throws a problem; what was
 * receipted before it stays so. @type {Engine.takeTurn}
 */
export async function takeTurn(phone) {
  let limit = MAX_ENVELOPES
  let refusals = 0
  let stumbles = 0
  for (let more = true; more; ) {
    const load = await phone.gather(limit)
    try {
      more = await exchangeOnce(phone, load)
      refusals = 0
    } catch (caught) {
      const reason = /** @type {Problem} */ (caught)
      const { status = 0, retry_after_s = 5 } = reason
      const [id, next] = load.ids
      if (BUSY.includes(status) && refusals++ < MAX_REFUSALS) {
        // Jitter: five thousand phones must not all come back in the same second.
        if (!(await phone.pause(retry_after_s * 1000 * (1 + Math.random())))) throw reason
      } else if (TOO_MUCH.includes(status) && next) {
        limit = Math.ceil(load.ids.length / 2)
      } else if (ONE_OF_THESE.includes(status) && id && (status !== 500 || stumbles++ < 3)) {
        phone.setAside(id, reason)
      } else throw reason
    }
  }
}

/** One request. Resolves to whether there is more to send or fetch. @type {Engine.exchangeOnce} */
async function exchangeOnce(phone, { cursor, ids, envelopes, more }) {
  const sent = Date.now()
  const from = JSON.stringify(cursor)
  const body = `{"protocol":1,"cursor":${from},"sent_at":${sent},"envelopes":[${envelopes.join()}]}`
  const page = await post("/sync", body, phone.language())
  const isStuck = page.more && !ids.length && JSON.stringify(page.cursor) === from
  if (!isPage(page) || isStuck) throw problem("bad_reply")
  const isNewPast = await phone.apply(page, sent, Date.now())
  for (const id of ids) if (phone.isWaiting(id)) phone.setAside(id, problem("no_receipt"))
  return page.more || more || isNewPast
}

/** Redeem an invitation's token. @type {Engine.join} */
export function join(token, language) {
  return post("/join", JSON.stringify({ token }), language)
}

/** @type {Engine.post} */
async function post(url, text, language) {
  /** @type {Record<string, string>} */
  const headers = { "Content-Type": "application/json", "Accept-Language": language }
  /** @type {string | ArrayBuffer} */
  let body = text
  if (text.length > GZIP_FROM && "CompressionStream" in globalThis) {
    const zipped = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"))
    body = await new Response(zipped).arrayBuffer()
    headers["Content-Encoding"] = "gzip"
  }
  return request(url, { method: "POST", headers, body, cache: "no-store" })
}

/**
 * The JSON a request gives. Throws the server's problem, or no_network, time_out, bad_reply.
 * @type {Engine.request}
 */
export async function request(url, options = {}) {
  let reply
  let text
  try {
    const signal = AbortSignal.timeout(TIME_OUT_MS)
    reply = await fetch(url, { ...options, redirect: "error", signal })
    text = await reply.text()
  } catch (reason) {
    const isLate = /** @type {Error} */ (reason).name === "TimeoutError"
    throw isLate ? problem("time_out", { status: 408 }) : problem("no_network")
  }
  const body = read(text)
  if (reply.ok && body) return body
  const status = reply.ok ? 0 : reply.status
  const wait = reply.headers.get("Retry-After")
  const retry_after_s = wait === null ? undefined : Number(wait) || 0
  throw problem(body?.problem ?? "bad_reply", { ...body, status, retry_after_s })
}

/** @type {Engine.read} */
function read(text) {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** @type {Engine.isPage} */
function isPage(page) {
  const lists = [page.receipts, page.records, page.forget]
  return page.protocol === 1 && lists.every(Array.isArray) && Number.isInteger(page.cursor?.seq)
}
