// One person on my list: a way to them, or a box to mark.

import { MAX_CHANGES } from "../sync/save.js"
import { dayOf, dayWords, t } from "../text.js"
import { html, live, nothing } from "../vendor/lit-html.js"
import { askWords } from "./asked.js"
import { fullName, resultWords, shiftWords } from "./words.js"

/** @type {Screens.listItem} */
export function item(app, row) {
  const { id, person } = row
  const { marked } = app.ui
  const isNext = !marked && app.next === id
  const where = [row.place, shiftWords(person)].filter(Boolean).join(" · ")
  const inside = html`<span class="who"><b>${fullName(person)}</b>
      ${where ? html`<small>${where}</small>` : nothing}
      ${row.due.map((one) => html`<small class="due">${one.asks ? askWords(one) : one.text}</small>`)}
      ${lastWords(app, row)}</span>
    ${tag(row, isNext, isUnfinished(app.phone, id))}`
  if (marked) return html`<li>${box(app, id, inside)}</li>`
  return html`<li>
    <a class="row ${isNext ? "next" : ""}" href="/person/${id}" ?data-next=${isNext}>${inside}</a>
  </li>`
}

/** A note was begun, or a call made of which nothing is noted. @type {Screens.isUnfinished} */
const isUnfinished = (phone, id) => phone.draft(`talk/${id}`) ?? phone.draft(`reach/${id}`)

/** @type {Screens.box} */
function box(app, id, inside) {
  const { marked } = app.ui
  const mark = () => {
    if (!marked.delete(id)) marked.add(id)
    app.draw()
  }
  return html`<label class="row mark">
    <input type="checkbox" .checked=${live(marked.has(id))} @change=${mark}
      ?disabled=${marked.size === MAX_CHANGES && !marked.has(id)}>${inside}
  </label>`
}

/** @type {Screens.lastWords} */
function lastWords(app, { last, section }) {
  if (section === "do_not_contact") return html`<small class="stop">⊘ ${t("leave")}</small>`
  if (!last) return nothing
  const day = dayWords(dayOf(last.when), app.phone.now())
  const words = t("last", { result: resultWords(last), day })
  return section === "talked"
    ? html`<small class="done">✓ ${words}</small>`
    : html`<small>${words}</small>`
}

/** @type {Screens.tag} */
function tag({ views }, isNext, isDraft) {
  if (isDraft) return html`<span class="tag due">${t("unfinished")}</span>`
  const word = isNext ? "next" : ["picked_by_you", "new_to_you"].find((one) => views[one])
  return word ? html`<span class="tag new">${t(word)}</span>` : nothing
}
