// Call, text and e-mail through the phone's own apps, and how it went, asked on coming back.

import { capital, momentWords, t } from "../text.js"
import { html, nothing } from "../vendor/lit-html.js"
import { backToList, keepOnce, resultChanges } from "./saving.js"
import { draftOf } from "./talk.js"
import { firstName } from "./words.js"

const ANSWERS = ["talked", "no_answer", "busy", "wrong_contact", "nothing"]

/** The ways where nobody said no. @type {Screens.reach} */
export function reach(app, { id, phone: kept, email, do_not_contact: no, consent: may }) {
  const { phone, draw } = app
  const number = !no?.all && !no?.phone && kept ? kept.replace(/[^+\d]/g, "") : ""
  const ways = [
    number && may?.phone !== false && ["phone", `tel:${number}`, t("call")],
    number && may?.text !== false && ["text", `sms:${number}`, t("text")],
    email &&
      !no?.all &&
      may?.email !== false && ["email", `mailto:${encodeURI(email)}`, t("email")],
  ].filter(Boolean)
  if (!ways[0]) return nothing
  const seen = [number && kept, t("trace")].filter(Boolean).join(" · ")
  const note = (/** @type {string} */ way) => {
    phone.keepDraft(`reach/${id}`, { way, at: phone.now() })
    draw()
  }
  return html`<p class="reach">
    ${ways.map(([way, href, words]) => html`<a href=${href} @click=${() => note(way)}>${words}</a>`)}
    <small>${seen}</small>
  </p>`
}

/** How it went; asked until there is an answer, also after the app was killed. @type {Screens.reached} */
export function reached(app, person) {
  const { phone } = app
  const { id } = person
  const key = `reach/${id}`
  const { way, at } = phone.draft(key) ?? {}
  if (!way) return nothing
  const tell = async (/** @type {string} */ one) => {
    const isTalk = one === "talked"
    if (isTalk) await phone.keepDraft(`talk/${id}`, { ...draftOf(app, id), began: at, how: way })
    const isTry = !isTalk && one !== "nothing"
    const save = isTry && (await keepOnce(app, resultChanges(phone, id, one, way, at)))
    if (save === null) return
    await phone.dropDraft(key)
    if (save) backToList(app, id, save)
    else if (isTalk) app.go(`/talk/${id}`)
    else app.draw()
  }
  return html`<section class="card accent" aria-labelledby="reached">
    <b id="reached">${t(`reached_${way}`, { name: firstName(person) })}</b>
    <small>${capital(momentWords(at, phone.now()))}</small>
    <div class="two">
      ${ANSWERS.map(
        (one) => html`<button type="button" class="button" @click=${() => tell(one)}>
          ${t(`reached_${one}`)}</button>`,
      )}
    </div>
  </section>`
}
