// A practice talk for the first day: the real questions, an invented person, nothing kept or sent.

import { capital, t } from "../text.js"
import { html } from "../vendor/lit-html.js"
import { home } from "./frame.js"
import { talk } from "./talk.js"

/** @type {import("../types/screens").Screen} */
export function practice(app) {
  const { ui } = app
  const back = home(app)
  if (ui.isOver) return over(back)
  const end = () => {
    ui.isOver = true
    app.draw()
    scrollTo(0, 0)
    document.querySelector("h1")?.focus()
  }
  const said = { go: end, say: saying(app), tell: () => {} }
  // Nothing of it is remembered either, such as a list of invented people.
  const talking = talk({ ...app, ...said, phone: pretending(app.phone), memo: (_, make) => make() })
  return {
    ...talking,
    title: t("practice_name"),
    back,
    wayAside: html`<span class="tag">${capital(t("practice_kept"))}</span>`,
    foot: html`<button class="button main" form="talk">${t("save")}</button>`,
  }
}

/** What the talk would say when it is saved is not true here. @type {Screens.saying} */
const saying =
  (app) =>
  (text, undo, isProblem = false) =>
    isProblem && app.say(text, undo, true)

/** The phone, but for what would stay on it. @type {Screens.pretending} */
function pretending(phone) {
  const person = { id: "", name: t("practice_name") }
  const nothingKept = async () => {}
  return Object.create(phone, {
    get: {
      value: (/** @type {string} */ kind, /** @type {string} */ id) =>
        kind === "person" ? person : phone.get(kind, id),
    },
    draft: { value: () => undefined },
    keepDraft: { value: nothingKept },
    dropDraft: { value: nothingKept },
    save: { value: async () => ({ id: "" }) },
  })
}

/** @type {Screens.practiceOver} */
const over = (back) => ({
  name: "practice",
  title: t("practice_over"),
  back,
  body: html`<p class="lead">${t("practice_over_next")}</p>`,
  foot: html`<a class="button main" href="/">${back.text}</a>`,
})
