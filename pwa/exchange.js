// The only place that talks to the server.
import { problem } from "./problems.js"
import { estimate } from "./sync/clock.js"
import { packed } from "./sync/envelope.js"

/** @import {Problem} from "./types/engine" */

const PROTOCOL = 2
const MAX_ENVELOPES = 100
const TIME_OUT_MS = 30_000
const MAX_REFUSALS = 5
const MAX_STUMBLES = 3
const MAX_WAIT_S = 3600
const GZIP_FROM = 500
// A save that a server stumbles over is found by halving, and delays no other.
const CANNOT_BE = [400, 413]
// It may also have been the server, or the way there; 200 is an answer that was cut.
export const PERHAPS = [200, 408, 500, 504]
const BUSY = [429, 503]

/**
 * Send what waits and fetch what is new until neither is left. Throws a problem; what was
 * receipted before it stays so. @type {Engine.takeTurn}
 */
export async function takeTurn(phone) {
  let limit = MAX_ENVELOPES
  let refusals = 0
  let stumbles = 0
  /** @type {(() => unknown) | null} sets the save aside that perhaps was what failed */
  let doubt = null
  for (let more = true; more; ) {
    // Without any save it shows whether it was that one.
    const load = await phone.gather(doubt ? 0 : limit)
    try {
      more = await exchangeOnce(phone, load)
      refusals = 0
      doubt?.()
      doubt = null
    } catch (caught) {
      const reason = /** @type {Problem} */ (caught)
      const { status = 0, retry_after_s = 5 } = reason
      const [first, next] = load.sent
      const isPerhaps = PERHAPS.includes(status)
      if (BUSY.includes(status) && retry_after_s <= 60 && refusals++ < MAX_REFUSALS) {
        // Jitter: five thousand phones must not all come back in the same second.
        if (!(await phone.pause(retry_after_s * 1000 * (1 + Math.random())))) throw reason
      } else if (!first || !(isPerhaps || CANNOT_BE.includes(status))) throw reason
      else if (next) limit = Math.ceil(load.sent.size / 2)
      else if (isPerhaps && stumbles++ === MAX_STUMBLES) throw reason
      else doubt = () => phone.isWaiting(...first) && phone.setAside(first[0], reason)
    }
  }
}

/** One request. Resolves to whether there is more to send or fetch. @type {Engine.exchangeOnce} */
async function exchangeOnce(phone, { clock, read, sent, more, ...said }) {
  const began = Date.now()
  const head = { protocol: PROTOCOL, ...said, sent_at: estimate(clock, began).at }
  const envelopes = [...sent.values()].join()
  const body = `${JSON.stringify(head).slice(0, -1)},"envelopes":[${envelopes}]}`
  const page = await post("/sync", body, phone.language(), read)
  const isStuck =
    page.more && !sent.size && JSON.stringify(page.cursor) === JSON.stringify(said.cursor)
  if (!isPage(page) || isStuck) throw problem("bad_reply", { status: 200 })
  const isToSendAgain = await phone.apply(page, began, Date.now())
  for (const [id, envelope] of sent) {
    if (phone.isWaiting(id, envelope)) phone.setAside(id, problem("no_receipt"))
  }
  await phone.finish(page)
  return page.more || more || isToSendAgain
}

/** Redeem an invitation's token, or a code: no code has a dot in it. @type {Engine.join} */
export function join(given, language) {
  return ask("", { [given.includes(".") ? "token" : "code"]: given }, language)
}

/** Ask for what comes before joining: a code, a new link, a place in a room. @type {Engine.ask} */
export function ask(what, body, language) {
  return post(`/join${what}`, JSON.stringify(body), language)
}

/** `read` the token that records are given for; a locked phone has none. @type {Engine.post} */
async function post(url, text, language, read) {
  /** @type {Record<string, string>} */
  const headers = { "Content-Type": "application/json", "Accept-Language": language }
  if (read) headers.Authorization = `Bearer ${read}`
  const zipped = text.length > GZIP_FROM ? await packed("gzip", text) : null
  if (zipped) headers["Content-Encoding"] = "gzip"
  return request(url, { method: "POST", headers, body: zipped ?? text, cache: "no-store" })
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
    throw isLate
      ? problem("time_out", { status: 408 })
      : problem("no_network", { status: reply && 200 })
  }
  const body = read(text)
  if (reply.ok && body) return body
  const wait = Number.parseInt(reply.headers.get("Retry-After") ?? "", 10)
  const retry_after_s = wait >= 0 ? Math.min(wait, MAX_WAIT_S) : undefined
  throw problem(body?.problem ?? "bad_reply", { ...body, status: reply.status, retry_after_s })
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
  return (
    page.protocol === PROTOCOL && lists.every(Array.isArray) && Number.isInteger(page.cursor?.seq)
  )
}
