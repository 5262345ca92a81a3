// A question from the coordinator: two people wrote different answers, which one is right?

import { t } from "../text.js"
import { html, nothing } from "../vendor/lit-html.js"
import { employers } from "./questions.js"
import { keep } from "./saving.js"

/** @import {Value, Wish} from "../types/engine" */

const WORDED = ["phone", "email", "name", "department", "work_shift"]
const INPUTS = { phone: "tel", email: "email" }

/** @type {Screens.asked} */
export function asked(app, person) {
  return app.phone
    .all("follow_up")
    .filter((one) => one.person === person && one.state === "open" && one.asks)
    .map((one) => card(app, one.id, one.asks, one.text))
}

/**
 * What is asked, in the language of who reads it: the coordinator may have written in another.
 * @type {Screens.askWords}
 */
export function askWords({ asks, text }) {
  const field = asks.split("/").slice(2).join("/")
  return WORDED.includes(field) ? t(`ask_${field}`) : text || t("ask_any")
}

/** `asks` kind/record/field @type {Screens.card} */
function card(app, id, asks, text) {
  const [kind = "", record = "", ...rest] = asks.split("/")
  const field = rest.join("/")
  const values = new Set(app.phone.register(kind, record, field).heads.map((head) => head.value))
  const answer = async (/** @type {Value} */ value) => {
    /** @type {Wish[]} */
    const changes = [
      { kind, record, set: { [field]: value } },
      { kind: "follow_up", record: id, set: { state: "done" } },
    ]
    const save = await keep(app, changes)
    if (save) app.say(t("saved"), save.id)
  }
  return html`<section class="card accent" aria-label=${t("asked")}>
    <b>${askWords({ asks, text })}</b>
    <p>${t("ask_why")}</p>
    ${[...values].map(
      (value) => html`<button type="button" class="button" @click=${() => answer(value)}>
        ${field === "work_shift" ? t(`shift_${value}`) : value}
      </button>`,
    )}
    ${field === "work_shift" ? nothing : anotherAnswer(app, field, answer)}
  </section>`
}

/** @type {Screens.anotherAnswer} */
function anotherAnswer(app, field, answer) {
  const look = (/** @type {any} */ { target }) => {
    app.ui.answer = target.value
    app.draw()
  }
  const send = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault()
    const form = /** @type {HTMLFormElement} */ (event.target)
    const value = String(new FormData(form).get("value")).trim()
    if (value) answer(value)
  }
  const type = INPUTS[/** @type {keyof typeof INPUTS} */ (field)] ?? "text"
  return html`<details>
    <summary>${t("ask_another")}</summary>
    <form novalidate @submit=${send} @input=${look}>
      <label>${t("ask_right")}<input name="value" type=${type} maxlength="120" autocomplete="off"></label>
      ${field === "email" ? employers(app, app.ui.answer) : nothing}
      <button class="button">${t("save")}</button>
    </form>
  </details>`
}
