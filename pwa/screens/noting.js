// A note like that of a talk, kept at every tap: of one that is changed, or of a group.

import { t } from "../text.js"
import { html, repeat } from "../vendor/lit-html.js"
import { questionField } from "./questions.js"
import { askDay, keepDraft, warns, whenAndHow } from "./talk.js"

/** @type {Screens.noting} */
export function noting(app, key, asked, save, view) {
  const { draft } = app.ui
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault()
    if (draft.when === "another_day" && !draft.day) return askDay(app)
    return warns(app, asked) || save()
  }
  return {
    ...view,
    name: "talk",
    tab: "Rounds",
    wayAside: html`<span class="tag">${t("kept_as_you_go")}</span>`,
    body: html`<form id="talk" novalidate autocomplete="off" @submit=${submit}>
      ${whenAndHow(app, draft, (more) => keepDraft(app, more, key))} ${view.body}
    </form>`,
    foot: html`<button class="button main" form="talk">${t("save")}</button>`,
  }
}

/** Questions whose answers stand under their keys. @type {Screens.asking} */
export function asking(app, key, notice, asked) {
  const { draft } = app.ui
  const free = asked.find(({ type }) => type.endsWith("text"))
  return repeat(
    asked,
    (question) => question.key,
    (question) =>
      questionField(
        app,
        question,
        draft,
        (name, value) => keepDraft(app, { answers: { ...draft.answers, [name]: value } }, key),
        question === free ? notice : "",
      ),
  )
}
