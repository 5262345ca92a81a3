// The search in the thumb's reach, the same on every list.

import { plain, t } from "../text.js"
import { html, live, nothing } from "../vendor/lit-html.js"
import { myList } from "./my_list.js"
import { fullName } from "./words.js"

/** `hint` where the label is too long for the field, `aside` beside it. @type {Screens.finder} */
export function finder(app, label, hint = label, aside = nothing) {
  const find = (/** @type {Event} */ event) => {
    app.ui.search = /** @type {HTMLInputElement} */ (event.target).value
    app.draw()
    scrollTo(0, 0)
  }
  return html`<div role="search" class="finder">
    <input type="search" class="search" autocomplete="off" enterkeyhint="search" aria-label=${t(label)}
      placeholder=${t(hint)} .value=${live(app.ui.search ?? "")} @input=${find}>
    ${aside}
  </div>`
}

/** Whether a text, made plain, has every word that is looked for. @type {Screens.wanted} */
export function wanted({ ui }) {
  const words = plain(ui.search ?? "").split(" ")
  return (text) => words.every((word) => text.includes(word))
}

/** Whom of mine the search finds by name. @type {Screens.foundRows} */
export function foundRows(app) {
  const isHit = wanted(app)
  const { rows } = app.memo("list", () => myList(app.phone))
  return rows.filter(({ person }) => isHit(plain(fullName(person))))
}

/** @type {Screens.nameAndPlace} */
export const nameAndPlace = ({ person, place }) => html`<span class="who"
  ><b>${fullName(person)}</b>${place ? html`<small>${place}</small>` : nothing}</span
>`
