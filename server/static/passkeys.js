// Passkeys at the desk: signing in, confirming, and making one. What browser and server tell each
// other is JSON, its bytes in base64url.

import { tell } from "./problem.js"

/** @typedef {"sign_in" | "confirm" | "add"} Act */
/** @typedef {{id: string, type: "public-key"}} Known */

const place = /** @type {HTMLElement} */ (document.querySelector("[data-passkey]"))
const act = /** @type {Act} */ (place.dataset.passkey)
const form = /** @type {HTMLFormElement} */ (place.querySelector("form"))
const button = /** @type {HTMLButtonElement} */ (form.querySelector("button"))
const problem = /** @type {HTMLElement} */ (place.querySelector("[data-problem]"))
// What browsers call what went wrong -> which of the page's sentences says it.
/** @type {Record<string, string>} */
const REASONS = {
  InvalidStateError: "known",
  SecurityError: "elsewhere",
  TypeError: "no_network",
}

/** Show one of the page's sentences, or none. @param {string} [which] */
function say(which) {
  for (const one of /** @type {NodeListOf<HTMLElement>} */ (place.querySelectorAll("[data-say]"))) {
    one.hidden = one.dataset.say !== which
  }
}

/**
 * Post JSON to the desk.
 * @param {string} what
 * @param {object} body
 * @returns {Promise<any>} what it answers; null once it has told a problem
 */
async function post(what, body) {
  const answer = await fetch(`/desk/passkeys/${what}`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "accept-language": document.documentElement.lang,
    },
    body: JSON.stringify(body),
  })
  const said = await answer.json()
  if (answer.ok) return said
  tell(problem, said)
  return null
}

/** @param {string} text */
function bytes(text) {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"))
  return Uint8Array.from(binary, (character) => character.charCodeAt(0))
}

/** @param {ArrayBuffer} buffer */
function text(buffer) {
  const binary = String.fromCharCode(...new Uint8Array(buffer))
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")
}

/** @param {Known[]} known */
const listed = (known) => known.map(({ id, type }) => ({ type, id: bytes(id) }))

/** @param {any} asked */
async function make(asked) {
  const publicKey = {
    ...asked,
    challenge: bytes(asked.challenge),
    user: { ...asked.user, id: bytes(asked.user.id) },
    excludeCredentials: listed(asked.excludeCredentials),
  }
  const made = /** @type {PublicKeyCredential} */ (
    await navigator.credentials.create({ publicKey })
  )
  const response = /** @type {AuthenticatorAttestationResponse} */ (made.response)
  return handedOver(made, { attestationObject: text(response.attestationObject) })
}

/** @param {any} asked */
async function sign(asked) {
  const publicKey = {
    ...asked,
    challenge: bytes(asked.challenge),
    allowCredentials: listed(asked.allowCredentials),
  }
  const used = /** @type {PublicKeyCredential} */ (await navigator.credentials.get({ publicKey }))
  const response = /** @type {AuthenticatorAssertionResponse} */ (used.response)
  const { authenticatorData, signature, userHandle } = response
  return handedOver(used, {
    authenticatorData: text(authenticatorData),
    signature: text(signature),
    ...(userHandle?.byteLength ? { userHandle: text(userHandle) } : {}),
  })
}

/**
 * @param {PublicKeyCredential} passkey
 * @param {Record<string, string>} parts
 */
function handedOver({ id, rawId, type, response }, parts) {
  const clientDataJSON = text(response.clientDataJSON)
  return { id, rawId: text(rawId), type, response: { clientDataJSON, ...parts } }
}

/** What the form says beside the passkey. */
function fields() {
  const said = new FormData(form)
  if (act === "add") return { name: said.get("name") }
  return act === "confirm" ? { back: said.get("back"), again: said.get("again") === "yes" } : {}
}

/** @param {SubmitEvent} event */
async function submitted(event) {
  event.preventDefault()
  problem.replaceChildren()
  say()
  button.disabled = true
  try {
    const asked = await post("ask", { act })
    const passkey = asked && (await (act === "add" ? make(asked) : sign(asked)))
    const done = passkey && (await post(act, { passkey, ...fields() }))
    if (done) location.replace(done.next)
  } catch (reason) {
    say(REASONS[/** @type {Error} */ (reason).name] ?? "cancelled")
  } finally {
    button.disabled = false
  }
}

if (globalThis.PublicKeyCredential) {
  form.hidden = false
  form.addEventListener("submit", submitted)
} else {
  say("none")
}
