// What is known of a person: corrected, or said the first time of somebody who is on no list.

import { byName, t } from "../text.js"
import { html, nothing } from "../vendor/lit-html.js"
import { alike, changesOf, mistyped } from "./known.js"
import { questionField } from "./questions.js"
import { keepOnce } from "./saving.js"
import { aboutWords, firstName, fullName } from "./words.js"

const FIELDS = ["phone", "email", "department", "work_shift"]
const MORE = ["preferred_name", "job", "language"]

/** At /correct/ID of a person, at /add of a new one. @type {Screens.details} */
export function details(app) {
  const { phone, route, ui } = app
  const known = phone.get("person", route.id)
  ui.typed ??= phone.draft(route.path) ?? {}
  const answers = { ...known, ...ui.typed }
  const answer = (/** @type {string} */ key, /** @type {unknown} */ value) => {
    ui.typed[key] = String(value ?? "").slice(0, phone.kinds.person?.fields[key]?.max)
    phone.keepDraft(route.path, ui.typed)
    app.draw()
  }
  const field = (/** @type {string} */ key) =>
    questionField(app, question(app, key, known?.[key]), { answers }, answer, "")
  return {
    name: "details",
    title: t(known ? "correct_title" : "add_title", { name: firstName(known) }),
    tab: "Rounds",
    back: { href: known ? `/person/${route.id}` : "/", text: t("back") },
    body: html`<form id="details" novalidate autocomplete="off"
      @submit=${(/** @type {Event} */ event) => save(app, event, answers.name)}>
      ${field("name")} ${known ? nothing : areThey(app)} ${FIELDS.map(field)}
      ${known ? MORE.map(field) : worksites(app, answer)}
    </form>`,
    foot: html`<button class="button main" form="details">${t("save")}</button>`,
  }
}

/** A field as a question; once it is changed, with what it was. @type {Screens.fieldQuestion} */
function question({ phone, route, ui }, key, old) {
  const { type = "text", label = {}, choices } = phone.kinds.person?.fields[key] ?? {}
  const words = (/** @type {string} */ value) =>
    key === "language" ? t(`language_${value}`) : choices ? t(`shift_${value}`) : value
  const was = old && (ui.typed[key] ?? old) !== old ? t("was", { value: words(old) }) : ""
  const lead = key === "name" && !route.id ? t("add_lead") : ""
  const said = choices?.map((one) => ({ key: one, text: { en: words(one) } })) ?? []
  return { key, type, text: label, to: key, hint: { en: was || lead }, choices: said }
}

/** Only among the names that this phone holds. @type {Screens.areThey} */
function areThey({ phone, ui }) {
  const found = alike(phone, ui.typed.name ?? "")
  if (!found[0]) return nothing
  return html`<section class="card accent" aria-label=${t("add_alike")}>
    <b>${t("add_alike")}</b>
    ${found.map(
      (one) => html`<a class="row" href="/person/${one.id}"><span class="who">
        <b>${fullName(one)}</b><small>${aboutWords(phone, one)}</small></span></a>`,
    )}
  </section>`
}

/** @type {Screens.worksites} */
function worksites({ phone, ui }, answer) {
  const compare = byName()
  const sites = phone.all("worksite").sort((a, b) => compare(a.name ?? "", b.name ?? ""))
  const choose = (/** @type {any} */ { target }) => answer("worksite", target.value)
  return html`<div class="question">
    <label for="worksite">${t("worksite")}</label>
    <select id="worksite" @change=${choose}>
      <option value="">${t("dont_know")}</option>
      ${sites.map(
        ({ id, name }) =>
          html`<option value=${id} ?selected=${id === ui.typed.worksite}>${name}</option>`,
      )}
    </select>
  </div>`
}

/** @type {Screens.saveDetails} */
async function save(app, event, name) {
  event.preventDefault()
  const { phone, route, ui } = app
  const wrong = mistyped(ui.typed, name)
  if (wrong) {
    app.say(t(`mistyped_${wrong}`), undefined, true)
    return document.getElementById(wrong)?.focus()
  }
  const id = route.id || phone.newId()
  const changes = changesOf(phone, ui.typed, id, !route.id)
  const save = changes[0] && (await keepOnce(app, changes))
  if (save === null) return
  await phone.dropDraft(route.path)
  app.go(`/person/${id}`, true)
  if (save) app.say(t("saved"), save.id)
}
