// How a person, and an earlier conversation, are put into words.

import * as questionnaire from "../sync/questionnaire.js"
import { capital, dayWords, inWords, spoken, t } from "../text.js"
import { html, nothing } from "../vendor/lit-html.js"
import { runningCampaigns } from "./my_list.js"
import { questionsOf } from "./questions.js"

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

/** How it went, and the answers. @type {Screens.talkWords} */
export function talkWords(app, talk) {
  const asked = Object.keys(talk.questionnaires ?? {})
  const questions = questionsOf(app.phone, talk.questionnaire, ...asked)
  const answered = questions.filter(({ key }) => talk.answers?.[key] !== undefined)
  const how = talk.how ? ` · ${t(`how_${talk.how}`)}` : ""
  return html`<p>${capital(t(`result_${talk.result}`))}${how}</p>
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
function answerWords(app, question, value) {
  if (question.type === "day") return dayWords(String(value), app.phone.now())
  return questionnaire.inWords(question, value, spoken(), (key) => t(`answer_${key}`))
}

/** To what the campaigns say about this talk, where one does. @type {Screens.rapLink} */
export const rapLink = ({ phone, route }, from = "") =>
  runningCampaigns(phone).some(({ rap }) => rap)
    ? html`<a class="row link" href="/rap/${route.id}${from}">${t("rap_title")}</a>`
    : nothing
