// Somebody of mine, found by a part of the name in the thumb's reach.

import { plain, t } from "../text.js"
import { html, live } from "../vendor/lit-html.js"
import { myList } from "./my_list.js"
import { fullName } from "./words.js"

/** @type {Screens.foundRows} */
export const foundRows = (app) =>
  app
    .memo("list", () => myList(app.phone))
    .rows.filter(({ person }) => plain(fullName(person)).includes(plain(app.ui.search ?? "")))

/** @type {Screens.carry} */
export const searchField = (app) => html`<input type="search" class="search" autocomplete="off"
  aria-label=${t("find_name")} placeholder=${t("find_name")} .value=${live(app.ui.search ?? "")}
  @input=${(/** @type {InputEvent} */ event) => {
    app.ui.search = /** @type {HTMLInputElement} */ (event.target).value
    app.draw()
  }}>`

/** @type {Screens.nameAndPlace} */
export const nameAndPlace = ({ person, place }) => html`<span class="who"
  ><b>${fullName(person)}</b>${place ? html`<small>${place}</small>` : ""}</span
>`
