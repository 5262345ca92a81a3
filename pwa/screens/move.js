// A talk noted for the wrong person goes to the right one, in one save.

import { plain, t } from "../text.js"
import { html, live } from "../vendor/lit-html.js"
import { myList } from "./my_list.js"
import { keepOnce, movedChanges } from "./saving.js"
import { fullName } from "./words.js"

/** `id` of the save @type {Screens.movePage} */
export function movePage(app, id) {
  const { phone, ui } = app
  const save = phone.saves().find((one) => one.id === id && !one.undone)
  const wanted = plain(ui.search ?? "")
  const wrong = save?.changes.find(({ kind }) => kind === "conversation")?.set.person
  const rows = app
    .memo("list", () => myList(phone))
    .rows.filter(({ id, person }) => id !== wrong && plain(fullName(person)).includes(wanted))
  const move = async (/** @type {string} */ person, /** @type {string} */ name) => {
    if (!save || !(await keepOnce(app, movedChanges(phone, save, person)))) return
    app.go("/done", true)
    app.say(t("moved", { name }))
  }
  return {
    name: "move",
    title: t("move_title"),
    back: { href: "/done", text: t("done_title") },
    body: html`<ul>
      ${rows.map(
        ({ id, person, place }) => html`<li>
          <button type="button" class="row" @click=${() => move(id, fullName(person))}>
            <span class="who"><b>${fullName(person)}</b><small>${place}</small></span>
          </button>
        </li>`,
      )}
    </ul>`,
    foot: html`<input type="search" class="search" autocomplete="off" aria-label=${t("find_name")}
      placeholder=${t("find_name")} .value=${live(ui.search ?? "")}
      @input=${(/** @type {Event} */ event) => {
        ui.search = /** @type {HTMLInputElement} */ (event.target).value
        app.draw()
      }}>`,
  }
}
