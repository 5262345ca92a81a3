// How a person, and an earlier conversation, are put into words.

import * as questionnaire from "../sync/questionnaire.js"
import { capital, dayOf, dayWords, inWords, spoken, t } from "../text.js"
import { html, nothing } from "../vendor/lit-html.js"
import { runningCampaigns } from "./my_list.js"
import { questionsIn } from "./questions.js"

const GRACE_MS = 1_800_000

/** @type {Screens.fullName} */
export const fullName = (person) => person?.name ?? person?.preferred_name ?? t("no_name")

/** What to say to them. @type {Screens.firstName} */
export const firstName = (person) => person?.preferred_name || fullName(person).split(" ")[0]

/** @type {Screens.shiftWords} */
export const shiftWords = (person) => (person.work_shift ? t(`shift_${person.work_shift}`) : "")

/** "Nurse · Ward 42 · nights · Foothills Hospital". @type {Screens.aboutWords} */
export function aboutWords(phone, person) {
  const site = phone.get("worksite", person.worksite ?? "")?.name
  return [person.job, person.department, shiftWords(person), site].filter(Boolean).join(" · ")
}

/** A group conversation is no one-on-one, and says so. @type {Screens.resultWords} */
export const resultWords = ({ result, meeting }) => t(meeting ? "result_group" : `result_${result}`)

/** All that stands of a talk's facts. @type {Screens.headsOf} */
export const headsOf = (phone, { id, answers }) =>
  ["person", "when", "how", ...Object.keys(answers ?? {}).map((key) => `answers/${key}`)].flatMap(
    (register) => phone.register("conversation", id, register).heads,
  )

/** When a talk was corrected, once its grace was over; the desk: reports/talks.py. @type {Screens.correctedAt} */
function correctedAt(phone, talk) {
  const times = headsOf(phone, talk).map(({ at }) => at)
  const last = Math.max(...times)
  return last > Math.min(...times) + GRACE_MS ? last : 0
}

/** How it went, and the answers. @type {Screens.talkWords} */
export function talkWords(app, talk) {
  const questions = questionsIn(app.phone, talk)
  const answered = questions.filter(({ key }) => (talk.answers?.[key] ?? null) !== null)
  const how = talk.how ? ` · ${t(`how_${talk.how}`)}` : ""
  const corrected = correctedAt(app.phone, talk)
  return html`<p>${capital(resultWords(talk))}${how}</p>
    ${corrected ? html`<small>${t("corrected", { day: dayWords(dayOf(corrected), app.phone.now()) })}</small>` : nothing}
    ${talk.note ? html`<p>${talk.note}</p>` : nothing}
    ${
      answered.length
        ? html`<dl>${answered.map(
            (one) => html`<dt>${inWords(one.text)}</dt>
            <dd>${answerWords(app, one, talk.answers[one.key])}</dd>`,
          )}</dl>`
        : nothing
    }`
}

/** @type {Screens.answerWords} */
export function answerWords(app, question, value) {
  if (question.type === "day") return dayWords(String(value), app.phone.now())
  return questionnaire.inWords(question, value, spoken(), (key) => t(`answer_${key}`))
}

/** To what the campaigns say about this talk, where one does. @type {Screens.rapLink} */
export const rapLink = ({ phone, route }, from = "") =>
  runningCampaigns(phone).some(({ rap }) => rap)
    ? html`<a class="row link" href="/rap/${route.id}${from}">${t("rap_title")}</a>`
    : nothing
