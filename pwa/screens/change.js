// Change a talk that was noted: soon after quietly, later as a correction that shows.

import { visible } from "../sync/questionnaire.js"
import { t } from "../text.js"
import { html } from "../vendor/lit-html.js"
import { correctedChanges, draftFrom } from "./correcting.js"
import { notHere } from "./frame.js"
import { asking, noting } from "./noting.js"
import { questionsIn } from "./questions.js"
import { keepOnce } from "./saving.js"
import { firstName, fullName } from "./words.js"

/** @type {Screens.change} */
export function change(app) {
  const { phone, route, ui } = app
  const talk = phone.get("conversation", route.id)
  const person = phone.get("person", talk?.person ?? "")
  if (!talk || !person) return notHere()
  const href = `/person/${person.id}`
  const key = `change/${talk.id}`
  ui.draft ??= phone.draft(key) ?? draftFrom(talk)
  ui.questions ??= questionsIn(phone, talk)
  const asked = visible(ui.questions, ui.draft.answers)
  const save = async () => {
    const wishes = correctedChanges(phone, talk, ui.questions, ui.draft)
    const saved = wishes[0] && (await keepOnce(app, wishes))
    if (wishes[0] && !saved) return
    await phone.dropDraft(key)
    app.go(href, true)
    if (saved) app.say(t("saved"), saved.id)
  }
  return noting(app, key, asked, save, {
    title: fullName(person),
    back: { href, text: t("back") },
    body: html`<p class="sub">${t("change_next")}</p>
      ${asking(app, key, t("note_hint", { name: firstName(person) }), asked)}`,
  })
}
