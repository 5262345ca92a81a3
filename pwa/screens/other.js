// One tap for whatever else can happen, and what to do when someone does not want contact.

import { capital, t } from "../text.js"
import { html } from "../vendor/lit-html.js"
import { FOR_COORDINATOR } from "./my_list.js"
import { resultChanges, saveAndReturn } from "./saving.js"
import { firstName, fullName } from "./words.js"

const OTHER = ["started", "busy", "not_today", "manager_nearby", "on_leave", ...FOR_COORDINATOR]

/** @type {Screens.other} */
export function other(app, person) {
  const { id } = person
  const note = (/** @type {string} */ result) =>
    saveAndReturn(app, id, resultChanges(app.phone, id, result))
  return {
    name: "other",
    title: t("other_title"),
    back: { href: `/person/${id}`, text: fullName(person) },
    body: html`<p class="sub">${t("other_hint")}</p>
      <div class="stack">
        ${OTHER.map(
          (result) => html`<button type="button" class="button" @click=${() => note(result)}>
            ${capital(t(`result_${result}`))}
          </button>`,
        )}
        <a class="button" href="/correct/${id}">${t("correct")}</a>
        <a class="button" href="/consent/${id}">${t("consent_title", { name: firstName(person) })}</a>
        <a class="button stop" href="/person/${id}#do-not-contact">⊘ ${t("wants_none")}</a>
      </div>`,
  }
}

/** @type {Screens.doNotContact} */
export function doNotContact(app, person) {
  const { id } = person
  const name = firstName(person)
  const leave = (/** @type {string} */ element) => {
    const set = { [`do_not_contact/${element}`]: true }
    return saveAndReturn(app, id, [{ kind: "person", record: id, set }], t("thank", { name }))
  }
  const me = `by_${app.phone.me?.volunteer}`
  return {
    name: "other",
    title: t("thank", { name }),
    back: { href: `/person/${id}#other`, text: t("other_title") },
    body: html`<h2>${t("leave_how", { name })}</h2>
      <div class="stack">
        ${["me", "work", "phone", "all"].map(
          (way) => html`<button type="button" class="button"
            @click=${() => leave(way === "me" ? me : way)}>
            ${t(`leave_${way}_button`)}
          </button>`,
        )}
      </div>
      <p class="sub">${t("leave_lasts")}</p>`,
  }
}
