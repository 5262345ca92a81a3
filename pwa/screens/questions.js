// Which questions a talk asks, and how one of them looks.

import { own } from "../sync/kinds.js"
import { choicesOf, readQuestions, together } from "../sync/questionnaire.js"
import { addDays, dayOf, dayWords, inWords, t } from "../text.js"
import { html, live, nothing } from "../vendor/lit-html.js"
import { flawOf } from "./limits.js"
import { runningCampaigns } from "./my_list.js"

/** @type {Record<string, string>} */
const INPUTS = { phone: "tel", email: "email", number: "number", day: "date", long_text: "" }
const DAYS = { in_a_day: 1, in_three_days: 3, in_a_week: 7 }
const DONT_KNOW = "dont_know"

/**
 * The questions of these questionnaires as one; the standing ones stand in where there is none.
 * @type {Screens.questionsOf}
 */
function questionsOf(phone, ...ids) {
  const texts = ids.map((id) => (id && phone.get("questionnaire", id)?.questions) || "")
  const asked = texts.filter(Boolean).map(readQuestions)
  return asked.length ? together(asked) : phone.standing
}

/** What the campaigns that run ask. @type {Screens.questionsNow} */
export const questionsNow = (phone) =>
  questionsOf(phone, ...runningCampaigns(phone).map((one) => one.questionnaire))

/** What a talk was asked. @type {Screens.questionsIn} */
export const questionsIn = (phone, { questionnaire, questionnaires }) =>
  questionsOf(phone, questionnaire, ...Object.keys(questionnaires ?? {}))

/** `notice` what to know before writing freely @type {Screens.questionField} */
export function questionField(app, question, draft, answer, notice) {
  const { key, type } = question
  const value = own(draft.answers, key)
  const flaw = app.ui.warned?.includes(key) ? flawOf(question, draft.answers) : ""
  const inside = { hint: hintOf(app, question, notice), flaw }
  if (type === "multiple") return boxes(question, value, answer, inside)
  if (choicesOf(question).length) return rows(question, value, answer, inside)
  if (question.to === "follow_up.due") return days(app, question, value, answer, inside)
  const set = (/** @type {Event} */ event) => answer(key, typed(event))
  return html`<div class="question" id="q-${key}">
    ${type === "note" ? html`<p>${inWords(question.text)}</p>` : html`<label for=${key}>${inWords(question.text)}</label>`}
    ${about(key, inside)} ${type === "note" ? nothing : input(app, question, value, set, inside)}
    ${type === "email" ? employers(app, value) : nothing}
  </div>`
}

/** What to know before answering. @type {Screens.hintOf} */
function hintOf({ phone }, { hint, required, action }, notice) {
  const asks = action ? phone.get("action", action) : null
  const words = [
    inWords(hint),
    asks &&
      [inWords(asks.name), asks.day && dayWords(asks.day, phone.now()), asks.place]
        .filter(Boolean)
        .join(" · "),
    notice,
    required ? t("needed") : "",
  ]
  return words.filter(Boolean).join(" ")
}

/** The hint, and what is wrong with the answer. @type {Screens.aboutQuestion} */
const about = (
  key,
  { hint, flaw },
) => html`${hint ? html`<p class="hint" id="${key}-hint">${hint}</p>` : nothing}
  ${flaw ? html`<p class="flaw" id="${key}-flaw" role="alert">${flaw}</p>` : nothing}`

/** The ids of what stands about it. @type {Screens.saidBy} */
const saidBy = (key, { hint, flaw }) =>
  [hint && `${key}-hint`, flaw && `${key}-flaw`].filter(Boolean).join(" ") || nothing

