// Signs a desk in. The token lies in the fragment, which no server logs and no preview sends;
// only the button uses it up.

import { tell } from "./problem.js"

const form = /** @type {HTMLFormElement} */ (document.getElementById("join"))
const problem = /** @type {HTMLElement} */ (document.getElementById("problem"))
const languages = /** @type {HTMLFormElement} */ (document.querySelector(".languages"))
const token = location.hash.slice(1)

/** @param {string} id */
function show(id) {
  const element = /** @type {HTMLElement} */ (document.getElementById(id))
  element.hidden = false
}

/**
 * @param {SubmitEvent} event
 * @param {{token: string} | {code: string}} given
 */
async function join(event, given) {
  event.preventDefault()
  problem.replaceChildren()
  try {
    const answer = await fetch("/desk/join", {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "accept-language": document.documentElement.lang,
      },
      body: JSON.stringify(given),
    })
    if (answer.ok) {
      location.replace("/desk")
      return
    }
    form.hidden = true
    tell(problem, await answer.json())
    offerPasskey()
  } catch {
    show("no-network")
  }
}

/** Without a good link there is the passkey, where this address has any. */
function offerPasskey() {
  if (document.getElementById("by-passkey")) show("by-passkey")
}

/**
 * Switch the language without losing the fragment, as a redirect would.
 * @param {SubmitEvent} event
 */
async function switchLanguage(event) {
  const button = /** @type {HTMLButtonElement} */ (event.submitter)
  event.preventDefault()
  const body = new URLSearchParams({ language: button.value })
  await fetch("/desk/language", { method: "POST", body, redirect: "manual" })
  location.reload()
}

languages.addEventListener("submit", switchLanguage)

if (token) {
  form.hidden = false
  show("lead")
  form.addEventListener("submit", (event) => join(event, { token }))
} else {
  offerPasskey()
  show("no-link")
}

const byCode = /** @type {HTMLFormElement} */ (document.getElementById("by-code"))
byCode.addEventListener("submit", (event) =>
  join(event, { code: String(new FormData(byCode).get("code")) }),
)
