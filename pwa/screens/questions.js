// Which questions a talk asks, and how one of them looks.

import { own } from "../sync/kinds.js"
import { readQuestions } from "../sync/questionnaire.js"
import { addDays, dayOf, inWords, t } from "../text.js"
import { html, live, nothing } from "../vendor/lit-html.js"

/** @type {Record<string, {type: string, max: number}>} */
const INPUTS = {
  phone: { type: "tel", max: 40 },
  email: { type: "email", max: 254 },
  number: { type: "number", max: 12 },
}
const DAYS = { in_a_day: 1, in_three_days: 3, in_a_week: 7 }

/** The standing two-question one stands in where there is no other. @type {Screens.questionsOf} */
export function questionsOf(phone, id) {
  const text = id ? phone.get("questionnaire", id)?.questions : null
  return text ? readQuestions(text) : phone.standing
}

/** `notice` what to know before writing freely @type {Screens.questionField} */
export function questionField(app, question, draft, answer, notice) {
  const { key, type } = question
  const value = own(draft.answers, key)
  const set = (/** @type {Event} */ event) => answer(key, typed(event))
  if (type === "choice") return rows(question, value, answer)
  if (type === "multiple") return boxes(question, value, answer)
  if (type === "day") return days(app, question, value, answer)
  const isNote = type === "long_text" || (type === "text" && !question.to)
  const hint = [inWords(question.hint), isNote ? notice : ""].filter(Boolean).join(" ")
  const { type: input, max } = INPUTS[type] ?? { type: "text", max: 500 }
  return html`<div class="question">
    <label for=${key}>${inWords(question.text)}</label>
    ${hint ? html`<p class="hint" id="${key}-hint">${hint}</p>` : nothing}
    ${
      type === "long_text"
        ? html`<textarea id=${key} rows="3" maxlength="2000" autocomplete="off" aria-describedby="${key}-hint"
          .value=${live(String(value ?? ""))} @input=${set}></textarea>`
        : html`<input id=${key} type=${input} maxlength=${max} autocomplete="off"
          inputmode=${type === "number" ? "numeric" : nothing}
          aria-describedby=${hint ? `${key}-hint` : nothing}
          .value=${live(String(value ?? ""))} @input=${set}>`
    }
    ${
      type === "email" && isEmployers(app.phone, app.phone.get("person", app.route.id), value)
        ? html`<p class="card due" role="status">${t("employers")}</p>`
        : nothing
    }
  </div>`
}

/** Whether the employer gave this address out, and can read it. @type {Screens.isEmployers} */
function isEmployers(phone, person, email) {
  const domain = String(email ?? "")
    .toLowerCase()
    .split("@")[1]
    ?.trim()
  return phone
    .all("employer")
    .filter(({ local }) => domain && (!local || local === person?.local))
    .flatMap(({ domains }) => (domains ?? "").toLowerCase().split(/[\s,;@]+/))
    .some((own) => own && `.${domain}`.endsWith(`.${own}`))
}

/** @type {Screens.typed} */
function typed(event) {
  const { type, value } = /** @type {HTMLInputElement} */ (event.target)
  if (type !== "number") return value || undefined
  const number = Number.parseInt(value, 10)
  return Number.isSafeInteger(number) ? number : undefined
}

/** @type {Screens.group} */
const group = ({ text, hint }, inside) => html`<fieldset class="question">
  <legend>${inWords(text)}</legend>
  ${hint ? html`<p class="hint">${inWords(hint)}</p>` : nothing} ${inside}
</fieldset>`

/** @type {Screens.questionsRows} */
function rows(question, value, answer) {
  const { key, choices = [] } = question
  return group(
    question,
    choices.map((choice) =>
      radio(key, inWords(choice.text), value === choice.key, () => answer(key, choice.key)),
    ),
  )
}

/** @type {Screens.radio} */
export const radio = (name, words, isOn, choose) => html`<label class="choice">
  <input type="radio" name=${name} .checked=${live(isOn)} @change=${choose}>
  <span>${words}</span>
</label>`

/** @type {Screens.boxes} */
function boxes(question, value, answer) {
  const { key, choices = [] } = question
  const chosen = new Set(value ? String(value).split(" ") : [])
  const toggle = (/** @type {string} */ one) => {
    if (!chosen.delete(one)) chosen.add(one)
    answer(key, [...chosen].sort().join(" ") || undefined)
  }
  return group(
    question,
    choices.map(
      (choice) => html`<label class="choice">
        <input type="checkbox" .checked=${live(chosen.has(choice.key))}
          @change=${() => toggle(choice.key)}>
        <span>${inWords(choice.text)}</span>
      </label>`,
    ),
  )
}

/** @type {Screens.days} */
function days({ phone, ui }, question, value, answer) {
  const { key } = question
  const today = dayOf(phone.now())
  const quick = Object.entries(DAYS).map(([word, n]) => ({ word, day: addDays(today, n) }))
  const isOther = ui.otherDay === key || (value && !quick.some(({ day }) => day === value))
  const choose = (/** @type {string} */ other, /** @type {string | undefined} */ day) => {
    ui.otherDay = other
    answer(key, day)
  }
  return group(
    question,
    html`<div class="chips">
        ${quick.map(({ word, day }) =>
          radio(key, t(word), !isOther && value === day, () => choose("", day)),
        )}
        ${radio(key, t("a_date"), Boolean(isOther), () => choose(key, undefined))}
      </div>
      ${
        isOther
          ? html`<input type="date" min=${today} aria-label=${inWords(question.text)}
            .value=${live(String(value ?? ""))}
            @input=${(/** @type {Event} */ event) => choose(key, String(typed(event) ?? "") || undefined)}>`
          : nothing
      }`,
  )
}
