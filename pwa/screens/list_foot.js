// In the thumb's reach under my list: the search, what to show, how many are marked.

import { t } from "../text.js"
import { html, nothing } from "../vendor/lit-html.js"
import { finder } from "./finder.js"
import { SECTIONS } from "./my_list.js"
import { parting } from "./parting.js"
import { resultChanges, saveAndReturn } from "./saving.js"

const VIEWS = ["all", "by_site", ...SECTIONS, "new_to_you", "picked_by_you"]

/** @type {Screens.foot} */
export function foot(app, fresh, rows) {
  return html`${
    app.ui.isStale
      ? html`<button type="button" class="button" @click=${() => renew(app)}>${t("list_changed")}</button>`
      : nothing
  }
    ${parting(app)} ${finder(app, "find_name", "find", views(app, fresh, rows))}
    ${app.ui.marked ? away(app) : nothing}`
}

/** The rows of a view. @type {Screens.rowsOf} */
export const rowsOf = (rows, view = "") => rows.filter((row) => row.views[view])

/** Everybody, by worksite or not, or one view only; how many there are in each. @type {Screens.foot} */
function views(app, { isBySite }, rows) {
  const { filter, phone } = app
  const chosen = rowsOf(rows, filter)[0] ? filter : isBySite ? "by_site" : "all"
  const choose = async (/** @type {Event} */ event) => {
    const view = /** @type {HTMLSelectElement} */ (event.target).value
    const isAll = VIEWS.indexOf(view) < 2
    app.filter = isAll ? "" : view
    if (isAll) await phone.setSetting("by_site", view === "by_site")
    renew(app)
  }
  return html`<select class="button" aria-label=${t("show")} @change=${choose}>
    ${VIEWS.map((view) => {
      const n = rowsOf(rows, view).length
      const words = t(`section_${view}`, { n })
      return n
        ? html`<option value=${view} .selected=${view === chosen}>${words}</option>`
        : nothing
    })}
  </select>`
}

/** Everybody in their place. @type {Screens.renew} */
function renew(app) {
  app.ui.order = null
  app.draw()
  scrollTo(0, 0)
}

/** One try for each who is marked, in one save. @type {Screens.away} */
function away(app) {
  const ids = [...app.ui.marked]
  const words = ids[0] ? t("away", { n: ids.length }) : t("nobody_marked")
  const note = () => {
    const changes = ids.flatMap((id) => resultChanges(app.phone, id, "not_at_work"))
    return saveAndReturn(app, ids.at(-1), changes, `${words}.`)
  }
  return html`<button type="button" class="button main" ?disabled=${!ids[0]} @click=${note}>${words}</button>`
}
