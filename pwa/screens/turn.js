// The phone turned round: the person reads what goes forward, large, and strikes what does not.

import { kept, visible } from "../sync/questionnaire.js"
import { inWords, t } from "../text.js"
import { html, repeat } from "../vendor/lit-html.js"
import { questionsNow } from "./questions.js"
import { keepDraft } from "./talk.js"
import { answerWords, firstName } from "./words.js"

/** @type {Screens.turn} */
export function turn(app) {
  const { phone, route, ui } = app
  ui.draft ??= phone.draft(`talk/${route.id}`) ?? { answers: {} }
  ui.questions ??= questionsNow(phone)
  // What was there at first stays to be read, also struck: nothing moves under the finger.
  ui.first ??= kept(ui.questions, ui.draft.answers)
  const now = kept(ui.questions, ui.draft.answers)
  const lines = visible(ui.questions, ui.first).filter(({ key }) => key in ui.first)
  const name = firstName(phone.get("person", route.id))
  return {
    name: "turn",
    title: lines[0] ? t("turn_title", { name }) : t("turn_nothing"),
    tab: "Rounds",
    head: html`<p class="lead">${lines[0] ? t("turn_next") : ""}</p>`,
    body: html`<ul>${repeat(
      lines,
      ({ key }) => key,
      (question) => line(app, question, question.key in now),
    )}</ul>`,
    foot: html`<button type="button" class="button main"
      @click=${() => app.go(`/talk/${route.id}`, true)}>${t("turn_back")}</button>`,
  }
}

/** What is struck, the draft loses at once. @type {Screens.turnLine} */
function line(app, question, isIn) {
  const { ui } = app
  const { key } = question
  const strike = () =>
    keepDraft(app, { answers: { ...ui.draft.answers, [key]: isIn ? undefined : ui.first[key] } })
  const words = answerWords(app, question, ui.first[key])
  return html`<li class="question">
    <h2 id="${key}-asked">${inWords(question.text)}</h2>
    ${isIn ? html`<p>${words}</p>` : html`<p><s>${words}</s> <b>${t("struck")}</b></p>`}
    <button type="button" class="button" aria-describedby="${key}-asked" @click=${strike}>
      ${t(isIn ? "strike" : "put_back")}
    </button>
  </li>`
}