/** @type {Screens.questionInput} */
function input({ phone }, { key, type, to }, value, set, around) {
  const [kind = "", field = ""] = (to ?? "").split(/[./]/)
  const sort = INPUTS[type] ?? "text"
  const max = sort ? 500 : 2000
  const most = Math.min(max, phone.kinds[kind]?.fields[field]?.max ?? max)
  const words = live(String(value ?? ""))
  const said = saidBy(key, around)
  const isWrong = around.flaw ? "true" : nothing
  return sort
    ? html`<input id=${key} type=${sort} maxlength=${most} autocomplete="off"
        inputmode=${type === "number" ? "numeric" : nothing}
        aria-describedby=${said} aria-invalid=${isWrong}
        .value=${words} @input=${set}>`
    : html`<textarea id=${key} rows="3" maxlength=${most} autocomplete="off"
        aria-describedby=${said} aria-invalid=${isWrong}
        .value=${words} @input=${set}></textarea>`
}

/** Said of an address that the employer gave out, and can read. @type {Screens.employers} */
export function employers({ phone, route }, email) {
  // Whoever is added is of the own local.
  const person = phone.get("person", route.id) ?? phone.get("volunteer", phone.me?.volunteer ?? "")
  return isEmployers(phone, person?.local, email)
    ? html`<p class="card due" role="status">${t("employers")}</p>`
    : nothing
}

/** @type {Screens.isEmployers} */
function isEmployers(phone, here, email) {
  const domain = String(email ?? "")
    .toLowerCase()
    .split("@")[1]
    ?.trim()
  return phone
    .all("employer")
    .filter(({ local }) => domain && (!local || local === here))
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
const group = ({ key, text }, around, inside) => html`<fieldset class="question" id="q-${key}"
  aria-describedby=${saidBy(key, around)}>
  <legend>${inWords(text)}</legend>
  ${about(key, around)} ${inside}
</fieldset>`

/** What a choice says; some are said the same in all questionnaires. @type {Screens.choiceWords} */
const choiceWords = ({ key, text }) => (text ? inWords(text) : t(`answer_${key}`))

/** One of several: short ones side by side, a scale in one line. @type {Screens.questionsRows} */
function rows(question, value, answer, around) {
  const { key, type, low, high } = question
  const choices = choicesOf(question)
  const isScale = type === "scale"
  const row = (/** @type {import("../types/engine").Choice} */ choice) => {
    const step = isScale && Number(choice.key)
    const found = step || choice.key
    const words = step ? choice.key : choiceWords(choice)
    return radio(key, words, value === found, () => answer(key, found))
  }
  if (!isScale) {
    const few = html`<div class=${question.choices ? "" : "chips"}>${choices.map(row)}</div>`
    return group(question, around, few)
  }
  const steps = html`<div class="scale">${choices.slice(0, 5).map(row)}</div>
    <p class="hint ends"><span>1 ${inWords(low)}</span><span>5 ${inWords(high)}</span></p>
    ${choices.slice(5).map(row)}`
  return group(question, around, steps)
}

/** @type {Screens.radio} */
export const radio = (name, words, isOn, choose) => html`<label class="choice">
  <input type="radio" name=${name} .checked=${live(isOn)} @change=${choose}>
  <span>${words}</span>
</label>`

/** Several of several; not to know goes with nothing else. @type {Screens.questionsRows} */
function boxes(question, value, answer, around) {
  const { key } = question
  const chosen = new Set(value ? String(value).split(" ") : [])
  const toggle = (/** @type {string} */ one) => {
    if (!chosen.delete(one)) {
      if (one === DONT_KNOW) chosen.clear()
      chosen.delete(DONT_KNOW)
      chosen.add(one)
    }
    answer(key, [...chosen].sort().join(" ") || undefined)
  }
  return group(
    question,
    around,
    choicesOf(question).map(
      (choice) => html`<label class="choice">
        <input type="checkbox" .checked=${live(chosen.has(choice.key))}
          @change=${() => toggle(choice.key)}>
        <span>${choiceWords(choice)}</span>
      </label>`,
    ),
  )
}

/** A day ahead: soon, or any. @type {Screens.days} */
function days({ phone, ui }, question, value, answer, around) {
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
    around,
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
