// How somebody may be reached, as they said: each answer with the words it was asked in.

import { dayOf, dayWords, t } from "../text.js"
import { html, nothing } from "../vendor/lit-html.js"
import { notHere } from "./frame.js"
import { radio } from "./questions.js"
import { keep } from "./saving.js"
import { firstName, fullName } from "./words.js"

const PURPOSES = {
  contact: ["phone", "text", "email", "work", "post"],
  news: ["news_text", "news_email", "news_post"],
}

/** @type {Screens.consent} */
export function consent(app) {
  const { id } = app.route
  const person = app.phone.get("person", id)
  if (!person) return notHere()
  const name = firstName(person)
  return {
    name: "consent",
    title: t("consent_title", { name }),
    back: { href: `/person/${id}`, text: fullName(person) },
    body: html`<p class="sub">${t("consent_next", { name })}</p>
      ${Object.entries(PURPOSES).map(
        ([purpose, ways]) => html`<h2>${t(`consent_${purpose}`)}</h2>
          ${ways.map((way) => asked(app, id, way))}`,
      )}`,
  }
}

/** One question; a tap keeps the answer and the words. @type {Screens.consentAsked} */
function asked(app, id, way) {
  const { phone } = app
  const { value, heads, id: shown } = phone.register("person", id, `consent/${way}`)
  const at = heads.find((head) => head.id === shown)?.at
  const say = async (/** @type {boolean} */ answer) => {
    const words = t(`consent_ask_${way}`)
    const set = { [`consent/${way}`]: answer, [`consent_wording/${way}`]: words }
    const save = await keep(app, [{ kind: "person", record: id, set }])
    if (save) app.say(t("saved"), save.id)
  }
  return html`<fieldset class="question">
    <legend>${t(`consent_ask_${way}`)}</legend>
    <div class="chips">
      ${radio(way, t("yes"), value === true, () => say(true))}
      ${radio(way, t("no"), value === false, () => say(false))}
    </div>
    ${
      at && typeof value === "boolean"
        ? html`<p class="hint">${t("consent_noted", { day: dayWords(dayOf(at), phone.now()) })}</p>`
        : nothing
    }
  </fieldset>`
}
