// A talk noted for the wrong person goes to the right one, in one save.

import { t } from "../text.js"
import { html } from "../vendor/lit-html.js"
import { movedChanges } from "./correcting.js"
import { finder, foundRows, nameAndPlace } from "./finder.js"
import { keepOnce } from "./saving.js"
import { fullName } from "./words.js"

/** `id` of the conversation @type {Screens.movePage} */
export function movePage(app, id) {
  const { phone } = app
  const talk = phone.get("conversation", id)
  const move = async (/** @type {string} */ person, /** @type {string} */ name) => {
    if (!talk || !(await keepOnce(app, movedChanges(phone, talk, person)))) return
    app.go("/done", true)
    app.say(t("moved", { name }))
  }
  return {
    name: "move",
    title: t("move_title"),
    back: { href: "/done", text: t("done_title") },
    body: html`<ul>
      ${foundRows(app).map((row) =>
        row.id === talk?.person
          ? ""
          : html`<li>
              <button type="button" class="row" @click=${() => move(row.id, fullName(row.person))}>
                ${nameAndPlace(row)}
              </button>
            </li>`,
      )}
    </ul>`,
    foot: finder(app, "find_name"),
  }
}
